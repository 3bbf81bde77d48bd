"""Wright's law: unit cost falls by a fixed share with every doubling of cumulative production.

Any unit of production; cost per that unit. The learning rate is the share saved per doubling (0.2 is a progress
ratio of 0.8). ``start`` is the cumulative production at which the unit cost is ``start_cost``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from solver.physics.guard import require_positive

MAX_FOLDS = 500.0
"""Growth by more e-folds would overflow, and exceeds any production."""


def learning_exponent(learning_rate: float) -> float:
    """Return the exponent b of unit cost ~ production^b: log2(1 - rate), zero or negative."""
    if not 0.0 <= learning_rate < 1.0:
        raise ValueError(f"learning_rate: found {learning_rate}, expected 0 or more and less than 1")
    return math.log2(1.0 - learning_rate)


def unit_cost(cumulative: float, start: float, start_cost: float, learning_rate: float) -> float:
    """Return the cost of the next unit once a cumulative production is reached."""
    require_positive(cumulative=cumulative, start=start, start_cost=start_cost)
    return float(start_cost * (cumulative / start) ** learning_exponent(learning_rate))


def cumulative_spend(cumulative: float, start: float, start_cost: float, learning_rate: float) -> float:
    """Return the money spent between the start and a later cumulative production, in the unit of cost.

    The integral of the unit cost; the two ends may be the same but not reversed.
    """
    require_positive(start=start, start_cost=start_cost)
    if not cumulative >= start:
        raise ValueError(f"cumulative: found {cumulative}, expected at least the start {start}")
    power = 1.0 + learning_exponent(learning_rate)
    logarithm = math.log(cumulative / start)
    if abs(power * logarithm) < 1e-9:
        # A learning rate of one half makes the power vanish: the integral of 1/x is the logarithm.
        return start_cost * start * logarithm
    return start_cost * start * math.expm1(power * logarithm) / power


@dataclass(frozen=True, slots=True)
class Curve:
    """Learning curve: price of the next unit over that of the first, by experience, down to a floor.
    ``start`` is the experience at the start of the plan, in the unit of experience (money at catalogue prices, mass
    ...). At a rate of 0, or a floor of 1, the price is constant.
    """

    start: float
    rate_share: float
    floor_share: float = 0.0

    @property
    def floor_reached(self) -> float:
        """Experience from which the price stays at the floor; infinite if it never gets there."""
        if self.floor_share >= 1.0:
            return self.start
        exponent = learning_exponent(self.rate_share)
        if self.floor_share <= 0.0 or exponent == 0.0:
            return math.inf
        folds = math.log(self.floor_share) / exponent
        return self.start * math.exp(folds) if folds < MAX_FOLDS else math.inf

    def factor(self, experience: float) -> float:
        """Return the price of the next unit over the catalogue price."""
        return max(self.floor_share, unit_cost(max(experience, self.start), self.start, 1.0, self.rate_share))

    def spend(self, experience: float) -> float:
        """Return the spending from the start up to an experience: the integral of ``factor``, concave."""
        bent = min(max(experience, self.start), self.floor_reached)
        paid = cumulative_spend(bent, self.start, 1.0, self.rate_share)
        return paid + self.floor_share * max(0.0, experience - bent)

    def history(self) -> float:
        """Return the spending on the first ``start`` units if the curve held from the first unit; infinite at 50 %."""
        power = 1.0 + learning_exponent(self.rate_share)
        return self.start / power if power > 0.0 else math.inf
