"""Halls on the ground by the offer that they begin with: power, purchases of servers, and years at work.

An offer accepted in period q has power from its middle plus ``build_years`` on, until the end of the facility's life.
Servers are bought at power-on and again at each end of their life, before the hall closes and the plan ends; what
fails between is replaced in the period in which it fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.instance.places import Ground


@dataclass(frozen=True)
class Hall:
    """Hall of a region, of an offer accepted in period q; instants in years from the start of the horizon."""

    region: Ground
    horizon: PlanningHorizon
    q: int

    @property
    def power_on(self) -> float:
        """Instant of the first power."""
        return self.horizon.middle(self.q) + self.region.build_years

    @property
    def closes(self) -> float:
        """Instant at which the facility stops."""
        return self.power_on + self.region.facility_life_years

    @cached_property
    def served(self) -> list[int]:
        """Periods at whose end the hall has power."""
        return self.horizon.served(self.power_on, self.region.facility_life_years)

    @cached_property
    def purchases(self) -> tuple[float, ...]:
        """Instants at which servers are bought; none where power comes after the plan."""
        stop = min(self.horizon.end(self.horizon.periods[-1]), self.closes)
        bought, at = [], self.power_on
        while at < stop - INSTANT or (at == self.power_on and self.horizon.containing(at) is not None):
            bought.append(at)
            at += self.region.it_life_years
        return tuple(bought)

    def at_work(self) -> Iterator[tuple[int, float, float]]:
        """Yield each period with power in a part of it, the years of that part and its middle."""
        for t in self.horizon.periods[self.q :]:
            begin, end = max(self.horizon.start(t), self.power_on), min(self.horizon.end(t), self.closes)
            if end > begin + INSTANT:
                yield t, end - begin, (begin + end) / 2

    def servers(self) -> Iterator[tuple[int, float]]:
        """Yield periods with the servers taken from the supply in them, over those of the hall, repairs included."""
        for at in self.purchases:
            period = self.horizon.containing(at)
            assert period is not None
            yield period, 1.0
        for t, years, _ in self.at_work() if self.region.it_failure_share_per_year else ():
            yield t, self.region.it_failure_share_per_year * years

    def eflops_per_gw(self, t: int) -> float:
        """Return the computing of the servers at hand at the end of period t, EFLOP/s per GW."""
        bought = [at for at in self.purchases if at <= self.horizon.end(t) + INSTANT]
        grown = (1.0 + self.region.eflops_growth_share_per_year) ** bought[-1] if bought else 0.0
        return float((self.region.eflops_per_gw or 0.0) * grown)
