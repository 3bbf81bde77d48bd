"""Residual value of the checker: shares of a price by service after the horizon, and the salvage of a fleet.

The rules are those of the format page, written again: sums of thin slices of time in place of antiderivatives.
"""

from __future__ import annotations

import math
from itertools import pairwise

from solver.check.capital import beyond_price
from solver.check.context import Context
from solver.check.fleet import fleet_history, lives_worn
from solver.check.survival import output_share
from solver.instance.transport import Fleet
from solver.plan import Design

NODES = (-math.sqrt(0.6), 0.0, math.sqrt(0.6))
WEIGHTS = (5 / 9, 8 / 9, 5 / 9)
"""Gauss-Legendre quadrature of three points on the interval from -1 to 1."""
SLICES = 64


def salvage_counted(x: Context) -> bool:
    """Return whether the instance counts salvage."""
    return x.instance.money.salvage != "none"


def residual_share(age_years: float, life_years: float) -> float:
    """Return the straight-line residual value at an age, as a share: 1 before age 0, 0 from the end of life on."""
    return max(0.0, min(1.0, 1.0 - age_years / life_years))


def present_residual(x: Context, musd: float, bought: float, ready: float, life_years: float | None) -> float:
    """Return the present value of what is left at the end of the horizon of a thing of that price, MUSD.

    A thing without a life in years loses nothing with time.
    """
    if life_years is None:
        return musd * x.horizon.discount(x.horizon_years)
    age = x.horizon_years - ready
    if x.instance.money.salvage == "straight_line":
        return musd * residual_share(age, life_years) * x.horizon.discount(x.horizon_years)
    if age <= 0.0:
        return musd * x.horizon.discount(bought)
    if age >= life_years:
        return 0.0
    # An annuity over the remaining life, seen from the first use, over the annuity of the whole life.
    left, whole = _annuity(x, life_years - age), _annuity(x, life_years)
    return musd * x.horizon.discount(bought) * x.horizon.discount(age) * left / whole


def residual_at(x: Context, musd: float, bought: float, sold: float, life_years: float) -> float:
    """Return the value at an instant within the plan of a thing bought and first used at another, MUSD."""
    age = sold - bought
    if x.instance.money.salvage == "straight_line":
        return musd * residual_share(age, life_years)
    if age >= life_years:
        return 0.0
    # The same annuity for the years that are left as for the whole life, each seen from its own begin.
    return musd * _annuity(x, life_years - age) / _annuity(x, life_years)


def _annuity(x: Context, years: float) -> float:
    """Return the present value of one MUSD a year, paid continuously for a number of years."""
    rate = math.log(1.0 + x.horizon.rate)
    # Below a rate x years of 1e-5 the closed form loses digits: two terms of its series are exact to 1e-11.
    small = rate * years < 1e-5
    return years * (1.0 - rate * years / 2) if small else (1.0 - x.horizon.discount(years)) / rate


def node_service_share(x: Context, d: Design, age_years: float, transfer_years: float) -> float:
    """Return the discounted IT power after an age over that of the whole life, per node placed."""
    if age_years >= d.life_years or transfer_years >= d.life_years:
        return 0.0
    split = max(age_years, transfer_years)
    before = _service(x, d, transfer_years, split, transfer_years)
    after = _service(x, d, split, d.life_years, transfer_years)
    return after / (before + after)


def _service(x: Context, d: Design, start: float, end: float, transfer_years: float) -> float:
    """Sum the discounted output over ages, between the ages at which array and accelerators cross."""
    ages = sorted({start, end, *(age for age in _kinks(d) if start < age < end)})
    return sum(_slices(x, d, a, b, transfer_years) for a, b in pairwise(ages))


def _kinks(d: Design) -> list[float]:
    """Return the ages at which the array falls below its need, and below the accelerators that are left."""
    spare = math.log(d.array_share)
    array = math.log(1.0 - d.array_loss_share_per_year)
    accelerators = math.log(1.0 - d.accelerator_failure_share_per_year)
    slopes = [-array, accelerators - array]
    return [spare / slope for slope in slopes if slope != 0.0]


def _slices(x: Context, d: Design, start: float, end: float, transfer_years: float) -> float:
    half, total = (end - start) / (2 * SLICES), 0.0
    for i in range(SLICES):
        middle = start + (2 * i + 1) * half
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            age = middle + half * node
            total += weight * half * output_share(d, age, transfer_years) * x.horizon.discount(age)
    return total


def fleet_present_residual(x: Context, v: str, fleet: Fleet) -> float:
    """Return the present value of the bought vehicles of a type that stand at the end, MUSD.

    It is the lesser of two sums. Years: the youngest orders stand, each worth the years that it can still serve.
    Flights: the lives begun less those lost, left on the Moon and worn, at the price of one at the end.
    """
    end = fleet_history(x, v, fleet)[-1]
    price = fleet.build_musd * (1.0 + beyond_price(x, "vehicles", fleet.life_years))
    orders = sorted(((q, count) for (o, q), count in x.decisions.ordered.items() if o == v), reverse=True)
    on_order = sum(count for q, count in orders if x.horizon.arrival(q, fleet.lead_years) not in x.horizon.periods)
    room, years = max(0.0, end.stock + on_order), 0.0
    for q, count in orders:
        stands = min(room, count)
        room -= stands
        ordered = x.horizon.middle(q)
        ready = ordered + fleet.lead_years
        years += stands * present_residual(x, price, ordered, ready, fleet.life_years)
    lives = end.stock + on_order
    if fleet.reuse_flights > 1:
        lives += end.retired_so_far - lives_worn(x.instance.vehicles[v].loss_share, fleet, end)
    return min(years, max(0.0, lives) * price * x.horizon.discount(x.horizon_years))
