"""Rate limits of an instance: ramps over windows of twelve months, exogenous paths, and periods of use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.horizon.windows import Window
from solver.instance.fields import Growth, Path
from solver.instance.schema import Instance

EPS = INSTANT


def path_amount(horizon: PlanningHorizon, path: Path, t: int, available_from: str | None = None) -> float:
    """Return the amount of an exogenous path within a period: its rate at the middle times the length."""
    if available_from is not None and horizon.start(t) < horizon.year_of(available_from) - EPS:
        return 0.0
    begin = 0.0 if path.from_ is None else horizon.year_of(path.from_)
    if horizon.middle(t) < begin - INSTANT:
        return 0.0
    rate: float = path.start_per_year * (1.0 + path.growth_share_per_year) ** (horizon.middle(t) - begin)
    if path.ceiling_per_year is not None:
        rate = min(rate, path.ceiling_per_year)
    return rate * horizon.years(t)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Growth limit on a planning horizon, from its first period of use on.

    The plan's own amounts are limited: what was practised in the year before its start counts where a window reaches
    back to it. With ``background`` others practise what the plan leaves, so that only the path limits it.
    """

    horizon: PlanningHorizon
    growth: Growth
    first: int
    background: bool = False

    @property
    def factor(self) -> float:
        """Growth of a year, as a factor."""
        return 1.0 + self.growth.growth_share_per_year

    def rate(self, instant: float) -> float:
        """Return the largest yearly rate at an instant, in years from the start of the horizon."""
        age = max(0.0, instant - self.horizon.start(self.first))
        start = self.growth.start_per_year + self.factor * self.growth.practised_per_year
        # A hundred e-folds exceeds any rate; the bound keeps the exponential finite.
        grown = start * math.exp(min(100.0, age * math.log(self.factor)))
        return grown if self.growth.ceiling_per_year is None else min(grown, self.growth.ceiling_per_year)

    def cap(self, window: Window) -> float:
        """Return the largest amount of a window within the plan, for any earlier amounts."""
        return self.rate(window.begin_years) - self.growth.practised_per_year * window.history_years

    def growth_start(self, window: Window) -> float:
        """Return the largest amount of a window within the plan that did nothing in the year before.

        Infinite with background.
        """
        if self.background:
            return math.inf
        practised = self.factor * window.history_before_years - window.history_years
        return self.growth.start_per_year + self.growth.practised_per_year * practised

    def growth_cap(self, window: Window, before: float) -> float:
        """Return the largest amount of a window within the plan, after the amount ``before`` in the year before it."""
        return self.growth_start(window) + self.factor * before

    def subannual_cap(self, t: int) -> int | None:
        """Return the largest count in one period shorter than a year; None for a year."""
        years = self.horizon.years(t)
        return None if years >= 1 - EPS else math.ceil(self.rate(self.horizon.start(t)) * years - EPS)


def usable(horizon: PlanningHorizon, start: str | None, until: str | None = None) -> list[int]:
    """Return the periods that begin at or after a month and end at or before another."""
    first = -math.inf if start is None else horizon.year_of(start)
    last = math.inf if until is None else horizon.year_of(until)
    return [t for t in horizon.periods if horizon.start(t) >= first - EPS and horizon.end(t) <= last + EPS]


def first_use(horizon: PlanningHorizon, ordered: int, lag_years: float, available_from: str | None) -> int:
    """Return the first period in which a thing ordered in a period is used; the number of periods if none.
    It has arrived by then, and ``available_from`` allows its use: that date is one of use and never one of orders.
    """
    usable_from = next(iter(usable(horizon, available_from)), len(horizon.periods))
    return max(usable_from, horizon.arrival(ordered, lag_years))


def first_flight(instance: Instance, horizon: PlanningHorizon, vehicle: str) -> int:
    """Return the first period in which a vehicle can fly by its own dates; the number of periods if there is none."""
    described = instance.vehicles[vehicle]
    return next(iter(usable(horizon, described.available_from, described.available_until)), len(horizon.periods))


def first_order(instance: Instance, horizon: PlanningHorizon, vehicle: str) -> int:
    """Return the first period in which an order is of use: its lead time ahead of the first flight."""
    fleet, flies = instance.vehicles[vehicle].fleet, first_flight(instance, horizon, vehicle)
    lead_years = fleet.lead_years if fleet is not None else 0.0
    return next((t for t in horizon.periods if horizon.arrival(t, lead_years) >= flies), 0)


def flying(instance: Instance, horizon: PlanningHorizon, vehicle: str) -> list[int]:
    """Return the periods in which a vehicle can fly from one of its sites at least."""
    described = instance.vehicles[vehicle]
    own = usable(horizon, described.available_from, described.available_until)
    open_at = {t for site in described.sites for t in usable(horizon, instance.sites[site].available_from)}
    return [t for t in own if t in open_at]
