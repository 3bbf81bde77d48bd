"""Notebooks: Python scripts in the percent format, run cell by cell, as pages with their outputs or as ``.ipynb``.

The scripts in ``docs/notebooks`` are read by Jupyter with jupytext, by editors, and here without either: a line
``# %% [markdown]`` begins a text, ``# %%`` a cell of code. The last expression of a cell is its output.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "notebooks"
LEAST_SHOWN = 2
"""Cells of a notebook that show the value of their last line, at least."""
NAMES = ("planner", "scenarios", "batch")


@dataclass(frozen=True, slots=True)
class Cell:
    """Cell of a notebook: a text in Markdown, or code."""

    code: bool
    source: str


def cells(text: str) -> Iterator[Cell]:
    """Yield the cells of a script."""
    for part in f"\n{text}".split("\n# %%")[1:]:
        head, _, body = part.partition("\n")
        if "[markdown]" in head:
            lines = (line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines())
            yield Cell(False, "\n".join(lines))
        else:
            yield Cell(True, body.strip())


def run(source: list[Cell], folder: Path) -> Iterator[tuple[Cell, str, Any]]:
    """Run the cells one after the other in a folder; yield each with what it printed and the value of its last line."""
    names: dict[str, Any] = {"__name__": "__main__"}
    before = Path.cwd()
    os.chdir(folder)
    try:
        for cell in source:
            printed, value = io.StringIO(), None
            if cell.code:
                tree = ast.parse(cell.source)
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                    exec(compile(tree, "cell", "exec"), names)  # the notebook's own code
                    if last is not None:
                        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            yield cell, printed.getvalue(), value
    finally:
        os.chdir(before)


def page_of(name: str) -> Callable[[], str]:
    """Return the maker of the page of one notebook."""
    return lambda: _page(name)


def _page(name: str) -> str:
    parts, shown = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for cell, printed, value in run(list(cells((FOLDER / f"{name}.py").read_text(encoding="utf-8"))), Path(folder)):
            if not cell.code:
                parts += [cell.source, ""]
                continue
            parts += ["```python", cell.source, "```", ""]
            parts += ["```text", printed.rstrip().replace(folder, "."), "```", ""] if printed.strip() else []
            parts += [_shown(value), ""] if value is not None else []
            shown += value is not None
    if shown < LEAST_SHOWN:
        raise ValueError(f"docs/notebooks/{name}.py: {shown} cells show a value, expected {LEAST_SHOWN} at least")
    return "\n".join(
        [*parts, f"[Open in Jupyter]({name}.ipynb); the source is a script, `docs/notebooks/{name}.py`.", ""]
    )


def _shown(value: Any) -> str:
    html = getattr(value, "_repr_html_", lambda: None)()
    if html is None:
        return f"```text\n{escape(str(value)) if isinstance(value, str) else value!r}\n```"
    body = "".join(line.strip() for line in str(html).splitlines()) if "<pre>" not in html else str(html)
    return f'<div class="output">\n{body}\n</div>'


def file_of(name: str) -> Callable[[], str]:
    """Return the maker of the Jupyter notebook of a script."""
    return lambda: ipynb((FOLDER / f"{name}.py").read_text(encoding="utf-8"))


def ipynb(text: str) -> str:
    """Return a script as a notebook of Jupyter, without outputs."""
    found = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell.source}
        if cell.code
        else {"cell_type": "markdown", "metadata": {}, "source": cell.source}
        for cell in cells(text)
    ]
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
