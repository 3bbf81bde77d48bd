"""Wright's law: unit cost falls by a fixed share with every doubling of cumulative production.

Any unit of production; cost per that unit. The learning rate is the share saved per doubling (0.2 is a progress
ratio of 0.8). ``start`` is the cumulative production at which the unit cost is ``start_cost``.
"""

from __future__ import annotations

import math

from solver.physics.guard import require_positive


def learning_exponent(learning_rate: float) -> float:
    """Return the exponent b of unit cost ~ production^b: log2(1 - rate), zero or negative."""
    if not 0.0 <= learning_rate < 1.0:
        raise ValueError(f"learning_rate: found {learning_rate}, wanted 0 or more and less than 1")
    return math.log2(1.0 - learning_rate)


def unit_cost(cumulative: float, start: float, start_cost: float, learning_rate: float) -> float:
    """Return the cost of the next unit once a cumulative production is reached."""
    require_positive(cumulative=cumulative, start=start, start_cost=start_cost)
    return float(start_cost * (cumulative / start) ** learning_exponent(learning_rate))


def production_for_cost(cost: float, start: float, start_cost: float, learning_rate: float) -> float:
    """Return the cumulative production at which the unit cost has fallen (or stood) at a value.

    Infinite when nothing is learned and the cost is below the start.
    """
    require_positive(cost=cost, start=start, start_cost=start_cost)
    exponent = learning_exponent(learning_rate)
    if exponent == 0.0:
        if cost == start_cost:
            return start
        return math.inf if cost < start_cost else 0.0
    return float(start * (cost / start_cost) ** (1.0 / exponent))


def cumulative_spend(cumulative: float, start: float, start_cost: float, learning_rate: float) -> float:
    """Return the money spent between the start and a later cumulative production, in the unit of cost.

    The integral of the unit cost; the two ends may be the same but not reversed.
    """
    require_positive(start=start, start_cost=start_cost)
    if not cumulative >= start:
        raise ValueError(f"cumulative: found {cumulative}, wanted at least the start {start}")
    power = 1.0 + learning_exponent(learning_rate)
    logarithm = math.log(cumulative / start)
    if abs(power * logarithm) < 1e-9:
        # A learning rate of one half makes the power vanish: the integral of 1/x is the logarithm.
        return start_cost * start * logarithm
    return start_cost * start * math.expm1(power * logarithm) / power
