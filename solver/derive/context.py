"""What all parts of the derivation share: the instance, its clock, its designs, its units."""

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

MOST_PER_YEAR = 1e6
"""No ramp goes beyond a million a year, so that every row has a finite right-hand side."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything the parts of the derivation look at."""

    instance: Instance
    horizon: PlanningHorizon
    designs: tuple[Design, ...]
    units: Units

    @property
    def moon(self) -> Moon | None:
        """The lunar industry, if the plan may build it."""
        return self.instance.moon if self.instance.use.moon else None

    def made_on_moon(self, design: Design) -> bool:
        """Whether nodes of a design come from the lunar industry."""
        return self.instance.platforms[design.platform].made_on == "moon"

    @property
    def prices(self) -> Prices:
        """The money rules of the instance."""
        return Prices(self.instance, self.horizon)

    def usable(self, start: str | None, until: str | None = None) -> list[int]:
        """Periods that begin at or after a month and end at or before another."""
        return ramps.usable(self.horizon, start, until)

    def flying(self, vehicle: str) -> list[int]:
        """Periods in which a vehicle can fly from one of its sites at least."""
        return ramps.flying(self.instance, self.horizon, vehicle)

    def path_amount(self, path: Path, t: int) -> float:
        """What an outside path yields within period t."""
        return ramps.path_amount(self.horizon, path, t)

    def window(self, t: int) -> tuple[int, ...]:
        """Periods that lie within the twelve months that end with t."""
        return tuple(ramps.window(self.horizon, t))

    def ramp(self, growth: Growth, first: int) -> Ramp:
        """The rows of a ramp whose first usable period is given."""
        rule, periods = ramps.Ramp(self.horizon, growth, first), self.horizon.periods
        return Ramp(
            window={t: self.window(t) for t in periods},
            before={t: tuple(ramps.window_before(self.horizon, t)) for t in periods},
            # What a ramp counts is whole, so its cap may be rounded down: no plan is lost and the bound is tighter.
            cap={t: math.floor(min(rule.cap(t), MOST_PER_YEAR) + EPS) for t in periods},
            factor=1 + growth.growth_share_per_year,
            start=growth.start_per_year,
        )

    def cost(self, entries: Iterable[tuple[tuple[object, ...], list[CashFlow]]]) -> Cost:
        """Present values of ledger entries by index: what is spent, and what is left."""
        spent, salvage = {}, {}
        for index, unit in entries:
            spent[index] = sum(m.present_musd for m in unit if m.item != "salvage") * self.units.money_per_musd
            salvage[index] = -sum(m.present_musd for m in unit if m.item == "salvage") * self.units.money_per_musd
        return Cost(spent, salvage)


def most_in_window(ramp: Ramp, periods: Iterable[int]) -> dict[int, float]:
    """The most that a window ending with each period can hold under both rules of its ramp."""
    most: dict[int, float] = {}
    for t in periods:
        earlier = ramp.before[t]
        grown = ramp.start + ramp.factor * (most.get(earlier[-1], 0.0) if earlier else 0.0)
        most[t] = min(ramp.cap[t], grown)
    return most
