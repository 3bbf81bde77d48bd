"""Rate of growth of a lunar industry in continuous time, against which its steps are tested."""

from __future__ import annotations

import math

from solver.derive.lunar_growth import plant_per_product
from solver.horizon.substeps import calendar_lag
from solver.instance.moon import Moon


def growth_per_year(moon: Moon) -> float:
    """Return the continuous rate at which plant of the seed's mix can grow when it makes nothing else, 1 a year.

    The root of rate + decay = exp(-rate lag) / plant per plant, all mean values over the mix.
    """
    mix = {i: share for i, share in moon.seed.mix.items() if i in moon.activities}
    plant = sum(share * plant_per_product(moon, moon.activities[i].bill) for i, share in mix.items())
    if not 0 < plant < math.inf:
        return math.inf if plant == 0 else 0.0
    decay = sum(share * -math.log1p(-moon.activities[i].decay_share_per_year) for i, share in mix.items())
    lag = sum(share * calendar_lag(moon, moon.activities[i].lag_years) for i, share in mix.items())
    low, high = -decay, 1.0 / plant
    for _ in range(200):
        rate = (low + high) / 2
        low, high = (rate, high) if rate + decay < math.exp(-rate * lag) / plant else (low, rate)
    return low
