"""Walker shells: positions of the nodes of a shell at an instant, and of points on the rotating Earth.

A shell has P planes of S slots. *Closed* shells spread their planes over all 360 degrees of node and the last plane is
a neighbour of the first; *open* ones keep them in a band, such as dawn-dusk shells, whose planes all lie near the
terminator. Phasing F shifts each plane by F x 360 / (P S) degrees against the one before (Walker 1984: i: P S / P / F).
Orbits are circles round a sphere of 6,371.0 km; positions are inertial, km, the Earth's axis is z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.physics.constants import EARTH_MEAN_RADIUS_KM, SECONDS_PER_DAY, TROPICAL_YEAR_DAYS
from solver.physics.orbit import mean_motion_rad_s, sun_synchronous_inclination_deg

FloatArray = NDArray[np.float64]

DAWN_DUSK_BAND_DEG = 15.0
"""Band of nodes of a dawn-dusk shell: an hour of local time, 17:30 to 18:30. Assumption."""
SIDEREAL_RATE_RAD_S = 2.0 * math.pi / SECONDS_PER_DAY * (1.0 + 1.0 / TROPICAL_YEAR_DAYS)
"""Rotation rate of the Earth against the stars, rad/s."""


@dataclass(frozen=True, slots=True)
class Walker:
    """Geometry of a shell; ``band_deg`` 360 is closed, less is open."""

    altitude_km: float
    inclination_deg: float
    planes: int
    slots: int
    phasing: int = 0
    band_deg: float = 360.0
    first_node_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.planes < 1 or self.slots < 1:
            raise ValueError(f"planes and slots: found {self.planes} and {self.slots}, expected 1 or more")
        if not 0.0 <= self.band_deg <= 360.0:
            raise ValueError(f"band_deg: found {self.band_deg}, expected 0 to 360")

    @property
    def closed(self) -> bool:
        """True if the last plane is a neighbour of the first."""
        return self.band_deg == 360.0 and self.planes > 2

    @property
    def count(self) -> int:
        """Total places of the shell."""
        return self.planes * self.slots

    @property
    def nodes_deg(self) -> FloatArray:
        """Right ascension of the node of each plane, degrees."""
        if self.band_deg == 360.0:
            return np.asarray(self.first_node_deg + 360.0 / self.planes * np.arange(self.planes), dtype=np.float64)
        if self.planes == 1:
            return np.array([self.first_node_deg])
        spread = np.arange(self.planes) / (self.planes - 1) - 0.5
        return np.asarray(self.first_node_deg + self.band_deg * spread, dtype=np.float64)

    def positions_km(self, minutes: float = 0.0) -> FloatArray:
        """Return the positions of all places, plane by plane, km: an array of count x 3."""
        phase = mean_motion_rad_s(self.altitude_km) * minutes * 60.0
        plane, slot = np.divmod(np.arange(self.count), self.slots)
        anomaly = 2.0 * math.pi * (slot / self.slots + self.phasing * plane / self.count) + phase
        node, tilt = np.radians(self.nodes_deg)[plane], math.radians(self.inclination_deg)
        x, y = np.cos(anomaly), np.sin(anomaly)
        flat, up = y * math.cos(tilt), y * math.sin(tilt)
        unit = np.column_stack(
            (x * np.cos(node) - flat * np.sin(node), x * np.sin(node) + flat * np.cos(node), up),
        )
        return np.asarray((EARTH_MEAN_RADIUS_KM + self.altitude_km) * unit, dtype=np.float64)


def dawn_dusk(altitude_km: float, planes: int, slots: int, band_deg: float = DAWN_DUSK_BAND_DEG) -> Walker:
    """Return a sun-synchronous shell over the terminator, its planes in a band, the Sun in the direction of x."""
    incline = sun_synchronous_inclination_deg(altitude_km)
    return Walker(altitude_km, incline, planes, slots, 0, band_deg if planes > 1 else 0.0, 90.0)


def nearly_square(count: int, planes: int | None = None) -> tuple[int, int]:
    """Return planes and slots for a number of places: the given planes, or about as many planes as slots.

    Places that do not fill a row are left out: at most a share of 1 over the slots. Fewer than three places in each
    plane become a single ring. ValueError for less than one place or plane.
    """
    if count < 1:
        raise ValueError(f"count: found {count}, expected 1 or more")
    plane_count = math.isqrt(count) if planes is None else planes
    if plane_count < 1:
        raise ValueError(f"planes: found {planes}, expected 1 or more")
    if count < 3 * plane_count:
        return 1, count
    return plane_count, count // plane_count


def ground_positions_km(latitude_deg: FloatArray, longitude_deg: FloatArray, minutes: float = 0.0) -> FloatArray:
    """Return inertial positions of points on the ground, km; at minute 0 the meridian of Greenwich lies in x."""
    latitude = np.radians(np.asarray(latitude_deg, dtype=np.float64))
    longitude = np.radians(np.asarray(longitude_deg, dtype=np.float64)) + SIDEREAL_RATE_RAD_S * minutes * 60.0
    unit = np.column_stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )
    return np.asarray(EARTH_MEAN_RADIUS_KM * unit, dtype=np.float64)


def great_circle_km(a_km: FloatArray, b_km: FloatArray) -> FloatArray:
    """Return the great-circle distances on the ground below two sets of points (rows of positions), km."""
    a = a_km / np.linalg.norm(a_km, axis=-1, keepdims=True)
    b = b_km / np.linalg.norm(b_km, axis=-1, keepdims=True)
    half = np.linalg.norm(a - b, axis=-1) / 2.0
    return np.asarray(2.0 * EARTH_MEAN_RADIUS_KM * np.arcsin(np.minimum(half, 1.0)), dtype=np.float64)
