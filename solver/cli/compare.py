"""Command ``kardashev compare``: runs side by side, on a screen, in files and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solver.cli.options import Panels, ThemeOption, Width, panels_of
from solver.errors import UsageError
from solver.io.files import write_text
from solver.io.terminal import print_line, print_table
from solver.report.formats import chosen
from solver.report.style import FULL_WIDTH, Style, Theme
from solver.run.progress import step

MOST_SIDE_BY_SIDE = 8
"""Runs compared side by side; of more, or of a batch, each is a row."""
RunDirs = Annotated[list[Path], typer.Argument(help="run directories, batches or folders", metavar="RUN_DIR|BATCH")]
Csv = Annotated[Path | None, typer.Option(help="write a CSV table with a row for each run")]
Markdown = Annotated[Path | None, typer.Option(help="write a Markdown page")]
Html = Annotated[Path | None, typer.Option(help="write an HTML page with a row for each run")]
Out = Annotated[Path | None, typer.Option(help="draw a picture into this file: .svg, .png, .pdf or .html")]
Wide = Annotated[bool, typer.Option("--wide", help="print every figure, power by year and every difference")]


def compare(
    run_dirs: RunDirs,
    wide: Wide = False,
    csv: Csv = None,
    markdown: Markdown = None,
    html: Html = None,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    panels: Panels = "",
) -> None:
    """Compare runs side by side.

    Differences below the gaps are called not distinguishable. Panels of the picture are cost and power. Of a batch, a
    folder or more than eight runs each is a row, with its differences from the first as heads and the best marked.
    """
    from solver.run.directory import is_run

    if html is not None or len(run_dirs) > MOST_SIDE_BY_SIDE or not all(map(is_run, run_dirs)):
        if out is not None:
            raise UsageError(f"--out: a picture is drawn of at most {MOST_SIDE_BY_SIDE} run directories; use --html")
        _compare_many(run_dirs, csv, markdown, html)
        return
    from solver.compare import compare as compare_runs
    from solver.run.stored_run import read_run

    runs = []
    for i, directory in enumerate(run_dirs):
        step(i, len(run_dirs))
        runs.append(read_run(directory))
    comparison = compare_runs(runs)
    print_table(comparison.to_rich(wide))
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())
    if out is not None:
        from solver.report.plot import write_picture

        spec = comparison.chart(Style(theme, width), panels_of(panels))
        print_line(str(write_picture(spec, out, "comparison", chosen(None, out).value)))


def _compare_many(paths: list[Path], csv: Path | None, markdown: Path | None, html: Path | None) -> None:
    from solver.batch.run_table import run_dirs
    from solver.compare.scenarios import scenarios
    from solver.report.html_page import page

    compared = scenarios(run_dirs(paths))
    print_table(compared.to_rich())
    if csv is not None:
        _write(csv, compared.to_csv())
    if markdown is not None:
        _write(markdown, compared.to_markdown())
    if html is not None:
        _write(html, page("Comparison of runs", [("Runs", compared.to_html())]))


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist")
    write_text(path, text)
