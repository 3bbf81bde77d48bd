"""Computing delivered: least cost by enumeration, and plans that deliver less than they claim."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.instance.schema import Instance
from solver.plan import Decisions
from solver.tables import state_of
from solver.tables.account import STAGES, accounts
from tests.pipeline import run, tiny_plan
from tests.solver.check.test_network import changed, violated

PRICES: tuple[dict[str, Any], ...] = (
    {},
    {"network.workloads.answers.traffic_gbps_per_eflops": 0.25},
    {"ground.valley.facility_usd_per_w": 1.0},
    {"network.gateways.dish.cost_musd": 2.0, "network.gateways.dish.availability_share": 0.4},
    {"network.workloads.answers.latency_ms": 1.0, "target.milestones": [{"date": "2031-01", "eflops": 20.0}]},
)


def costs(instance: Instance) -> Iterator[float]:
    """Costs of all plans of nodes and stations, each with the halls that the rest needs, MUSD."""
    assert instance.network is not None
    answers, dish = instance.network.workloads["answers"], instance.network.gateways["dish"]
    hall, asked = instance.ground["valley"], instance.target.milestones[0].eflops or 0.0
    near = answers.latency_ms is None or answers.latency_ms > 2.0
    for nodes in range(4):
        for stations in range(6):
            down = stations * dish.rate_gbps * dish.availability_share * 0.5
            sent = min(asked / 2, down / answers.traffic_gbps_per_eflops) if near else 0.0  # type: ignore[operator]
            batch = min(asked / 2, 12.0 * nodes)
            orbit = batch + min(sent, 12.0 * nodes - batch)
            halls_gw = (asked - orbit) / 1000.0
            if halls_gw <= 0.012 + 1e-12:
                each = (hall.facility_usd_per_w + hall.it_usd_per_w) * 1000.0
                yield 9.0 * math.ceil(nodes / 3) + 10.0 * nodes + dish.cost_musd * stations + each * halls_gw


@pytest.mark.parametrize("changes", PRICES)
def test_least_cost_by_enumeration(changes: dict[str, Any]) -> None:
    """Where traffic, weather, stations and halls change, the plan is the cheapest over all counts of nodes."""
    instance = changed(tiny_plan("delivered")[0], changes)
    done = run(instance)
    assert done.plan is not None
    assert done.plan.claims.objective == pytest.approx(min(costs(instance)))
    assert list(check(instance, done.plan)) == []


def spoiled(decisions: Decisions, **changes: Any) -> set[str]:
    """The constraints of target and network that the plan violates with other decisions."""
    instance, plan = tiny_plan("delivered")
    found = check(instance, replace(plan, decisions=replace(decisions, **changes)))
    return {v.constraint for v in found if v.constraint.startswith(("network.", "target."))}


def test_a_plan_that_delivers_less_is_found() -> None:
    """Work done twice, work without a way down, and work that is claimed and not assigned."""
    decisions = tiny_plan("delivered")[1].decisions
    serves = decisions.serves
    assert spoiled(decisions) == set()
    assert spoiled(decisions, serves={**serves, ("answers", "valley", 0): 13.0}) == {"network.serving", "target.claim"}
    orbit = {("answers", "near", 0): 12.0, ("batch", "valley", 0): 12.0}
    assert spoiled(decisions, serves=orbit) == {"network.traffic"}
    without = {("batch", "near", 0): 12.0}
    assert spoiled(decisions, serves=without) == {"network.workload_demand", "target.demand", "target.claim"}


def test_computing_without_a_link_is_not_delivered() -> None:
    """The account counts two nodes as working, and as linked the batch and what one station takes down."""
    instance = changed(tiny_plan("delivered")[0], {"network.gateways.dish.max_stations": 1})
    instance = changed(instance, {"use.ground": [], "target.milestones": [{"date": "2031-01", "eflops": 12.0}]})
    done = run(changed(instance, {"platforms.cube.it_power_kw": 20000.0}))
    assert done.plan is not None
    assert violated(done.instance, done.plan) == set()
    stages = dict(zip(STAGES, accounts(state_of(done.instance, done.plan))["near", 0], strict=True))
    assert stages["working"] == pytest.approx(24.0)
    assert stages["linked"] == pytest.approx(12.0)
    assert done.plan.claims.delivered == (pytest.approx(12.0),)
