"""Ranged quantities of an instance as levers: what is in use, its sourced range, and what the range rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from solver.ask.common.lever_range import LeverRange
from solver.errors import InstanceError, UsageError, ValidationIssue, check_together
from solver.instance.consistency import RULES
from solver.instance.fields import is_month
from solver.instance.good_ends import BY_NAME
from solver.instance.quantities import ASSUMPTION, Quantity
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.instance.validate import validate
from solver.instance.validation_issues import hint, words

PARTS = ("array", "radiator", "battery", "accelerator", "bus", "terminal")
RELAYS = ("digest", "abstract", "third-party", "by way of", "press summar", "wikipedia", "on-line copy", "relay")
"""Words in title or author of a source that passes on what another one says."""
KeyPath = tuple[str | int, ...]


class Support(StrEnum):
    """Support of a range: an assumption, general knowledge, own arithmetic, a relay of a source, or the source."""

    ASSUMPTION = "assumption"
    GENERAL = "general knowledge"
    DERIVED = "own arithmetic"
    RELAY = "weak relay"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class RangedLever:
    """Quantity that may lie anywhere in its range, or several of one section by name that move together."""

    path: str
    quantities: tuple[tuple[KeyPath, Quantity], ...]
    support: Support

    @property
    def source(self) -> str:
        """Source of the range; those of several quantities are listed once."""
        return ", ".join(dict.fromkeys(q.source or "" for _, q in self.quantities))

    @property
    def range(self) -> tuple[float, float, float]:
        """Low, central and high value of the first quantity."""
        first = self.quantities[0][1]
        return first.low, first.central, first.high

    @property
    def shown(self) -> tuple[float | str, float | str, float | str]:
        """Low, central and high value of the first quantity, as they stand in a file."""
        low, central, high = map(self.quantities[0][1].shown, self.range)
        return low, central, high

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Return whether the values of an instance as plain data lie within the range."""
        return all(q.low <= q.number(_value_at(data, key)) <= q.high for key, q in self.quantities)

    def values(self, share: float) -> dict[KeyPath, float | str]:
        """Return the value of each quantity at a share of its range: 0 is low, 1 is high."""
        return {key: quantity.shown(quantity.at(share)) for key, quantity in self.quantities}


def ranged_levers(
    loaded: Loaded[Instance], patterns: Sequence[str] = (), given: Sequence[str] = ()
) -> list[RangedLever]:
    """Return the levers in use that have a range; ``patterns`` choose some by path, ``given`` are PATH=LOW:HIGH.

    UsageError for a path without a range, with the nearest one, for a range with low above high, and for no lever.
    """
    check_together(*(partial(_own_ranges, loaded, [option]) for option in given))
    own = _own_ranges(loaded, given)
    ranges = {**{k: q for k, q in loaded.quantities.items() if q.high > q.low and in_use(k, loaded.instance)}, **own}
    grouped: dict[str, list[tuple[KeyPath, Quantity]]] = {}
    for key, quantity in ranges.items():
        grouped.setdefault(_path(key) if key not in own else words(key), []).append((key, quantity))
    chosen = [path for path in grouped if not patterns or any(_matches(path, p) for p in patterns)]
    check_together(*(partial(_require_lever, loaded, grouped, pattern) for pattern in patterns))
    chosen = [path for path in grouped if path in chosen or any(words(key) == path for key in own)]
    if not chosen:
        raise UsageError("no quantity in use has a range; expected low and high values, or --range PATH=LOW:HIGH")
    sources = loaded.resolved.get("sources") or {}
    return [RangedLever(path, tuple(grouped[path]), _weakest(grouped[path], sources)) for path in chosen]


def _require_lever(loaded: Loaded[Instance], levers: Iterable[str], pattern: str) -> None:
    paths = list(levers)
    if any(_matches(path, pattern) for path in paths):
        return
    near = [path for path in paths if path.partition(".")[0] == pattern.partition(".")[0]] or paths
    unused = any(_matches(_path(key), pattern) for key in loaded.quantities)
    expected = "a quantity in use" if unused else "the path of a quantity with a range"
    raise UsageError(f"--vary: found {pattern!r}, expected {expected}{hint(pattern, near)}")


