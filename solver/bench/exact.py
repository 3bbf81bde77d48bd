"""HiGHS alone on the matrix, with a trace of its plans: ``python -m solver.bench.exact FILE --out DIR ...``.

Branch and bound with every integer column, on the narrowed ranges that the search has as well, and no other help but
the scaling of the numbers. The output has the form of ``kardashev solve --json``. Every plan is verified on the matrix.
"""

from __future__ import annotations

import json
import sys
from time import monotonic

from solver.bench.handover import load_matrix, parse_options
from solver.bench.trace import TracePoint, write_rows
from solver.io.files import finite, write_text
from solver.io.terminal import guarded, leave, print_line
from solver.milp.solution import SearchEvent


def main(arguments: list[str]) -> None:
    """Solve one instance file and print the result as JSON."""
    from solver.milp.limits import Limits
    from solver.run.manifest import versions
    from solver.search.core.state import SearchOptions
    from solver.search.engine.search import search

    began = monotonic()
    options = parse_options("exact", arguments)
    loaded = load_matrix(options.file, options.set, began)
    trace: list[TracePoint] = []

    def record_event(event: SearchEvent) -> None:
        values = [None if v is None else v * loaded.musd for v in (event.objective, event.bound)]
        if not trace or [trace[-1].objective, trace[-1].bound] != values:
            trace.append(TracePoint(monotonic() - began, values[0], values[1], "exact"))

    seconds = max(1.0, options.seconds - (monotonic() - began))
    limits = Limits(seconds=seconds, gap=options.gap, seed=options.seed)
    result = search(loaded.matrix, SearchOptions(limits, "exact", on_event=record_event))
    options.out.mkdir(parents=True, exist_ok=True)
    write_text(options.out / "trace.csv", write_rows(trace))
    answer = {
        "status": result.status,
        "objective": None if result.objective is None else result.objective * loaded.musd,
        "bound": result.bound * loaded.musd,
        "bound_kind": result.certificate,
        "checked": result.x is not None,
        "rows": loaded.matrix.rows,
        "columns": loaded.matrix.columns,
        "integers": int(loaded.matrix.integer.sum()),
        "seconds": loaded.laps | {"total": monotonic() - began},
        "versions": versions(),
    }
    print_line(json.dumps(finite(answer)))


if __name__ == "__main__":
    leave(guarded(lambda: main(sys.argv[1:])))
