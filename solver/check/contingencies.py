"""Contingencies: after each outage that the instance lists, the network of the plan still delivers its share.

Constraints   network.contingency (outage after which too little of the target reaches the ground)
"""

from __future__ import annotations

from collections.abc import Iterator

from solver.check.context import Context
from solver.check.failure_flow import Carriers, Outage, delivered
from solver.check.link_capacity import LinkCapacities, mean_hops, seen_share
from solver.check.verdict import Violation
from solver.instance.network import Contingency


def contingency_rules(x: Context) -> Iterator[Violation]:
    """Yield a violation for each outage, at the end of each period, after which the plan delivers too little."""
    n = LinkCapacities.of(x)
    if n is None or not n.network.contingencies:
        return
    for t in x.horizon.periods:
        expected = n.demand(t)
        if expected <= 0:
            continue
        mix = n.mix_gbps(t)
        carriers = _carriers(n, t, mix)
        for name, contingency in n.network.contingencies.items():
            if not n.in_force(contingency, t) or contingency.served_share <= 0:
                continue
            for places, outage in _single(n, contingency):
                # Without traffic, power itself is the flow.
                left = delivered(carriers, outage) / mix if mix > 0 else _delivered_power_gw(n, t, outage)
                at = (name, *places, x.horizon.label(t))
                yield from x.checker.at_least(
                    "network.contingency", at, left, contingency.served_share * expected, "GW"
                )


def _single(n: LinkCapacities, contingency: Contingency) -> Iterator[tuple[tuple[str, ...], Outage]]:
    """Yield the single failures of a contingency, with what they hit."""
    shells = [s for s in n.x.instance.use.shells if contingency.only is None or s in contingency.only]
    regions = {gateway.region for gateway in n.network.gateways.values()}
    match contingency.outage:
        case "shell":
            for s in shells:
                yield (s,), Outage(shells={s: 1.0})
        case "plane":
            for s in shells:
                yield (s,), Outage(shells={s: 1.0 / n.network.shells[s].planes})
        case "region":
            for region in sorted(regions if contingency.only is None else regions & set(contingency.only)):
                outages = {b: 1.0 for b, gateway in n.network.gateways.items() if gateway.region == region}
                yield (region,), Outage(gateways=outages)
        case "gateways":
            yield (), Outage(worst=contingency.count or 0)
        case "storm":
            shares = {s: share for s, share in contingency.shells.items() if s in n.x.instance.use.shells}
            yield (), Outage(shells=shares, gateways=contingency.gateways)


def _delivered_power_gw(n: LinkCapacities, t: int, outage: Outage) -> float:
    return sum(n.able[s, t] * (1.0 - outage.shells.get(s, 0.0)) for s in n.x.instance.use.shells)


def _carriers(n: LinkCapacities, t: int, mix: float) -> Carriers:
    """Return the capacities of shells, relays, links down and gateways at the end of a period, Gb/s."""
    x, shells = n.x, n.x.instance.use.shells
    seen = {
        s: {b: seen_share(x.instance.shells[s], g) for b, g in n.network.gateways.items()}
        if n.network.shells[s].to_ground
        else {}
        for s in shells
    }

    def linked(s: str) -> float:
        """Return the capacity of the links of a shell, before division by the mean number of hops."""
        return n.carried_gbps[s, t] * (mean_hops(x, n.network, s) + 1.0)

    return Carriers(
        work={s: min(mix * n.able[s, t], n.carried_gbps[s, t]) for s in shells},
        relays={
            (s, o): n.network.shells[s].relay_share * min(linked(s), linked(o))
            for s in shells
            for o in n.network.shells[s].relays
            if o in shells
        },
        down={s: sum(seen[s].values()) * n.down_gbps[s, t] for s in shells},
        gateways={b: n.station_gbps[b, t] for b in n.network.gateways},
        sees={s: [b for b, share in seen[s].items() if share > 0] for s in shells},
    )