def with_values(instance: Instance, values: Mapping[KeyPath, float | str]) -> Instance:
    """Return the instance with other values; InstanceError by key where they break a rule."""
    data = instance.model_dump(mode="json", by_alias=True)
    for key, value in values.items():
        section: Any = data
        for step in key[:-1]:
            section = section[step]
        old = section[key[-1]]
        whole = type(old) is int and not isinstance(value, str) and abs(value - round(value)) < 1e-9
        section[key[-1]] = round(float(value)) if whole else value
    changed, issues = validate(Instance, data, RULES)
    if changed is None or issues:
        raise InstanceError([ValidationIssue("--vary", 0, words(path), text) for path, text in issues])
    return changed


def in_use(key: KeyPath, instance: Instance) -> bool:
    """Return whether an instance uses what a quantity describes."""
    section, *names = map(str, key)
    if names[1:2] == ["payload_t"] and names[2] not in instance.use.shells:
        return False
    if names[1:3] == ["refuelled", "places"] and names[3] not in instance.use.shells:
        return False
    used = {"vehicles": instance.use.vehicles, "shells": instance.use.shells, "platforms": instance.use.platforms}
    used |= {"ground": instance.use.ground, "technology": _parts(instance), "sites": _sites(instance)}
    if section == "moon":
        return instance.use.moon
    name = names[1] if section == "technology" else names[0]
    return name in used.get(section, [name])


def support_of(source: str | None, sources: Mapping[str, Any]) -> Support:
    """Return what a range rests on, by its source."""
    if source == ASSUMPTION:
        return Support.ASSUMPTION
    if source is None or source == "general_knowledge":
        return Support.GENERAL
    if source == "derived":
        return Support.DERIVED
    about = sources.get(source) or {}
    text = f"{about.get('title', '')} {about.get('author', '')}".lower()
    return Support.RELAY if any(word in text for word in RELAYS) else Support.SOURCE


def _own_ranges(loaded: Loaded[Instance], given: Sequence[str]) -> dict[KeyPath, Quantity]:
    found: dict[KeyPath, Quantity] = {}
    for option in given:
        lever = LeverRange.of(option, "--range", "expected PATH=LOW:HIGH")
        path, low, high = lever.path, lever.low, lever.high
        key = tuple(int(step) if step.isdigit() else step for step in path.split("."))
        value: Any = loaded.instance.model_dump(mode="json", by_alias=True)
        for n, step in enumerate(key):
            known = (
                list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
            )
            if step not in known:
                near = hint(str(step), map(str, known))
                raise UsageError(f"--range {path}: found {words(key[: n + 1])}, which does not exist{near}")
            value = value[step]
        month = isinstance(value, str) and is_month(value)
        if month != lever.month or not (month or type(value) in (int, float)):
            expected = "a month" if lever.month else "a number"
            raise UsageError(f"--range {path}: found {value!r} in the file, expected {expected}")
        own = Quantity(low, low, high, source=ASSUMPTION, note="given on the command line", month=month)
        found[key] = replace(own, central=min(max(own.number(value), low), high))
    return found


def _path(key: KeyPath) -> str:
    """Return the path of a lever; numbers of one section by name, such as payloads by shell, move together."""
    return f"{words(key[:-1])}.*" if len(key) > 1 and key[-2] in BY_NAME else words(key)


def _matches(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) or (path.endswith(".*") and fnmatchcase(pattern, path))


def _weakest(quantities: Sequence[tuple[KeyPath, Quantity]], sources: Mapping[str, Any]) -> Support:
    order = list(Support)
    return min((support_of(quantity.source, sources) for _, quantity in quantities), key=order.index)


def _sites(instance: Instance) -> list[str]:
    return [site for name in instance.use.vehicles for site in instance.vehicles[name].sites]


def _parts(instance: Instance) -> list[str]:
    sized = [instance.platforms[name].sized for name in instance.use.platforms]
    return [getattr(parts, part) for parts in sized if parts for part in PARTS]


def _value_at(data: Any, key: KeyPath) -> Any:
    for step in key:
        data = data[step]
    return data
