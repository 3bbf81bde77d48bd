"""What the network carries to the ground, and what stops it: one max-flow on sparse matrices, and its min cut.

SciPy's max-flow takes whole numbers of 32 bits. Rates are counted in units so small that all of them together are a
thousand million, rounded down, so the flow told is one that exists and is short by at most a unit on each link.
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
WHOLE = 1_000_000_000
NODES, DOWN, STATIONS = "work of the nodes", "links to the ground", "stations"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What comes down, Gb/s, and the links of the min cut by kind: their number and what they carry, Gb/s."""

    gbps: float
    cut: Mapping[str, tuple[int, float]]

    @property
    def limit(self) -> str:
        """The kind of link that holds most of it back; empty where nothing comes down."""
        return max(self.cut, key=lambda kind: self.cut[kind][1], default="")


def to_ground(
    graph: Graph,
    offered: Mapping[str, float] | None = None,
    lost: BoolArray | None = None,
    lost_stations: frozenset[str] = frozenset(),
) -> Delivered:
    """Return what reaches stations from all nodes; ``offered`` is what each shell sends, Gb/s, none: no limit.

    ``lost`` vertices and stations take no part; nodes then send to the nearest stations that are left.
    """
    alive = np.ones(graph.count, dtype=bool) if lost is None else ~lost
    down, down_gbps = down_links(graph, lost_stations)
    source, sink = graph.count + len(graph.stations), graph.count + len(graph.stations) + 1
    up = alive[graph.links].all(axis=1)
    links, rates, kinds = graph.links[up], graph.rate_gbps[up], graph.kind[up]
    falls = alive[down.satellite]
    vertices = np.flatnonzero(alive)
    taken = _station_gbps(graph, down, down_gbps * falls, lost_stations)
    most = taken.sum()
    work = [np.inf if offered is None else offered.get(spec.name, 0.0) / spec.vertices for spec in graph.shells]
    offers = np.minimum(np.array(work)[graph.shell[vertices]], most)
    tails = np.concatenate(
        (links[:, 0], links[:, 1], down.satellite[falls], np.full(len(vertices), source),
         graph.count + np.arange(len(taken)))
    )  # fmt: skip
    heads = np.concatenate(
        (links[:, 1], links[:, 0], graph.count + down.place[falls], vertices, np.full(len(taken), sink))
    )
    capacity = np.concatenate((rates, rates, down_gbps[falls], offers, taken))
    names = [*(f"links {kind}" for kind in LINK_KINDS), DOWN, NODES, STATIONS]
    kind = np.concatenate(
        (kinds, kinds, np.full(int(falls.sum()), 4), np.full(len(vertices), 5), np.full(len(taken), 6))
    )
    return _max_flow(tails, heads, np.minimum(capacity, most), kind, names, source, sink)


def down_links(graph: Graph, lost_stations: frozenset[str]) -> tuple[GroundLinks, FloatArray]:
    """Return the links to the ground with some stations lost: nodes look for the nearest of those left."""
    if not lost_stations:
        return graph.down, graph.down_gbps
    left = np.array([station.name not in lost_stations for station in graph.stations])[graph.above.place]
    above = GroundLinks(
        graph.above.places, graph.above.place[left], graph.above.satellite[left], graph.above.length_km[left]
    )
    down = nearest_stations(graph.shells, graph.shell, above)
    return down, down_rates(graph.shells, graph.shell, down)


def _station_gbps(graph: Graph, down: GroundLinks, down_gbps: FloatArray, lost: frozenset[str]) -> FloatArray:
    """What each station takes: no more than comes to it."""
    arriving = np.bincount(down.place, weights=down_gbps, minlength=len(graph.stations))
    takes = np.array([0.0 if s.name in lost else s.expected_gbps for s in graph.stations])
    return np.asarray(np.minimum(arriving, takes), dtype=np.float64)


def _max_flow(
    tails: NDArray[np.int64], heads: NDArray[np.int64], capacity: FloatArray, kind: NDArray[np.int64], names: list[str],
    source: int, sink: int,
) -> Delivered:  # fmt: skip
    most = float(capacity[heads == sink].sum())
    if most <= 0:
        return Delivered(0.0, {})
    unit = most / WHOLE
    whole = np.floor(np.minimum(capacity, most) / unit + 0.5e-6).astype(np.int32)
    matrix = csr_array((whole, (tails, heads)), shape=(sink + 1, sink + 1))
    found = maximum_flow(matrix, source, sink)
    inside = np.zeros(sink + 1, dtype=bool)
    residual = csr_array(matrix - found.flow)
    residual.eliminate_zeros()
    inside[breadth_first_order(residual, source, return_predecessors=False)] = True
    crossing = inside[tails] & ~inside[heads] & (whole > 0)
    cut = {
        name: (int(mine.sum()), float(capacity[mine].sum()))
        for i, name in enumerate(names)
        for mine in [crossing & (kind == i)]
        if mine.any()
    }
    return Delivered(math.fsum(gbps for _, gbps in cut.values()) if cut else 0.0, cut)


def disjoint_paths(graph: Graph, a: str, b: str) -> int:
    """Return how many paths lead from one station to another with no link of the mesh in common."""
    index = {station.name: graph.count + i for i, station in enumerate(graph.stations)}
    source, sink = index[a], index[b]
    links = graph.links
    down, place = graph.above.satellite, graph.count + graph.above.place
    # Only the two stations take part, or paths would come down and go up again in between.
    mine = (place == source) | (place == sink)
    tails = np.concatenate((links[:, 0], links[:, 1], down[mine], place[mine]))
    heads = np.concatenate((links[:, 1], links[:, 0], place[mine], down[mine]))
    size = graph.count + len(graph.stations)
    matrix = csr_array((np.ones(len(tails), dtype=np.int32), (tails, heads)), shape=(size, size))
    return int(maximum_flow(matrix, source, sink).flow_value)
