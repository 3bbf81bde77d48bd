"""Who sees whom: nearest nodes of other shells over the Earth's limb, and nodes above stations on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from solver.physics.constants import EARTH_MEAN_RADIUS_KM
from solver.topology.paths import GroundLinks
from solver.topology.patterns import each_once
from solver.topology.spec import Station
from solver.topology.walker import ground_positions_km

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
GRAZING_KM = 80.0
"""Lowest height of a beam above the ground, km: below it the air bends and dims it."""
NEAREST_TRIED = 12


def in_sight(a_km: FloatArray, b_km: FloatArray, grazing_km: float = GRAZING_KM) -> NDArray[np.bool_]:
    """Return whether the straight line between each two points (rows) stays above the air."""
    way = b_km - a_km
    length2 = np.maximum((way * way).sum(axis=1), 1e-12)
    at = np.clip(-(a_km * way).sum(axis=1) / length2, 0.0, 1.0)
    lowest = np.linalg.norm(a_km + at[:, None] * way, axis=1)
    return np.asarray(lowest >= EARTH_MEAN_RADIUS_KM + grazing_km)


def nearest_elsewhere(position_km: FloatArray, shell: IntArray, spare: IntArray, range_km: float) -> IntArray:
    """Return links between nodes of different shells, nearest first, none with more links than terminals to spare.

    ``shell`` and ``spare`` are the shell and the spare terminals of each node. Only pairs in range and in sight are
    linked. Rows of two nodes.
    """
    able = np.flatnonzero(spare > 0)
    if len(np.unique(shell[able])) < 2:
        return np.empty((0, 2), dtype=np.int64)
    found = []
    for s in np.unique(shell[able]):
        here, there = able[shell[able] == s], able[shell[able] != s]
        rows, near = _near(position_km, here, there, range_km)
        found.append(np.column_stack((here[rows], there[near])))
    pairs = each_once(np.concatenate(found))
    pairs = pairs[in_sight(position_km[pairs[:, 0]], position_km[pairs[:, 1]])]
    return _matched(position_km, pairs, spare)


def nearest_in_sight(position_km: FloatArray, here: IntArray, there: IntArray, range_km: float) -> IntArray:
    """Return a link from each node here to the nearest of those there that it sees in range, if any."""
    rows, near = _near(position_km, here, there, range_km)
    pairs = np.column_stack((here[rows], there[near]))
    clear = in_sight(position_km[pairs[:, 0]], position_km[pairs[:, 1]])
    _, first = np.unique(rows[clear], return_index=True)
    return np.asarray(pairs[clear][first], dtype=np.int64)


def _near(position_km: FloatArray, here: IntArray, there: IntArray, range_km: float) -> tuple[IntArray, IntArray]:
    """The nearest few there of each node here, the nearest first: indices into both."""
    tries = np.arange(1, min(NEAREST_TRIED, len(there)) + 1)
    _, near = KDTree(position_km[there]).query(position_km[here], k=tries, distance_upper_bound=range_km)
    near = np.atleast_2d(np.asarray(near, dtype=np.int64))
    rows, columns = np.nonzero(near < len(there))
    return rows.astype(np.int64), near[rows, columns]


def _matched(position_km: FloatArray, pairs: IntArray, spare: IntArray) -> IntArray:
    """Take pairs from the shortest on while both ends have a terminal left."""
    length = np.linalg.norm(position_km[pairs[:, 0]] - position_km[pairs[:, 1]], axis=1)
    left, taken = spare.tolist(), []
    for i in np.argsort(length, kind="stable"):
        a, b = int(pairs[i, 0]), int(pairs[i, 1])
        if left[a] > 0 and left[b] > 0:
            left[a] -= 1
            left[b] -= 1
            taken.append((a, b))
    return np.array(sorted(taken), dtype=np.int64).reshape(-1, 2)


def seen(position_km: FloatArray, stations: Sequence[Station], minutes: float) -> GroundLinks:
    """Return all pairs of a station and a node above its elevation mask, station by station."""
    if not stations:
        return GroundLinks(0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    along = position_km @ (station_positions_km(stations, minutes) / EARTH_MEAN_RADIUS_KM).T
    radius2 = (position_km * position_km).sum(axis=1)
    place, satellite, length = [], [], []
    for i, station in enumerate(stations):
        # Only what stands above the plane of the horizon is seen; the triangle with the Earth's centre gives the way.
        near = np.flatnonzero(along[:, i] >= EARTH_MEAN_RADIUS_KM)
        up = along[near, i]
        distance = np.sqrt(radius2[near] - 2.0 * EARTH_MEAN_RADIUS_KM * up + EARTH_MEAN_RADIUS_KM**2)
        sine = math.sin(math.radians(station.elevation_deg))
        above = up - EARTH_MEAN_RADIUS_KM >= distance * sine
        place.append(np.full(int(above.sum()), i, dtype=np.int64))
        satellite.append(near[above])
        length.append(distance[above])
    return GroundLinks(len(stations), np.concatenate(place), np.concatenate(satellite), np.concatenate(length))


def station_positions_km(stations: Sequence[Station], minutes: float) -> FloatArray:
    """Return where the stations are at an instant, km."""
    latitude, longitude = (
        np.array([getattr(station, name) for station in stations]) for name in ("latitude_deg", "longitude_deg")
    )
    return ground_positions_km(latitude, longitude, minutes)


def latitudes_deg(position_km: FloatArray) -> FloatArray:
    """Return the latitude below each position, degrees."""
    radius = np.linalg.norm(position_km, axis=1)
    return np.asarray(np.degrees(np.arcsin(position_km[:, 2] / radius)), dtype=np.float64)
