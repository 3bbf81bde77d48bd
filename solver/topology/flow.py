"""Maximum flow of a network to the ground and its minimum cut, on sparse matrices.

SciPy's max-flow takes 32-bit integers. Rates are scaled so that they sum to 10^9 and rounded down: the reported flow is
feasible and short by at most one unit on each link.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from solver.topology.graph import LINK_KINDS, Graph, down_rates, nearest_stations
from solver.topology.paths import GroundLinks

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
INTEGER_SCALE = 1_000_000_000
NODES, DOWN, STATIONS = "work of the nodes", "links to the ground", "stations"


@dataclass(frozen=True, slots=True)
class DeliveredTraffic:
    """Traffic to the ground, Gb/s, and the min cut by kind of link: number of links and their capacity, Gb/s."""

    gbps: float
    cut: Mapping[str, tuple[int, float]]

    @property
    def bottleneck(self) -> str:
        """Kind of link with the largest capacity in the min cut; empty where nothing comes down."""
        return max(self.cut, key=lambda kind: self.cut[kind][1], default="")


def to_ground(
    graph: Graph,
    offered: Mapping[str, float] | None = None,
    failed: BoolArray | None = None,
    failed_stations: frozenset[str] = frozenset(),
) -> DeliveredTraffic:
    """Return the maximum flow from all nodes to the stations.

    ``offered`` is the traffic of each shell, Gb/s; none stands for no limit. ``failed`` vertices and stations are left
    out; nodes then send to the nearest stations that are left.
    """
    alive = np.ones(graph.count, dtype=bool) if failed is None else ~failed
    down, down_gbps = down_links(graph, failed_stations)
    source, sink = graph.count + len(graph.stations), graph.count + len(graph.stations) + 1
    up = alive[graph.links].all(axis=1)
    links, rates, kinds = graph.links[up], graph.rate_gbps[up], graph.kind[up]
    usable = alive[down.satellite]
    vertices = np.flatnonzero(alive)
    station_gbps = _station_gbps(graph, down, down_gbps * usable, failed_stations)
    upper_limit = station_gbps.sum()
    work = [np.inf if offered is None else offered.get(spec.name, 0.0) / spec.vertices for spec in graph.shells]
    offers = np.minimum(np.array(work)[graph.shell[vertices]], upper_limit)
    tails = np.concatenate(
        (links[:, 0], links[:, 1], down.satellite[usable], np.full(len(vertices), source),
         graph.count + np.arange(len(station_gbps)))
    )  # fmt: skip
    heads = np.concatenate(
        (links[:, 1], links[:, 0], graph.count + down.place[usable], vertices, np.full(len(station_gbps), sink))
    )
    capacity = np.concatenate((rates, rates, down_gbps[usable], offers, station_gbps))
    names = [*(f"links {kind}" for kind in LINK_KINDS), DOWN, NODES, STATIONS]
    kind = np.concatenate(
        (kinds, kinds, np.full(int(usable.sum()), 4), np.full(len(vertices), 5), np.full(len(station_gbps), 6))
    )
    return _max_flow(tails, heads, np.minimum(capacity, upper_limit), kind, names, source, sink)


def down_links(graph: Graph, failed_stations: frozenset[str]) -> tuple[GroundLinks, FloatArray]:
    """Return the links to the ground, and their rates, after some stations failed: each node takes the nearest left."""
    if not failed_stations:
        return graph.down, graph.down_gbps
    left = np.array([station.name not in failed_stations for station in graph.stations])[graph.visible.place]
    visible = GroundLinks(
        graph.visible.places, graph.visible.place[left], graph.visible.satellite[left], graph.visible.length_km[left]
    )
    down = nearest_stations(graph.shells, graph.shell, visible)
    return down, down_rates(graph.shells, graph.shell, down)


def _station_gbps(graph: Graph, down: GroundLinks, down_gbps: FloatArray, failed: frozenset[str]) -> FloatArray:
    """Return the capacity of each station, at most the rates of its links."""
    arriving = np.bincount(down.place, weights=down_gbps, minlength=len(graph.stations))
    capacity_gbps = np.array([0.0 if s.name in failed else s.expected_gbps for s in graph.stations])
    return np.asarray(np.minimum(arriving, capacity_gbps), dtype=np.float64)


def _max_flow(
    tails: NDArray[np.int64], heads: NDArray[np.int64], capacity: FloatArray, kind: NDArray[np.int64], names: list[str],
    source: int, sink: int,
) -> DeliveredTraffic:  # fmt: skip
    upper_limit = float(capacity[heads == sink].sum())
    if upper_limit <= 0:
        return DeliveredTraffic(0.0, {})
    unit = upper_limit / INTEGER_SCALE
    integer_capacity = np.floor(np.minimum(capacity, upper_limit) / unit + 0.5e-6).astype(np.int32)
    matrix = csr_array((integer_capacity, (tails, heads)), shape=(sink + 1, sink + 1))
    found = maximum_flow(matrix, source, sink)
    inside = np.zeros(sink + 1, dtype=bool)
    residual = csr_array(matrix - found.flow)
    residual.eliminate_zeros()
    inside[breadth_first_order(residual, source, return_predecessors=False)] = True
    crossing = inside[tails] & ~inside[heads] & (integer_capacity > 0)
    cut = {
        name: (int(mine.sum()), float(capacity[mine].sum()))
        for i, name in enumerate(names)
        for mine in [crossing & (kind == i)]
        if mine.any()
    }
    return DeliveredTraffic(math.fsum(gbps for _, gbps in cut.values()) if cut else 0.0, cut)


def disjoint_paths(graph: Graph, a: str, b: str) -> int:
    """Return the number of paths between two stations that share no link of the mesh."""
    index = {station.name: graph.count + i for i, station in enumerate(graph.stations)}
    source, sink = index[a], index[b]
    links = graph.links
    down, place = graph.visible.satellite, graph.count + graph.visible.place
    # Only the two stations take part, or paths would come down and go up again in between.
    mine = (place == source) | (place == sink)
    tails = np.concatenate((links[:, 0], links[:, 1], down[mine], place[mine]))
    heads = np.concatenate((links[:, 1], links[:, 0], place[mine], down[mine]))
    size = graph.count + len(graph.stations)
    matrix = csr_array((np.ones(len(tails), dtype=np.int32), (tails, heads)), shape=(size, size))
    return int(maximum_flow(matrix, source, sink).flow_value)
