"""Shortest paths over satellites from ground to ground: length and hops, on sparse matrices.

Places on the ground begin and end paths and are never in transit. Up and down links count in length and in hops. Each
place has a vertex after the satellites with links up only; links down are added after the search as ``length to
satellite + down link``, which equals a second vertex with links down only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BATCH_NUMBERS = 4_000_000
"""Distances in memory at once."""


@dataclass(frozen=True, slots=True)
class GroundLinks:
    """Pairs of a place on the ground and a satellite: indices of both, and distance, km."""

    places: int
    place: IntArray
    satellite: IntArray
    length_km: FloatArray


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """Shortest path of each pair of places: length, km (infinite without a path), and hops."""

    length_km: FloatArray
    hops: IntArray


def symmetric(count: int, links: IntArray, weight: FloatArray) -> csr_array:
    """Return the symmetric matrix of undirected links with weights."""
    a, b = links[:, 0], links[:, 1]
    rows, columns, data = np.concatenate((a, b)), np.concatenate((b, a)), np.concatenate((weight, weight))
    return csr_array((data, (rows, columns)), shape=(count, count))


def shortest(
    count: int,
    links: IntArray,
    length_km: FloatArray,
    ground: GroundLinks,
    pairs: IntArray,
    steps: IntArray | None = None,
) -> ShortestPaths:
    """Return the shortest path of each pair of places on the ground (rows of two indices).

    ``steps`` are the hops counted on entering each satellite; none stands for 1 each.
    """
    a, b = links[:, 0], links[:, 1]
    total = count + ground.places
    matrix = csr_array(
        (
            np.concatenate((length_km, length_km, ground.length_km)),
            (np.concatenate((a, b, count + ground.place)), np.concatenate((b, a, ground.satellite))),
        ),
        shape=(total, total),
    )
    length, hops = np.full(len(pairs), np.inf), np.zeros(len(pairs), dtype=np.int64)
    order = np.argsort(ground.place, kind="stable")
    starts = np.searchsorted(ground.place[order], np.arange(ground.places + 1))
    sources = np.unique(pairs[:, 0])
    step = max(1, BATCH_NUMBERS // total)
    for first in range(0, len(sources), step):
        batch = sources[first : first + step]
        distance, before = dijkstra(matrix, indices=count + batch, return_predecessors=True)
        for row, source in enumerate(batch):
            queried = np.flatnonzero(pairs[:, 0] == source)
            last = _enter(distance[row], ground, order, starts, pairs[queried, 1], length, queried)
            hops[queried] = _hops(before[row], last, count + int(source), steps) + 1
    hops[~np.isfinite(length)] = 0
    return ShortestPaths(length, hops)


def _enter(
    distance: FloatArray,
    ground: GroundLinks,
    order: IntArray,
    starts: IntArray,
    targets: IntArray,
    length: FloatArray,
    queried: IntArray,
) -> IntArray:
    """Fill in the lengths to the targets and return the last satellite before each."""
    last = np.full(len(targets), -1, dtype=np.int64)
    for i, target in enumerate(targets):
        links = order[starts[target] : starts[target + 1]]
        if len(links) == 0:
            continue
        ends = distance[ground.satellite[links]] + ground.length_km[links]
        best = int(np.argmin(ends))
        length[queried[i]], last[i] = ends[best], ground.satellite[links[best]]
    return last


def _hops(before: IntArray, last: IntArray, source: int, steps: IntArray | None) -> IntArray:
    """Count the links from the source to each vertex by following the predecessors of all at once.

    The link up from the source counts one, whatever the steps.
    """
    hops, at = np.zeros(len(last), dtype=np.int64), last.copy()
    going = (at >= 0) & (at != source)
    while going.any():
        previous = before[at[going]]
        hops[going] += 1 if steps is None else np.where(previous == source, 1, steps[at[going]])
        at[going] = previous
        going &= (at >= 0) & (at != source)
    return hops
