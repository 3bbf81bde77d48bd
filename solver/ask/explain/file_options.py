"""Options of the command line that make a changed instance from its file, valid in every case of the file.

A file is valid in all of its cases. A value beyond the low end of another one (pads of a site of which the low case has
none) is refused, so an option pins that one to its value in the case of the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from solver.instance.consistency import RULES
from solver.instance.quantities import STATED, Quantity
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.instance.validate import validate
from solver.search.variants.deletion import irreducible

KeyPath = tuple[str, ...]
_MISSING = object()


def options_between(loaded: Loaded[Instance], after: Instance) -> list[str]:
    """Return the values of a changed instance that differ from its file as options ``path=value``."""
    old, new = (i.model_dump(mode="json", by_alias=True) for i in (loaded.instance, after))
    changes = dict(_leaves(old, new, ()))
    ranges = {tuple(map(str, path)): quantity for path, quantity in loaded.quantities.items()}
    free = {path: q for path, q in ranges.items() if not any(path[:n] in changes for n in range(1, len(path) + 1))}
    pins = _pins(new, free, lambda: _refused(old, ranges))
    return [f"{'.'.join(path)}={json.dumps(_at(new, path))}" for path in (*pins, *changes)]


def _pins(data: dict[str, Any], free: Mapping[KeyPath, Quantity], before: Callable[[], set[KeyPath]]) -> list[KeyPath]:
    """Return the fewest keys with a range that must keep their values so that no further rule breaks in any case."""
    refused = _refused(data, free)
    if not refused:
        return []
    known = before()
    refused -= known

    def is_enough(pinned: Sequence[KeyPath]) -> bool:
        return not _refused(data, {path: q for path, q in free.items() if path not in pinned}) - known

    # A rule holds within one section, so that of the refused key has what must be pinned.
    beside = [path for path in free if path[0] in {key[0] for key in refused}]
    return irreducible(beside, is_enough, lambda: False)[0] if refused and is_enough(beside) else []


def _refused(data: dict[str, Any], ranges: Mapping[KeyPath, Quantity]) -> set[KeyPath]:
    """Return the keys that break a rule in some case of the file, where their ranges are not what is changed."""
    found = set[KeyPath]()
    for case in STATED:
        at_case = json.loads(json.dumps(data))
        for path, quantity in ranges.items():
            section, last = _at(at_case, path[:-1]), path[-1]
            if isinstance(section, list) and int(last) < len(section):
                section[int(last)] = quantity.value(case)
            elif isinstance(section, dict) and last in section:
                section[last] = quantity.value(case)
        found |= {tuple(map(str, path)) for path, _ in validate(Instance, at_case, RULES)[1]}
    return found


def _at(data: Any, path: KeyPath) -> Any:
    """Return what stands at a path; None where nothing does."""
    for step in path:
        if isinstance(data, list):
            data = data[int(step)] if int(step) < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def _leaves(old: Any, new: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            yield from _leaves(old.get(key, _MISSING), value, (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(before, after, (*path, str(n)))
    elif old != new:
        yield path, new
