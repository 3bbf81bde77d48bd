"""HiGHS alone, with a trace of what it finds: ``python -m solver.bench.exact FILE --out DIR ...``.

It is ``kardashev solve --method exact`` with an ear on branch and bound, where every count is whole: there each plan
and bound that HiGHS tells is one of the whole model. Under learning its plans are priced on chords, below their true
cost, so of such an instance only the answer counts.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from solver.bench.trace import Point, write_rows
from solver.console import Console
from solver.ending import guarded, leave, say
from solver.files import finite, write_text

if TYPE_CHECKING:
    from solver.solution import Progress

WHOLE_STAGES = ("branch and bound", "all whole")


@dataclass(slots=True)
class Ear(Console):
    """A silent console that keeps every change of plan or bound in the stages that search the whole model."""

    heard: list[Point] = field(default_factory=list)

    def progress(self, stage: str, progress: Progress, factor: float) -> None:
        """Keep what is new."""
        if stage not in WHOLE_STAGES:
            return
        plan, bound = (None if v is None else v * factor for v in (progress.objective, progress.bound))
        if not self.heard or (self.heard[-1].objective, self.heard[-1].bound) != (plan, bound):
            self.heard.append(Point(monotonic() - self.began, plan, bound, stage))


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
    ear = Ear(quiet=True, seconds=asked.seconds)
    limits = Limits(seconds=asked.seconds, gap=asked.gap, seed=asked.seed)
    done = run(asked.file, Options(limits, "exact", "all"), asked.out, True, ear)
    if done.outcome.learning is None and not (done.run_dir / "trace.csv").exists():
        write_text(done.run_dir / "trace.csv", write_rows(ear.heard))
    say(json.dumps(finite(summary_data(done.outcome, str(asked.file), str(done.run_dir)))))
    return exit_code(done.outcome)


def _program() -> int:
    codes: list[int] = []
    return guarded(lambda: codes.append(main(sys.argv[1:]))) or codes[0]


if __name__ == "__main__":
    leave(_program())
