"""Getting there: Hohmann transfers, plane changes, the rocket equation, payload beyond low orbit."""

from __future__ import annotations

import math

from solver.physics.constants import EARTH_MU_M3_S2, STANDARD_GRAVITY_M_S2
from solver.physics.guard import require_not_negative, require_positive
from solver.physics.orbit import circular_speed_m_per_s, radius_m

PARKING_ALTITUDE_KM = 200.0
"""Altitude of the parking orbit that reference payloads are quoted for, km."""


def hohmann_m_per_s(altitude_km: float, parking_km: float = PARKING_ALTITUDE_KM) -> float:
    """Return the delta-v of the two burns between two circular orbits in one plane, m/s (either way)."""
    low, high = sorted((radius_m(parking_km), radius_m(altitude_km)))
    start = math.sqrt(EARTH_MU_M3_S2 / low) * (math.sqrt(2.0 * high / (low + high)) - 1.0)
    end = math.sqrt(EARTH_MU_M3_S2 / high) * (1.0 - math.sqrt(2.0 * low / (low + high)))
    return start + end


def plane_change_m_per_s(altitude_km: float, angle_deg: float) -> float:
    """Return the delta-v that turns a circular orbit by an angle in one burn, m/s: 2 v sin(angle / 2)."""
    if not 0.0 <= angle_deg <= 180.0:
        raise ValueError(f"angle_deg: found {angle_deg}, wanted 0 to 180")
    return 2.0 * circular_speed_m_per_s(altitude_km) * math.sin(math.radians(angle_deg) / 2.0)


def exhaust_speed_m_per_s(isp_s: float) -> float:
    """Return the exhaust speed of a specific impulse in seconds, m/s."""
    require_positive(isp_s=isp_s)
    return isp_s * STANDARD_GRAVITY_M_S2


def mass_ratio(delta_v_m_per_s: float, isp_s: float) -> float:
    """Return the mass before a manoeuvre over the mass after it (Tsiolkovsky)."""
    require_not_negative(delta_v_m_per_s=delta_v_m_per_s)
    return math.exp(delta_v_m_per_s / exhaust_speed_m_per_s(isp_s))


def propellant_mass(final_mass: float, delta_v_m_per_s: float, isp_s: float) -> float:
    """Return the propellant that gives a final mass its delta-v, in the unit of that mass."""
    require_not_negative(final_mass=final_mass)
    return final_mass * (mass_ratio(delta_v_m_per_s, isp_s) - 1.0)


def propellant_share(delta_v_m_per_s: float, isp_s: float) -> float:
    """Return the share of the starting mass that a manoeuvre burns."""
    return 1.0 - 1.0 / mass_ratio(delta_v_m_per_s, isp_s)


def payload_beyond_parking_t(
    reference_payload_t: float,
    dry_mass_t: float,
    delta_v_m_per_s: float,
    isp_s: float,
    return_delta_v_m_per_s: float = 0.0,
) -> float:
    """Return the payload a vehicle brings beyond its parking orbit without refilling, t; 0 if it cannot.

    Payload is traded for propellant one to one: dry mass plus reference payload is what reaches the parking orbit.
    With a return delta-v the empty vehicle keeps propellant to come back. A first-order rule for catalogues: no
    change of ascent losses, tanks large enough.
    """
    require_not_negative(reference_payload_t=reference_payload_t, dry_mass_t=dry_mass_t)
    arriving_t = (dry_mass_t + reference_payload_t) / mass_ratio(delta_v_m_per_s, isp_s)
    return max(0.0, arriving_t - dry_mass_t * mass_ratio(return_delta_v_m_per_s, isp_s))
