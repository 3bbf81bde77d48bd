"""The figures of a network at one date: overall, by shell, after failures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.topology.concurrent import Bounds, between_stations, bounds
from solver.topology.flow import Delivered, disjoint_paths, to_ground
from solver.topology.graph import ACROSS, IN_PLANE, MS_PER_KM, Graph
from solver.topology.latency import (
    CityLatency,
    Quantiles,
    between_cities,
    between_shells,
    instants,
    to_nodes,
)
from solver.topology.losses import Left, Loss, left_after, usual_losses
from solver.topology.spec import ShellSpec, Station
from solver.topology.structure import (
    Bisection,
    Connectivity,
    algebraic_connectivity,
    bisection,
    components,
    edge_connectivity,
    shell_bisection_gbps,
)

MOST_TRAFFIC_STATIONS = 6
MOST_PATH_STATIONS = 4
MOST_ROUNDS, FEWEST_ROUNDS, ROUNDS_TIMES_VERTICES = 40, 10, 3_000_000
"""Rounds in which the traffic at once is bounded: fewer for large networks, which take longer for each."""
INSTANTS = 4


@dataclass(frozen=True, slots=True)
class Overall:
    """A network in one line. Rates are one way, Gb/s; ``ground`` is what could come down with work enough.

    It turns with the Earth: ``ground`` is that of the first instant, with its cut, ``ground_mean_gbps`` and
    ``ground_least_gbps`` are over the instants looked at. ``offered_gbps`` is what the workloads want down, over the
    share to which links may be filled; ``served_share`` is how much of that comes down, over the same instants; both
    are none where no workload is described.
    """

    date: str
    power_gw: float
    nodes: float
    vertices: int
    links: int
    pieces: int
    cities: CityLatency | None
    bisection: Bisection
    ground: Delivered
    ground_mean_gbps: float
    ground_least_gbps: float
    offered_gbps: float | None
    served_share: float | None

    @property
    def ground_gbps_per_mw(self) -> float:
        """What could come down over power, mean over the instants, Gb/s per MW."""
        return self.ground_mean_gbps / (1000.0 * self.power_gw) if self.power_gw > 0 else math.inf


@dataclass(frozen=True, slots=True)
class ShellFigures:
    """A shell by itself; closed forms (hops, all to all, connectivity) are none where its pattern has none."""

    spec: ShellSpec
    links: int
    along_km: float
    across_km: float
    bisection_gbps: float
    mean_hops: float | None
    all_to_all_gbps: float | None
    edge_connectivity: int | None
    algebraic_connectivity: float | None
    from_cities: Quantiles
    light_ms: float

    @property
    def bisection_gbps_per_mw(self) -> float:
        """Bisection of the shell over its power, Gb/s per MW."""
        return self.bisection_gbps / self.spec.power_mw if self.spec.power_mw > 0 else math.inf

    @property
    def cluster_gbps_per_mw(self) -> float | None:
        """Bisection inside a cluster over its power, Gb/s per MW; none without clusters."""
        cluster, power = self.spec.cluster, self.spec.power_mw
        if cluster is None or power <= 0:
            return None
        return cluster.bisection_gbps() / (power / self.spec.nodes * cluster.nodes)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything told of a network at one date."""

    overall: Overall
    shells: tuple[ShellFigures, ...]
    between_shells_ms: Mapping[tuple[str, str], float]
    edge_connectivity: Connectivity
    algebraic_connectivity: float | None
    disjoint_paths: Mapping[tuple[str, str], int]
    traffic: Bounds
    left: tuple[Left, ...]


