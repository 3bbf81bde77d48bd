"""Traffic and capacity of a plan's network at the end of every period, for tables and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.design.node_links import node_links
from solver.horizon.periods import PlanningHorizon
from solver.horizon.ramps import first_use, usable
from solver.instance.links import hops, traffic_gbps
from solver.instance.network import Network
from solver.instance.schema import Instance
from solver.plan import Design, Plan
from solver.tables.node_stock import Column, NodeStock


@dataclass(frozen=True, slots=True)
class NetworkReplay:
    """Traffic and capacity of a plan's network by period, Gb/s, with capacity at the utilisation limit.

    ``link_traffic_gbps`` and ``link_capacity_gbps`` are by shell, ``gateway_traffic_gbps``, ``gateway_capacity_gbps``
    and ``stations`` by gateway, ``served`` by workload and place; ``eligible`` is what a shell has of the target with
    enough bisection bandwidth for a workload.
    """

    network: Network
    stations: Mapping[tuple[str, int], int]
    gateway_capacity_gbps: Mapping[tuple[str, int], float]
    gateway_traffic_gbps: Mapping[tuple[str, int], float]
    link_capacity_gbps: Mapping[tuple[str, int], float]
    link_traffic_gbps: Mapping[tuple[str, int], float]
    served: Mapping[tuple[str, str, int], float]
    eligible: Mapping[tuple[str, str, int], float]


def network_replay(
    instance: Instance,
    horizon: PlanningHorizon,
    plan: Plan,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> NetworkReplay | None:
    """Compute traffic and capacity of the network of a plan; none where the instance has no network."""
    network, decisions = instance.network, plan.decisions
    if network is None:
        return None
    stations = {(b, t): 0 for b in network.gateways for t in horizon.periods}
    for b, gateway in network.gateways.items():
        stations |= {(b, t): gateway.initial for t in usable(horizon, gateway.available_from)}
    for (b, q), count in decisions.gateways.items():
        gateway = network.gateways[b]
        for t in horizon.periods[first_use(horizon, q, gateway.lead_years, gateway.available_from) :]:
            stations[b, t] += count
    gateway_capacity_gbps = {
        (b, t): count
        * network.gateways[b].rate_gbps
        * network.gateways[b].availability_share
        * network.utilisation_share
        for (b, t), count in stations.items()
    }
    gateway_traffic_gbps: dict[tuple[str, int], float] = {}
    for (_, b, t), gbps in decisions.sends_gbps.items():
        gateway_traffic_gbps[b, t] = gateway_traffic_gbps.get((b, t), 0.0) + gbps
    link_traffic_gbps: dict[tuple[str, int], float] = {}
    for (w, s, t), amount in decisions.serves.items():
        sent_gbps = amount * traffic_gbps(network.workloads[w], instance.target.kind)
        link_traffic_gbps[s, t] = link_traffic_gbps.get((s, t), 0.0) + sent_gbps
    for (_, o, t), gbps in decisions.relays_gbps.items():
        link_traffic_gbps[o, t] = link_traffic_gbps.get((o, t), 0.0) + gbps
    return NetworkReplay(
        network=network,
        stations=stations,
        gateway_capacity_gbps=gateway_capacity_gbps,
        gateway_traffic_gbps=gateway_traffic_gbps,
        link_capacity_gbps=_link_capacity(instance, network, designs, nodes),
        link_traffic_gbps=link_traffic_gbps,
        served=decisions.serves,
        eligible=_eligible(instance, network, designs, nodes),
    )


def _link_capacity(
    instance: Instance,
    network: Network,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> dict[tuple[str, int], float]:
    link_capacity_gbps: dict[tuple[str, int], float] = {}
    each = {column: node_links(instance, design).crosslink_gbps for column, design in designs.items()}
    links_per_message = {s: hops(instance, s) + 1.0 for s in instance.use.shells}
    for (k, s, t), stock in nodes.items():
        if stock.power_gw > 0:
            added_gbps = stock.alive * each[k, s] * network.utilisation_share / links_per_message[s]
            link_capacity_gbps[s, t] = link_capacity_gbps.get((s, t), 0.0) + added_gbps
    return link_capacity_gbps


def _eligible(
    instance: Instance,
    network: Network,
    designs: Mapping[Column, Design],
    nodes: Mapping[tuple[str, str, int], NodeStock],
) -> dict[tuple[str, str, int], float]:
    eligible: dict[tuple[str, str, int], float] = {}
    bisection_gbps_per_mw = {c: node_links(instance, design).bisection_gbps_per_mw for c, design in designs.items()}
    for w, workload in network.workloads.items():
        for (k, s, t), stock in nodes.items() if workload.bisection_gbps_per_mw > 0 else ():
            if bisection_gbps_per_mw[k, s] >= workload.bisection_gbps_per_mw * (1 - 1e-9):
                eligible[w, s, t] = eligible.get((w, s, t), 0.0) + stock.amount(instance.target.kind)
    return eligible
