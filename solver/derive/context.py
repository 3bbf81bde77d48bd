"""Context of the derivation: the instance, its horizon, its designs and the units of the model."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from formulations.coefficients import Cost, Ramp
from solver.derive.units import Units
from solver.economics.unit_costs import Prices
from solver.horizon import ramps
from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import Growth, Path
from solver.instance.moon import Moon
from solver.instance.schema import Instance
from solver.plan import CashFlow, Design

EPS = 1e-6

LARGEST_COUNT = 1e12
"""Count from which a limit is taken for none: a double cannot tell such a count from the next beside its tolerance."""


def whole(limit: float) -> float:
    """Round the limit of a count down to an integer; infinite beyond ``LARGEST_COUNT``."""
    return math.inf if limit > LARGEST_COUNT else float(math.floor(limit + EPS))


@dataclass(frozen=True, slots=True)
class Context:
    """Input of every part of the derivation."""

    instance: Instance
    horizon: PlanningHorizon
    designs: tuple[Design, ...]
    units: Units

    @property
    def moon(self) -> Moon | None:
        """Lunar industry of the instance; None if the plan may not build it."""
        return self.instance.moon if self.instance.use.moon else None

    def made_on_moon(self, design: Design) -> bool:
        """Return True for a design made by the lunar industry."""
        return self.instance.platforms[design.platform].made_on == "moon"

    @property
    def prices(self) -> Prices:
        """Unit prices by the rules of the instance."""
        return Prices(self.instance, self.horizon)

    def usable(self, start: str | None, until: str | None = None) -> list[int]:
        """Return the periods that begin at or after a month and end at or before another."""
        return ramps.usable(self.horizon, start, until)

    def flying(self, vehicle: str) -> list[int]:
        """Return the periods in which a vehicle can fly from at least one of its sites."""
        return ramps.flying(self.instance, self.horizon, vehicle)

    def path_amount(self, path: Path, t: int) -> float:
        """Return the amount of an exogenous path within period t."""
        return ramps.path_amount(self.horizon, path, t)

    def window(self, t: int) -> tuple[int, ...]:
        """Return the periods within the twelve months that end with t."""
        return tuple(ramps.window(self.horizon, t))

    def ramp(self, growth: Growth, first: int) -> Ramp:
        """Derive the coefficients of a ramp from its growth rule and first usable period."""
        rule, periods = ramps.Ramp(self.horizon, growth, first), self.horizon.periods
        return Ramp(
            window={t: self.window(t) for t in periods},
            before={t: tuple(ramps.window_before(self.horizon, t)) for t in periods},
            # A ramp counts integers, so rounding its cap down loses no plan and tightens the bound.
            cap={t: whole(rule.cap(t)) for t in periods},
            factor=1 + growth.growth_share_per_year,
            start=growth.start_per_year,
        )

    def cost(self, entries: Iterable[tuple[tuple[object, ...], list[CashFlow]]]) -> Cost:
        """Convert ledger entries by index to present cost and salvage value, in model units."""
        spent, salvage = {}, {}
        for index, unit in entries:
            spent[index] = sum(m.present_musd for m in unit if m.item != "salvage") * self.units.money_per_musd
            salvage[index] = -sum(m.present_musd for m in unit if m.item == "salvage") * self.units.money_per_musd
        return Cost(spent, salvage)


def max_in_window(ramp: Ramp, periods: Iterable[int]) -> dict[int, float]:
    """Bound the sum over the window that ends with each period by both rows of its ramp; it is 0 before the periods."""
    most: dict[int, float] = {}
    for t in periods:
        earlier = ramp.before[t]
        if earlier and set(earlier) <= set(ramp.window[earlier[-1]]):
            before = most.get(earlier[-1], 0.0)
        else:
            before = sum(most.get(q, 0.0) for q in earlier)
        most[t] = min(ramp.cap[t], ramp.start + ramp.factor * before)
    return most
