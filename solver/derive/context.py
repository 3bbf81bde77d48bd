"""What all parts of the derivation share: the instance, its clock, its designs, its units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from formulations.coefficients import Cost, Ramp
from solver.clock import Clock
from solver.costs import Prices
from solver.derive.units import Units
from solver.instance.fields import Growth, Path
from solver.instance.schema import Instance
from solver.plan import Design, Money

EPS = 1e-6

MOST_PER_YEAR = 1e6
"""No ramp goes beyond a million a year, so that every row has a finite right-hand side."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything the parts of the derivation look at."""

    instance: Instance
    clock: Clock
    designs: tuple[Design, ...]
    units: Units

    @property
    def prices(self) -> Prices:
        """The money rules of the instance."""
        return Prices(self.instance, self.clock)

    def usable(self, start: str | None, until: str | None = None) -> list[int]:
        """Periods that begin at or after a month and end at or before another."""
        first = -math.inf if start is None else self.clock.year_of(start)
        last = math.inf if until is None else self.clock.year_of(until)
        return [t for t in self.clock.periods if self.clock.start(t) >= first - EPS and self.clock.end(t) <= last + EPS]

    def flying(self, vehicle: str) -> list[int]:
        """Periods in which a vehicle can fly from one of its sites at least."""
        described = self.instance.vehicles[vehicle]
        own = self.usable(described.available_from, described.available_until)
        open_sites = {t for l in described.sites for t in self.usable(self.instance.sites[l].available_from)}
        return [t for t in own if t in open_sites]

    def path_amount(self, path: Path, t: int) -> float:
        """What an outside path yields within period t: its rate at the middle times the length."""
        start = 0.0 if path.from_ is None else self.clock.year_of(path.from_)
        year = self.clock.middle(t)
        if year < start:
            return 0.0
        rate: float = path.start_per_year * (1 + path.growth_share_per_year) ** (year - start)
        if path.ceiling_per_year is not None:
            rate = min(rate, path.ceiling_per_year)
        return rate * self.clock.years(t)

    def window(self, t: int) -> tuple[int, ...]:
        """Periods that lie within the twelve months that end with t."""
        clock = self.clock
        return tuple(q for q in clock.periods[: t + 1] if clock.start(q) >= clock.end(t) - 1 - EPS)

    def reachable_rate(self, growth: Growth, years: float) -> float:
        """The best yearly rate anybody could have that many years after the first use."""
        grown = growth.start_per_year * math.exp(min(math.log1p(growth.growth_share_per_year) * max(0.0, years), 100.0))
        given = growth.ceiling_per_year
        return min(grown, MOST_PER_YEAR if given is None else min(given, MOST_PER_YEAR))

    def ramp(self, growth: Growth, first: int) -> Ramp:
        """The rows of a ramp whose first usable period is given."""
        clock = self.clock
        windows, befores, caps = {}, {}, {}
        for t in clock.periods:
            window = self.window(t)
            begin = clock.start(window[0])
            befores[t] = tuple(
                q for q in clock.periods if clock.start(q) >= begin - 1 - EPS and clock.end(q) <= begin + EPS
            )
            windows[t] = window
            # What a ramp counts is whole, so its cap may be rounded down: no plan is lost and the bound is tighter.
            caps[t] = math.floor(self.reachable_rate(growth, begin - clock.start(first)) + EPS)
        return Ramp(windows, befores, caps, 1 + growth.growth_share_per_year, growth.start_per_year)

    def cost(self, entries: Iterable[tuple[tuple[object, ...], list[Money]]]) -> Cost:
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
