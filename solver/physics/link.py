"""Geometry and rate of single optical links: distances, light time, slant range, rate by distance.

A rate is a published one at a published distance, less by the square of distance beyond it (far field).
"""

from __future__ import annotations

import math

from solver.physics.constants import EARTH_MEAN_RADIUS_KM, SPEED_OF_LIGHT_M_S
from solver.physics.guard import require_not_negative, require_positive


def light_time_ms(distance_km: float) -> float:
    """Return the one-way light time in vacuum, milliseconds."""
    require_not_negative(distance_km=distance_km)
    return distance_km * 1e6 / SPEED_OF_LIGHT_M_S


def chord_km(altitude_km: float, angle_deg: float) -> float:
    """Return the straight line between two nodes at one altitude, an angle apart at the Earth's centre, km."""
    require_not_negative(altitude_km=altitude_km)
    return 2.0 * (EARTH_MEAN_RADIUS_KM + altitude_km) * abs(math.sin(math.radians(angle_deg) / 2.0))


def ring_neighbour_km(altitude_km: float, nodes: int) -> float:
    """Return the straight line between neighbours of a ring of evenly spaced nodes, km."""
    require_positive(nodes=nodes)
    return chord_km(altitude_km, 360.0 / nodes)


def longest_sight_km(altitude_km: float, grazing_km: float = 80.0) -> float:
    """Return the longest straight link between two nodes at one altitude that stays above the air, km.

    ``grazing_km`` is the lowest height of the beam; 80 km is the usual choice.
    """
    if not 0.0 <= grazing_km <= altitude_km:
        raise ValueError(f"grazing_km: found {grazing_km}, expected 0 to the altitude {altitude_km}")
    r, limit = EARTH_MEAN_RADIUS_KM + altitude_km, EARTH_MEAN_RADIUS_KM + grazing_km
    return 2.0 * math.sqrt(r * r - limit * limit)


def slant_range_km(altitude_km: float, elevation_deg: float) -> float:
    """Return the distance from a ground station to a satellite seen at an elevation, km (no refraction)."""
    require_not_negative(altitude_km=altitude_km)
    _require_elevation(elevation_deg)
    r, sine = EARTH_MEAN_RADIUS_KM + altitude_km, math.sin(math.radians(elevation_deg))
    return math.sqrt(r * r - EARTH_MEAN_RADIUS_KM**2 * (1.0 - sine * sine)) - EARTH_MEAN_RADIUS_KM * sine


def visible_cap_deg(altitude_km: float, elevation_deg: float = 0.0) -> float:
    """Return the angle at the Earth's centre out to which a satellite is seen above an elevation, degrees."""
    require_not_negative(altitude_km=altitude_km)
    _require_elevation(elevation_deg)
    cosine = math.cos(math.radians(elevation_deg))
    ratio = EARTH_MEAN_RADIUS_KM / (EARTH_MEAN_RADIUS_KM + altitude_km)
    return math.degrees(math.acos(min(1.0, ratio * cosine))) - elevation_deg


def rate_at_distance_gbps(
    distance_km: float, reference_rate_gbps: float, reference_km: float, ceiling_gbps: float = math.inf
) -> float:
    """Return the rate of an optical link at a distance, from a reference link of the same terminals, Gb/s.

    Received power falls with the square of distance (far field) and the rate is taken as proportional to it. Short
    links are then limited by the terminal, not by light: give its own limit as the ceiling.
    """
    require_positive(distance_km=distance_km, reference_km=reference_km)
    require_not_negative(reference_rate_gbps=reference_rate_gbps, ceiling_gbps=ceiling_gbps)
    return min(ceiling_gbps, reference_rate_gbps * (reference_km / distance_km) ** 2)


def _require_elevation(elevation_deg: float) -> None:
    """Refuse elevations outside 0 to 90 degrees."""
    if not 0.0 <= elevation_deg <= 90.0:
        raise ValueError(f"elevation_deg: found {elevation_deg}, expected 0 to 90")
