"""Electric power through eclipses: array power for recharging, battery energy, and depth of discharge by cycles."""

from __future__ import annotations

import math

from solver.physics.constants import SECONDS_PER_YEAR
from solver.physics.guard import require_not_negative, require_positive, require_positive_share, require_share

LEAST_DEPTH = 1e-6
"""Least depth of discharge that is computed, so that masses stay finite."""


def recharge_factor(eclipse_share: float, charge_efficiency: float, discharge_efficiency: float = 1.0) -> float:
    """Return the array power needed in sunlight per watt of constant load through the eclipse.

    1 + f / ((1 - f) x charge x discharge efficiency), with f the eclipse share of the worst orbit. A design that
    throttles in eclipse instead of carrying a battery has a factor of 1.
    """
    require_share(eclipse_share=eclipse_share)
    require_positive(sunlit_share=1.0 - eclipse_share)
    require_positive_share(charge_efficiency=charge_efficiency, discharge_efficiency=discharge_efficiency)
    stored = eclipse_share / (1.0 - eclipse_share)
    return 1.0 + stored / (charge_efficiency * discharge_efficiency)


def cycle_depth_share(cycles: float, rated_cycles: float, rated_depth: float, exponent: float) -> float:
    """Return the depth of discharge at which a battery lasts for some cycles; infinite for none.

    The life in cycles falls with a power of the depth: cycles = rated cycles x (rated depth / depth)^exponent.
    """
    require_not_negative(cycles=cycles)
    require_positive(rated_cycles=rated_cycles, exponent=exponent)
    require_positive_share(rated_depth=rated_depth)
    if cycles == 0:
        return math.inf
    return max(LEAST_DEPTH, rated_depth * math.pow(rated_cycles / cycles, 1.0 / exponent))


def full_eclipses(sunlit_share: float, longest_eclipse_min: float, years: float) -> float:
    """Return the cycles of a battery that is sized for the longest eclipse, as full ones: time in shadow over that.

    An upper bound on the wear of a life of shorter eclipses, where it grows faster than the depth (Miner's rule).
    """
    require_share(sunlit_share=sunlit_share)
    require_not_negative(longest_eclipse_min=longest_eclipse_min, years=years)
    if longest_eclipse_min == 0:
        return 0.0
    return (1.0 - sunlit_share) * years * SECONDS_PER_YEAR / 60.0 / longest_eclipse_min


def battery_energy_wh(
    load_w: float, eclipse_min: float, depth_of_discharge: float, discharge_efficiency: float = 1.0
) -> float:
    """Return the nameplate battery energy that carries a load through an eclipse, Wh."""
    require_not_negative(load_w=load_w, eclipse_min=eclipse_min)
    require_positive_share(depth_of_discharge=depth_of_discharge, discharge_efficiency=discharge_efficiency)
    return load_w * eclipse_min / 60.0 / (depth_of_discharge * discharge_efficiency)
