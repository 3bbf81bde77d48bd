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
from solver.horizon.windows import windows
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

    def arrivals(self, lag_years: float) -> list[int]:
        """Return for each period the first one in which a thing ordered there with a lag is usable."""
        return [self.horizon.arrival(q, lag_years) for q in self.horizon.periods]

    def flying(self, vehicle: str) -> list[int]:
        """Return the periods in which a vehicle can fly from at least one of its sites."""
        return ramps.flying(self.instance, self.horizon, vehicle)

    def path_amount(self, path: Path, t: int) -> float:
        """Return the amount of an exogenous path within period t."""
        return ramps.path_amount(self.horizon, path, t)

    def ramp(self, growth: Growth, first: int, background: bool = False) -> Ramp:
        """Derive the coefficients of a ramp from its growth rule and first usable period."""
        rule, found = ramps.Ramp(self.horizon, growth, first, background), windows(self.horizon)
        caps = {key: rule.cap(window) for key, window in found.items() if not window.reads_before}
        return Ramp(
            windows={key: window.last for key, window in found.items()},
            window={key: window.within for key, window in found.items()},
            before={key: window.before for key, window in found.items()},
            # Whole periods hold integers, so rounding their cap down loses no plan and tightens the bound.
            cap={key: whole(cap) if found[key].whole or cap > LARGEST_COUNT else cap for key, cap in caps.items()},
            factor=rule.factor,
            start={key: rule.growth_start(window) for key, window in found.items()},
        )

    def cost(self, entries: Iterable[tuple[tuple[object, ...], list[CashFlow]]]) -> Cost:
        """Convert ledger entries by index to present cost and salvage value, in model units."""
        spent, salvage = {}, {}
        for index, unit in entries:
            spent[index] = sum(m.present_musd for m in unit if m.item != "salvage") * self.units.money_per_musd
            salvage[index] = -sum(m.present_musd for m in unit if m.item == "salvage") * self.units.money_per_musd
        return Cost(spent, salvage)


def max_in_window(ramp: Ramp, periods: Iterable[int]) -> dict[int, float]:
    """Bound the sum over the window that ends with each period by both rows of its ramp; it is 0 before the periods.

    Where the year before is cut into whole periods it is a window itself, bounded already.
    """
    most: dict[int, float] = {}
    for t in periods:
        before = ramp.before[t]
        last = max(before, default=-1)
        if before and ramp.window[last] == before:
            earlier = most.get(last, 0.0)
        else:
            earlier = sum(share * most.get(q, 0.0) for q, share in before.items())
        most[t] = max(0.0, min(ramp.cap[t], ramp.start[t] + ramp.factor * earlier))
    return most
