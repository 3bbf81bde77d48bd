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

RunDirs = Annotated[list[Path], typer.Argument(help="run directories", metavar="RUN_DIR")]
Csv = Annotated[Path | None, typer.Option(help="write a CSV table with a row for each run")]
Markdown = Annotated[Path | None, typer.Option(help="write a Markdown page")]
Out = Annotated[Path | None, typer.Option(help="draw a picture into this file: .svg, .png, .pdf or .html")]
Wide = Annotated[bool, typer.Option("--wide", help="print every figure, power by year and every difference")]


def compare(
    run_dirs: RunDirs,
    wide: Wide = False,
    csv: Csv = None,
    markdown: Markdown = None,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    panels: Panels = "",
) -> None:
    """Compare runs side by side.

    Differences below the gaps are called not distinguishable. Panels of the picture are cost and power.
    """
    from solver.compare import compare as compare_runs
    from solver.run.stored_run import read_run

    comparison = compare_runs([read_run(directory) for directory in run_dirs])
    print_table(comparison.to_rich(wide))
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())
    if out is not None:
        from solver.report.plot import write_picture

        spec = comparison.chart(Style(theme, width), panels_of(panels))
        print_line(str(write_picture(spec, out, "comparison", chosen(None, out).value)))


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist")
    write_text(path, text)
