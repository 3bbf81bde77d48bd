"""Circular Earth orbits: period, sun-synchronism, eclipses, drag, decay, disposal.

Altitudes are above a sphere of 6,371.0 km. The Sun moves at constant speed along the ecliptic, its shadow is a
cylinder of the same sphere (no penumbra, no refraction). Measuring altitude from the equatorial radius instead moves
a yearly sunlit share by less than 0.0005 and the longest eclipse by less than 0.25 minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from solver.physics.atmosphere import density_kg_m3
from solver.physics.constants import (
    EARTH_EQUATORIAL_RADIUS_KM,
    EARTH_J2,
    EARTH_MEAN_RADIUS_KM,
    EARTH_MU_M3_S2,
    EARTH_OBLIQUITY_DEG,
    JULIAN_YEAR_DAYS,
    SECONDS_PER_DAY,
    SECONDS_PER_YEAR,
    TROPICAL_YEAR_DAYS,
)
from solver.physics.guard import require_not_negative

FloatArray = NDArray[np.float64]

DECAY_ALTITUDE_KM = np.array([500.0, 600.0, 800.0])
DECAY_YEARS = {
    "low": np.array([4.0, 15.0, 100.0]),
    "central": np.array([7.0, 20.0, 150.0]),
    "high": np.array([10.0, 30.0, 200.0]),
}
"""Years until a dead satellite re-enters without propulsion; round figures of common knowledge, no primary source."""

HIGHEST_DECAYING_ALTITUDE_KM = 2000.0
NO_DECAY_YEARS = 1e4
"""Longest natural decay, which means no decay on the time scale of a plan; finite, because JSON holds no infinity."""


@dataclass(frozen=True, slots=True)
class Illumination:
    """Sunlight on an orbit over a year; shares are of time."""

    sunlit_share: float
    longest_eclipse_share: float
    longest_eclipse_min: float
    eclipse_days: float


def radius_m(altitude_km: float) -> float:
    """Return the orbit radius in metres."""
    require_not_negative(altitude_km=altitude_km)
    return (EARTH_MEAN_RADIUS_KM + altitude_km) * 1e3


def circular_speed_m_per_s(altitude_km: float) -> float:
    """Return the speed on a circular orbit, m/s."""
    return math.sqrt(EARTH_MU_M3_S2 / radius_m(altitude_km))


def mean_motion_rad_s(altitude_km: float) -> float:
    """Return the angular speed on a circular orbit, rad/s (two-body, without J2)."""
    return math.sqrt(EARTH_MU_M3_S2 / radius_m(altitude_km) ** 3)


def period_min(altitude_km: float) -> float:
    """Return the time of one circular orbit, minutes (two-body, without J2)."""
    return 2.0 * math.pi / mean_motion_rad_s(altitude_km) / 60.0


def node_drift_deg_day(altitude_km: float, inclination_deg: float) -> float:
    """Return the drift of the node of a circular orbit by J2, degrees a day, eastward positive.

    First-order secular rate: -3/2 J2 n (Re/a)^2 cos i (Vallado, Fundamentals of Astrodynamics, 4th ed., 9.6).
    """
    ratio = EARTH_EQUATORIAL_RADIUS_KM * 1e3 / radius_m(altitude_km)
    rate = -1.5 * EARTH_J2 * mean_motion_rad_s(altitude_km) * ratio**2 * math.cos(math.radians(inclination_deg))
    return math.degrees(rate) * SECONDS_PER_DAY


def sun_synchronous_inclination_deg(altitude_km: float) -> float:
    """Return the inclination at which J2 makes the node follow the Sun, degrees.

    First order in J2, good to about 0.05 degrees. ValueError above about 5,970 km, where no such orbit exists.
    """
    required_drift = 360.0 / TROPICAL_YEAR_DAYS
    cosine = required_drift / node_drift_deg_day(altitude_km, 0.0)
    if cosine < -1.0:
        raise ValueError(f"altitude_km: found {altitude_km}, too high for a sun-synchronous circular orbit")
    return math.degrees(math.acos(cosine))


def beta_deg(inclination_deg: float, node_deg: FloatArray, sun_longitude_deg: FloatArray) -> FloatArray:
    """Return the angle between the Sun and the orbit plane, degrees, from -90 to 90.

    The node is a right ascension, the Sun's position an ecliptic longitude; arrays broadcast.
    """
    tilt = math.radians(EARTH_OBLIQUITY_DEG)
    incl = math.radians(inclination_deg)
    node, sun = np.radians(node_deg), np.radians(sun_longitude_deg)
    x, y, z = np.cos(sun), np.sin(sun) * math.cos(tilt), np.sin(sun) * math.sin(tilt)
    sine = math.sin(incl) * (x * np.sin(node) - y * np.cos(node)) + z * math.cos(incl)
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))


def sun_synchronous_beta_deg(altitude_km: float, local_time_h: float = 18.0, samples: int = 1461) -> FloatArray:
    """Return the beta angle over a year, degrees, from the March equinox on, evenly spaced in time.

    ``local_time_h`` is the mean local solar time of the ascending node: 6 or 18 is dawn-dusk, 12 is noon-midnight.
    """
    sun = (np.arange(samples) + 0.5) * 360.0 / samples
    # The mean Sun moves along the equator as fast as the ecliptic longitude, which gives the phase of the node.
    node = sun + (local_time_h - 12.0) * 15.0
    return beta_deg(sun_synchronous_inclination_deg(altitude_km), node, sun)


def node_averaged_beta_deg(inclination_deg: float, samples: int = 360) -> FloatArray:
    """Return beta angles, degrees, over all seasons and all nodes with equal weight (a flat array).

    Right for an orbit whose node J2 drives round many times in its life, or for planes spread evenly in node.
    """
    grid = (np.arange(samples) + 0.5) * 360.0 / samples
    return beta_deg(inclination_deg, grid[:, None], grid[None, :]).ravel()


def eclipse_share(altitude_km: float, beta_deg: float | FloatArray) -> FloatArray:
    """Return the share of an orbit spent in the Earth's shadow at a given beta angle (cylindrical shadow)."""
    r = EARTH_MEAN_RADIUS_KM + altitude_km
    height = math.sqrt(r * r - EARTH_MEAN_RADIUS_KM**2) / r
    cosine = np.maximum(np.cos(np.radians(np.asarray(beta_deg, dtype=np.float64))), 1e-12)
    return np.asarray(np.arccos(np.minimum(height / cosine, 1.0)) / math.pi, dtype=np.float64)


