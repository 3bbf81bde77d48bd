"""Overrides of an instance: the options ``--set path=value``, laid over the merged files before they are validated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from solver.instance.expectations import Kind, child, keyed_by_name, keys_of
from solver.instance.merge import dependents, merge
from solver.instance.pydantic_errors import READER_KEYS
from solver.instance.tree import DEEPEST, Located, parse_value, plain
from solver.instance.validation_issues import OPTION, Path, Place, ValidationIssues, hint, quoted, shown, words
from solver.instance.versions import lifted, lifted_path

_OF_FILES = ("format", "extends")
_BRACKETS = re.compile(r"\[([0-9]+)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_EXAMPLE = "expected PATH=VALUE such as vehicles.starship_v4.flight_musd=40"


class _RefusedError(Exception):
    """Refusal of one option: the path at fault, and what was found and expected there."""

    def __init__(self, path: Path, message: str) -> None:
        self.path, self.message = path, message
        super().__init__(message)


class _Override(NamedTuple):
    """Option in its parts: the path as given, the path in the current format, and the text of the value."""

    given: Path
    path: Path
    text: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}={self.text}"


def overridden(
    tree: Located, options: Iterable[str], kind: Kind, issues: ValidationIssues
) -> tuple[Located, dict[Path, Place]]:
    """Return the tree with all options laid over it in their order, and the place of every key that they removed.

    An option means the same as a file that extends the others and has this one value, except that its path also leads
    into lists and quantities. A faulty option becomes an issue and changes nothing. ``kind`` is the type of the
    instance.
    """
    layer = _Layer()
    laid, keyed = layer.laid, False
    for option in options:
        try:
            override = _parsed(option)
            if override.path in laid:
                raise _RefusedError(override.path, "given again, expected once")
            laid.add(override.path)
            value = parse_value(override.text, override.path, OPTION, issues)
            if value is None:
                issues.silence(override.path)
            else:
                tree = layer.over(tree, kind, override.path, (), value)
                keyed = keyed or isinstance(value.value, Mapping | tuple)
        except _RefusedError as error:
            issues.add(OPTION, error.path, error.message, silence=error.path or None)
    # A value may hold keys of format 1, which the files under it have no more.
    return (lifted(tree, issues) if keyed else tree), layer.removed


def current(options: Iterable[str]) -> tuple[str, ...]:
    """Return valid options with their paths in the current format."""
    return tuple(str(override) for override in _valid(options))


def lift_notes(options: Iterable[str]) -> list[str]:
    """Return a note for each option whose path is one of format 1, with the path that replaces it."""
    return [
        f"{OPTION.file} {words(override.given)}: a path of format 1, read as {words(override.path)}"
        for override in _valid(options)
        if override.given != override.path
    ]


def _valid(options: Iterable[str]) -> Iterator[_Override]:
    for option in options:
        try:
            yield _parsed(option)
        except _RefusedError:
            continue


def _parsed(option: str) -> _Override:
    name, equals, text = option.partition("=")
    name = name.strip()
    if not equals:
        raise _RefusedError((), f"found {quoted(option)} without =, {_EXAMPLE}")
    if not name:
        raise _RefusedError((), f"found {quoted(option)} without a path, {_EXAMPLE}")
    steps = _BRACKETS.sub(r".\1", name).split(".")
    if "" in steps or not name.isprintable() or len(steps) > DEEPEST:
        long = f"more than {DEEPEST} names" if len(steps) > DEEPEST else "an unseen character"
        found = "an empty name" if "" in steps else long
        raise _RefusedError((), f"found {found} in the path {quoted(name)}, {_EXAMPLE}")
    given = tuple(int(step) if _INDEX.fullmatch(step) else step for step in steps)
    path = lifted_path(given)
    if path[0] in _OF_FILES:
        raise _RefusedError(path, f"found an option, expected {path[0]} in the file only")
    return _Override(given, path, text)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Layer of options over a tree, with the keys that it removed and the paths that it laid."""

    removed: dict[Path, Place] = field(default_factory=dict)
    laid: set[Path] = field(default_factory=set)

    def over(self, node: Located, kind: Kind, steps: Path, above: Path, value: Located) -> Located:
        """Return the node with the value at the path ``steps`` below it; ``above`` is the path of the node."""
        if not steps:
            return merge(node, value, kind)
        step = steps[0]
        if isinstance(node.value, tuple):
            return self._over_item(node.value, node.place, kind, steps, above, value)
        if node.value is not None and not isinstance(node.value, Mapping):
            expected = f"expected a mapping or list with {quoted(str(step))}"
            raise _RefusedError(above, f"found {shown(plain(node))}, {expected}; set it as a whole")
        before, key, path = node.value or {}, str(step), (*above, str(step))
        entries = dict(before)
        removes = len(steps) == 1 and value.value is None
        _require_known(key, entries, kind, path, new=len(steps) == 1 and not removes)
        if removes:
            self.removed[path] = OPTION
            entries.pop(key, None)
        elif len(steps) == 1 and key not in entries:
            entries[key] = value
        else:
            inside = entries.get(key, Located(None, OPTION))
            entries[key] = self.over(inside, child(kind, key), steps[1:], path, value)
        for other in dependents(kind, {key: value}, before) if len(steps) == 1 else ():
            if (*above, other) not in self.laid:
                entries.pop(other, None)
        return Located(entries, node.place if node.value is not None else OPTION)

    def _over_item(
        self, items: tuple[Located, ...], place: Place, kind: Kind, steps: Path, above: Path, value: Located
    ) -> Located:
        step = steps[0]
        if not isinstance(step, int) or step >= len(items):
            expected = f"an index from 0 to {len(items) - 1}" if items else "no index, as the list is empty"
            message = f"found {quoted(str(step))}, expected {expected}; to add items, set the list as a whole"
            raise _RefusedError((*above, step), message)
        inside = self.over(items[step], child(kind, step), steps[1:], (*above, step), value)
        return Located((*items[:step], inside, *items[step + 1 :]), place)


def _require_known(key: str, entries: Mapping[str, Located], kind: Kind, path: Path, *, new: bool) -> None:
    """Refuse a key that the section cannot have, and a name that is not there, unless a ``new`` one is defined."""
    known = keys_of(kind)
    if len(path) == 1:
        known = list(dict.fromkeys([*known, *READER_KEYS]))
    if known and key not in known:
        raise _RefusedError(path, f"no such key{hint(key, known)}")
    if keyed_by_name(kind) and key not in entries and not new:
        raise _RefusedError(path, f"no such name; to add it, set {words(path)} as a whole{hint(key, entries)}")
