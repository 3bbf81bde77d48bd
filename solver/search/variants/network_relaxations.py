"""Relaxations of the network: gateways, links of nodes, relays, and what workloads need but their traffic."""

from __future__ import annotations

from collections.abc import Iterator

from solver.instance.network import Network
from solver.instance.schema import Instance
from solver.search.variants.relaxation import MANY, Relaxation, Section

FARTHEST_KM = 1e10
MOST_RATE = 1e3
"""Multiple of a rate that is tried: beyond it the tolerance of the solver is as large as the traffic."""


def network_relaxations(instance: Instance) -> Iterator[Relaxation]:
    """Yield the relaxations of the network, where the instance has one."""
    network = instance.network
    if network is None:
        return
    yield from _of_gateways(instance, network)
    yield from _of_links(instance, network)
    for w, workload in network.workloads.items():
        at = Section(instance, w, "network", "workloads", w)
        yield from at.more("network.latency", workload.latency_ms, "ms", "latency_ms", most=1e9)
        need = workload.bisection_gbps_per_mw
        yield from at.less("network.bisection", need, "Gb/s per MW", "bisection_gbps_per_mw")


def _of_gateways(instance: Instance, network: Network) -> Iterator[Relaxation]:
    for g, gateway in network.gateways.items():
        at, rate = Section(instance, g, "network", "gateways", g), gateway.rate_gbps
        yield from at.late("network.traffic", gateway.available_from, "available_from")
        yield from at.years("network.traffic", gateway.lead_years, "lead_years")
        yield from at.more("network.traffic", rate, "Gb/s", "rate_gbps", most=max(MANY, MOST_RATE * rate))
        yield from at.more("network.traffic", gateway.availability_share, "of the time", "availability_share", most=1.0)
        yield from at.less("network.view", gateway.elevation_deg, "degrees", "elevation_deg")
        stations = gateway.max_stations
        yield from at.more("network.max_stations", stations, "stations", "max_stations", most=MANY, integer=True)


def _of_links(instance: Instance, network: Network) -> Iterator[Relaxation]:
    at = Section(instance, "", "network")
    yield from at.more("network.traffic", network.utilisation_share, "of capacity", "utilisation_share", most=1.0)
    looking = network.ground_terminals
    yield from at.more("network.view", looking, "terminals", "ground_terminals", most=MANY, integer=True)
    for name, terminal in instance.technology.terminals.items():
        of, rate = Section(instance, name, "technology", "terminals", name), terminal.rate_gbps
        yield from of.more("network.view", rate, "Gb/s", "rate_gbps", most=max(MANY, MOST_RATE * rate))
        yield from of.more("network.view", terminal.range_km, "km", "range_km", most=FARTHEST_KM)
    for p in instance.use.platforms:
        for kind in ("declared", "sized"):
            part = getattr(instance.platforms[p], kind)
            if part is not None and (kind == "declared" or not instance.candidate_designs.terminals):
                of = Section(instance, p, "platforms", p, kind)
                yield from of.more(
                    "network.crosslink", part.terminals, "terminals", "terminals", most=MANY, integer=True
                )
    for s in instance.use.shells:
        linked = network.shells[s]
        of = Section(instance, s, "network", "shells", s)
        yield from of.less("network.crosslink", linked.hops or 0.0, "links", "hops")
        if not linked.to_ground:
            yield from of.flag("network.view", False, "to_ground")
        if linked.relays:
            yield from of.more("network.relay", linked.relay_share, "of the links", "relay_share", most=1.0)
