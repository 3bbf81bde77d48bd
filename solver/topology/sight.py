"""Lines of sight: to the nearest nodes of other shells past the Earth's limb, and from stations to nodes."""

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
"""Lowest altitude of a beam, km: below it the atmosphere bends and attenuates it."""
NEAREST_TRIED = 12


def in_sight(a_km: FloatArray, b_km: FloatArray, grazing_km: float = GRAZING_KM) -> NDArray[np.bool_]:
    """Return for each pair of points (rows) whether the straight line between them stays above the atmosphere."""
    way = b_km - a_km
    length2 = np.maximum((way * way).sum(axis=1), 1e-12)
    at = np.clip(-(a_km * way).sum(axis=1) / length2, 0.0, 1.0)
    lowest = np.linalg.norm(a_km + at[:, None] * way, axis=1)
    return np.asarray(lowest >= EARTH_MEAN_RADIUS_KM + grazing_km)


def nearest_elsewhere(position_km: FloatArray, shell: IntArray, spare: IntArray, range_km: float) -> IntArray:
    """Return links between nodes of different shells, as rows of two nodes, matched from the shortest on.

    ``shell`` and ``spare`` are the shell and the spare terminals of each node; no node gets more links than those. Only
    pairs in range and in sight are linked.
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
    """Return a link from each node of ``here`` to the nearest of ``there`` in range and in sight, if any."""
    rows, near = _near(position_km, here, there, range_km)
    pairs = np.column_stack((here[rows], there[near]))
    clear = in_sight(position_km[pairs[:, 0]], position_km[pairs[:, 1]])
    _, first = np.unique(rows[clear], return_index=True)
    return np.asarray(pairs[clear][first], dtype=np.int64)


def _near(position_km: FloatArray, here: IntArray, there: IntArray, range_km: float) -> tuple[IntArray, IntArray]:
    """Return the few nearest of ``there`` to each node of ``here``, nearest first, as indices into both."""
    tries = np.arange(1, min(NEAREST_TRIED, len(there)) + 1)
    _, near = KDTree(position_km[there]).query(position_km[here], k=tries, distance_upper_bound=range_km)
    near = np.atleast_2d(np.asarray(near, dtype=np.int64))
    rows, columns = np.nonzero(near < len(there))
    return rows.astype(np.int64), near[rows, columns]


def _matched(position_km: FloatArray, pairs: IntArray, spare: IntArray) -> IntArray:
    """Match pairs from the shortest on while both ends have a spare terminal."""
    length = np.linalg.norm(position_km[pairs[:, 0]] - position_km[pairs[:, 1]], axis=1)
    left, taken = spare.tolist(), []
    for i in np.argsort(length, kind="stable"):
        a, b = int(pairs[i, 0]), int(pairs[i, 1])
        if left[a] > 0 and left[b] > 0:
            left[a] -= 1
            left[b] -= 1
            taken.append((a, b))
    return np.array(sorted(taken), dtype=np.int64).reshape(-1, 2)


def visible_pairs(position_km: FloatArray, stations: Sequence[Station], minutes: float) -> GroundLinks:
    """Return all pairs of a station and a node above its elevation mask, station by station."""
    if not stations:
        return GroundLinks(0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    along = position_km @ (station_positions_km(stations, minutes) / EARTH_MEAN_RADIUS_KM).T
    radius2 = (position_km * position_km).sum(axis=1)
    place, satellite, length = [], [], []
    for i, station in enumerate(stations):
        # Only nodes above the horizon are in view; the triangle with the Earth's centre gives the distance.
        near = np.flatnonzero(along[:, i] >= EARTH_MEAN_RADIUS_KM)
        up = along[near, i]
        distance = np.sqrt(radius2[near] - 2.0 * EARTH_MEAN_RADIUS_KM * up + EARTH_MEAN_RADIUS_KM**2)
        sine = math.sin(math.radians(station.elevation_deg))
        visible = up - EARTH_MEAN_RADIUS_KM >= distance * sine
        place.append(np.full(int(visible.sum()), i, dtype=np.int64))
        satellite.append(near[visible])
        length.append(distance[visible])
    return GroundLinks(len(stations), np.concatenate(place), np.concatenate(satellite), np.concatenate(length))


def station_positions_km(stations: Sequence[Station], minutes: float) -> FloatArray:
    """Return the inertial positions of stations at an instant, km."""
    latitude, longitude = (
        np.array([getattr(station, name) for station in stations]) for name in ("latitude_deg", "longitude_deg")
    )
    return ground_positions_km(latitude, longitude, minutes)


def latitudes_deg(position_km: FloatArray) -> FloatArray:
    """Return the latitude below each position, degrees."""
    radius = np.linalg.norm(position_km, axis=1)
    return np.asarray(np.degrees(np.arcsin(position_km[:, 2] / radius)), dtype=np.float64)
