"""Command ``kardashev compare``: runs side by side, on a screen, in files and as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solver.cli.options import Json, Panels, ThemeOption, Width, panels_of
from solver.errors import UsageError
from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_table
from solver.report.formats import chosen
from solver.report.style import FULL_WIDTH, Style, Theme
from solver.run.progress import step

if TYPE_CHECKING:
    from solver.run.stored_run import Run

MOST_SIDE_BY_SIDE, MOST_MULTIPLES = 8, 24
"""Runs compared side by side; of more, or of a batch, each is a row, and the first are drawn."""
RunDirs = Annotated[list[Path], typer.Argument(help="run directories, batches or folders", metavar="RUN_DIR|BATCH")]
Csv = Annotated[Path | None, typer.Option(help="write a CSV table with a row for each run")]
Markdown = Annotated[Path | None, typer.Option(help="write a Markdown page")]
Html = Annotated[Path | None, typer.Option(help="write an HTML page with tables and pictures")]
Out = Annotated[Path | None, typer.Option(help="draw a picture into this file: .svg, .png, .pdf or .html")]
Wide = Annotated[bool, typer.Option("--wide", help="print every figure, power by year and every difference")]


def compare(
    run_dirs: RunDirs,
    wide: Wide = False,
    csv: Csv = None,
    markdown: Markdown = None,
    html: Html = None,
    as_json: Json = False,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    panels: Panels = "",
) -> None:
    """Compare runs side by side.

    Between two runs a cost bridge shows which prices, amounts and dates make the difference; differences below the gaps
    are called not distinguishable. Panels of the picture are cost, power, bridge and sources. Of a batch, a folder or
    more than eight runs each is a row, with its differences from the first as heads and the best marked.
    """
    from solver.run.directory import is_run

    if len(run_dirs) > MOST_SIDE_BY_SIDE or not all(map(is_run, run_dirs)):
        _compare_many(run_dirs, csv, markdown, html, as_json, out, Style(theme, width))
        return
    from solver.compare import compare as compare_runs

    comparison = compare_runs(_read(run_dirs))
    if as_json:
        print_line(json.dumps(finite(comparison.to_json())))
    else:
        print_table(comparison.to_rich(wide))
    if html is not None:
        _write(html, comparison.to_html())
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())
    if out is not None:
        from solver.report.plot import write_picture

        spec = comparison.chart(Style(theme, width), panels_of(panels))
        print_line(str(write_picture(spec, out, "comparison", chosen(None, out).value)))


def _read(run_dirs: Sequence[Path]) -> list[Run]:
    from solver.run.stored_run import read_run

    runs = []
    for i, directory in enumerate(run_dirs):
        step(i, len(run_dirs))
        runs.append(read_run(directory))
    return runs


def _compare_many(
    paths: list[Path],
    csv: Path | None,
    markdown: Path | None,
    html: Path | None,
    as_json: bool,
    out: Path | None,
    style: Style,
) -> None:
    from solver.batch.run_table import run_dirs
    from solver.compare.scenarios import scenarios
    from solver.report.html_page import figure, page

    found = run_dirs(paths)
    compared = scenarios(found)
    if as_json:
        print_line(json.dumps(finite(compared.table.to_dict("records")), default=str))
    else:
        print_table(compared.to_rich())
    if csv is not None:
        _write(csv, compared.to_csv())
    if markdown is not None:
        _write(markdown, compared.to_markdown())
    spec = _sources(found, style) if html is not None or out is not None else None
    if html is not None:
        picture = "" if spec is None else figure(spec, f"IT power by source, at most {MOST_MULTIPLES} runs")
        _write(html, page("Comparison of runs", [("Runs", compared.to_html()), ("Power by source", picture)]))
    if out is not None:
        from solver.report.plot import write_picture

        if spec is None:
            raise UsageError("--out: none of these runs has a plan to draw")
        print_line(str(write_picture(spec, out, "comparison", chosen(None, out).value)))


def _sources(run_dirs: Sequence[Path], style: Style) -> dict[str, Any] | None:
    """Return the small multiples of the first runs that have a plan; None where none has."""
    from itertools import islice

    from solver.compare import compare as compare_runs
    from solver.run.directory import has_plan

    planned = list(islice(filter(has_plan, run_dirs), MOST_MULTIPLES))
    return compare_runs(_read(planned)).chart(style, ["sources"]) if planned else None


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist")
    write_text(path, text)
