"""The architecture page lists every module with the first sentence of its docstring."""

from __future__ import annotations

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
