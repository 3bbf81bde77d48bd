"""Gathers the faults of an instance file and words them for the person who wrote it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from solver.errors import Fault

Path = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[\w-]+")
_LONGEST = 40
_LISTED_KEYS = 8


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file, the file named as the user would name it."""

    file: str
    line: int


@dataclass(slots=True)
class Faults:
    """Collects faults while a file is read; ``root`` is the file the user gave."""

    root: str
    found: list[Fault] = field(default_factory=list)
    unusable: bool = False
    _silent: set[Path] = field(default_factory=set)
    _spelled: dict[str, Callable[[Path], Path]] = field(default_factory=dict)

    def add(self, place: Place, path: Path, message: str, *, silence: Path | None = None) -> None:
        """Note one fault. With ``silence``, later faults at or under that path are its echoes and dropped."""
        if place.file != self.root:
            message = f"{message} (extended by {self.root})"
        spelled = self._spelled.get(place.file)
        self.found.append(Fault(place.file, place.line, words(spelled(path) if spelled else path), message))
        if silence is not None:
            self._silent.add(silence)

    def stop(self, place: Place, path: Path, message: str) -> None:
        """Note a fault after which the file cannot be judged any further."""
        self.add(place, path, message)
        self.unusable = True

    def lift(self, file: str, lifted: Callable[[Path], Path], spelled: Callable[[Path], Path]) -> None:
        """Go on with paths of the current format, told of this file as ``spelled`` writes them in its own."""
        self._spelled[file] = spelled
        self._silent = {lifted(path) for path in self._silent}

    def silence(self, path: Path) -> None:
        """Drop later faults at or under a path: they would repeat one already noted."""
        self._silent.add(path)

    def silent(self, path: Path) -> bool:
        """Whether a fault at this path would only repeat one already noted."""
        return any(path[:length] in self._silent for length in range(len(path) + 1))


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
    """Name a value as it was found in a file: ``"ten"``, ``-3``, ``nothing``, ``a list``."""
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
    near = difflib.get_close_matches(name[:200], names, 1)
    if near:
        return f"; did you mean {near[0]}?"
    more = ", …" if len(names) > _LISTED_KEYS else ""
    return f"; known: {', '.join(names[:_LISTED_KEYS])}{more}" if names else ""
