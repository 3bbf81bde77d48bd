"""Learning: price factors of each component along its curve, computed again from the instance alone.

Constraints   none of its own: a plan that claims other prices than its purchases lead to violates ``money.ledger`` and
              the totals; an instance with overlapping components is rejected when it is read

A unit bought at experience E costs max(floor, (E / start) ^ b) of its catalogue price, b = log2(1 - rate).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from solver.check.context import Context
from solver.instance.learning import Component

FOLDS = 500.0
"""Growth by more e-folds would overflow."""


@dataclass(frozen=True, slots=True)
class PriceFactors:
    """Factors on catalogue prices under learning, by component and period, and their floors for salvage."""

    by_part: Mapping[str, str]
    by_vehicle: Mapping[str, str]
    factor: Mapping[tuple[str, int], float]
    floor: Mapping[str, float]

    def of_part(self, part: str, t: int) -> float:
        """Return the price factor of a part of a node in period t."""
        return self.factor[self.by_part[part], t] if part in self.by_part else 1.0

    def of_flight(self, vehicle: str, t: int) -> float:
        """Return the price factor of a flight in period t."""
        return self.factor[self.by_vehicle[vehicle], t] if vehicle in self.by_vehicle else 1.0

    def residual_of_part(self, part: str) -> float:
        """Return the price factor of a part in salvage: the floor of its curve, which its price never falls below."""
        return self.floor[self.by_part[part]] if part in self.by_part else 1.0

    def residual_of_flight(self, vehicle: str) -> float:
        """Return the price factor of a flight in salvage: the floor of its curve."""
        return self.floor[self.by_vehicle[vehicle]] if vehicle in self.by_vehicle else 1.0


def price_factors(x: Context) -> PriceFactors:
    """Compute the price factors of each component from what the plan buys."""
    components = x.instance.learning.components
    factor: dict[tuple[str, int], float] = {}
    for name, component in components.items():
        bought = _bought(x, component)
        reached = component.initial_experience_musd
        for t in x.horizon.periods:
            # From the start of the period on, so that a small purchase at a large experience loses no digits.
            factor[name, t] = _mean_share(component, reached, bought.get(t, 0.0))
            reached += bought.get(t, 0.0)
    return PriceFactors(
        by_part={part: name for name, c in components.items() for part in c.parts},
        by_vehicle={vehicle: name for name, c in components.items() for vehicle in c.vehicles},
        factor=factor,
        floor={name: c.floor_share for name, c in components.items()},
    )


def _bought(x: Context, component: Component) -> dict[int, float]:
    """Return purchases of a component by period, MUSD at catalogue prices."""
    bought: dict[int, float] = defaultdict(float)
    for (_, k, s, t), count in x.decisions.loaded.items():
        bought[t] += count * sum(musd for part, musd in x.designs[k, s].cost_musd.items() if part in component.parts)
    for (v, t), flights in x.flown.items():
        if v in component.vehicles:
            bought[t] += flights * x.instance.vehicles[v].flight_musd
    return bought


def _mean_share(component: Component, reached: float, bought: float) -> float:
    """Return the mean price factor of a purchase that begins at an experience."""
    b = math.log2(1.0 - component.rate_share)
    now = math.pow(reached / component.initial_experience_musd, b)
    if bought <= 0.0:
        return max(component.floor_share, now)
    if now <= component.floor_share:
        return component.floor_share
    bent = bought
    if component.floor_share > 0.0 and b < 0.0:
        folds = min(FOLDS, math.log(component.floor_share / now) / b)
        bent = min(bought, reached * math.expm1(folds))
    longer = math.log1p(bent / reached)
    power = 1.0 + b
    grown = longer if abs(power * longer) < 1e-9 else math.expm1(power * longer) / power
    return (now * reached * grown + component.floor_share * (bought - bent)) / bought
