"""Decisions: each record must name things of the instance and hold a readable amount.

Constraints   plan.unknown (name, period or step unknown to the instance, or a negative amount),
              plan.whole (count that is no integer of 0 or more)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral

from solver.check.calendar import Calendar
from solver.check.context import moon_of
from solver.check.substeps import Steps
from solver.check.verdict import Violation, as_number
from solver.instance.moon import Moon
from solver.instance.schema import Instance
from solver.plan import Plan

PERIOD, STEP = "period", "step"

RECORDS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "loaded": (("vehicle", "design", "shell", PERIOD), "nodes"),
    "flights": (("vehicle", "shell", PERIOD), "flights"),
    "launches": (("vehicle", "site", PERIOD), "launches"),
    "cargo_t": (("vehicle", "shell", PERIOD), None),
    "ordered": (("fleet", PERIOD), "vehicles"),
    "retired": (("fleet", PERIOD), None),
    "pads": (("site", PERIOD), "pads"),
    "lines": (("line", PERIOD), "lines"),
    "opened": (("line",), PERIOD),
    "ground_gw": (("region", PERIOD), None),
    "unmet": ((PERIOD,), None),
    "unserved": (("market", PERIOD), None),
    "tankers": (("vehicle", PERIOD), "flights"),
    "landings": (("lander", PERIOD), "landings"),
    "moon_begun": (("moon",), PERIOD),
    "seeds_t": ((PERIOD,), None),
    "imported_t": (("commodity", STEP), None),
    "invested_t": (("activity", STEP), None),
    "made_t": (("maker", STEP), None),
    "night_t": (("maker", STEP), None),
    "unlocked": (("commodity", "unlock"), PERIOD),
    "mass_drivers": ((PERIOD,), "mass drivers"),
    "mass_driver_launched_gw": (("design", "shell", PERIOD), None),
    "gateways": (("gateway", PERIOD), "stations"),
    "serves": (("workload", "place", PERIOD), None),
    "sends_gbps": (("shell", "gateway", PERIOD), None),
    "relays_gbps": (("shell", "shell", PERIOD), None),
}
"""Kinds of index of each decision, and its value: a period, the unit of a count, or None for an amount."""

LUNAR = (
    "tankers", "landings", "moon_begun", "seeds_t", "imported_t", "invested_t", "made_t", "night_t", "unlocked",
    "mass_drivers", "mass_driver_launched_gw",
)  # fmt: skip
"""Decisions that are empty unless the instance uses the Moon."""

UNKNOWN = {
    "fleet": "unknown owned vehicle",
    "line": "unknown platform with a production line",
    "maker": "unknown activity that makes or assembles",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Valid names and indices by kind of index."""

    known: Mapping[str, frozenset[str]]
    horizon: Calendar
    designs: frozenset[tuple[str, str]]
    unlocks: frozenset[tuple[str, str]]
    steps: Steps | None

    @classmethod
    def of(cls, instance: Instance, plan: Plan) -> Names:
        """Collect the names of an instance; designs are those that the plan lists."""
        vehicles = {v: instance.vehicles[v] for v in instance.use.vehicles}
        platforms = {p: instance.platforms[p] for p in instance.use.platforms}
        known = {
            # A vehicle that is described but not in use violates launch.available.
            "vehicle": frozenset(instance.vehicles),
            "fleet": frozenset(v for v, vehicle in vehicles.items() if vehicle.fleet is not None),
            "site": frozenset(instance.sites),
            "shell": frozenset(instance.use.shells),
            "line": frozenset(p for p, platform in platforms.items() if platform.production_line is not None),
            "region": frozenset(instance.use.ground),
            "place": frozenset((*instance.use.shells, *instance.use.ground)),
            "design": frozenset(str(d.name) for d in plan.designs),
            "market": frozenset(instance.market),
            "gateway": frozenset(instance.network.gateways if instance.network is not None else ()),
            "workload": frozenset(instance.network.workloads if instance.network is not None else ()),
        }
        horizon, moon = Calendar.of(instance.horizon), moon_of(instance)
        designs = frozenset((str(d.name), str(d.shell)) for d in plan.designs)
        if moon is None:
            return cls(known, horizon, designs, frozenset(), None)
        unlocks = frozenset(
            (j, unlock.name) for j, commodity in moon.commodities.items() for unlock in commodity.unlocks
        )
        return cls({**known, **_on_the_moon(moon)}, horizon, designs, unlocks, Steps.of(horizon, moon))

    def label(self, kind: str, index: object) -> str:
        """Return the label of a period or step; the index as text if it is none."""
        if not (isinstance(index, Integral) and self.has(kind, index)):
            return str(index)
        return self.steps.label(int(index)) if kind == STEP and self.steps else self.horizon.label(int(index))

    def has(self, kind: str, index: object) -> bool:
        """Return whether an index is a period of the horizon, or a step of the lunar plant."""
        valid = range(len(self.horizon.periods)) if kind == PERIOD else self.steps.steps if self.steps else range(0)
        return isinstance(index, Integral) and int(index) in valid


