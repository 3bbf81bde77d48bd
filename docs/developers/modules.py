"""Module list of the architecture page, from the first lines of docstrings: ``python -m docs.developers.modules``."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "developers" / "architecture.md"
BEGIN, END = "<!-- modules -->\n", "<!-- end of modules -->"
PACKAGES = ("formulations", "solver")


def main() -> None:
    """Write the list into the page."""
    head, _, tail = parted(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(f"{head}{BEGIN}{module_list()}{END}{tail}", encoding="utf-8")


def parted(page: str) -> tuple[str, str, str]:
    """Return the page before its list, the list, and the page after it; ValueError without the two comments."""
    head, begin, rest = page.partition(BEGIN)
    listed, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: the comments {BEGIN.strip()} and {END} are missing")
    return head, listed, tail


def module_list() -> str:
    """Return a heading for each package and a line for each of its modules, in Markdown."""
    lines: list[str] = []
    for folder in _folders():
        files = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
        lines += [f"### `{folder.relative_to(ROOT).as_posix()}/`", "", summary(folder / "__init__.py"), ""]
        lines += [f"- `{path.stem}`: {summary(path)}" for path in files]
        lines += [""] if files else []
    return "\n".join(lines)


@cache
def summary(path: Path) -> str:
    """Return the first paragraph of a module's docstring in one line; ValueError where there is none."""
    found = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not found:
        raise ValueError(f"{path}: no docstring")
    return " ".join(found.split("\n\n")[0].split())


def _folders() -> list[Path]:
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return sorted(folders, key=lambda folder: folder.relative_to(ROOT).parts)


if __name__ == "__main__":
    main()
