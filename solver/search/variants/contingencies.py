"""Which failures are asked of a plan at the end of a period: the sets of an instance, taken apart into single cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.horizon.periods import PlanningHorizon
from solver.instance.fields import month_number
from solver.instance.network import Failure as Asked
from solver.instance.network import Network
from solver.instance.schema import Instance
from solver.topology.surviving_flow import OutageScenario


@dataclass(frozen=True, slots=True)
class Contingency:
    """One failure: its name with what is lost, the share of the target that must be delivered, and what is lost."""

    name: str
    share: float
    failure: OutageScenario


def cases(instance: Instance, horizon: PlanningHorizon, t: int) -> Iterator[Contingency]:
    """Every single failure that must be survived at the end of a period."""
    network = instance.network
    if network is None:
        return
    for name, asked in network.contingencies.items():
        if asked.served_share > 0 and (asked.from_ is None or horizon.ends_month[t] >= month_number(asked.from_)):
            for what, failure in _taken_apart(instance, network, asked):
                label = f"{name},{what}" if what else name
                yield Contingency(
                    label,
                    asked.served_share,
                    OutageScenario(label, failure.shells, failure.gateways, failure.worst_gateways),
                )


def _taken_apart(instance: Instance, network: Network, asked: Asked) -> Iterator[tuple[str, OutageScenario]]:
    shells = [s for s in instance.use.shells if asked.only is None or s in asked.only]
    if asked.outage == "shell":
        yield from ((s, OutageScenario(s, shells={s: 1.0})) for s in shells)
    elif asked.outage == "plane":
        yield from ((s, OutageScenario(s, shells={s: 1.0 / network.shells[s].planes})) for s in shells)
    elif asked.outage == "region":
        regions = dict.fromkeys(g.region for g in network.gateways.values())
        for region in (r for r in regions if asked.only is None or r in asked.only):
            lost = {b: 1.0 for b, gateway in network.gateways.items() if gateway.region == region}
            yield region, OutageScenario(region, gateways=lost)
    elif asked.outage == "gateways":
        yield "", OutageScenario("worst gateways", worst_gateways=min(asked.count or 0, len(network.gateways)))
    else:
        in_use = {s: share for s, share in asked.shells.items() if s in instance.use.shells}
        yield "", OutageScenario("storm", shells=in_use, gateways=dict(asked.gateways))
