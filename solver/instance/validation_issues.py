"""Issues of an instance file: what was found and expected, at which path and line."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from solver.errors import ValidationIssue

T = TypeVar("T")
Path = tuple[str | int, ...]
Issue = tuple[Path, str]
"""Issue of plain data: the path of the key, and what was found and expected there."""

_PLAIN_KEY = re.compile(r"[\w-]+")
_LONGEST = 40
_LISTED_KEYS = 8
_CUT_SHORT = 3
"""Least letters of a name that may be the beginning of a known one."""
_MOST_COMPARED = 500
"""Names among which the nearest is sought; of more, a few are listed."""
MOST_ISSUES = 300
"""Issues that are listed for a file; no person reads more, and a file can hold a hundred thousand."""
MOST_VALUES = 100_000
"""Keys and values in all files of an instance together; a hundred times a large one."""


class Place(NamedTuple):
    """Line of a file, which is named as the user names it; line 0 of the whole file or of an option."""

    file: str
    line: int


OPTION = Place("--set", 0)
"""Place of all that an option changes."""


@dataclass(slots=True)
class ValidationIssues:
    """Issues of a file, collected while it is read; ``root`` is the file that the user gave."""

    root: str
    found: list[ValidationIssue] = field(default_factory=list)
    unusable: bool = False
    values: int = 0
    _silent: set[Path] = field(default_factory=set)
    _spelled: dict[str, Callable[[Path], Path]] = field(default_factory=dict)

    def add(self, place: Place, path: Path, message: str, *, silence: Path | None = None) -> None:
        """Add one issue. With ``silence``, later issues at or under that path repeat it and are dropped."""
        if len(self.found) >= MOST_ISSUES:
            self._cut()
            return
        spelled = self._spelled.get(place.file)
        path_in_file = words(spelled(path) if spelled else path)
        self.found.append(self._named(ValidationIssue(place.file, place.line, path_in_file, message)))
        if silence is not None:
            self._silent.add(silence)

    def _cut(self) -> None:
        if len(self.found) == MOST_ISSUES:
            self.unusable = True
            self.found.append(ValidationIssue(self.root, 1, "", f"only the first {MOST_ISSUES} errors are listed"))

    def full_after(self, value: int = 1) -> bool:
        """Count values that are read, and return whether there are more than an instance may have."""
        self.values += value
        return self.values > MOST_VALUES

    def stop(self, place: Place, path: Path, message: str) -> None:
        """Add an issue after which the file cannot be validated any further."""
        self.add(place, path, message)
        self.unusable = True

    def adopt(self, other: ValidationIssues) -> None:
        """Add the issues of one file that was read alone; ``other`` stays as it is."""
        self.found += map(self._named, other.found)
        self.unusable = self.unusable or other.unusable
        self._silent |= other._silent
        self._spelled |= other._spelled

    def _named(self, issue: ValidationIssue) -> ValidationIssue:
        """Return an issue that names the file of the user where it stands in another one."""
        if issue.file in (OPTION.file, self.root):
            return issue
        return replace(issue, message=f"{issue.message} (extended by {self.root})")

    def lift(self, file: str, lifted: Callable[[Path], Path], spelled: Callable[[Path], Path]) -> None:
        """Continue with paths of the current format; issues of this file show them as ``spelled`` in its own."""
        self._spelled[file] = spelled
        self._silent = {lifted(path) for path in self._silent}

    def silence(self, path: Path) -> None:
        """Drop later issues at or under a path: they would repeat one already added."""
        self._silent.add(path)

    def silent(self, path: Path) -> bool:
        """Return whether an issue at this path would only repeat one already added."""
        return bool(self._silent) and any(path[:length] in self._silent for length in range(len(path) + 1))

    def doubtful_sections(self) -> set[str | int]:
        """Return the sections in which a value could not be read, so that it is not known."""
        return {path[0] for path in self._silent if path}


def words(path: Path) -> str:
    """Write a path as the user reads it: ``target.milestones[1].gw``."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN_KEY.fullmatch(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{quoted(step)}]")
    return "".join(parts)


def quoted(text: str) -> str:
    """Put text in quotes on one line, cut when long."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return json.dumps(shown, ensure_ascii=False)


def shown(value: Any) -> str:
    """Describe a value as it was found in a file: ``"ten"``, ``-3``, ``nothing``, ``a list``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "a mapping without central" if value and value.keys() <= {"source", "note"} else "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)


def either(options: Iterable[str]) -> str:
    """Join names for a reader: ``a, b or c``."""
    names = list(options)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}" if names else "nothing"


def hint(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, or list a few when none is near; empty without known names."""
    names = list(known)
    near = difflib.get_close_matches(name[:200], names, 1) if len(names) <= _MOST_COMPARED else []
    # A name that was cut short is not close by letters.
    near = near or [known for known in names if len(name) >= _CUT_SHORT and known.startswith(f"{name}_")]
    if near:
        return f"; did you mean {near[0]}?"
    more = ", …" if len(names) > _LISTED_KEYS else ""
    return f"; known: {', '.join(names[:_LISTED_KEYS])}{more}" if names else ""


def unknown(path: Path, name: str, known: Collection[str], noun: str) -> Iterator[Issue]:
    """Return an issue with the nearest known name where a name is not among the known ones."""
    if name not in known:
        article = "an" if noun[0] in "aeiou" else "a"
        near = hint(name, sorted(known)) or "; known: none"
        yield path, f'found "{name}", expected the name of {article} {noun}{near}'


def described(names: Iterable[str], known: Mapping[str, T]) -> dict[str, T]:
    """Return what is known under each name, once; names that are not known are left out."""
    return {name: known[name] for name in names if name in known}
