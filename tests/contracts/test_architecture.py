"""The architecture page lists every module with the first sentence of its docstring; files and functions are small."""

from __future__ import annotations

import ast
import re

from docs.developers.modules import PACKAGES, PAGE, ROOT, module_list, parted


def test_page_lists_the_modules_as_they_are() -> None:
    """A module that is missing on the page, or described otherwise there, is found; ``make docs`` mends it."""
    _, listed, _ = parted(PAGE.read_text(encoding="utf-8"))
    assert listed == module_list(), "docs/developers/architecture.md: out of date; run make docs"


def test_list_has_a_line_for_each_module() -> None:
    """Every file of both packages has its own line, packages have a heading."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    lines = module_list().splitlines()
    assert len(files) > 200
    assert sum(line.startswith("- `") for line in lines) == sum(path.name != "__init__.py" for path in files)
    assert sum(line.startswith("### `") for line in lines) == sum(path.name == "__init__.py" for path in files)


def test_files_and_functions_are_small() -> None:
    """No file has more than 400 lines, and at most seven functions have a body of more than 40."""
    texts = {path: path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert [str(path) for path, text in texts.items() if len(text.splitlines()) > 400] == []
    functions = [
        node for text in texts.values() for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)
    ]
    bodies = [node.body[1:] if ast.get_docstring(node) else node.body for node in functions]
    lengths = [(body[-1].end_lineno or 0) - body[0].lineno + 1 for body in bodies if body]
    assert sum(length > 40 for length in lengths) <= 7


def test_threads_are_started_in_one_place() -> None:
    """A thread started elsewhere could be hit by what the watchdog raises in its parent, which then waits for ever."""
    started = re.compile(r"(thread|timer|watcher|Thread\(.*\)|Timer\(.*\))\.start\(\)", re.IGNORECASE)
    places = {path.name for path in (ROOT / "solver").rglob("*.py") if started.search(path.read_text(encoding="utf-8"))}
    assert places == {"threads.py"}
