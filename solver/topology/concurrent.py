"""Maximum concurrent flow: the largest factor by which a whole traffic matrix can be carried at once.

Two methods. ``exact`` solves the linear programme with flows aggregated by source, on HiGHS through SciPy; it is for
small networks and for tests. ``bounds`` works on any size by multiplicative weights (Garg and Konemann 2007): in each
round all traffic takes shortest paths under lengths that grow exponentially with the load of earlier rounds, and each
round is scaled so that its most loaded arc is just full. After any number of rounds

    at least    total flow / load of the fullest arc, because a mean of routings is a routing, and
    at most     the least of: sum of capacity x length / sum of demand x distance, for the lengths of any round (LP
                duality); and for each source the max-flow to its targets over its demand,

so both bounds are proven after any number of rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, maximum_flow

from solver.topology.flow import INTEGER_SCALE, down_links
from solver.topology.graph import Graph

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
STEP = 1.0
"""Growth rate of the lengths with the load."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs of a network: tails, heads and capacities, Gb/s."""

    size: int
    tail: IntArray
    head: IntArray
    capacity: FloatArray


@dataclass(frozen=True, slots=True)
class Traffic:
    """Traffic matrix: demands from vertex to vertex, Gb/s."""

    source: IntArray
    target: IntArray
    gbps: FloatArray


@dataclass(frozen=True, slots=True)
class FlowBounds:
    """Proven lower and upper bound on the factor by which the traffic matrix can be carried."""

    at_least: float
    at_most: float


def between_stations(graph: Graph, stations: IntArray, weight: FloatArray) -> tuple[Arcs, Traffic]:
    """Return arcs and a traffic matrix of 1 Tb/s in total between stations, each pair by the product of its weights.

    Each station has one vertex for traffic up and one for traffic down, so that no station is in transit.
    """
    down, down_gbps = down_links(graph, frozenset(s.name for i, s in enumerate(graph.stations) if i not in stations))
    index = np.full(len(graph.stations), -1, dtype=np.int64)
    index[stations] = np.arange(len(stations))
    n, g = graph.count, len(stations)
    place, rank = index[down.place], np.arange(g)
    station_gbps = np.array([graph.stations[i].expected_gbps for i in stations])
    station_gbps = np.minimum(station_gbps, np.bincount(place, weights=down_gbps, minlength=g))
    a, b = graph.links[:, 0], graph.links[:, 1]
    arcs = Arcs(
        n + 4 * g,
        np.concatenate((a, b, n + g + place, down.satellite, n + rank, n + 2 * g + rank)),
        np.concatenate((b, a, down.satellite, n + 2 * g + place, n + g + rank, n + 3 * g + rank)),
        np.concatenate((graph.rate_gbps, graph.rate_gbps, down_gbps, down_gbps, station_gbps, station_gbps)),
    )
    live = arcs.capacity > 0
    arcs = Arcs(arcs.size, arcs.tail[live], arcs.head[live], arcs.capacity[live])
    i, j = np.nonzero(~np.eye(g, dtype=bool))
    product = weight[i] * weight[j]
    return arcs, Traffic(n + i, n + 3 * g + j, 1000.0 * product / product.sum())


def bounds(arcs: Arcs, traffic: Traffic, rounds: int = 40, relative_gap: float = 0.02) -> FlowBounds:
    """Return proven bounds on the concurrent flow; both are 0 if some demand has no path.

    The method ends after ``rounds``, or when the relative gap of the bounds is at most ``relative_gap``.
    """
    order = np.lexsort((arcs.head, arcs.tail))
    tail, head, capacity = arcs.tail[order], arcs.head[order], arcs.capacity[order]
    keys = tail * arcs.size + head
    filled, carried, at_least, at_most = np.zeros(len(tail)), 0.0, 0.0, _single_source_bound(arcs, traffic)
    for _ in range(rounds):
        length = np.exp(STEP * filled - (STEP * filled).max()) / capacity
        matrix = csr_array((length, (tail, head)), shape=(arcs.size, arcs.size))
        load = np.zeros(len(tail))
        distance = _route(matrix, traffic, keys, load)
        if not np.isfinite(distance).all():
            return FlowBounds(0.0, 0.0)
        at_most = min(at_most, float(capacity @ length / (traffic.gbps @ distance)))
        share = load / capacity
        filled += share / share.max()
        carried += 1.0 / float(share.max())
        at_least = max(at_least, carried / float(filled.max()))
        if at_most <= (1.0 + relative_gap) * at_least:
            break
    return FlowBounds(at_least, at_most)


