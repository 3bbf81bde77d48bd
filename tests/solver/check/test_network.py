"""Spoiled networks: a feasible plan under an instance that demands a little more violates that constraint alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.instance.schema import Instance
from solver.plan import Decisions, Plan
from tests.pipeline import tiny_plan


def changed(instance: Instance, changes: dict[str, Any]) -> Instance:
    """The instance with other values by dotted key."""
    data = instance.model_dump(by_alias=True)
    for key, value in changes.items():
        *above, last = key.split(".")
        section = data
        for step in above:
            section = section[step]
        section[last] = value
    return Instance.model_validate(data)


def violated(instance: Instance, plan: Plan) -> set[str]:
    """Return the network constraints that a plan violates."""
    return {v.constraint for v in check(instance, plan) if v.constraint.startswith("network.")}


def scaled(decisions: Decisions, share: float, *names: str) -> Decisions:
    """Decisions with some amounts multiplied."""
    less = {name: {key: share * value for key, value in getattr(decisions, name).items()} for name in names}
    return replace(decisions, **less)


ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "network.bisection": ("network_workloads", {"network.workloads.training.bisection_gbps_per_mw": 101.0}),
    "network.latency": ("network_workloads", {"network.workloads.answers.latency_ms": 3.0}),
    "network.crosslink": ("network_relays", {"network.shells.near.hops": 10.0}),
    "network.view": ("network_relays", {"network.ground_terminals": 1}),
    "network.relay": ("network_relays", {"network.shells.top.relay_share": 0.1}),
    "network.downlink": ("network_relays", {"network.gateways.dish.rate_gbps": 30.0}),
    "network.max_stations": ("network_gateways", {"network.gateways.bowl.max_stations": 1}),
}


@pytest.mark.parametrize("constraint", sorted(ASKED))
def test_a_plan_that_does_less_than_is_asked_breaks_that_rule(constraint: str) -> None:
    """With one number of the instance made harder the same plan breaks one rule of the network, and no other."""
    name, changes = ASKED[constraint]
    instance, plan = tiny_plan(name)
    assert violated(instance, plan) == set()
    assert violated(changed(instance, changes), plan) == {constraint}


def test_stations_do_nothing_before_their_first_month_of_use() -> None:
    """Bought or there from the start, a station counts from the first period that begins at its first month of use."""
    instance, plan = tiny_plan("network_gateways")
    late = changed(instance, {"network.gateways.bowl.available_from": "2030-02"})
    assert violated(late, plan) == {"network.downlink"}


def test_work_left_undone_is_found() -> None:
    """With all work and its traffic a tenth less the workload has not its share."""
    instance, plan = tiny_plan("network_relays")
    less = scaled(plan.decisions, 0.9, "serves", "sends_gbps", "relays_gbps")
    assert violated(instance, replace(plan, decisions=less)) == {"network.workload_demand"}


def test_work_without_power_is_found() -> None:
    """More answers near than the nodes there have power for are more than the shell serves."""
    instance, plan = tiny_plan("network_workloads")
    served = {**plan.decisions.serves, ("answers", "near", 0): 0.5}
    assert violated(instance, replace(plan, decisions=replace(plan.decisions, serves=served))) == {"network.serving"}


@pytest.mark.parametrize(
    ("share", "found"), [(0.9, {"network.traffic"}), (1.1, {"network.traffic", "network.downlink"})]
)
def test_traffic_that_ends_or_begins_nowhere_is_found(share: float, found: set[str]) -> None:
    """Traffic to the ground must equal that of the work: less and more of it are violations."""
    instance, plan = tiny_plan("network_relays")
    other = scaled(plan.decisions, share, "sends_gbps")
    assert violated(instance, replace(plan, decisions=other)) == found


def test_the_shell_that_receives_is_looked_at_too() -> None:
    """Where the sender has links enough, a receiver with few nodes is named for itself."""
    instance, plan = tiny_plan("network_relays")
    many = {key: count * (10 if key[2] == "top" else 1) for key, count in plan.decisions.loaded.items()}
    fewer = changed(instance, {"network.shells.top.relay_share": 0.07})
    assert violated(fewer, replace(plan, decisions=replace(plan.decisions, loaded=many))) == {"network.reception"}


def test_a_relay_that_is_not_there_carries_nothing() -> None:
    """Traffic to a shell that is no relay of the sender breaks both ends."""
    instance, plan = tiny_plan("network_relays")
    cut = changed(instance, {"network.shells.top.relays": []})
    assert violated(cut, plan) == {"network.relay", "network.reception"}


def test_the_worst_gateway_is_judged_twice() -> None:
    """Capacity without the worst gateway is short by sums over gateways, and by the flow through the topology."""
    instance, plan = tiny_plan("network_worst")
    assert violated(changed(instance, {"network.contingencies.clouds.served_share": 0.6}), plan) == {
        "network.kworst_capacity",
        "network.contingency",
    }


FAILURES: dict[str, dict[str, Any]] = {
    "shell": {"outage": "shell", "served_share": 0.1},
    "plane": {"outage": "plane", "served_share": 1.0},
    "region": {"outage": "region", "served_share": 0.6},
    "storm": {"outage": "storm", "served_share": 0.95, "shells": {"near": 0.1}},
    "storm over gateways": {"outage": "storm", "served_share": 0.95, "gateways": {"dish": 0.5, "bowl": 0.5}},
}


@pytest.mark.parametrize("kind", sorted(FAILURES))
def test_a_failure_that_is_not_survived_is_named(kind: str) -> None:
    """After any outage, a plan that delivers too little violates one constraint."""
    instance, plan = tiny_plan("network_gateways")
    demand = {"failure": {"title": "", "only": None, "count": None, "shells": {}, "gateways": {}, "from": None}}
    demand["failure"] |= FAILURES[kind]
    assert violated(changed(instance, {"network.contingencies": demand}), plan) == {"network.contingency"}
    demand["failure"]["served_share"] = 0.0
    assert violated(changed(instance, {"network.contingencies": demand}), plan) == set()
    demand["failure"] |= {"served_share": FAILURES[kind]["served_share"], "from": "2040-01"}
    assert violated(changed(instance, {"network.contingencies": demand}), plan) == set()


def test_unknown_gateways_and_workloads_are_refused() -> None:
    """A plan with names unknown to the network is checked no further."""
    instance, plan = tiny_plan("network_gateways")
    for decision, key in (("gateways", ("dsh", 0)), ("serves", ("play", "near", 0))):
        other = replace(plan.decisions, **{decision: {key: 1}})
        assert {v.constraint for v in check(instance, replace(plan, decisions=other))} == {"plan.unknown"}
