"""Parsing of instance text into a tree in which every key and item has its file and line.

Only the event parser of PyYAML is used, never a constructor, so no file can run code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import yaml

from solver.instance.scalars import NotANumberError, scalar
from solver.instance.syntax import spelled
from solver.instance.validation_issues import MOST_VALUES, Path, Place, ValidationIssues, quoted, words

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 40

# Line breaks that YAML 1.1 parsers count but no editor does would shift every line number after them; marks of writing
# direction show text in another order than it is read.
_UNSEEN = (
    "[^\t\n\r\x20-\x7e\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd"
    "\U00010000-\U0010ffff]"
)
_ROOT_EXPECTED = "expected keys and values such as format: 2"


@dataclass(slots=True, eq=False)
class Located:
    """Value with the place of its key (or, in a list and at the root, of itself).

    Two are equal only if they are one object, so that results can be kept by node. None is changed after it is made.
    """

    value: str | int | float | bool | Mapping[str, Located] | tuple[Located, ...] | None
    place: Place


class _StopError(Exception):
    """End of parsing after an issue that has been added already."""


def parse(text: str, file: str, issues: ValidationIssues) -> Located | None:
    """Return the tree of one YAML document, or None when the text cannot be read at all.

    Every issue is added to ``issues`` with its line: syntax, tabs, anchors, tags, repeated or odd keys, nan.
    """
    return _composed(text, file, issues, _Composer.document)


def parse_value(text: str, path: Path, place: Place, issues: ValidationIssues) -> Located | None:
    """Return the tree of one value in YAML, every part of it at ``place``; None, with issues, for a faulty text.

    ``path`` is the path of the value in the instance.
    """
    own = ValidationIssues(place.file)
    tree = _composed(text, place.file, own, lambda composer: composer.value(path))
    issues.found += [replace(issue, line=place.line, path=issue.path or words(path)) for issue in own.found]
    return None if tree is None or own.found else _moved(tree, place)


def _composed(
    text: str, file: str, issues: ValidationIssues, compose: Callable[[_Composer], Located]
) -> Located | None:
    if not _readable(text, file, issues):
        return None
    composer = _Composer(text, file, issues)
    try:
        return compose(composer)
    except _StopError:
        return None
    except yaml.YAMLError as error:
        line, message = spelled(error)
        # What is missing at the very end is missed after the last line.
        issues.stop(Place(file, min(line, _lines(text))), (), message)
        return None
    finally:
        composer.close()


def plain(node: Located) -> Any:
    """Return the tree as dicts, lists and scalars."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, tuple):
        return [plain(child) for child in value]
    return value


def places(node: Located) -> dict[Path, Place]:
    """Return the place of every key and item by its path; the root is the empty path."""
    return dict(_placed(node, ()))


def nearest(path: Path, where: Mapping[Path, Place]) -> Place:
    """Return the place of a path, or of the nearest one above it."""
    return next(where[path[:length]] for length in range(len(path), -1, -1) if path[:length] in where)


def _placed(node: Located, path: Path) -> Iterator[tuple[Path, Place]]:
    yield path, node.place
    if isinstance(node.value, Mapping):
        for key, child in node.value.items():
            yield from _placed(child, (*path, key))
    elif isinstance(node.value, tuple):
        for index, child in enumerate(node.value):
            yield from _placed(child, (*path, index))


def _moved(node: Located, place: Place) -> Located:
    if isinstance(node.value, Mapping):
        return Located({key: _moved(child, place) for key, child in node.value.items()}, place)
    if isinstance(node.value, tuple):
        return Located(tuple(_moved(child, place) for child in node.value), place)
    return Located(node.value, place)


def _lines(text: str) -> int:
    return max(1, len(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)))


def _unseen(text: str) -> re.Match[str] | None:
    # To compile the pattern takes longer than to read the catalogue.
    return None if text.replace("\n", "").isprintable() else re.search(_UNSEEN, text)


def _readable(text: str, file: str, issues: ValidationIssues) -> bool:
    before = len(issues.found)
    if "\t" in text:
        lines = [number for number, line in enumerate(text.split("\n"), 1) if "\t" in line]
        more = f" (and in {len(lines) - 1} more lines)" if len(lines) > 1 else ""
        issues.stop(Place(file, lines[0]), (), f"found a tab{more}, expected spaces")
    unseen = _unseen(text)
    if unseen:
        line = text.count("\n", 0, unseen.start()) + 1
        issues.stop(Place(file, line), (), f"found the unseen character U+{ord(unseen[0]):04X}, expected plain text")
    return len(issues.found) == before


