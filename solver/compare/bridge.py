"""Cost bridge between two runs: the difference of their net present costs by driver and part, adding up exactly.

The drivers are the discount rate, the unit prices (those of the instance, with nodes as it sizes them), the amounts of
the decisions and their dates. Every part of the ledger is valued with each combination of drivers of the one run and
the other; the Shapley value is the mean effect of a driver over all orders in which they can change. It is linear, so
that the bridge adds up over drivers and over parts. Decisions that only one instance knows have its unit prices.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from pydantic import BaseModel

from solver.design.candidates import resized
from solver.economics.ledger import ledger
from solver.horizon.periods import PlanningHorizon
from solver.horizon.substeps import SubPeriods
from solver.instance.schema import Instance
from solver.plan import Decisions, Design, Plan
from solver.run.consistency import Run
from solver.tables.window import DATED

RATE, PRICES, AMOUNTS, DATES, PLANS = "discount rate", "unit prices", "amounts", "dates", "plans"
PLANS_NOTE = "the plans have different periods: the bridge has no drivers"
Part = tuple[str, str]
"""Family and item of the ledger."""
_INTEREST = {"discount_share_per_year"}


@dataclass(frozen=True, slots=True)
class BridgePart:
    """Part of a bridge: a family and item of the ledger, its cost in both runs and the effect of each driver, MUSD."""

    family: str
    item: str
    before_musd: float
    after_musd: float
    effects: Mapping[str, float]

    @property
    def difference_musd(self) -> float:
        """Difference of the part: the sum of its effects."""
        return sum(self.effects.values())


@dataclass(frozen=True, slots=True)
class Bridge:
    """Bridge from the net present cost of one run to that of another, MUSD; parts in falling order of their difference.

    ``gaps_musd`` is the sum of both gaps, within which a difference is not distinguishable; None where the runs are not
    of least cost or a bound is missing. ``note`` is the reason where there is one driver only.
    """

    base: str
    other: str
    before_musd: float
    after_musd: float
    drivers: tuple[str, ...]
    parts: tuple[BridgePart, ...]
    gaps_musd: float | None
    note: str = ""

    @property
    def difference_musd(self) -> float:
        """Difference of the net present costs: the sum over all parts and drivers."""
        return sum(part.difference_musd for part in self.parts)

    def effect(self, driver: str) -> float:
        """Return the effect of a driver over all parts, MUSD."""
        return sum(part.effects[driver] for part in self.parts)

    def distinguishable(self, musd: float) -> bool | None:
        """Return whether an effect is larger than both gaps together; None where that is not known."""
        return None if self.gaps_musd is None else abs(musd) > self.gaps_musd

    def to_json(self) -> dict[str, Any]:
        """Return plain data, with the effect of every driver."""
        parts = [
            {
                **asdict(part),
                "difference_musd": part.difference_musd,
                "distinguishable": self.distinguishable(part.difference_musd),
            }
            for part in self.parts
        ]
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "parts"}
        effects = {driver: self.effect(driver) for driver in self.drivers}
        return {**own, "difference_musd": self.difference_musd, "effects_musd": effects, "parts": parts}


def bridge_of(base: Run, other: Run, labels: tuple[str, str]) -> Bridge | None:
    """Compute the bridge between two runs; None where one has no plan."""
    if base.plan is None or other.plan is None:
        return None
    sides = _Side(base.instance, base.plan), _Side(other.instance, other.plan)
    drivers = _drivers(base.instance, other.instance)
    try:
        parts = _shapley(drivers, sides) if drivers != (PLANS,) else _direct(sides)
    except (KeyError, ValueError, IndexError):
        # A hybrid of the two instances may have no price: then the plans themselves are compared.
        drivers, parts = (PLANS,), _direct(sides)
    note = PLANS_NOTE if drivers == (PLANS,) else ""
    drivers = tuple(d for d in drivers if any(part.effects[d] for part in parts)) or drivers[-1:]
    parts = tuple(replace(part, effects={d: part.effects[d] for d in drivers}) for part in parts)
    before, after = (sum(side.own().values()) for side in sides)
    return Bridge(*labels, before, after, drivers, parts, _gaps(base, other), note)


@dataclass(frozen=True, slots=True)
class _Side:
    instance: Instance
    plan: Plan

    def own(self) -> dict[Part, float]:
        """Return the net present cost of every part of the plan."""
        return _by_part(self.plan.claims.ledger)


def _gaps(base: Run, other: Run) -> float | None:
    gaps = [
        run.manifest.objective - run.manifest.bound
        for run in (base, other)
        if run.manifest.objective is not None
        and run.manifest.bound is not None
        and run.instance.objective.kind == "least_cost"
    ]
    return sum(gaps) if len(gaps) == 2 else None


def _drivers(base: Instance, other: Instance) -> tuple[str, ...]:
    """Return the drivers that can differ; one for all where periods are not the same."""
    one, two = (i.horizon.model_dump(exclude=_INTEREST) for i in (base, other))
    steps = {_steps(base), _steps(other)} - {None}
    if one != two or len(steps) > 1:
        return (PLANS,)
    rate = (RATE,) if base.horizon != other.horizon else ()
    bare = [i.model_dump(exclude={"horizon", "name", "description", "sources"}) for i in (base, other)]
    return (*rate, *((PRICES,) if bare[0] != bare[1] else ()), AMOUNTS, DATES)


def _steps(instance: Instance) -> Any:
    """Return the steps of the lunar plant, by which some decisions are indexed."""
    moon = instance.moon if instance.use.moon else None
    return None if moon is None else SubPeriods.of_moon(PlanningHorizon.of(instance.horizon), moon).cuts


def _direct(sides: tuple[_Side, _Side]) -> tuple[BridgePart, ...]:
    before, after = (side.own() for side in sides)
    return _sorted(
        BridgePart(*key, before.get(key, 0.0), after.get(key, 0.0), {PLANS: after.get(key, 0.0) - before.get(key, 0.0)})
        for key in {**before, **after}
    )


def _shapley(drivers: tuple[str, ...], sides: tuple[_Side, _Side]) -> tuple[BridgePart, ...]:
    """Return the Shapley value of every driver by part, over all sets of drivers that have changed."""
    values = {
        changed: _value(frozenset(changed), drivers, sides)
        for size in range(len(drivers) + 1)
        for changed in itertools.combinations(drivers, size)
    }
    before, after = values[()], values[drivers]
    effects: dict[Part, dict[str, float]] = defaultdict(lambda: dict.fromkeys(drivers, 0.0))
    for changed, value in values.items():
        for driver in drivers:
            if driver in changed:
                continue
            added = values[tuple(d for d in drivers if d == driver or d in changed)]
            weight = math.factorial(len(changed)) * math.factorial(len(drivers) - len(changed) - 1)
            for key in {**value, **added}:
                step = added.get(key, 0.0) - value.get(key, 0.0)
                effects[key][driver] += weight / math.factorial(len(drivers)) * step
    return _sorted(BridgePart(*key, before.get(key, 0.0), after.get(key, 0.0), effects[key]) for key in effects)


def _value(changed: frozenset[str], drivers: tuple[str, ...], sides: tuple[_Side, _Side]) -> dict[Part, float]:
    """Return the cost of every part with some drivers of the second run and the others of the first."""
    if changed in (frozenset(), frozenset(drivers)):
        return sides[bool(changed)].own()
    at = {driver: int(driver in changed) for driver in (RATE, PRICES, AMOUNTS, DATES)}
    prices = at[PRICES]
    instance: Instance = _joined(sides[1 - prices].instance, sides[prices].instance)
    rate = sides[at[RATE]].instance.horizon
    instance = instance.model_copy(update={"horizon": rate})
    decisions = _mixed(sides[at[AMOUNTS]].plan.decisions, sides[at[DATES]].plan.decisions)
    designs = _designs(instance, sides[prices].plan, sides[1 - prices].plan)
    return _by_part(ledger(instance, designs, decisions))


def _by_part(entries: Iterable[Any]) -> dict[Part, float]:
    sums: dict[Part, float] = defaultdict(float)
    for entry in entries:
        sums[entry.family, entry.item] += entry.present_musd
    return dict(sums)


def _designs(instance: Instance, plan: Plan, other: Plan) -> list[Design]:
    """Return the designs of both plans as the instance of the first sizes them; as they are where it has none."""
    found = {(d.name, d.shell): d for d in plan.designs}
    for d in other.designs:
        if (d.name, d.shell) not in found:
            found[d.name, d.shell] = resized(instance, d) or d
    return list(found.values())


def _mixed(amounts: Decisions, dates: Decisions) -> Decisions:
    """Return the amounts of some decisions, each spread over the dates of the others where they have them."""
    mixed: dict[str, Any] = {}
    for field in fields(Decisions):
        given, spread = getattr(amounts, field.name), getattr(dates, field.name)
        if field.name in DATED:
            mixed[field.name] = {key: spread.get(key, t) for key, t in given.items()}
            continue
        totals, theirs = _totals(given), _totals(spread)
        own = {key: value for key, value in given.items() if theirs.get(key[:-1], 0.0) == 0}
        moved = {
            key: value * totals[key[:-1]] / theirs[key[:-1]]
            for key, value in spread.items()
            if totals.get(key[:-1], 0.0) and theirs[key[:-1]]
        }
        mixed[field.name] = {**own, **moved}
    return Decisions(**mixed)


def _totals(decisions: Mapping[Any, float]) -> dict[Any, float]:
    totals: dict[Any, float] = defaultdict(float)
    for key, value in decisions.items():
        totals[key[:-1]] += value
    return totals


def _joined(less: Any, more: Any) -> Any:
    """Return the second value, with what only the first has: names of mappings and optional sections."""
    if isinstance(less, Mapping) and isinstance(more, Mapping):
        return {**less, **{key: _joined(less.get(key), value) for key, value in more.items()}}
    if isinstance(less, BaseModel) and type(less) is type(more):
        return more.model_copy(
            update={name: _joined(getattr(less, name), getattr(more, name)) for name in type(more).model_fields}
        )
    if more is None and isinstance(less, BaseModel):
        return less
    if isinstance(less, tuple | list) and isinstance(more, tuple | list) and all(isinstance(x, str) for x in less):
        return type(more)(dict.fromkeys([*more, *less]))
    return more


def _sorted(parts: Iterable[BridgePart]) -> tuple[BridgePart, ...]:
    return tuple(sorted(parts, key=lambda part: (-abs(part.difference_musd), part.family, part.item)))