def overall(sky: Sequence[Graph], cities: Sequence[Station], date: str, offered: Mapping[str, float] | None) -> Overall:
    """Return the figures of a network in one line; ``sky`` are the instants looked at, the first is told in full."""
    graph = sky[0]
    asked = sum(offered.values()) if offered is not None else None
    served = [to_ground(at, offered).gbps for at in sky] if offered is not None else []
    ground = [to_ground(at) for at in sky]
    return Overall(
        date, sum(spec.power_mw for spec in graph.shells) / 1000.0, sum(spec.nodes for spec in graph.shells),
        graph.count, len(graph.links), components(graph)[0], between_cities(sky, cities), bisection(graph), ground[0],
        sum(g.gbps for g in ground) / len(ground), min(g.gbps for g in ground), asked,
        sum(served) / len(served) / asked if asked else None,
    )  # fmt: skip


def in_line(
    shells: Sequence[ShellSpec], stations: Sequence[Station], cities: Sequence[Station], date: str,
    offered: Mapping[str, float] | None, looks: int = INSTANTS,
) -> Overall:  # fmt: skip
    """Return the figures in one line of shells and stations."""
    return overall(instants(shells, stations, looks), cities, date, offered)


def figures(
    graph: Graph,
    cities: Sequence[Station],
    date: str,
    offered: Mapping[str, float] | None,
    losses: Iterable[Loss] | None = None,
) -> Figures:
    """Return all figures of a network; ``losses`` are failures to look at, none: the usual ones."""
    sky = [graph, *instants(graph.shells, graph.stations, INSTANTS)[1:]]
    whole = overall(sky, cities, date, offered)
    ways = to_nodes(sky, cities)
    by_weight = sorted(range(len(graph.stations)), key=lambda i: -graph.stations[i].weight)
    looked_at = usual_losses(graph) if losses is None else losses
    before = whole.ground if offered is None else to_ground(graph, offered)
    return Figures(
        whole,
        tuple(_shell(graph, i, ways[spec.name]) for i, spec in enumerate(graph.shells)),
        between_shells(graph),
        edge_connectivity(graph),
        algebraic_connectivity(graph),
        _paths(graph, by_weight[:MOST_PATH_STATIONS]),
        _traffic(graph, by_weight[:MOST_TRAFFIC_STATIONS]),
        tuple(left_after(graph, loss, before, offered) for loss in looked_at),
    )


def _shell(graph: Graph, number: int, ways: Quantiles) -> ShellFigures:
    spec, grid = graph.shells[number], graph.shells[number].grid
    mine = (graph.shell[graph.links] == number).all(axis=1)
    along, across = (graph.length_km[mine & (graph.kind == kind)] for kind in (IN_PLANE, ACROSS))
    alone = float(spec.optics.rates_at(np.concatenate((along, across))).min(initial=spec.optics.rate_gbps))
    return ShellFigures(
        spec, int(mine.sum()), float(along.mean()) if len(along) else math.nan,
        float(across.mean()) if len(across) else math.nan, shell_bisection_gbps(graph, number),
        grid.mean_hops if grid is not None else None,
        grid.all_to_all_gbps(alone * spec.trunk) if grid is not None else None,
        grid.edge_connectivity if grid is not None else None,
        grid.algebraic_connectivity if grid is not None else None,
        ways, spec.distance_km * MS_PER_KM,
    )  # fmt: skip


def _paths(graph: Graph, stations: Sequence[int]) -> dict[tuple[str, str], int]:
    names = [graph.stations[i].name for i in stations]
    return {(a, b): disjoint_paths(graph, a, b) for i, a in enumerate(names) for b in names[i + 1 :]}


def _traffic(graph: Graph, stations: Sequence[int]) -> Bounds:
    """Gravity traffic between stations, Tb/s; stations that nothing reaches at this instant take no part."""
    taken = np.array(sorted(i for i in stations if (graph.down.place == i).any()), dtype=np.int64)
    if len(taken) < 2:
        return Bounds(0.0, 0.0)
    weight = np.array([graph.stations[i].weight for i in taken])
    arcs, traffic = between_stations(graph, taken, weight)
    return bounds(arcs, traffic, min(MOST_ROUNDS, max(FEWEST_ROUNDS, ROUNDS_TIMES_VERTICES // graph.count)))
