"""Coefficients of the network: link capacities, shells of each workload, costs of gateways, and finite bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from formulations.coefficients import Column, Ground, Network, Nodes, Target
from formulations.vintages import Vintages
from solver.derive.ages import Ages
from solver.derive.context import Context
from solver.design import vintages
from solver.design.node_links import NodeLinks, node_links
from solver.economics import unit_costs
from solver.horizon.ramps import first_use
from solver.instance import network as described
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.fields import month_number
from solver.instance.links import hops, latency_ms, seen_gateways, seen_share, share_at, traffic_gbps
from solver.plan import Design

TBPS_PER_GBPS = 1e-3
LEAST_DOWN_GBPS = 1e-3
"""Downlink of a node below which it counts as 0, such as a bit a second from a solar orbit."""


def derive_network(x: Context, nodes: Nodes, target: Target, ground: Ground) -> Network:
    """Derive the coefficients of the network; empty where the instance has none."""
    network = x.instance.network
    if network is None:
        return Network()
    demand_periods = [t for t in x.horizon.periods if target.demand[t] > 0]
    share = _shares(x, network, demand_periods)
    traffic = {w: _traffic_each(x, d) for w, d in network.workloads.items()}
    mix = {t: sum(share.get((w, t), 0.0) * each for w, each in traffic.items()) for t in demand_periods}
    busy = [t for t in demand_periods if mix[t] > 0]
    delivering = {
        (s, t) for (_, s), table in nodes.delivers.items() for t in np.flatnonzero(table.nonzero_periods()).tolist()
    }
    stocks = [(s, t) for s in x.instance.use.shells for t in demand_periods if (s, t) in delivering]
    links = [i for i in stocks if i[1] in busy]
    near = {w: [s for s in x.instance.use.shells if _within_latency(x, d, s)] for w, d in network.workloads.items()}
    halls = {g: {t for row in rows.values() for t in row} for g, rows in ground.delivers.items()}
    serves = [(w, s, t) for w, t in share for s in near[w] if (s, t) in delivering]
    serves += [(w, g, t) for w, t in share for g, powered in halls.items() if t in powered]
    most = {t: math.inf if target.objective == "most_power" else target.demand[t] for t in demand_periods}
    each = {(d.name, d.shell): node_links(x.instance, d) for d in x.designs}
    sends, relays = _arcs(x, network, links, {s for (_, s), node in each.items() if _downlink_gbps(node) > 0})
    gateway_failures = {n: f for n, f in network.contingencies.items() if f.outage == "gateways"}
    orders, ready = _orders(x, network)
    return Network(
        gateways=tuple(network.gateways),
        orders=tuple(orders),
        max_ordered={(b, t): network.gateways[b].max_stations - network.gateways[b].initial for b, t in orders},
        ready=ready,
        initial={b: d.initial for b, d in network.gateways.items()},
        initial_in_use={
            (b, t): d.initial for b, d in network.gateways.items() for t in x.usable(d.available_from) if d.initial
        },
        max_stations={b: d.max_stations for b, d in network.gateways.items()},
        station_capacity={b: station_tbps(network, b) for b in network.gateways},
        stocks=tuple(stocks),
        links=tuple(links),
        link_each=_rate_by_vintage(x, nodes, busy, lambda d: _carried(x, network, d, each)),
        downlink_each=_rate_by_vintage(
            x, nodes, busy, lambda d: _downlink_gbps(each[d.name, d.shell]) * network.utilisation_share * TBPS_PER_GBPS
        ),
        share=share,
        traffic_each=traffic,
        bisection_need={w: d.bisection_gbps_per_mw for w, d in network.workloads.items()},
        capable=_capable(x, network, nodes, each),
        serves=tuple(serves),
        max_served={(w, s, t): share[w, t] * most[t] for w, s, t in serves},
        sends=tuple(sends),
        relays=tuple(relays),
        view_share={
            (s, b): seen_share(x.instance.shells[s], network.gateways[b])
            for s in x.instance.use.shells
            for b in seen_gateways(x.instance, s)
        },
        relay_share={(s, o): relay_share(x, s, s) for s, o, _ in relays},
        receive_share={(s, o): relay_share(x, s, o) for s, o, _ in relays},
        mix=mix,
        max_traffic={t: mix[t] * most[t] for t in busy},
        count={n: min(f.count or 0, len(network.gateways)) for n, f in gateway_failures.items()},
        required_traffic={
            (n, t): f.served_share * mix[t] for n, f in gateway_failures.items() for t in busy if in_force(x, f, t)
        },
        cost=x.cost(((b, t), unit_costs.of_gateway(x.prices, b, t)) for b, t in orders),
    )


def _traffic_each(x: Context, workload: described.Workload) -> float:
    """Return the traffic of one unit of the target of a workload in the model, Tb/s."""
    if x.instance.target.kind in COMPUTE_KINDS:
        return traffic_gbps(workload, x.instance.target.kind) * TBPS_PER_GBPS
    return workload.traffic_gbps_per_mw / x.units.power_per_gw


def station_tbps(network: described.Network, gateway: str) -> float:
    """Return the mean traffic that one station can take over all weather, Tb/s."""
    station = network.gateways[gateway]
    return station.rate_gbps * station.availability_share * network.utilisation_share * TBPS_PER_GBPS


def relay_share(x: Context, sender: str, end: str) -> float:
    """Return the share of the link capacity of a shell at one end of a relay that may lead to the other end."""
    assert x.instance.network is not None
    return x.instance.network.shells[sender].relay_share * (hops(x.instance, end) + 1.0)


def in_force(x: Context, failure: described.Contingency, t: int) -> bool:
    """Return True if a contingency is required at the end of a period."""
    return failure.from_ is None or x.horizon.ends_month[t] >= month_number(failure.from_)


def _shares(x: Context, network: described.Network, demand_periods: list[int]) -> dict[tuple[str, int], float]:
    found = {(w, t): share_at(d, x.horizon.ends_month[t]) for w, d in network.workloads.items() for t in demand_periods}
    return {index: share for index, share in found.items() if share > 0}


def _within_latency(x: Context, workload: described.Workload, shell: str) -> bool:
    return workload.latency_ms is None or latency_ms(x.instance, shell) <= workload.latency_ms


def _arcs(
    x: Context, network: described.Network, links: list[tuple[str, int]], received: set[str]
) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
    """Return links down to gateways in view and to other shells, in periods in which both ends can exist."""
    there = set(links)
    sends = [
        (s, b, t)
        for s, t in links
        if s in received
        for b in seen_gateways(x.instance, s)
        if _can_have_station(x, network, b, t)
    ]
    relays = [(s, o, t) for s, t in links for o in network.shells[s].relays if (o, t) in there]
    return sends, relays


def _can_have_station(x: Context, network: described.Network, gateway: str, t: int) -> bool:
    """Return True if a gateway can have a station in a period."""
    station = network.gateways[gateway]
    first = first_use(x.horizon, 0, station.lead_years, station.available_from)
    return (station.initial > 0 and t in x.usable(station.available_from)) or (first <= t and station.max_stations > 0)


def _orders(
    x: Context, network: described.Network
) -> tuple[list[tuple[str, int]], dict[tuple[str, int], tuple[int, ...]]]:
    """Return the useful order periods of stations, and for each period the order periods whose stations are ready."""
    ready: dict[tuple[str, int], tuple[int, ...]] = {}
    for b, station in network.gateways.items():
        may = x.horizon.periods if station.max_stations > station.initial else ()
        uses = {q: first_use(x.horizon, q, station.lead_years, station.available_from) for q in may}
        for t in x.horizon.periods:
            ready[b, t] = tuple(q for q, first in uses.items() if first <= t)
    last = x.horizon.periods[-1]
    return [(b, q) for b in network.gateways for q in ready[b, last]], ready


def _rate_by_vintage(
    x: Context, nodes: Nodes, busy: list[int], rate: Callable[[Design], float]
) -> dict[Column, Vintages]:
    """Scale a rate of a new node to the living nodes of every vintage, once they are in place."""
    of, ages = {(d.name, d.shell): d for d in x.designs}, Ages.of(x.horizon)
    sending = np.zeros(len(x.horizon.periods), dtype=bool)
    sending[busy] = True
    table: dict[Column, Vintages] = {}
    for column, delivered in nodes.delivers.items():
        design = of[column]
        lot = 1e6 / design.power_kw / x.units.power_per_gw if x.made_on_moon(design) else 1.0
        at_work = ages.power_share(design, vintages.wait_years(x.instance, design)) > 0
        share = np.where(at_work & sending[None, :], ages.alive(design), 0.0)
        table[column] = Vintages(share, delivered.built.tolist(), rate(design) * lot)
    return table


def _downlink_gbps(node: NodeLinks) -> float:
    """Return the downlink of a node, Gb/s; 0 below ``LEAST_DOWN_GBPS``."""
    return node.ground_gbps if node.ground_gbps >= LEAST_DOWN_GBPS else 0.0


def _carried(x: Context, network: described.Network, design: Design, each: Mapping[Column, NodeLinks]) -> float:
    """Return the traffic that the links of one node carry through its shell, Tb/s: each unit uses its hops plus one."""
    rate = each[design.name, design.shell].crosslink_gbps * network.utilisation_share * TBPS_PER_GBPS
    return rate / (hops(x.instance, design.shell) + 1.0)


def _capable(
    x: Context, network: described.Network, nodes: Nodes, each: Mapping[Column, NodeLinks]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the designs with the bisection bandwidth of a workload, by shell, for workloads that need any."""
    return {
        (w, s): tuple(
            k
            for k, shell in nodes.delivers
            if shell == s and each[k, s].bisection_gbps_per_mw >= workload.bisection_gbps_per_mw * (1 - 1e-9)
        )
        for w, workload in network.workloads.items()
        if workload.bisection_gbps_per_mw > 0
        for s in x.instance.use.shells
    }
