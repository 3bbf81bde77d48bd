"""What a check of several keys finds: the path it belongs to, and what was found and wanted there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

Path = tuple[str | int, ...]
Finding = tuple[Path, str]


def unknown(path: Path, name: str, known: Iterable[str], what: str) -> Iterator[Finding]:
    """A name that nothing bears, with the nearest one that something does."""
    known = list(known)
    if name in known:
        return
    near = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(sorted(known)[:8]) or 'none'}"
    article = "an" if what[0] in "aeiou" else "a"
    yield path, f'found "{name}", wanted the name of {article} {what}{hint}'
