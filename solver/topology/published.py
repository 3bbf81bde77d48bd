"""Published constellations: reading their files, and their stretch and hops over pairs of cities.

The files of Bhattacherjee and Singla, "Network topology design at 27,000 km/hour" (CoNEXT 2019), lines of numbers with
commas, and any other constellation in the same form:

========== =====================================================================
positions  satellite, plane, slot, latitude, longitude (degrees), altitude (km)
cities     city, name, latitude, longitude, population
pairs      city, city, great-circle distance (km)
coverage   city, satellite, distance (km)
edges      satellite, satellite
========== =====================================================================

Links are straight lines between satellites over a sphere of 6,371.0 km. A path goes from any satellite that covers the
one city to any that covers the other; the up and the down link count in length and in hops, and no city is in transit.
Stretch is the path's length over the great-circle distance. Means weight each pair by the product of its populations.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solver.errors import UsageError
from solver.physics.constants import EARTH_MEAN_RADIUS_KM
from solver.topology.paths import GroundLinks, shortest
from solver.topology.patterns import Pairs, chosen

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PublishedConstellation:
    """Published constellation: satellites with plane, slot and position, cities, pairs of cities, coverage."""

    plane: IntArray
    slot: IntArray
    position_km: FloatArray
    population: FloatArray
    pairs: IntArray
    geodesic_km: FloatArray
    coverage: GroundLinks

    @property
    def planes(self) -> int:
        """Plane count."""
        return int(self.plane.max()) + 1

    @property
    def slots(self) -> int:
        """Slot count of a plane."""
        return int(self.slot.max()) + 1

    def plus_grid(self) -> Pairs:
        """Return the links of the +Grid, closed along the slots and across the planes; ValueError for an empty slot."""
        number = np.full((self.planes, self.slots), -1, dtype=np.int64)
        number[self.plane, self.slot] = np.arange(len(self.plane))
        if (number < 0).any():
            raise ValueError("positions: a slot is empty, so there is no +Grid; give the edges")
        here, there = np.tile(number.ravel(), 2), np.concatenate((np.roll(number, -1, 1), np.roll(number, -1, 0)), None)
        return chosen(zip(here.tolist(), there.tolist(), strict=True), number.size)

    def path_statistics(self, links: Pairs) -> PathStatistics:
        """Return the weighted means of stretch and hops over all pairs of cities with the given links."""
        length_km = np.linalg.norm(self.position_km[links[:, 0]] - self.position_km[links[:, 1]], axis=1)
        found = shortest(len(self.position_km), links, length_km, self.coverage, self.pairs)
        weight = self.population[self.pairs].prod(axis=1)
        reached = np.isfinite(found.length_km)
        weight = weight * reached
        stretch = np.where(reached, found.length_km, 0.0) / self.geodesic_km
        return PathStatistics(
            len(links), float(weight @ stretch / weight.sum()), float(weight @ found.hops / weight.sum()),
            int((~reached).sum()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathStatistics:
    """Path statistics: links, mean stretch and mean hops weighted by population, and pairs without a path."""

    links: int
    stretch: float
    hops: float
    unreached: int


def read_published(positions: Path, cities: Path, pairs: Path, coverage: Path) -> PublishedConstellation:
    """Read a constellation; UsageError with file and line for a field that is no number or an unknown index."""
    satellite = _numbers(positions, (0, 1, 2, 3, 4, 5))
    if not np.array_equal(satellite[:, 0], np.arange(len(satellite))):
        raise UsageError(f"{positions}: satellites must be numbered 0, 1, 2 and so on, in order")
    city = _numbers(cities, (0, 2, 3, 4))
    index = {int(name): i for i, name in enumerate(city[:, 0])}
    pair, covered = _numbers(pairs, (0, 1, 2)), _numbers(coverage, (0, 1, 2))
    links = GroundLinks(
        len(city),
        _known(coverage, covered[:, 0], index, "city"),
        _known(coverage, covered[:, 1], {i: i for i in range(len(satellite))}, "satellite"),
        covered[:, 2],
    )
    return PublishedConstellation(
        satellite[:, 1].astype(np.int64),
        satellite[:, 2].astype(np.int64),
        _on_sphere(satellite[:, 3], satellite[:, 4], satellite[:, 5]),
        city[:, 3],
        np.column_stack([_known(pairs, pair[:, i], index, "city") for i in (0, 1)]),
        pair[:, 2],
        links,
    )


def read_edges(path: Path, count: int) -> Pairs:
    """Read the links of a constellation of ``count`` satellites; UsageError for a self link or an unknown satellite."""
    rows = _numbers(path, (0, 1)).astype(np.int64)
    try:
        return chosen([(int(a), int(b)) for a, b in rows], count)
    except ValueError as error:
        raise UsageError(f"{path}: {error}") from error


def _on_sphere(latitude_deg: FloatArray, longitude_deg: FloatArray, altitude_km: FloatArray) -> FloatArray:
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    radius = EARTH_MEAN_RADIUS_KM + altitude_km
    flat = radius * np.cos(latitude)
    return np.column_stack((flat * np.cos(longitude), flat * np.sin(longitude), radius * np.sin(latitude)))


def _numbers(path: Path, columns: Sequence[int]) -> FloatArray:
    rows = []
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            for number, fields in enumerate(csv.reader(lines), 1):
                try:
                    rows.append([float(fields[i]) for i in columns])
                except (ValueError, IndexError) as error:
                    raise UsageError(f"{path}:{number}: found {','.join(fields)!r}, expected numbers") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not rows:
        raise UsageError(f"{path}: found nothing, expected lines of numbers")
    return np.array(rows)


def _known(path: Path, names: FloatArray, index: dict[int, int], what: str) -> IntArray:
    for line, name in enumerate(names, 1):
        if int(name) not in index:
            raise UsageError(f"{path}:{line}: unknown {what} {int(name)}")
    return np.array([index[int(name)] for name in names], dtype=np.int64)
