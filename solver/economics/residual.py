"""Residual value: shares of the price of a bought thing that its service after the horizon is worth.

Two rules. ``straight_line``: the share of the life that is left, of the price at the end of the horizon. ``delivered``:
the present value of salvage is that of the price, times the discounted service after the horizon over that of the whole
life. Both lie between 0 and 1 times the present value of the price.
"""

from __future__ import annotations

import math
from itertools import pairwise

from solver.plan import Design


def straight_line_share(horizon_years: float, ready_year: float, life_years: float) -> float:
    """Return the share of the life that is left at the end of the horizon: 1 before the first use, 0 after the life."""
    return min(1.0, max(0.0, 1.0 - (horizon_years - ready_year) / life_years))


def delivered_years_share(rate: float, horizon_years: float, ready_year: float, life_years: float) -> float:
    """Return the discounted years of service after the horizon over those of the whole life.

    ``rate`` is the continuous discount rate, ``ready_year`` the instant of the first use.
    """
    age = horizon_years - ready_year
    if age <= 0:
        return 1.0
    if age >= life_years:
        return 0.0
    return discounted_years(rate, age, life_years) / discounted_years(rate, 0.0, life_years)


def delivered_service_share(design: Design, rate: float, age: float, wait_years: float) -> float:
    """Return the discounted service expected of a node after an age over that of its whole life.

    Service is IT power: nodes alive times the lesser of array and accelerators, from the end of the transfer on.
    """
    if age >= design.life_years or wait_years >= design.life_years:
        return 0.0
    whole = discounted_service(design, rate, wait_years, design.life_years)
    return discounted_service(design, rate, max(age, wait_years), design.life_years) / whole


def discounted_years(rate: float, start: float, end: float) -> float:
    """Integrate exp(-rate x) from start to end."""
    years = end - start
    return math.exp(-rate * start) * (-math.expm1(-rate * years) / rate if rate != 0.0 else years)


def discounted_service(design: Design, rate: float, start: float, end: float) -> float:
    """Integrate the output of a node that works, over that of a new one, times the discount factor over ages.

    The output is the least of three exponentials.
    """
    falls = [(0.0, 0.0)]
    falls.append((math.log(design.array_share), -math.log1p(-design.array_loss_share_per_year)))
    falls.append((0.0, -math.log1p(-design.accelerator_failure_share_per_year)))
    crossings = {
        (high - low) / (steep - flat)
        for i, (high, steep) in enumerate(falls)
        for low, flat in falls[:i]
        if steep != flat
    }
    bounds = [start, *sorted(x for x in crossings if start < x < end), end]
    total = 0.0
    for left, right in pairwise(bounds):
        middle = (left + right) / 2
        level, fall = min(falls, key=lambda line: line[0] - line[1] * middle)
        total += math.exp(level) * discounted_years(rate + design.hazard_share_per_year + fall, left, right)
    return total


def wear_share(reuse_flights: float, loss_share: float) -> float:
    """Return the part of a life that one flight takes from the vehicles that are not lost; never below 0.

    Lost vehicles have flown half their life by assumption; where losses end more lives than wear, none wears out.
    """
    return max(0.0, 1.0 / reuse_flights - loss_share / 2)