def _on_the_moon(moon: Moon) -> dict[str, frozenset[str]]:
    return {
        "moon": frozenset({"moon"}),
        "lander": frozenset(moon.landers),
        "commodity": frozenset(moon.commodities),
        "activity": frozenset(moon.activities),
        "maker": frozenset(i for i, activity in moon.activities.items() if activity.does in ("make", "assemble")),
        "unlock": frozenset(unlock.name for commodity in moon.commodities.values() for unlock in commodity.unlocks),
    }


def read_decisions(instance: Instance, plan: Plan, tolerance: float) -> list[Violation]:
    """Return a violation for each record of the decisions that is unreadable, and for each count that is no integer."""
    names = Names.of(instance, plan)
    found: list[Violation] = []
    for decision, (kinds, counted) in RECORDS.items():
        for key, value in getattr(plan.decisions, decision).items():
            at = (decision, *_labels(names, kinds, key))
            absent = decision in LUNAR and names.steps is None
            issue = "the Moon is not in use" if absent else _issue(names, kinds, key)
            if issue is not None:
                found.append(Violation("plan.unknown", at, 0.0, 1.0, issue))
            elif counted == PERIOD:
                found.extend(_period(names, at, value))
            elif counted is not None:
                found.extend(_count(at, value, counted))
            else:
                found.extend(_amount(at, value, tolerance))
    return found


def read_claims(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """Yield a violation for every period of the claims that lies outside the horizon."""
    claims, periods = plan.claims, Calendar.of(instance.horizon).periods
    if claims.first_period not in periods:
        yield Violation("plan.unknown", ("claims", "first_period"), 0.0, 1.0, f"unknown period {claims.first_period}")
    for entry in claims.ledger:
        if entry.period not in periods:
            at = ("claims", "ledger", entry.family, entry.item)
            yield Violation("plan.unknown", at, 0.0, 1.0, f"unknown period {entry.period}")


def _labels(names: Names, kinds: tuple[str, ...], key: object) -> tuple[str, ...]:
    if not isinstance(key, tuple) or len(key) != len(kinds):
        return (str(key),)
    return tuple(names.label(k, i) if k in (PERIOD, STEP) else str(i) for k, i in zip(kinds, key, strict=True))


def _issue(names: Names, kinds: tuple[str, ...], key: object) -> str | None:
    if not isinstance(key, tuple) or len(key) != len(kinds):
        return f"index of another shape than {', '.join(kinds)}"
    for kind, index in zip(kinds, key, strict=True):
        if kind in (PERIOD, STEP):
            if not names.has(kind, index):
                return f"unknown {kind}"
        elif index not in names.known[kind]:
            return UNKNOWN.get(kind, f"unknown {kind}")
    if "design" in kinds:
        place = kinds.index("design")
        if key[place : place + 2] not in names.designs:
            return "design that the plan does not list for this shell"
    if kinds == ("commodity", "unlock") and key not in names.unlocks:
        return "unlock of another commodity"
    return None


def _period(names: Names, at: tuple[str, ...], value: object) -> Iterator[Violation]:
    if not names.has(PERIOD, value):
        yield Violation("plan.unknown", at, 0.0, 1.0, f"unknown period {value}")


def _count(at: tuple[str, ...], value: object, unit: str) -> Iterator[Violation]:
    number = as_number(value)
    if not (math.isfinite(number) and number >= 0 and number == math.floor(number)):
        nearest = float(max(0, round(number))) if math.isfinite(number) else 0.0
        yield Violation("plan.whole", at, nearest, number, unit)


def _amount(at: tuple[str, ...], value: object, tolerance: float) -> Iterator[Violation]:
    number = as_number(value)
    if not math.isfinite(number):
        yield Violation("plan.unknown", at, 0.0, number, "amount that is no number")
    elif number < -tolerance:
        yield Violation("plan.unknown", at, 0.0, number, f"negative amount {number:.10g}")


def unreadable(found: list[Violation]) -> bool:
    """Return whether amounts cannot be checked: some name is unknown, or some value is not finite."""
    return any(v.constraint == "plan.unknown" or not math.isfinite(v.actual) for v in found)
