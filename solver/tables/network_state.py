"""Traffic and capacity of a plan's network at the end of every period, for tables and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.design.node_links import node_links
from solver.horizon.periods import PlanningHorizon
from solver.instance.links import hops
from solver.instance.network import Network
from solver.instance.schema import Instance
from solver.plan import Design, Plan
from solver.tables.node_stock import Column, NodeStock


@dataclass(frozen=True, slots=True)
class NetworkReplay:
    """Traffic and capacity by period, in Gb/s at the share of capacity it may take up.

    ``carried`` and ``carries`` over the links of a shell; ``taken`` and ``takes`` at a gateway, with its ``stations``;
    ``served_gw`` by workload and shell; ``able_gw`` the power of a shell that a workload finds woven closely enough.
    """

    network: Network
    stations: Mapping[tuple[str, int], int]
    takes: Mapping[tuple[str, int], float]
    taken: Mapping[tuple[str, int], float]
    carries: Mapping[tuple[str, int], float]
    carried: Mapping[tuple[str, int], float]
    served_gw: Mapping[tuple[str, str, int], float]
    able_gw: Mapping[tuple[str, str, int], float]


def network_replay(
    instance: Instance,
    horizon: PlanningHorizon,
    plan: Plan,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> NetworkReplay | None:
    """Sum up the network of a plan; none where the instance has no network."""
    network, done = instance.network, plan.decisions
    if network is None:
        return None
    stations = {(b, t): g.initial for b, g in network.gateways.items() for t in horizon.periods}
    for (b, q), count in done.gateways.items():
        for t in horizon.periods[horizon.arrival(q, network.gateways[b].lead_years) :]:
            stations[b, t] += count
    takes = {
        (b, t): count
        * network.gateways[b].rate_gbps
        * network.gateways[b].availability_share
        * network.utilisation_share
        for (b, t), count in stations.items()
    }
    taken: dict[tuple[str, int], float] = {}
    for (_, b, t), gbps in done.sends_gbps.items():
        taken[b, t] = taken.get((b, t), 0.0) + gbps
    carried: dict[tuple[str, int], float] = {}
    for (w, s, t), gw in done.serves_gw.items():
        carried[s, t] = carried.get((s, t), 0.0) + gw * 1e3 * network.workloads[w].traffic_gbps_per_mw
    for (_, o, t), gbps in done.relays_gbps.items():
        carried[o, t] = carried.get((o, t), 0.0) + gbps
    carries, able = _carries(instance, network, designs, nodes), _able(instance, network, designs, nodes)
    return NetworkReplay(network, stations, takes, taken, carries, carried, done.serves_gw, able)


def _carries(
    instance: Instance,
    network: Network,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> dict[tuple[str, int], float]:
    carries: dict[tuple[str, int], float] = {}
    each = {column: node_links(instance, design).crosslink_gbps for column, design in designs.items()}
    ways = {s: hops(instance, s) + 1.0 for s in instance.use.shells}
    for (k, s, t), stand in nodes.items():
        if stand.power_gw > 0:
            more = stand.alive * each[k, s] * network.utilisation_share / ways[s]
            carries[s, t] = carries.get((s, t), 0.0) + more
    return carries


def _able(
    instance: Instance,
    network: Network,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> dict[tuple[str, str, int], float]:
    able: dict[tuple[str, str, int], float] = {}
    woven = {c: node_links(instance, design).bisection_gbps_per_mw for c, design in designs.items()}
    for w, workload in network.workloads.items():
        for (k, s, t), stand in nodes.items() if workload.bisection_gbps_per_mw > 0 else ():
            if woven[k, s] >= workload.bisection_gbps_per_mw * (1 - 1e-9):
                able[w, s, t] = able.get((w, s, t), 0.0) + stand.power_gw
    return able
