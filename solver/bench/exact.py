"""HiGHS alone, with every count whole: ``python -m solver.bench.exact FILE --out DIR ...``.

It is ``kardashev solve --method exact --integrality all``; its trace tells what branch and bound finds as it goes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from solver.console import Console
from solver.ending import guarded, leave, say
from solver.files import finite


def main(arguments: list[str]) -> int:
    """Solve one file and return the exit code of the answer."""
    from solver.limits import Limits
    from solver.manifest import summary_data
    from solver.runner import exit_code, run
    from solver.solve import Options

    parser = argparse.ArgumentParser(prog="python -m solver.bench.exact")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    limits = Limits(seconds=asked.seconds, gap=asked.gap, seed=asked.seed)
    done = run(asked.file, Options(limits, "exact", "all"), asked.out, True, Console(quiet=True, seconds=asked.seconds))
    say(json.dumps(finite(summary_data(done.outcome, str(asked.file), str(done.run_dir)))))
    return exit_code(done.outcome)


def _program() -> int:
    codes: list[int] = []
    return guarded(lambda: codes.append(main(sys.argv[1:]))) or codes[0]


if __name__ == "__main__":
    leave(_program())
