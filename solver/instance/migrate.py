"""Migration of instance files: the text of one file in the current format, equal except for the renamed keys.

The parser's marks give the place of every key and word, so comments, order, quotes and layout are unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

import yaml

from solver.errors import InstanceError, ModelError
from solver.instance.merge import InstanceFiles
from solver.instance.tree import LOADER, parse, plain
from solver.instance.validation_issues import Path, ValidationIssues
from solver.instance.versions import FORMAT, lifted, new_key, new_word

BYTE_ORDER_MARK = "\ufeff"


def migrated(path: FilePath) -> str | None:
    """Return the text of one file in the current format; None if it is in it already.

    Raises InstanceError with every issue that reading this file alone shows; the files it extends are not read.
    """
    file = os.fspath(path)
    issues = ValidationIssues(file)
    text = InstanceFiles(issues).text(path)
    tree = parse(text, file, issues) if text is not None else None
    current = lifted(tree, issues) if tree is not None else None
    if issues.found or text is None or tree is None or current is None:
        raise InstanceError(issues.found)
    assert isinstance(tree.value, Mapping)
    if tree.value["format"].value == FORMAT:
        return None
    rewritten = _rewritten(text)
    check = ValidationIssues(file)
    again = parse(rewritten, file, check)
    if again is None or check.found or plain(again) != plain(current):
        raise ModelError(f"{file}: the migrated text does not mean what the file does")
    with path.open("rb") as opened:
        marked = opened.read(3) == BYTE_ORDER_MARK.encode()
    return BYTE_ORDER_MARK + rewritten if marked else rewritten


def _rewritten(text: str) -> str:
    parts: list[str] = []
    end = 0
    for event, word in _changes(text):
        quote = 1 if event.style else 0
        parts += [text[end : event.start_mark.index + quote], word]
        end = event.end_mark.index - quote
    return "".join([*parts, text[end:]])


def _changes(text: str) -> Iterator[tuple[Any, str]]:
    """Yield the keys and words that change, in the order of the text, each with its new spelling."""
    events = iter(yaml.parse(text, Loader=LOADER))
    next(events)
    next(events)
    for event, path, is_key in _scalars(next(events), events, ()):
        if path == ("format",) and not is_key:
            yield event, str(FORMAT)
            continue
        new = new_key(path) if is_key else new_word(path, event.value)
        if new is not None:
            yield event, new


def _scalars(event: Any, events: Iterator[Any], path: Path) -> Iterator[tuple[Any, Path, bool]]:
    """Yield every scalar of the node that begins with an event, with its path, and whether it is a key."""
    if isinstance(event, yaml.ScalarEvent):
        yield event, path, False
    elif isinstance(event, yaml.MappingStartEvent):
        for key in events:
            if isinstance(key, yaml.MappingEndEvent):
                return
            yield key, (*path, key.value), True
            yield from _scalars(next(events), events, (*path, key.value))
    elif isinstance(event, yaml.SequenceStartEvent):
        for at, item in enumerate(events):
            if isinstance(item, yaml.SequenceEndEvent):
                return
            yield from _scalars(item, events, (*path, at))
