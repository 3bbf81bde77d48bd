"""Staging of the site: ``python -m docs.developers.site.stage`` fills ``build/`` with pages and their configuration.

The staged tree mirrors the repository, so that the relative links of the sources hold in the site as well. A page is
staged if the navigation or another page names it; other files that a page links to are copied beside it.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from docs.developers.site import generated, notebooks

ROOT = Path(__file__).parents[3]
BUILD = ROOT / "build"
CONFIGURATION = ROOT / "docs" / "zensical.toml"
FOLDERS: Mapping[str, str] = {
    "docs/notebooks": "docs/notebooks/planner.md",
    "docs/tutorials": "docs/tutorials/first.md",
    "instances/claims": "docs/claims.md",
}
"""Pages of folders that sources link to."""
HOME = {"index.md": "README.md"}
"""Source of a page that has another name in the site."""
GENERATED: Mapping[str, Callable[[], str]] = {
    "docs/command-line.md": generated.command_line,
    "docs/claims.md": generated.claims,
    "docs/mathematics.md": generated.families,
    "docs/python.md": generated.python,
    **{f"docs/notebooks/{name}.md": notebooks.page_of(name) for name in notebooks.NAMES},
    **{f"docs/notebooks/{name}.ipynb": notebooks.file_of(name) for name in notebooks.NAMES},
    **{f"formulations/{name}.md": generated.family_of(name) for name in generated.FAMILIES},
}
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)((?:#[^)\s]*)?\))")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
STYLE = """\
[data-md-color-scheme="default"] .md-nav__link--active { color: #2b3aa8 !important; }
[data-md-color-scheme="slate"] .md-nav__link--active { color: #b3bcff !important; }
.output { overflow-x: auto; font-size: 0.72rem; }
.output table { border-collapse: collapse; } .output td, .output th { padding: 0.2em 0.7em; text-align: right; }
.md-typeset table:not([class]) th { min-width: 3rem; }
.md-typeset table:not([class]) td, .md-typeset table:not([class]) th { padding: 0.4em 0.7em; }
.md-typeset img { background: #fff; }
"""


def main() -> None:
    """Stage all pages in ``build/pages``, and the configuration beside them."""
    pages = BUILD / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    for name, content in staged().items():
        target = pages / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    shutil.copy(CONFIGURATION, BUILD / "zensical.toml")


def staged() -> dict[str, bytes]:
    """Return the content of every page and file of the site by its place; ValueError for a link that leads nowhere."""
    found: dict[str, bytes] = {"extra.css": STYLE.encode()}
    waiting = list(navigation())
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        if not place.endswith(".md"):
            found[place] = GENERATED[place]().encode() if place in GENERATED else (ROOT / place).read_bytes()
            continue
        text, linked = linked_page(place, source_text(place))
        found[place] = text.encode()
        waiting.extend(linked)
    return found


def navigation() -> Iterator[str]:
    """Yield the pages of the navigation."""

    def pages(entries: list[dict[str, Any]]) -> Iterator[str]:
        for entry in entries:
            for target in entry.values():
                yield from pages(target) if isinstance(target, list) else [target]

    return pages(tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))["project"]["nav"])


def source_text(place: str) -> str:
    """Return the Markdown of a page: generated, listed of a folder, or the source itself."""
    if place in GENERATED:
        return GENERATED[place]()
    source = ROOT / HOME.get(place, place)
    if not source.exists() and source.name == "index.md" and source.parent.is_dir():
        return generated.listing(source.parent)
    return source.read_text(encoding="utf-8")


def linked_page(place: str, text: str) -> tuple[str, list[str]]:
    """Return a page with its links as they are in the site, and the places that they lead to."""
    linked: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        target = site_place(place, match[2])
        linked.append(target)
        return f"{match[1]}{relpath(target, str(PurePosixPath(place).parent))}{match[3]}"

    parts, at = [], 0
    for fence in FENCE.finditer(text):
        parts += [LINK.sub(replaced, text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, LINK.sub(replaced, text[at:])]), linked


def site_place(page: str, link: str) -> str:
    """Return the place in the site that a relative link of a page leads to; ValueError where there is none."""
    target = normpath(str(PurePosixPath(page).parent / link))
    if target == "README.md":
        return "index.md"
    as_page = target.removesuffix(".py") + ".md"
    if target in GENERATED or target == "index.md":
        return target
    if as_page in GENERATED:
        return as_page
    if target in FOLDERS:
        return FOLDERS[target]
    path = ROOT / target
    if path.is_dir():
        return f"{target}/README.md" if (path / "README.md").exists() else f"{target}/index.md"
    if not path.is_file() or target.startswith(".."):
        raise ValueError(f"{page}: link to {link}: no such page or file")
    return target


if __name__ == "__main__":
    main()
