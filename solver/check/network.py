"""Network: gateways, links and workloads of a plan, recomputed from the instance.

Constraints   network.workload_demand, network.serving,
              network.bisection, network.latency (work in a shell that is too far), network.traffic, network.crosslink,
              network.view, network.relay, network.reception, network.downlink, network.max_stations,
              network.kworst_capacity
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from solver.check.context import Context
from solver.check.link_capacity import (
    LinkCapacities,
    bisection_gbps_per_mw,
    gbps_each,
    latency_ms,
    mean_hops,
    seen_share,
)
from solver.check.target import demand_checker, each_gives
from solver.check.verdict import Violation


def network_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the network constraints."""
    linked = LinkCapacities.of(x)
    if linked is None:
        return
    yield from _orders(linked)
    yield from _classes(linked)
    yield from _work(linked)
    yield from _traffic(linked)
    yield from _ways(linked)
    yield from _gateways(linked)


def _orders(n: LinkCapacities) -> Iterator[Violation]:
    x = n.x
    for b, gateway in n.network.gateways.items():
        ordered = {q: count for (name, q), count in x.decisions.gateways.items() if name == b}
        if ordered:
            total = gateway.initial + sum(ordered.values())
            yield from x.counts.at_most("network.max_stations", (b,), total, gateway.max_stations, "stations")


def _classes(n: LinkCapacities) -> Iterator[Violation]:
    x, checker = n.x, demand_checker(n.x)
    for w, workload in n.network.workloads.items():
        for t in x.horizon.periods:
            done = sum(gw for (name, _, q), gw in x.decisions.serves.items() if (name, q) == (w, t))
            expected = n.share(workload, t) * n.demand(t) - x.decisions.unserved.get((w, t), 0.0)
            if expected > 0:
                yield from checker.at_least("network.workload_demand", (w, x.horizon.label(t)), done, expected, n.unit)


def _work(n: LinkCapacities) -> Iterator[Violation]:
    """A shell or region serves with what it has; a shell with suitable designs and within the latency limit."""
    x, checker = n.x, demand_checker(n.x)
    for s in (*x.instance.use.shells, *x.instance.use.ground):
        latency = latency_ms(x, n.network, s) if s in x.instance.use.shells else 0.0
        for t in x.horizon.periods:
            at, done = (s, x.horizon.label(t)), {}
            for w, workload in n.network.workloads.items():
                done[w] = x.decisions.serves.get((w, s, t), 0.0)
                if workload.latency_ms is not None and done[w] > x.checker.tolerance and latency > workload.latency_ms:
                    yield from x.checker.at_most("network.latency", (w, *at), latency, workload.latency_ms, "ms")
            if not any(done.values()):
                continue
            yield from checker.at_most("network.serving", at, sum(done.values()), n.able[s, t], n.unit)
            for w, workload in n.network.workloads.items():
                if workload.bisection_gbps_per_mw > 0 and done[w] > 0 and s in x.instance.use.shells:
                    yield from _bisection(n, w, s, t, done)


def _bisection(n: LinkCapacities, w: str, s: str, t: int, done: Mapping[str, float]) -> Iterator[Violation]:
    x, needs = n.x, n.network.workloads[w].bisection_gbps_per_mw
    close = sum(gw for v, gw in done.items() if n.network.workloads[v].bisection_gbps_per_mw >= needs)
    able = 0.0
    for (k, shell, q), placed in x.placed.items():
        design = x.designs[k, shell]
        if shell == s and q <= t and bisection_gbps_per_mw(x, n.network, design) >= needs * (1.0 - 1e-9):
            able += each_gives(x, k, s, q, t) * placed
    yield from x.checker.at_most("network.bisection", (w, s, x.horizon.label(t)), close, able, n.unit)


def _traffic(n: LinkCapacities) -> Iterator[Violation]:
    """Traffic that enters a shell leaves it, and fits on its links."""
    x = n.x
    sent: dict[tuple[str, int], float] = defaultdict(float)
    entering: dict[tuple[str, int], float] = defaultdict(float)
    for (w, s, t), amount in x.decisions.serves.items():
        if s not in n.network.shells:  # a region on the ground
            continue
        entering[s, t] += amount * gbps_each(x, n.network.workloads[w])
    for (s, _, t), gbps in x.decisions.sends_gbps.items():
        sent[s, t] += gbps
    for (s, o, t), gbps in x.decisions.relays_gbps.items():
        sent[s, t] += gbps
        entering[o, t] += gbps
    for s, t in sorted({*sent, *entering}):
        at = (s, x.horizon.label(t))
        yield from x.checker.equal("network.traffic", at, sent[s, t], entering[s, t], "Gb/s")
        yield from x.checker.at_most("network.crosslink", at, entering[s, t], n.carried_gbps[s, t], "Gb/s")


def _ways(n: LinkCapacities) -> Iterator[Violation]:
    """Traffic to the ground needs a gateway in view, traffic to another shell a relay; both need terminals."""
    x = n.x
    for (s, b, t), gbps in sorted(x.decisions.sends_gbps.items()):
        linked, at = n.network.shells[s], (s, b, x.horizon.label(t))
        seen = seen_share(x.instance.shells[s], n.network.gateways[b]) if linked.to_ground else 0.0
        yield from x.checker.at_most("network.view", at, gbps, seen * n.down_gbps[s, t], "Gb/s")
    for (s, o, t), gbps in sorted(x.decisions.relays_gbps.items()):
        linked, at = n.network.shells[s], (s, o, x.horizon.label(t))
        share = linked.relay_share if o in linked.relays else 0.0
        for constraint, end in (("network.relay", s), ("network.reception", o)):
            limit = share * n.carried_gbps[end, t] * (mean_hops(x, n.network, end) + 1.0)
            yield from x.checker.at_most(constraint, at, gbps, limit, "Gb/s")


def _gateways(n: LinkCapacities) -> Iterator[Violation]:
    x = n.x
    for b in n.network.gateways:
        for t in x.horizon.periods:
            taken = sum(gbps for (_, name, q), gbps in x.decisions.sends_gbps.items() if (name, q) == (b, t))
            if taken > 0:
                at = (b, x.horizon.label(t))
                yield from x.checker.at_most("network.downlink", at, taken, n.station_gbps[b, t], "Gb/s")
    for name, failure in n.network.contingencies.items():
        if failure.outage != "gateways":
            continue
        for t in x.horizon.periods:
            capacities = sorted(n.station_gbps[b, t] for b in n.network.gateways)
            kept = sum(capacities[: max(0, len(capacities) - (failure.count or 0))])
            expected = failure.served_share * n.mix_gbps(t) * n.demand(t)
            if n.in_force(failure, t) and expected > 0:
                yield from x.checker.at_least(
                    "network.kworst_capacity", (name, x.horizon.label(t)), kept, expected, "Gb/s"
                )
