"""Command ``kardashev report``: one HTML page of a run or a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solver.io.files import write_text
from solver.io.terminal import print_line

Place = Annotated[Path, typer.Argument(help="a run directory, or the folder of a batch", metavar="RUN_DIR|BATCH")]
Out = Annotated[Path | None, typer.Option(help="the page; default: report.html in the run or batch")]


def report(place: Place, out: Out = None) -> None:
    """Write one HTML page of a run or a batch.

    It needs no network and shows result, trust, power, launches, money, limits, assumptions with sources, provenance.
    What pareto, alternatives, breakeven, sensitivity and risk answered on its instance is a part of it, from folders
    beside the run or in it.
    """
    from solver.run.directory import is_run

    target = out if out is not None else place / "report.html"
    if is_run(place):
        from solver.report.run_page import run_page
        from solver.run.stored_run import read_run

        page = run_page(read_run(place))
    else:
        from solver.compare.batch_page import batch_page

        page = batch_page(place)
    write_text(target, page)
    print_line(str(target))
