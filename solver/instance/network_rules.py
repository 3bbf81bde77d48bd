"""Faults of the network section that only several keys together show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.findings import Finding, Path, unknown
from solver.instance.links import latency_ms, seen_gateways, share_at

if TYPE_CHECKING:
    from solver.instance.network import Failure, LinkedShell, Network
    from solver.instance.schema import Instance


def network_rules(instance: Instance) -> Iterator[Finding]:
    """Every such fault, each with its path."""
    network = instance.network
    if network is None:
        for i, name in enumerate(instance.candidate_designs.fabric):
            yield (
                ("candidate_designs", "fabric", i),
                f'found "{name}" and no section network, wanted one to describe it',
            )
        return
    if instance.target.kind != "power_alive" or instance.target.where != "orbit":
        found = f"{instance.target.kind}, {instance.target.where}"
        yield ("target", "kind"), f"found {found}; wanted power_alive in orbit, because there is a network"
    yield from _fabrics(instance, network)
    yield from _shells(instance, network)
    yield from _workloads(instance, network)
    for name, failure in network.contingencies.items():
        yield from _failure(instance, network, failure, ("network", "contingencies", name))


def _fabrics(instance: Instance, network: Network) -> Iterator[Finding]:
    for i, name in enumerate(instance.candidate_designs.fabric):
        yield from unknown(("candidate_designs", "fabric", i), name, network.fabrics, "fabric")
    for name, fabric in network.fabrics.items():
        path: Path = ("network", "fabrics", name)
        if fabric.terminal is not None:
            yield from unknown((*path, "terminal"), fabric.terminal, instance.technology.terminals, "terminal")
        if fabric.form == "cluster" and fabric.rows * fabric.columns < 2:
            yield path, f"found {fabric.rows} x {fabric.columns} nodes, wanted at least 2 in a cluster"
        if fabric.form == "grid" and (fabric.rows, fabric.columns, fabric.terminal) != (1, 1, None):
            yield path, "found rows, columns or terminal; wanted none: a grid is as large as its shell"
    for name in instance.use.platforms:
        platform = instance.platforms.get(name)
        if platform is None:
            continue
        declared, sized = platform.declared, platform.sized
        path = ("platforms", name, "declared" if declared else "sized")
        if declared is not None and declared.terminal is not None:
            yield from unknown((*path, "terminal"), declared.terminal, instance.technology.terminals, "terminal")
        if declared is not None and declared.fabric is not None:
            yield from unknown((*path, "fabric"), declared.fabric, network.fabrics, "fabric")
        if declared is not None and (declared.terminal is None or declared.terminals == 0):
            wanted = "terminal and terminals of at least 1, because there is a network"
            yield (*path, "terminals"), f"found {declared.terminals} of {declared.terminal or 'none'}; wanted {wanted}"
        counts = instance.candidate_designs.terminals or ([sized.terminals] if sized is not None else [])
        if sized is not None and not any(counts):
            yield (*path, "terminals"), "found 0, wanted at least 1, because there is a network"


def _shells(instance: Instance, network: Network) -> Iterator[Finding]:
    for name, linked in network.shells.items():
        path: Path = ("network", "shells", name)
        yield from unknown(path, name, instance.shells, "shell")
        for i, other in enumerate(linked.relays):
            if other == name:
                yield (*path, "relays", i), f'found "{other}", the shell itself; wanted another one'
            else:
                yield from unknown((*path, "relays", i), other, network.shells, "shell of the network")
    for i, name in enumerate(instance.use.shells):
        if name not in instance.shells:
            continue
        if name not in network.shells:
            yield ("use", "shells", i), f'found "{name}", wanted a section network.shells.{name} for its links'
        elif any(w.traffic_gbps_per_mw > 0 for w in network.workloads.values()):
            yield from _path_to_ground(instance, network.shells, name)


def _path_to_ground(instance: Instance, linked: Mapping[str, LinkedShell], name: str) -> Iterator[Finding]:
    """Nodes from which nothing ever comes down are computers nobody can use."""
    seen, reached = {name}, [name]
    while reached:
        shell = reached.pop()
        if seen_gateways(instance, shell):
            return
        ahead = [r for r in linked[shell].relays if r in linked and r in instance.use.shells and r not in seen]
        seen.update(ahead)
        reached += ahead
    found = f"found no path to the ground: no gateway sees {' or '.join(sorted(seen))}"
    yield ("network", "shells", name), f"{found}; wanted a gateway below it, or relays to a shell in use that has one"


def _workloads(instance: Instance, network: Network) -> Iterator[Finding]:
    dates: set[int] = set()
    here = [s for s in instance.use.shells if s in instance.shells and s in network.shells]
    for name, workload in network.workloads.items():
        nearest = min((latency_ms(instance, s) for s in here), default=0.0)
        if workload.latency_ms is not None and nearest > workload.latency_ms:
            wanted = f"at least {nearest:.4g}: no shell in use is nearer"
            yield ("network", "workloads", name, "latency_ms"), f"found {workload.latency_ms:g}, wanted {wanted}"
    for name, workload in network.workloads.items():
        months = [month_number(at.date) for at in workload.shares]
        for i, (before, after) in enumerate(pairwise(months), start=1):
            if after <= before:
                at: Path = ("network", "workloads", name, "shares", i, "date")
                yield at, f"found {workload.shares[i].date}, wanted a month after the one before"
        dates.update(months)
    for month in sorted(dates):
        total = sum(share_at(workload, month) for workload in network.workloads.values())
        if total > 1 + 1e-9:
            when = f"{month // 12:04d}-{month % 12 + 1:02d}"
            yield ("network", "workloads"), f"found shares of {total:.4g} in all in {when}, wanted at most 1"
            return


def _failure(instance: Instance, network: Network, failure: Failure, path: Path) -> Iterator[Finding]:
    outage = failure.outage
    if outage != "gateways" and failure.count is not None:
        yield (*path, "count"), f"found {failure.count}, wanted none, because outage is {outage}"
    if outage != "storm" and (failure.shells or failure.gateways):
        yield path, f"found shares of shells or gateways, wanted none, because outage is {outage}"
    if outage in ("gateways", "storm") and failure.only is not None:
        found = ", ".join(failure.only) or "an empty list"
        yield (*path, "only"), f"found {found}, wanted none, because outage is {outage}"
    if outage == "gateways" and not failure.count:
        yield (*path, "count"), f"found {failure.count or 0}, so nothing is lost; wanted how many gateways, at least 1"
    if outage in ("gateways", "region") and not network.gateways:
        yield (*path, "outage"), f"found {outage} and no gateway in the network, so nothing is lost; wanted one"
    if outage == "storm":
        yield from _storm(instance, network, failure, path)
    elif failure.only is not None and outage in ("shell", "plane", "region"):
        known = {g.region for g in network.gateways.values()} if outage == "region" else set(instance.use.shells)
        for i, name in enumerate(failure.only):
            yield from unknown((*path, "only", i), name, known, "region" if outage == "region" else "shell in use")
        if not failure.only:
            yield (*path, "only"), f"found an empty list, so nothing is lost; wanted a {outage}"


def _storm(instance: Instance, network: Network, failure: Failure, path: Path) -> Iterator[Finding]:
    for name in failure.shells:
        yield from unknown((*path, "shells", name), name, instance.shells, "shell")
    for name in failure.gateways:
        yield from unknown((*path, "gateways", name), name, network.gateways, "gateway")
    in_use = [share for name, share in failure.shells.items() if name in instance.use.shells]
    if not any(in_use) and not any(failure.gateways.values()):
        yield path, "found a storm that takes nothing in use; wanted a share of a shell in use or of a gateway"
