"""Rules over the section on the network and what it links."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.links import Links, latency_ms, seen_gateways, share_at, traffic_gbps
from solver.instance.network import MOST_OUTAGE_CHOICES
from solver.instance.shell_rules import orbit_issues
from solver.instance.validation_issues import Issue, Path, described, unknown

if TYPE_CHECKING:
    from solver.instance.hardware import CandidateDesigns, Platform, Technology
    from solver.instance.network import Contingency, Network
    from solver.instance.places import Shell
    from solver.instance.schema import Target, Use
    from solver.instance.validate import Rule


def _fabric_choices(candidate_designs: CandidateDesigns, network: Network | None = None) -> Iterator[Issue]:
    for i, name in enumerate(candidate_designs.fabric):
        if network is None:
            yield (
                ("candidate_designs", "fabric", i),
                f'found "{name}" and no section network, expected one to describe it',
            )
        else:
            yield from unknown(("candidate_designs", "fabric", i), name, network.fabrics, "fabric")


def _linked_target(target: Target, network: Network) -> Iterator[Issue]:  # noqa: ARG001 - it is given
    if target.kind != "compute_delivered" and (target.kind != "power_alive" or target.where != "orbit"):
        found = f"found {target.kind}, {target.where}"
        expected = "expected power_alive in orbit, or compute_delivered, because there is a network"
        yield ("target", "kind"), f"{found}; {expected}"


def _fabrics(network: Network) -> Iterator[Issue]:
    for name, fabric in network.fabrics.items():
        path: Path = ("network", "fabrics", name)
        if fabric.form == "cluster" and fabric.rows * fabric.columns < 2:
            yield path, f"found {fabric.rows} x {fabric.columns} nodes, expected at least 2 in a cluster"
        if fabric.form == "grid" and (fabric.rows, fabric.columns, fabric.terminal) != (1, 1, None):
            yield path, "found rows, columns or terminal; expected none: a grid is as large as its shell"


def _fabric_terminals(network: Network, technology: Technology) -> Iterator[Issue]:
    for name, fabric in network.fabrics.items():
        if fabric.terminal is not None:
            path: Path = ("network", "fabrics", name, "terminal")
            yield from unknown(path, fabric.terminal, technology.terminals, "terminal")


def _declared_links(
    use: Use, platforms: Mapping[str, Platform], network: Network, technology: Technology
) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        declared = platform.declared
        if declared is None:
            continue
        path: Path = ("platforms", name, "declared")
        if declared.terminal is not None:
            yield from unknown((*path, "terminal"), declared.terminal, technology.terminals, "terminal")
        if declared.fabric is not None:
            yield from unknown((*path, "fabric"), declared.fabric, network.fabrics, "fabric")
        if declared.terminal is None or declared.terminals == 0:
            found = f"found {declared.terminals} of {declared.terminal or 'none'}"
            expected = "terminal and terminals of at least 1, because there is a network"
            yield (*path, "terminals"), f"{found}; expected {expected}"


def _sized_links(
    use: Use,
    platforms: Mapping[str, Platform],
    candidate_designs: CandidateDesigns,
    network: Network,  # noqa: ARG001 - it is given
) -> Iterator[Issue]:
    for name, platform in described(use.platforms, platforms).items():
        if platform.sized is not None and not any(candidate_designs.terminals or [platform.sized.terminals]):
            path: Path = ("platforms", name, "sized", "terminals")
            yield path, "found 0, expected at least 1, because there is a network"


def _linked_shells(shells: Mapping[str, Shell], network: Network) -> Iterator[Issue]:
    for name, linked in network.shells.items():
        path: Path = ("network", "shells", name)
        yield from unknown(path, name, shells, "shell")
        if linked.phasing >= linked.planes:
            found = f"found {linked.phasing}, expected less than planes, {linked.planes}"
            yield (*path, "phasing"), f"{found}: a Walker pattern shifts a plane by that many slots over all planes"
        for i, other in enumerate(linked.relays):
            if other == name:
                yield (*path, "relays", i), f'found "{other}", the shell itself; expected another one'
            else:
                yield from unknown((*path, "relays", i), other, network.shells, "shell of the network")


def _links_of_shells(use: Use, shells: Mapping[str, Shell], network: Network) -> Iterator[Issue]:
    for i, name in enumerate(use.shells):
        if name in shells and name not in network.shells:
            yield ("use", "shells", i), f'found "{name}", expected a section network.shells.{name} for its links'
        elif name in shells and shells[name].count > 1:
            expected = "1: links are those of one shell; give each of them a name"
            yield ("shells", name, "count"), f"found {shells[name].count}, expected {expected}"
        elif name in shells and shells[name].slot_area_m2 is not None:
            expected = "none: links are laid from slot to slot, each of one node; a regime may count by area"
            yield ("shells", name, "slot_area_m2"), f"found {shells[name].slot_area_m2:g}, expected {expected}"


def _linked(use: Use, shells: Mapping[str, Shell], network: Network) -> list[str]:
    """Return the shells in use that are described and have links."""
    return [name for name in described(use.shells, shells) if name in network.shells]


def _located(shells: Mapping[str, Shell], names: Iterable[str]) -> list[str]:
    """Return the shells whose orbit has no issue, so that the physics of links is defined for them."""
    return [name for name in names if not any(orbit_issues(name, shells[name]))]


def _paths_to_ground(use: Use, shells: Mapping[str, Shell], target: Target, network: Network) -> Iterator[Issue]:
    """A shell needs a path to the ground, unless work without traffic is done there and the other elsewhere."""
    sends = [traffic_gbps(workload, target.kind) > 0 for workload in network.workloads.values()]
    linked = _linked(use, shells, network)
    stranded = _stranded(use, network, Links(network, shells), _located(shells, linked)) if any(sends) else {}
    if not all(sends) and (use.ground or len(stranded) < len(linked)):
        return
    for name, seen in stranded.items():
        found = f"found no path to the ground: no gateway sees {' or '.join(sorted(seen))}"
        expected = "a gateway below it, or relays to a shell in use that has one"
        yield ("network", "shells", name), f"{found}; expected {expected}"


def _stranded(use: Use, network: Network, links: Links, located: list[str]) -> dict[str, set[str]]:
    """Return the shells from which no gateway is reached, each with the shells that it relays to."""
    landing = {name for name in located if seen_gateways(links, name)}
    stranded = {}
    for name in located:
        seen, reached = {name}, [name]
        while reached:
            relays = network.shells[reached.pop()].relays
            ahead = {r for r in relays if r in use.shells and r in network.shells and r not in seen}
            seen |= ahead
            reached += ahead
        # A shell without a valid orbit may still get a gateway.
        if seen.issubset(located) and not seen & landing:
            stranded[name] = seen
    return stranded


def _downlinks(use: Use, target: Target, network: Network) -> Iterator[Issue]:
    sending = next((name for name, w in network.workloads.items() if traffic_gbps(w, target.kind) > 0), None)
    if sending is not None and network.ground_terminals == 0 and not use.ground:
        expected = f"at least 1: the traffic of {sending} goes down through the terminals of each node that look down"
        yield ("network", "ground_terminals"), f"found 0, expected {expected}"


def _latencies(use: Use, shells: Mapping[str, Shell], network: Network) -> Iterator[Issue]:
    linked = _linked(use, shells, network)
    if use.ground or _located(shells, linked) != linked:
        # Halls on the ground are near.
        return
    nearest = min((latency_ms(Links(network, shells), name) for name in linked), default=0.0)
    for name, workload in network.workloads.items():
        if workload.latency_ms is not None and nearest > workload.latency_ms:
            expected = f"at least {nearest:.4g}: no shell in use is nearer"
            path: Path = ("network", "workloads", name, "latency_ms")
            yield path, f"found {workload.latency_ms:g}, expected {expected}"


def _workload_shares(network: Network) -> Iterator[Issue]:
    dates: set[int] = set()
    for name, workload in network.workloads.items():
        months = [month_number(at.date) for at in workload.shares]
        for i, (before, after) in enumerate(pairwise(months), start=1):
            if after <= before:
                path: Path = ("network", "workloads", name, "shares", i, "date")
                yield path, f"found {workload.shares[i].date}, expected a month after the one before"
        dates.update(months)
    for month in sorted(dates):
        total = sum(share_at(workload, month) for workload in network.workloads.values())
        if total > 1 + 1e-9:
            when = f"{month // 12:04d}-{month % 12 + 1:02d}"
            yield ("network", "workloads"), f"found shares of {total:.4g} in all in {when}, expected at most 1"
            return


def _stations(network: Network) -> Iterator[Issue]:
    for name, gateway in network.gateways.items():
        if gateway.initial > gateway.max_stations:
            found = f"found {gateway.max_stations}, expected at least initial, {gateway.initial}"
            yield ("network", "gateways", name, "max_stations"), found


def _outages(network: Network) -> Iterator[Issue]:
    for name, failure in network.contingencies.items():
        yield from _outage(network, failure, ("network", "contingencies", name))


def _outage(network: Network, failure: Contingency, path: Path) -> Iterator[Issue]:
    outage = failure.outage
    if outage != "gateways" and failure.count is not None:
        yield (*path, "count"), f"found {failure.count}, expected none, because outage is {outage}"
    if outage != "storm" and (failure.shells or failure.gateways):
        yield path, f"found shares of shells or gateways, expected none, because outage is {outage}"
    if outage in ("gateways", "storm") and failure.only is not None:
        found = ", ".join(failure.only) or "an empty list"
        yield (*path, "only"), f"found {found}, expected none, because outage is {outage}"
    if outage == "gateways" and not failure.count:
        found = f"found {failure.count or 0}, so nothing is lost"
        yield (*path, "count"), f"{found}; expected the number of gateways, at least 1"
    if outage == "gateways" and 0 < len(network.gateways) <= (failure.count or 0) and failure.served_share > 0:
        found = f"found {failure.count}, expected less than the {len(network.gateways)} of the network"
        if any(w.traffic_gbps_per_mw > 0 for w in network.workloads.values()):
            yield (*path, "count"), f"{found}: nothing would serve {failure.served_share:g} of the target"
    choices = math.comb(len(network.gateways), failure.count or 0)
    if outage == "gateways" and choices > MOST_OUTAGE_CHOICES:
        found = f"found {failure.count} of {len(network.gateways)} gateways, which are {choices:,} choices of them"
        yield (
            (*path, "count"),
            f"{found}; expected at most {MOST_OUTAGE_CHOICES:,}: fewer lost at once, or fewer gateways",
        )
    if outage in ("gateways", "region") and not network.gateways:
        yield (*path, "outage"), f"found {outage} and no gateway in the network, so nothing is lost; expected one"
    if outage in ("shell", "plane", "region") and failure.only == []:
        yield (*path, "only"), f"found an empty list, so nothing is lost; expected a {outage}"
    if outage == "region":
        for i, region in enumerate(failure.only or ()):
            known = {gateway.region for gateway in network.gateways.values()}
            yield from unknown((*path, "only", i), region, known, "region")
    if outage == "storm":
        for gateway in failure.gateways:
            yield from unknown((*path, "gateways", gateway), gateway, network.gateways, "gateway")


def _outages_in_use(use: Use, network: Network) -> Iterator[Issue]:
    for name, failure in network.contingencies.items():
        path: Path = ("network", "contingencies", name)
        if failure.outage in ("shell", "plane"):
            for i, shell in enumerate(failure.only or ()):
                yield from unknown((*path, "only", i), shell, use.shells, "shell in use")
        if failure.outage == "storm":
            in_use = [share for shell, share in failure.shells.items() if shell in use.shells]
            if not any(in_use) and not any(failure.gateways.values()):
                expected = "a share of a shell in use or of a gateway"
                yield path, f"found a storm that takes nothing in use; expected {expected}"


def _storm_shells(shells: Mapping[str, Shell], network: Network) -> Iterator[Issue]:
    for name, failure in network.contingencies.items():
        for shell in failure.shells if failure.outage == "storm" else ():
            yield from unknown(("network", "contingencies", name, "shells", shell), shell, shells, "shell")


NETWORK_RULES: tuple[Rule, ...] = (
    _fabric_choices, _linked_target, _fabrics, _fabric_terminals, _declared_links, _sized_links, _linked_shells,
    _links_of_shells, _paths_to_ground, _downlinks, _latencies, _workload_shares, _stations, _outages, _outages_in_use,
    _storm_shells,
)  # fmt: skip
