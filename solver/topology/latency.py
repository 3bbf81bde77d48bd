"""Latency and hops between cities, from cities to nodes, and between shells: light in vacuum, without switching.

Paths between cities are those of ``published``: any node above the elevation mask, shortest path by length, up and down
links counted. Satellites move over a city, so the figures are taken over several instants. From cities to the nodes of
a shell every node counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from solver.topology.graph import MS_PER_KM, Graph, build
from solver.topology.paths import GroundLinks, shortest
from solver.topology.sight import station_positions_km, visible_pairs
from solver.topology.spec import ShellSpec, Station
from solver.topology.walker import great_circle_km

FloatArray = NDArray[np.float64]
DAY_MIN = 1440.0
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class CityLatency:
    """One-way latency between pairs of cities, ms, over pairs and instants; stretch and hops are unweighted means.

    ``connected_pairs_share`` is the share of pairs and instants with a path; the other figures are over those.
    """

    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    stretch: float
    hops: float
    connected_pairs_share: float


@dataclass(frozen=True, slots=True)
class LatencyQuantiles:
    """Quantiles of one-way latency, ms, over the nodes with a path, and the share of these nodes."""

    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    connected_share: float


def daily_snapshots(shells: Sequence[ShellSpec], stations: Sequence[Station] = (), count: int = 4) -> list[Graph]:
    """Return the graphs at instants spread evenly over a day."""
    return [build(shells, stations, i * DAY_MIN / count) for i in range(count)]


def between_cities(graphs: Sequence[Graph], cities: Sequence[Station]) -> CityLatency | None:
    """Return the latency between all pairs of cities; none where no pair is ever connected."""
    a, b = np.triu_indices(len(cities), 1)
    pairs = np.column_stack((a, b))
    length, hops, stretch = [], [], []
    for graph in graphs:
        where = station_positions_km(cities, graph.minutes)
        visible = _visible(graph, cities)
        steps = np.array([spec.lump for spec in graph.shells], dtype=np.int64)[graph.shell]
        found = shortest(graph.count, graph.links, graph.length_km, visible, pairs, steps)
        reachable = np.isfinite(found.length_km)
        length.append(found.length_km[reachable])
        hops.append(found.hops[reachable])
        stretch.append(found.length_km[reachable] / great_circle_km(where[a[reachable]], where[b[reachable]]))
    lengths_km = np.concatenate(length)
    if len(lengths_km) == 0:
        return None
    p50, p95, p99 = (np.quantile(lengths_km, [0.5, 0.95, 0.99]) * MS_PER_KM).tolist()
    return CityLatency(
        p50, p95, p99, float(np.concatenate(stretch).mean()), float(np.concatenate(hops).mean()),
        len(lengths_km) / (len(pairs) * len(graphs)),
    )  # fmt: skip


def to_nodes(graphs: Sequence[Graph], cities: Sequence[Station]) -> dict[str, LatencyQuantiles]:
    """Return the latency from cities to the nodes of each shell, over cities, nodes and instants."""
    distances: dict[str, list[FloatArray]] = {}
    for graph in graphs:
        visible = _visible(graph, cities)
        for i in range(len(cities)):
            mine = visible.place == i
            if not mine.any():
                reached = np.full(graph.count, np.inf)
            else:
                reached = _distances_from(graph, visible.satellite[mine], visible.length_km[mine])
            for number, spec in enumerate(graph.shells):
                start = graph.first[number]
                distances.setdefault(spec.name, []).append(reached[start : start + spec.vertices])
    return {name: _quantiles(np.concatenate(found)) for name, found in distances.items()}


def between_shells(graph: Graph) -> dict[tuple[str, str], float]:
    """Return the mean latency from nodes of one shell to nodes of another, ms; infinite where there is no path.

    A few nodes spread over the first shell stand for all of them, because their views are much alike.
    """
    found: dict[tuple[str, str], float] = {}
    for i, spec in enumerate(graph.shells):
        start = graph.first[i]
        sample = start + np.unique(np.linspace(0, spec.vertices - 1, SAMPLES).astype(np.int64))
        reached = np.atleast_2d(dijkstra(graph.lengths, indices=sample))
        for j, other in enumerate(graph.shells):
            lengths_km = reached[:, graph.first[j] : graph.first[j] + other.vertices]
            found[spec.name, other.name] = float(lengths_km.mean() * MS_PER_KM)
    return found


def _visible(graph: Graph, cities: Sequence[Station]) -> GroundLinks:
    """Return the pairs of city and node in view; those of the graph where the cities are its stations."""
    if graph.stations == tuple(cities):
        return graph.visible
    return visible_pairs(graph.position_km, cities, graph.minutes)


def _distances_from(graph: Graph, satellites: NDArray[np.int64], length_km: FloatArray) -> FloatArray:
    """Return the distances from one place on the ground to all nodes over its links up, km."""
    lengths = graph.lengths.tocoo()
    source = graph.count
    matrix = csr_array(
        (
            np.concatenate((lengths.data, length_km)),
            (np.concatenate((lengths.row, np.full(len(satellites), source))),
             np.concatenate((lengths.col, satellites))),
        ),
        shape=(source + 1, source + 1),
    )  # fmt: skip
    return np.asarray(dijkstra(matrix, indices=[source])[0, : graph.count], dtype=np.float64)


def _quantiles(lengths_km: FloatArray) -> LatencyQuantiles:
    reached = lengths_km[np.isfinite(lengths_km)]
    if len(reached) == 0:
        return LatencyQuantiles(np.inf, np.inf, np.inf, 0.0)
    p50, p95, p99 = (np.quantile(reached, [0.5, 0.95, 0.99]) * MS_PER_KM).tolist()
    return LatencyQuantiles(p50, p95, p99, len(reached) / len(lengths_km))
