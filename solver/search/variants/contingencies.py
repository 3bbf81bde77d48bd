"""Contingencies a plan must survive at the end of a period: the failure sets of an instance as single failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import month_number
from solver.instance.network import Contingency as ContingencySpec
from solver.instance.network import Network
from solver.instance.schema import Instance
from solver.topology.surviving_flow import OutageScenario


@dataclass(frozen=True, slots=True)
class Contingency:
    """Single failure: its name with the failed element, the share of the target to deliver, and the outage itself."""

    name: str
    share: float
    failure: OutageScenario


def contingencies_at(instance: Instance, horizon: PlanningHorizon, t: int) -> Iterator[Contingency]:
    """Yield each single failure that must be survived at the end of a period."""
    network = instance.network
    if network is None:
        return
    for name, spec in network.contingencies.items():
        if spec.served_share > 0 and (spec.from_ is None or horizon.ends_month[t] >= month_number(spec.from_)):
            for element, failure in _single_failures(instance, network, spec):
                label = f"{name},{element}" if element else name
                yield Contingency(
                    label,
                    spec.served_share,
                    OutageScenario(label, failure.shells, failure.gateways, failure.worst_gateways),
                )


def _single_failures(
    instance: Instance, network: Network, spec: ContingencySpec
) -> Iterator[tuple[str, OutageScenario]]:
    shells = [s for s in instance.use.shells if spec.only is None or s in spec.only]
    if spec.outage == "shell":
        yield from ((s, OutageScenario(s, shells={s: 1.0})) for s in shells)
    elif spec.outage == "plane":
        yield from ((s, OutageScenario(s, shells={s: 1.0 / network.shells[s].planes})) for s in shells)
    elif spec.outage == "region":
        regions = dict.fromkeys(g.region for g in network.gateways.values())
        for region in (r for r in regions if spec.only is None or r in spec.only):
            failed = {b: 1.0 for b, gateway in network.gateways.items() if gateway.region == region}
            yield region, OutageScenario(region, gateways=failed)
    elif spec.outage == "gateways":
        yield "", OutageScenario("worst gateways", worst_gateways=min(spec.count or 0, len(network.gateways)))
    else:
        in_use = {s: share for s, share in spec.shells.items() if s in instance.use.shells}
        yield "", OutageScenario("storm", shells=in_use, gateways=dict(spec.gateways))
