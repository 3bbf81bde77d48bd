"""Figures of a network at one date: overall, by shell, and after outages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.topology.concurrent import FlowBounds, between_stations, bounds
from solver.topology.flow import DeliveredTraffic, disjoint_paths, to_ground
from solver.topology.graph import ACROSS, IN_PLANE, MS_PER_KM, Graph
from solver.topology.latency import (
    CityLatency,
    LatencyQuantiles,
    between_cities,
    between_shells,
    daily_snapshots,
    to_nodes,
)
from solver.topology.outages import Outage, OutageImpact, outage_impact, standard_outages
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

MAX_TRAFFIC_STATIONS = 6
MAX_PATH_STATIONS = 4
MAX_ROUNDS, MIN_ROUNDS, MAX_ROUNDS_TIMES_VERTICES = 40, 10, 3_000_000
"""Rounds of the bounds on concurrent flow: fewer for large networks, whose rounds take longer."""
SNAPSHOTS = 4


@dataclass(frozen=True, slots=True)
class OverallFigures:
    """Figures of a whole network. Rates are one way, Gb/s; ``ground`` is the capacity to the ground.

    That capacity changes as satellites move: ``ground`` is that of the first instant, with its min cut;
    ``ground_mean_gbps`` and ``ground_min_gbps`` are over all instants. ``offered_gbps`` is the traffic of the workloads
    over the utilisation limit of links, ``served_share`` the mean share of it that reaches the ground; both are none
    where no workload is described.
    """

    date: str
    power_gw: float
    nodes: float
    vertices: int
    links: int
    components: int
    cities: CityLatency | None
    bisection: Bisection
    ground: DeliveredTraffic
    ground_mean_gbps: float
    ground_min_gbps: float
    offered_gbps: float | None
    served_share: float | None

    @property
    def ground_gbps_per_mw(self) -> float:
        """Mean capacity to the ground over power, Gb/s per MW."""
        return self.ground_mean_gbps / (1000.0 * self.power_gw) if self.power_gw > 0 else math.inf


@dataclass(frozen=True, slots=True)
class ShellFigures:
    """Figures of one shell; closed forms (hops, all to all, connectivity) are none where its pattern has none."""

    spec: ShellSpec
    links: int
    along_km: float
    across_km: float
    bisection_gbps: float
    mean_hops: float | None
    all_to_all_gbps: float | None
    edge_connectivity: int | None
    algebraic_connectivity: float | None
    from_cities: LatencyQuantiles
    light_ms: float

    @property
    def bisection_gbps_per_mw(self) -> float:
        """Bisection bandwidth of the shell over its power, Gb/s per MW."""
        return self.bisection_gbps / self.spec.power_mw if self.spec.power_mw > 0 else math.inf

    @property
    def cluster_gbps_per_mw(self) -> float | None:
        """Bisection bandwidth inside a cluster over its power, Gb/s per MW; none without clusters."""
        cluster, power = self.spec.cluster, self.spec.power_mw
        if cluster is None or power <= 0:
            return None
        return cluster.bisection_gbps() / (power / self.spec.nodes * cluster.nodes)


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """Figures of a network at one date: overall, by shell, connectivity, traffic and outages."""

    overall: OverallFigures
    shells: tuple[ShellFigures, ...]
    between_shells_ms: Mapping[tuple[str, str], float]
    edge_connectivity: Connectivity
    algebraic_connectivity: float | None
    disjoint_paths: Mapping[tuple[str, str], int]
    traffic: FlowBounds
    outages: tuple[OutageImpact, ...]


def overall_figures(
    snapshots: Sequence[Graph], cities: Sequence[Station], date: str, offered: Mapping[str, float] | None
) -> OverallFigures:
    """Return the overall figures of a network over its graphs at several instants; the cut is that of the first."""
    graph = snapshots[0]
    offered_total = sum(offered.values()) if offered is not None else None
    served = [to_ground(at, offered).gbps for at in snapshots] if offered is not None else []
    ground = [to_ground(at) for at in snapshots]
    return OverallFigures(
        date, sum(spec.power_mw for spec in graph.shells) / 1000.0, sum(spec.nodes for spec in graph.shells),
        graph.count, len(graph.links), components(graph)[0], between_cities(snapshots, cities), bisection(graph),
        ground[0], sum(g.gbps for g in ground) / len(ground), min(g.gbps for g in ground), offered_total,
        sum(served) / len(served) / offered_total if offered_total else None,
    )  # fmt: skip


def overall_figures_of(
    shells: Sequence[ShellSpec], stations: Sequence[Station], cities: Sequence[Station], date: str,
    offered: Mapping[str, float] | None, snapshot_count: int = SNAPSHOTS,
) -> OverallFigures:  # fmt: skip
    """Return the overall figures of shells and stations over several instants of a day."""
    return overall_figures(daily_snapshots(shells, stations, snapshot_count), cities, date, offered)


def network_figures(
    graph: Graph,
    cities: Sequence[Station],
    date: str,
    offered: Mapping[str, float] | None,
    outages: Iterable[Outage] | None = None,
) -> NetworkFigures:
    """Return all figures of a network; ``outages`` are those to analyse, none stands for the standard ones."""
    snapshots = [graph, *daily_snapshots(graph.shells, graph.stations, SNAPSHOTS)[1:]]
    overall = overall_figures(snapshots, cities, date, offered)
    city_latency = to_nodes(snapshots, cities)
    by_weight = sorted(range(len(graph.stations)), key=lambda i: -graph.stations[i].weight)
    analysed = standard_outages(graph) if outages is None else outages
    undamaged = overall.ground if offered is None else to_ground(graph, offered)
    return NetworkFigures(
        overall,
        tuple(_shell(graph, i, city_latency[spec.name]) for i, spec in enumerate(graph.shells)),
        between_shells(graph),
        edge_connectivity(graph),
        algebraic_connectivity(graph),
        _paths(graph, by_weight[:MAX_PATH_STATIONS]),
        _traffic(graph, by_weight[:MAX_TRAFFIC_STATIONS]),
        tuple(outage_impact(graph, outage, undamaged, offered) for outage in analysed),
    )


def _shell(graph: Graph, number: int, city_latency: LatencyQuantiles) -> ShellFigures:
    spec, grid = graph.shells[number], graph.shells[number].grid
    mine = (graph.shell[graph.links] == number).all(axis=1)
    along, across = (graph.length_km[mine & (graph.kind == kind)] for kind in (IN_PLANE, ACROSS))
    link_gbps = float(spec.optics.rates_at(np.concatenate((along, across))).min(initial=spec.optics.rate_gbps))
    return ShellFigures(
        spec, int(mine.sum()), float(along.mean()) if len(along) else math.nan,
        float(across.mean()) if len(across) else math.nan, shell_bisection_gbps(graph, number),
        grid.mean_hops if grid is not None else None,
        grid.all_to_all_gbps(link_gbps * spec.trunk) if grid is not None else None,
        grid.edge_connectivity if grid is not None else None,
        grid.algebraic_connectivity if grid is not None else None,
        city_latency, spec.distance_km * MS_PER_KM,
    )  # fmt: skip


def _paths(graph: Graph, stations: Sequence[int]) -> dict[tuple[str, str], int]:
    names = [graph.stations[i].name for i in stations]
    return {(a, b): disjoint_paths(graph, a, b) for i, a in enumerate(names) for b in names[i + 1 :]}


def _traffic(graph: Graph, stations: Sequence[int]) -> FlowBounds:
    """Return bounds on gravity traffic between stations, Tb/s; stations out of view at this instant are left out."""
    taken = np.array(sorted(i for i in stations if (graph.down.place == i).any()), dtype=np.int64)
    if len(taken) < 2:
        return FlowBounds(0.0, 0.0)
    weight = np.array([graph.stations[i].weight for i in taken])
    arcs, traffic = between_stations(graph, taken, weight)
    return bounds(arcs, traffic, min(MAX_ROUNDS, max(MIN_ROUNDS, MAX_ROUNDS_TIMES_VERTICES // graph.count)))
