"""Command ``kardashev compare``: a few runs side by side, or many with a row for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solver.errors import UsageError
from solver.io.files import write_text
from solver.io.terminal import print_table

MOST_SIDE_BY_SIDE = 8
"""Runs compared side by side; of more, or of a batch, each is a row."""

Runs = Annotated[
    list[Path], typer.Argument(help="run directories, batches, folders of runs", metavar="RUN_DIR|BATCH")
]
Csv = Annotated[Path | None, typer.Option(help="write one tidy CSV table; of a batch with a row for each run")]
Markdown = Annotated[Path | None, typer.Option(help="write a Markdown page")]
Html = Annotated[Path | None, typer.Option(help="write an HTML page")]


def compare(run_dirs: Runs, csv: Csv = None, markdown: Markdown = None, html: Html = None) -> None:
    """Compare runs side by side.

    Differences below the gaps are called not distinguishable. Of a batch, or more than eight runs, each is a row, with
    its differences from the first run as heads and the best marked.
    """
    from solver.run.directory import is_run

    if all(is_run(directory) for directory in run_dirs) and len(run_dirs) <= MOST_SIDE_BY_SIDE and html is None:
        _side_by_side(run_dirs, csv, markdown)
        return
    from solver.batch.run_table import run_dirs as expanded
    from solver.compare.scenarios import scenarios
    from solver.report.html_page import page

    compared = scenarios(expanded(run_dirs))
    print_table(compared.to_rich())
    if csv is not None:
        _write(csv, compared.to_csv())
    if markdown is not None:
        _write(markdown, compared.to_markdown())
    if html is not None:
        _write(html, page("Comparison of runs", [("Runs", compared.to_html())]))


def _side_by_side(run_dirs: list[Path], csv: Path | None, markdown: Path | None) -> None:
    from solver.compare import compare as compare_runs
    from solver.run.stored_run import read_run

    comparison = compare_runs([read_run(directory) for directory in run_dirs])
    print_table(comparison.to_rich())
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist")
    write_text(path, text)