class _Composer:
    def __init__(self, text: str, file: str, issues: ValidationIssues) -> None:
        self._parser = LOADER(text)
        self._event: Callable[[], Any] = self._parser.get_event
        self._file = file
        self._issues = issues

    def close(self) -> None:
        self._parser.dispose()

    def document(self) -> Located:
        root = self._only((), f"found an empty file, {_ROOT_EXPECTED}")
        if not isinstance(root.value, Mapping):
            what = {type(None): "an empty file", tuple: "a list"}.get(type(root.value), "a single value")
            line = 1 if root.value is None else root.place.line
            raise self._stop(line, f"found {what}, {_ROOT_EXPECTED}")
        return Located(root.value, Place(self._file, 1))

    def value(self, path: Path) -> Located:
        return self._only(path, "found no value, expected one; null restores the default")

    def _only(self, path: Path, empty: str) -> Located:
        self._event()
        event = self._event()
        if type(event) is yaml.StreamEndEvent:
            raise self._stop(1, empty)
        event = self._event()
        root = self._node(event, path, event.start_mark.line + 1, len(path))
        self._event()
        after = self._event()
        if type(after) is not yaml.StreamEndEvent:
            raise self._stop(after.start_mark.line + 1, "found a second document (---), expected one in a file")
        return root

    def _node(self, event: Any, path: Path, line: int, depth: int) -> Located:
        if depth > DEEPEST:
            raise self._stop(event.start_mark.line + 1, f"found more than {DEEPEST} levels, expected fewer")
        if self._issues.full_after():
            raise self._stop(event.start_mark.line + 1, f"found more than {MOST_VALUES:,} values, expected fewer")
        place, kind = Place(self._file, line), type(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_extras(event, path)
        if kind is yaml.ScalarEvent:
            return Located(self._text(event, path) if event.style else self._word(event, path), place)
        if kind is yaml.MappingStartEvent:
            return Located(self._mapping(path, depth), place)
        return Located(self._sequence(path, depth) if kind is yaml.SequenceStartEvent else None, place)

    def _refuse_extras(self, event: Any, path: Path) -> None:
        place = Place(self._file, event.start_mark.line + 1)
        if type(event) is yaml.AliasEvent:
            self._issues.add(place, path, f"found the alias *{event.anchor}; expected extends", silence=path)
            return
        if event.anchor is not None:
            self._issues.add(place, path, f"found the anchor &{event.anchor}; expected extends", silence=path)
        if event.tag is not None:
            message = f"found the tag {quoted(event.tag)}, expected a value without a tag"
            self._issues.add(place, path, message, silence=path)

    def _text(self, event: Any, path: Path) -> str:
        """Return quoted text, in which an escape such as ``\\e`` may have put an unseen character."""
        unseen = _unseen(event.value)
        if unseen:
            place = Place(self._file, event.start_mark.line + 1)
            message = f"found the unseen character U+{ord(unseen[0]):04X}, expected plain text"
            self._issues.add(place, path, message, silence=path)
        return str(event.value)

    def _word(self, event: Any, path: Path) -> Any:
        try:
            return scalar(event.value)
        except NotANumberError as error:
            place = Place(self._file, event.start_mark.line + 1)
            self._issues.add(place, path, str(error), silence=path)
            return 1.0

    def _sequence(self, path: Path, depth: int) -> tuple[Located, ...]:
        items: list[Located] = []
        while type(event := self._event()) is not yaml.SequenceEndEvent:
            items.append(self._node(event, (*path, len(items)), event.start_mark.line + 1, depth + 1))
        return tuple(items)

    def _mapping(self, path: Path, depth: int) -> dict[str, Located]:
        entries: dict[str, Located] = {}
        while type(event := self._event()) is not yaml.MappingEndEvent:
            line = event.start_mark.line + 1
            plain_key = type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None
            key = event.value if plain_key and _is_key(event.value) else self._key(event, path, depth)
            inside = path if key is None else (*path, key)
            value = self._node(self._event(), inside, line, depth + 1)
            if key is None:
                continue
            if key in entries:
                message = f"found again in line {line}, first given in line {entries[key].place.line}; expected once"
                self._issues.add(Place(self._file, line), inside, message)
                continue
            entries[key] = value
        return entries

    def _key(self, event: Any, path: Path, depth: int) -> str | None:
        if type(event) is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                self._refuse_extras(event, (*path, event.value))
            message = _odd_key(event)
        else:
            self._node(event, path, event.start_mark.line + 1, depth + 1)
            what = "an alias" if type(event) is yaml.AliasEvent else "a list or mapping"
            message = f"found {what} as a key, expected a word"
        if message:
            self._issues.add(Place(self._file, event.start_mark.line + 1), path, message)
            return None
        return cast(str, event.value)

    def _stop(self, line: int, message: str) -> _StopError:
        self._issues.stop(Place(self._file, line), (), message)
        return _StopError()


def _odd_key(event: Any) -> str:
    if event.value == "<<":
        return "found the merge key <<; expected extends"
    if event.value == "":
        return "found an empty key, expected a word"
    if event.style or _is_key(event.value):
        return ""
    return f"found the key {event.value[:24]}, expected a word; as text it needs quotes"


@lru_cache(maxsize=4096)
def _is_key(word: str) -> bool:
    try:
        return word not in ("", "<<") and isinstance(scalar(word), str)
    except NotANumberError:
        return False
