"""Rocket equation: exhaust speed, mass ratio and propellant of a manoeuvre."""

from __future__ import annotations

import math

from solver.physics.constants import STANDARD_GRAVITY_M_S2
from solver.physics.guard import require_not_negative, require_positive


def exhaust_speed_m_per_s(isp_s: float) -> float:
    """Return the exhaust speed of a specific impulse in seconds, m/s."""
    require_positive(isp_s=isp_s)
    return isp_s * STANDARD_GRAVITY_M_S2


def mass_ratio(delta_v_m_per_s: float, isp_s: float) -> float:
    """Return the mass before a manoeuvre over the mass after it (Tsiolkovsky)."""
    require_not_negative(delta_v_m_per_s=delta_v_m_per_s)
    return math.exp(delta_v_m_per_s / exhaust_speed_m_per_s(isp_s))


def round_trip_propellant(
    dry: float, cargo: float, up_m_per_s: float, back_m_per_s: float | None, isp_s: float
) -> float:
    """Return the propellant of a ship that leaves cargo at a place and returns empty, in the unit of the masses.

    ``back_m_per_s`` None: it stays there.
    """
    back = 0.0 if back_m_per_s is None else dry * (mass_ratio(back_m_per_s, isp_s) - 1.0)
    return (dry + cargo + back) * (mass_ratio(up_m_per_s, isp_s) - 1.0) + back


def propellant_mass(final_mass: float, delta_v_m_per_s: float, isp_s: float) -> float:
    """Return the propellant that gives a final mass its delta-v, in the unit of that mass."""
    require_not_negative(final_mass=final_mass)
    return final_mass * (mass_ratio(delta_v_m_per_s, isp_s) - 1.0)
