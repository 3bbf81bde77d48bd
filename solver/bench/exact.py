"""HiGHS alone on the matrix, with a trace of what it finds: ``python -m solver.bench.exact FILE --out DIR ...``.

One call of branch and bound with every count whole and no help from us but the scaling of the numbers. It answers in
the form of ``kardashev solve --json``. The last plan is judged on the matrix as every answer of HiGHS is; those before
it are taken at its word, every half second.
"""

from __future__ import annotations

import json
import sys
from time import monotonic

from solver.bench.handover import asked, handed_over
from solver.bench.trace import Point, write_rows
from solver.io.files import finite, write_text
from solver.io.terminal import guarded, leave, print_line
from solver.milp.solution import SearchEvent


def main(arguments: list[str]) -> None:
    """Solve one file."""
    from solver.milp.highs import solve
    from solver.milp.limits import Limits
    from solver.run.manifest import versions

    began = monotonic()
    options = asked("exact", arguments)
    given = handed_over(options.file, began)
    received: list[Point] = []

    def hear(event: SearchEvent) -> None:
        values = [None if v is None else v * given.musd for v in (event.objective, event.bound)]
        if not received or [received[-1].objective, received[-1].bound] != values:
            received.append(Point(monotonic() - began, values[0], values[1], "exact"))

    seconds = max(1.0, options.seconds - (monotonic() - began))
    found = solve(given.matrix, Limits(seconds=seconds, gap=options.gap, seed=options.seed), on_event=hear)
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "trace.csv", write_rows(received))
    answer = {
        "status": found.status,
        "objective": None if found.objective is None else found.objective * given.musd,
        "bound": found.bound * given.musd,
        "bound_kind": found.certificate,
        "checked": found.x is not None,
        "rows": given.matrix.rows,
        "columns": given.matrix.columns,
        "integers": int(given.matrix.integer.sum()),
        "seconds": given.laps | {"total": monotonic() - began},
        "versions": versions(),
    }
    print_line(json.dumps(finite(answer)))


if __name__ == "__main__":
    leave(guarded(lambda: main(sys.argv[1:])))
