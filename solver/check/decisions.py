"""Decisions: whether every record names things of the instance and carries a readable amount.

Says   plan.unknown (a name or period the instance does not have, a negative amount), plan.whole (a count that is not a
       whole number, 0 or more)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral

from solver.check.verdict import Violation, as_number
from solver.clock import Clock
from solver.instance.schema import Instance
from solver.plan import Plan

PERIOD = "period"

RECORDS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "loaded": (("vehicle", "design", "shell", PERIOD), "nodes"),
    "flights": (("vehicle", "shell", PERIOD), "flights"),
    "launches": (("vehicle", "site", PERIOD), "launches"),
    "cargo_t": (("vehicle", "shell", PERIOD), None),
    "ordered": (("fleet", PERIOD), "vehicles"),
    "retired": (("fleet", PERIOD), None),
    "pads": (("site", PERIOD), "pads"),
    "lines": (("line", PERIOD), "lines"),
    "opened": (("line",), None),
    "ground_gw": (("region", PERIOD), None),
    "unmet": ((PERIOD,), None),
}
"""For each decision the kinds of its index, and what it counts when it must be whole."""


UNKNOWN = {
    "fleet": "vehicle in use that is owned: there is none of this name",
    "line": "platform in use with a production line: there is none of this name",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What an index of each kind may be."""

    known: Mapping[str, frozenset[str]]
    clock: Clock
    designs: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, instance: Instance, plan: Plan) -> Names:
        """The names of an instance; designs are those the plan brings along."""
        vehicles = {v: instance.vehicles[v] for v in instance.use.vehicles}
        platforms = {p: instance.platforms[p] for p in instance.use.platforms}
        known = {
            # A vehicle that is described but not in use is a matter of launch.available.
            "vehicle": frozenset(instance.vehicles),
            "fleet": frozenset(v for v, vehicle in vehicles.items() if vehicle.fleet is not None),
            "site": frozenset(instance.sites),
            "shell": frozenset(instance.use.shells),
            "line": frozenset(p for p, platform in platforms.items() if platform.line is not None),
            "region": frozenset(instance.use.ground),
            "design": frozenset(str(d.name) for d in plan.designs),
        }
        return cls(known, Clock.of(instance.horizon), frozenset((str(d.name), str(d.shell)) for d in plan.designs))

    def label(self, index: object) -> str:
        """A period's name, or the index itself where there is no such period."""
        return self.clock.label(int(index)) if isinstance(index, Integral) and self.has(index) else str(index)

    def has(self, index: object) -> bool:
        """Whether an index is a period of the clock."""
        return isinstance(index, Integral) and 0 <= int(index) < len(self.clock.periods)


def read_decisions(instance: Instance, plan: Plan, tolerance: float) -> list[Violation]:
    """Every record that cannot be read, or counts what cannot be counted."""
    names = Names.of(instance, plan)
    found: list[Violation] = []
    for decision, (kinds, counted) in RECORDS.items():
        for key, value in getattr(plan.decisions, decision).items():
            at = (decision, *_labels(names, kinds, key))
            fault = _fault(names, kinds, key)
            if fault is not None:
                found.append(Violation("plan.unknown", at, 0.0, 1.0, fault))
            elif decision == "opened":
                found.extend(_opened(names, at, value))
            elif counted is not None:
                found.extend(_count(at, value, counted))
            else:
                found.extend(_amount(at, value, tolerance))
    return found


def _labels(names: Names, kinds: tuple[str, ...], key: object) -> tuple[str, ...]:
    if not isinstance(key, tuple) or len(key) != len(kinds):
        return (str(key),)
    return tuple(names.label(i) if kind == PERIOD else str(i) for kind, i in zip(kinds, key, strict=True))


def _fault(names: Names, kinds: tuple[str, ...], key: object) -> str | None:
    if not isinstance(key, tuple) or len(key) != len(kinds):
        return f"index of another shape than {', '.join(kinds)}"
    for kind, index in zip(kinds, key, strict=True):
        if kind == PERIOD and not names.has(index):
            return "unknown period"
        if kind != PERIOD and index not in names.known[kind]:
            return UNKNOWN.get(kind, f"unknown {kind}")
    if kinds[:3] == ("vehicle", "design", "shell") and key[1:3] not in names.designs:
        return "design the plan does not bring along for this shell"
    return None


def _opened(names: Names, at: tuple[str, ...], value: object) -> Iterator[Violation]:
    if not names.has(value):
        yield Violation("plan.unknown", at, 0.0, 1.0, f"unknown period {value}")


def _count(at: tuple[str, ...], value: object, unit: str) -> Iterator[Violation]:
    number = as_number(value)
    if not (math.isfinite(number) and number >= 0 and number == math.floor(number)):
        whole = float(max(0, round(number))) if math.isfinite(number) else 0.0
        yield Violation("plan.whole", at, whole, number, unit)


def _amount(at: tuple[str, ...], value: object, tolerance: float) -> Iterator[Violation]:
    number = as_number(value)
    if not math.isfinite(number):
        yield Violation("plan.unknown", at, 0.0, number, "amount that is no number")
    elif number < -tolerance:
        yield Violation("plan.unknown", at, 0.0, number, f"negative amount {number:.10g}")


def unreadable(found: list[Violation]) -> bool:
    """Whether rules about amounts would be meaningless: unknown things, or counts that are no numbers."""
    return any(v.word == "plan.unknown" or not math.isfinite(v.found) for v in found)
