"""Kardashev scale, and the power of launching mass off the Moon."""

from __future__ import annotations

import math

from solver.physics.constants import SECONDS_PER_YEAR, SOLAR_LUMINOSITY_W
from solver.physics.guard import require_not_negative, require_positive

LUNAR_LAUNCH_SPEED_M_S = 2400.0
"""Launch speed of a lunar mass driver, m/s (NASA SP-413, 1977; lunar escape is 2,380)."""


def kardashev_index(power_w: float) -> float:
    """Return Sagan's continuous Kardashev index, (log10 P - 6) / 10 with P in watts: type I is 1e16 W."""
    require_positive(power_w=power_w)
    return (math.log10(power_w) - 6.0) / 10.0


def share_of_sun(power_w: float) -> float:
    """Return a power as a share of all the Sun radiates (3.828e26 W)."""
    require_not_negative(power_w=power_w)
    return power_w / SOLAR_LUMINOSITY_W


def mass_driver_power_gw(
    throughput_mt_yr: float, speed_m_per_s: float = LUNAR_LAUNCH_SPEED_M_S, efficiency: float = 1.0
) -> float:
    """Return the mean power of a mass driver, GW, for a throughput in Mt per (Julian) year.

    One half of m v squared over the efficiency: 0.0913 GW per Mt/yr at 2.4 km/s and efficiency 1.
    """
    require_not_negative(throughput_mt_yr=throughput_mt_yr, speed_m_per_s=speed_m_per_s)
    require_positive(efficiency=efficiency)
    return throughput_mt_yr * 1e9 / SECONDS_PER_YEAR * 0.5 * speed_m_per_s**2 / efficiency / 1e9
