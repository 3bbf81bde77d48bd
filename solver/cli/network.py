"""Command ``network``: the topology of declared shells or of a plan, in figures and as a picture."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.options import Changes, Format, Json, Panels, ThemeOption, Width, changes_of, panels_of
from solver.errors import UsageError
from solver.io import escapes
from solver.io.files import finite
from solver.io.terminal import print_line, print_table
from solver.report.formats import chosen
from solver.report.style import FULL_WIDTH, Style, Theme
from solver.run.progress import step

if TYPE_CHECKING:
    from solver.report.network_analysis import NetworkReport

Target = Annotated[Path, typer.Argument(help="an instance file or a run directory", metavar="FILE|RUN_DIR")]
Date = Annotated[str | None, typer.Option(help="month YYYY-MM; default: the last milestone")]
Year = Annotated[int | None, typer.Option(help="the end of a year, instead of --date")]
Out = Annotated[Path | None, typer.Option(help="file or directory of the picture; default: the run directory, or here")]


def network(
    target: Target,
    changes: Changes = None,
    as_json: Json = False,
    date: Date = None,
    year: Year = None,
    format: Format = None,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    panels: Panels = "",
) -> None:
    """Show the network of a plan or of declared shells.

    Latency, bandwidth, downlink and survivability, year by year. The picture is drawn for a run directory, and for an
    instance file with --out or --format. Panels are map, shells, outages, and of a plan latency and rates.
    """
    report = _report(target, _date(date, year), changes_of(changes))
    drawn = target.is_dir() and not as_json
    picture = None
    if drawn or format is not None or out is not None:
        from solver.report.network_chart import plot_network

        place = out if out is not None else target if target.is_dir() else Path()
        picture = plot_network(report, place, chosen(format, out).value, Style(theme, width), panels_of(panels))
    if as_json:
        from solver.report.network_text import network_json

        print_line(json.dumps(finite({"target": str(target), **network_json(report)}), allow_nan=False))
        return
    from solver.report.network_text import network_table

    kind = "the plan" if report.planned else "declared shells at nominal size"
    print_line(f"{escapes.line(report.title)} · {kind} · {report.date}")
    print_table(network_table(report))
    if picture is not None:
        print_line(str(picture))


def _report(target: Path, date: str | None, changes: list[str]) -> NetworkReport:
    from solver.report.network_analysis import declared_network, planned_network

    if target.is_dir():
        if changes:
            raise UsageError("--set: a run keeps its values; expected an instance file")
        from solver.run.stored_run import read_run
        from solver.tables import state_of

        run = read_run(target)
        if run.plan is None:
            raise UsageError(f"{target}: the run has no plan to look at (status {run.manifest.status})")
        return planned_network(state_of(run.instance, run.plan), date, step)
    from solver.instance.read import read

    return declared_network(read(target, changes=changes).instance, date)


def _date(date: str | None, year: int | None) -> str | None:
    if date is not None and year is not None:
        raise UsageError("--date and --year: found both, expected one of them")
    if date is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", date):
        raise UsageError(f"--date: found {date!r}, expected a month such as 2031-04")
    if year is not None and not 1900 <= year <= 9998:
        raise UsageError(f"--year: found {year}, expected a year such as 2031")
    return date if year is None else f"{year + 1}-01"