def illumination(altitude_km: float, betas_deg: FloatArray) -> Illumination:
    """Return the sunlit share, the longest eclipse and the days a year with eclipses over given beta angles."""
    shares = eclipse_share(altitude_km, betas_deg)
    longest = float(shares.max())
    return Illumination(
        sunlit_share=1.0 - float(shares.mean()),
        longest_eclipse_share=longest,
        longest_eclipse_min=longest * period_min(altitude_km),
        eclipse_days=float(np.count_nonzero(shares > 0.0)) / shares.size * JULIAN_YEAR_DAYS,
    )


@lru_cache(maxsize=256)
def sun_synchronous_illumination(altitude_km: float, local_time_h: float = 18.0) -> Illumination:
    """Return the yearly illumination of a sun-synchronous orbit (default: dawn-dusk)."""
    return illumination(altitude_km, sun_synchronous_beta_deg(altitude_km, local_time_h))


@lru_cache(maxsize=256)
def inclined_illumination(altitude_km: float, inclination_deg: float) -> Illumination:
    """Return the yearly illumination of an inclined orbit, averaged over its node."""
    return illumination(altitude_km, node_averaged_beta_deg(inclination_deg))


def drag_makeup_m_s_yr(
    altitude_km: float,
    activity: str | float = "mean",
    area_per_mass_m2_kg: float = 0.05,
    drag_coefficient: float = 2.2,
) -> float:
    """Return the delta-v that holds an orbit against drag for a year, m/s.

    One half of density x speed squared x Cd x A/m, over a Julian year; the atmosphere does not turn with the
    Earth. ``activity`` is ``low``, ``mean``, ``high`` or an F10.7 number. Trust: a factor 1.5 up to 650 km, see
    :mod:`solver.physics.atmosphere`.
    """
    require_not_negative(area_per_mass_m2_kg=area_per_mass_m2_kg, drag_coefficient=drag_coefficient)
    pressure = 0.5 * density_kg_m3(altitude_km, activity) * circular_speed_m_per_s(altitude_km) ** 2
    return pressure * drag_coefficient * area_per_mass_m2_kg * SECONDS_PER_YEAR


def natural_decay_years(altitude_km: float, band: str = "central") -> float:
    """Return the years until a dead satellite re-enters without propulsion.
    ``band`` is ``low``, ``central`` or ``high``. The logarithm of time is linear in altitude through 500, 600 and 800
    km (7, 20 and 150 years) and continues with the central end slopes up to 10,000 years, which means no decay and is
    the value above 2,000 km. Trust: a factor 2 between 500 and 800 km, an order of magnitude elsewhere; the points
    are common knowledge, not a measurement.
    """
    require_not_negative(altitude_km=altitude_km)
    if band not in DECAY_YEARS:
        raise ValueError(f"band: found {band!r}, expected one of {sorted(DECAY_YEARS)}")
    if altitude_km > HIGHEST_DECAYING_ALTITUDE_KM:
        return NO_DECAY_YEARS
    central = np.log(DECAY_YEARS["central"])
    slopes = np.diff(central) / np.diff(DECAY_ALTITUDE_KM)
    first = 0 if altitude_km < DECAY_ALTITUDE_KM[1] else 1
    line = central[first] + slopes[first] * (altitude_km - DECAY_ALTITUDE_KM[first])
    # A band keeps its end ratio to the central value; with slopes of their own the bands would cross.
    ratio = np.interp(altitude_km, DECAY_ALTITUDE_KM, np.log(DECAY_YEARS[band]) - central)
    return min(math.exp(float(line + ratio)), NO_DECAY_YEARS)


def deorbit_low_thrust_m_per_s(altitude_km: float, end_altitude_km: float = 200.0) -> float:
    """Return the delta-v of a slow spiral down to where drag takes over at once, m/s.

    The difference of the two circular speeds, the limit of small tangential thrust (Edelbaum 1961, same plane).
    """
    if end_altitude_km > altitude_km:
        raise ValueError(f"end_altitude_km: found {end_altitude_km}, expected at most the altitude {altitude_km}")
    return circular_speed_m_per_s(end_altitude_km) - circular_speed_m_per_s(altitude_km)