def _route(matrix: csr_array, traffic: Traffic, keys: IntArray, load: FloatArray) -> FloatArray:
    """Add the traffic on its shortest paths to the load and return the distances of all demands."""
    sources = np.unique(traffic.source)
    reach, before = dijkstra(matrix, indices=sources, return_predecessors=True)
    row = np.searchsorted(sources, traffic.source)
    distance = reach[row, traffic.target]
    if not np.isfinite(distance).all():
        return np.asarray(distance, dtype=np.float64)
    at, size = traffic.target.copy(), matrix.shape[0]
    going = at != traffic.source
    while going.any():
        previous = before[row[going], at[going]].astype(np.int64)
        np.add.at(load, np.searchsorted(keys, previous * size + at[going]), traffic.gbps[going])
        at[going] = previous
        going = at != traffic.source
    return np.asarray(distance, dtype=np.float64)


def _single_source_bound(arcs: Arcs, traffic: Traffic) -> float:
    """Return the minimum over sources of the max-flow from that source alone to its targets, over its demand."""
    least = np.inf
    for source in np.unique(traffic.source):
        mine = traffic.source == source
        sent = float(arcs.capacity[arcs.tail == source].sum())
        if sent <= 0:
            return 0.0
        tails = np.concatenate((arcs.tail, traffic.target[mine]))
        heads = np.concatenate((arcs.head, np.full(int(mine.sum()), arcs.size)))
        # Rounded up, so that the result stays an upper bound.
        capacity = np.minimum(np.concatenate((arcs.capacity, np.full(int(mine.sum()), sent))), sent)
        integer_capacity = np.ceil(capacity / sent * INTEGER_SCALE).astype(np.int32)
        matrix = csr_array((integer_capacity, (tails, heads)), shape=(arcs.size + 1, arcs.size + 1))
        flow = maximum_flow(matrix, int(source), arcs.size).flow_value / INTEGER_SCALE * sent
        least = min(least, flow / float(traffic.gbps[mine].sum()))
    return least


def exact(arcs: Arcs, traffic: Traffic) -> float:
    """Return the concurrent flow by linear programming: a column for each source and arc, and the factor."""
    sources, row = np.unique(traffic.source, return_inverse=True)
    k, m, n = len(sources), len(arcs.tail), arcs.size
    arc = np.arange(m)
    balance = coo_array(
        (np.repeat([1.0, -1.0], m), (np.concatenate((arcs.tail, arcs.head)), np.concatenate((arc, arc)))), shape=(n, m)
    )
    rows, columns, data = [], [], []
    for s in range(k):
        rows.append(balance.row + s * n)
        columns.append(balance.col + s * m)
        data.append(balance.data)
    rows += [row * n + traffic.target, row * n + traffic.source]
    columns += [np.full(len(row), k * m)] * 2
    data += [traffic.gbps, -traffic.gbps]
    equal = csr_array((np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(k * n, k * m + 1))
    shared = csr_array((np.ones(k * m), (np.tile(arc, k), np.arange(k * m))), shape=(m, k * m + 1))
    cost = np.zeros(k * m + 1)
    cost[-1] = -1.0
    # SciPy takes sparse matrices here, which its stubs do not know.
    sparse: dict[str, Any] = {"A_ub": shared, "A_eq": equal}
    solution = linprog(cost, b_ub=arcs.capacity, b_eq=np.zeros(k * n), method="highs", **sparse)
    if solution.fun is None:
        raise ValueError("traffic: found no limit on it, expected some demand above 0")
    return -float(solution.fun)
