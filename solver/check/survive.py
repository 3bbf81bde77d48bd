"""Survival: after each failure that the instance lists, the topology of the plan must still deliver its share.

Says   network.contingency (a failure after which too little of the target reaches the ground)
"""

from __future__ import annotations

from collections.abc import Iterator

from solver.check.context import Context
from solver.check.links import Linked, mean_hops, seen_share
from solver.check.verdict import Violation
from solver.instance.network import Failure as Asked
from solver.topology.surviving_flow import NetworkCapacities, OutageScenario, intact_flow, surviving_flow


def survival_rules(x: Context) -> Iterator[Violation]:
    """Every failure at the end of every period that the plan does not survive."""
    n = Linked.of(x)
    if n is None or not n.network.contingencies:
        return
    for t in x.horizon.periods:
        wanted = n.wanted_gw(t)
        if wanted <= 0:
            continue
        mix = n.mix_gbps_per_gw(t)
        for name, asked in n.network.contingencies.items():
            if not n.in_force(asked, t) or asked.served_share <= 0:
                continue
            for what, failure in _single(n, name, asked):
                # Where nothing is sent, power itself is what flows.
                left = _left(n, t, failure, mix) / mix if mix > 0 else _power_left(n, t, failure)
                at = (name, *what, x.horizon.label(t))
                yield from x.checker.at_least("network.contingency", at, left, asked.served_share * wanted, "GW")


def _single(n: Linked, name: str, asked: Asked) -> Iterator[tuple[tuple[str, ...], OutageScenario]]:
    """The single failures of a set, by what they hit."""
    hit = [s for s in n.x.instance.use.shells if asked.only is None or s in asked.only]
    regions = {gateway.region for gateway in n.network.gateways.values()}
    match asked.outage:
        case "shell":
            for s in hit:
                yield (s,), OutageScenario(name, shells={s: 1.0})
        case "plane":
            for s in hit:
                yield (s,), OutageScenario(name, shells={s: 1.0 / n.network.shells[s].planes})
        case "region":
            for region in sorted(regions if asked.only is None else regions & set(asked.only)):
                gone = {b: 1.0 for b, gateway in n.network.gateways.items() if gateway.region == region}
                yield (region,), OutageScenario(name, gateways=gone)
        case "gateways":
            yield (), OutageScenario(name, worst_gateways=min(asked.count or 0, len(n.network.gateways)))
        case "storm":
            struck = {s: share for s, share in asked.shells.items() if s in n.x.instance.use.shells}
            yield (), OutageScenario(name, shells=struck, gateways=asked.gateways)


def _left(n: Linked, t: int, failure: OutageScenario, mix: float) -> float:
    """What traffic still reaches the ground, Gb/s."""
    capacities = _carriers(n, t, mix)
    lost = failure.shells or failure.gateways or failure.worst_gateways
    return surviving_flow(capacities, failure).delivered if lost else intact_flow(capacities).delivered


def _power_left(n: Linked, t: int, failure: OutageScenario) -> float:
    return sum(n.power_gw[s, t] * (1.0 - failure.shells.get(s, 0.0)) for s in n.x.instance.use.shells)


def _carriers(n: Linked, t: int, mix: float) -> NetworkCapacities:
    """What shells, relays, ways down and gateways carry at the end of a period, Gb/s."""
    x, shells = n.x, n.x.instance.use.shells
    sees = {
        s: {b: seen_share(x.instance.shells[s], g) for b, g in n.network.gateways.items()}
        if n.network.shells[s].to_ground
        else {}
        for s in shells
    }

    def linked(s: str) -> float:
        """Links of a shell, before they are shared among the hops of its traffic."""
        return n.carried_gbps[s, t] * (mean_hops(x, n.network, s) + 1.0)

    return NetworkCapacities(
        shells={s: min(mix * n.power_gw[s, t], n.carried_gbps[s, t]) for s in shells},
        gateways={b: n.taken_gbps[b, t] for b in n.network.gateways},
        downlinks={s: sum(sees[s].values()) * n.down_gbps[s, t] for s in shells},
        relays={
            (s, o): n.network.shells[s].relay_share * min(linked(s), linked(o))
            for s in shells
            for o in n.network.shells[s].relays
            if o in shells
        },
        sees={s: frozenset(b for b, share in sees[s].items() if share > 0) for s in shells},
    )
