"""Rules of a target of computing delivered: all of it is the work of workloads, each with its traffic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.links import share_at
from solver.instance.validate import Rule
from solver.instance.validation_issues import Issue

if TYPE_CHECKING:
    from solver.instance.network import Network
    from solver.instance.schema import Target, Use

BECAUSE = "because target.kind is compute_delivered"


def _linked_work(target: Target, network: Network | None = None) -> Iterator[Issue]:
    if target.kind != "compute_delivered":
        return
    if network is None or not network.workloads:
        yield ("network", "workloads"), f"missing; expected the workloads that are delivered, {BECAUSE}"
        return
    for name, workload in network.workloads.items():
        if workload.traffic_gbps_per_eflops is None:
            yield ("network", "workloads", name, "traffic_gbps_per_eflops"), f"missing; expected it, {BECAUSE}"
    for month in sorted({month_number(at.date) for workload in network.workloads.values() for at in workload.shares}):
        total = sum(share_at(workload, month) for workload in network.workloads.values())
        if total < 1 - 1e-9:
            when = f"{month // 12:04d}-{month % 12 + 1:02d}"
            found = f"found shares of {total:.4g} in all in {when}, expected 1"
            yield ("network", "workloads"), f"{found}, {BECAUSE}"
            return
    if network.contingencies:
        yield ("network", "contingencies"), f"found contingencies, expected none, {BECAUSE}"


def _names_of_places(target: Target, use: Use) -> Iterator[Issue]:
    for i, name in enumerate(use.ground if target.kind == "compute_delivered" else ()):
        if name in use.shells:
            yield ("use", "ground", i), f'found "{name}", the name of a shell in use as well; expected another one'


DELIVERY_RULES: tuple[Rule, ...] = (_linked_work, _names_of_places)
