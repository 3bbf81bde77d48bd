"""No purchase of a reported plan can be left out: a rule breaks, or the plan costs more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.check import check
from solver.economics.ledger import ledger
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.plan import Decisions, Plan
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from tests.properties.random_instances import random_instance
from tests.solver.small import LINE, OWNED, loaded

TINY = Path(__file__).parents[3] / "instances" / "tiny"
PURCHASES = (
    "ordered", "pads", "lines", "gateways", "mass_drivers", "opened", "ground_gw", "cargo_t", "imported_t", "landings",
    "moon_begun", "loaded",
)  # fmt: skip
AMOUNTS = ("ground_gw", "cargo_t", "imported_t")
STEPS = ("opened", "moon_begun")
SERVED: dict[str, Any] = {
    "vehicles.van.fleet": {**OWNED, "initial": 0, "lead_years": 0.0},
    "sites.cape": {"pads": 0, "max_pads": 9, "pad_musd": 3.0, "pad_lead_years": 0.0},
    "platforms.cube.production_line": {**LINE, "lead_years": 0.0, "max_lines": 9},
    "platforms.cube.development_musd": 7.0,
}


def dropped(decisions: Decisions) -> Iterator[tuple[str, Decisions]]:
    """The decisions with one purchase less, for each of them, also flights; of an amount a hundredth."""
    for (v, place, t), count in decisions.launches.items():
        launches = {**decisions.launches, (v, place, t): count - 1}
        for kind in ("flights", "tankers"):
            held = dict(getattr(decisions, kind))
            for key in [key for key in held if key[0] == v and key[-1] == t and held[key] > 0]:
                less = {**held, key: held[key] - 1}
                yield f"{kind} {key}", replace(decisions, launches=launches, **{kind: less})
    for kind in PURCHASES:
        amounts: dict[Any, Any] = dict(getattr(decisions, kind))
        for key, count in amounts.items():
            rest = {k: n for k, n in amounts.items() if k != key}
            if kind in AMOUNTS:
                rest[key] = 0.99 * count
            elif kind not in STEPS and count > 1:
                rest[key] = count - 1
            yield f"{kind} {key}", replace(decisions, **{kind: rest})


def priced(instance: Instance, plan: Plan, decisions: Decisions) -> Plan:
    """The plan of other decisions, with the costs that they have."""
    entries = ledger(instance, plan.designs, decisions)
    cost = sum(m.present_musd for m in entries if m.item != "salvage")
    net = sum(m.present_musd for m in entries)
    objective = net if instance.objective.kind == "least_cost" else plan.claims.objective
    claims = replace(plan.claims, ledger=entries, cost_musd=cost, salvage_musd=cost - net, objective=objective)
    return Plan(plan.designs, decisions, claims)


def idle(outcome: Outcome) -> list[str]:
    """The purchases of a checked plan without which every rule still holds and nothing costs more."""
    instance, plan = outcome.loaded.instance, outcome.plan
    assert plan is not None
    assert not outcome.violations
    net = sum(m.present_musd for m in plan.claims.ledger)
    return [
        name
        for name, decisions in dropped(plan.decisions)
        if not list(check(instance, other := priced(instance, plan, decisions)))
        and sum(m.present_musd for m in other.claims.ledger) <= net + 1e-9 * abs(net)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["fleet", "fleet_ramp", "expendable", "pads", "quarters", "development", "line_ramp", "ground", "network_gateways",
     "budget", "moon_returned", "moon_expended", "moon_drivers"],
)  # fmt: skip
@pytest.mark.parametrize("discount", [None, 0.0])
def test_every_purchase_of_a_plan_is_needed(name: str, discount: float | None) -> None:
    """Tiny instances at their own discount rate and without one, with salvage counted, solved within 5 %."""
    found = read(TINY / f"{name}.yaml")
    instance = found.instance
    money = instance.money.model_copy(update={"salvage": "straight_line"})
    horizon = instance.horizon
    if discount is not None:
        horizon = horizon.model_copy(update={"discount_share_per_year": discount})
    varied = replace(found, instance=instance.model_copy(update={"money": money, "horizon": horizon}))
    assert idle(solve_loaded(varied, Options(limits=Limits(gap=0.05)), Callbacks())) == []


@pytest.mark.parametrize(
    ("family", "seed", "budget_musd"),
    [("launch", 2, 100.0), ("learning", 4, 100.0), ("compute", 2, 300.0), ("upkeep", 8, None)],
)
def test_no_empty_flight_and_no_idle_cargo_is_left(
    family: str, seed: int, budget_musd: float | None, tmp_path: Path
) -> None:
    """A budget left over buys no flights without a load, and no supplies fly that nothing needs."""
    data = random_instance(seed, family)
    data["horizon"]["discount_share_per_year"] = 0.0
    if budget_musd is not None:
        data["objective"] = {"kind": "most_power", "budget_musd": budget_musd}
    path = tmp_path / "random.yaml"
    path.write_text(yaml.safe_dump(data))
    assert idle(solve_loaded(read(path), Options(limits=Limits(gap=0.05)), Callbacks())) == []


@pytest.mark.slow
@pytest.mark.parametrize("salvage", ["straight_line", "delivered", "none"])
@pytest.mark.parametrize("discount", [0.0, 0.05])
@pytest.mark.parametrize("kind", ["least_cost", "most_power"])
def test_purchases_are_needed_under_any_rule_of_money(kind: str, discount: float, salvage: str) -> None:
    """Vehicles, pads, lines and a development: each rule of salvage, with and without discounting, both objectives."""
    changes = {
        **SERVED,
        "money.salvage": salvage,
        "horizon.discount_share_per_year": discount,
        "objective": {"kind": kind, **({"budget_musd": 900.0} if kind == "most_power" else {})},
    }
    assert idle(solve_loaded(loaded(changes), Options(limits=Limits(gap=0.05)), Callbacks())) == []


def test_a_plan_without_discounting_buys_no_vehicle_to_sell_it() -> None:
    """One vehicle flies what is asked, and is 1.5 of ten years old at the end: 15 of its 100 MUSD are used up."""
    changes = {
        "horizon.periods": [{"count": 2, "length": "year"}],
        "vehicles.van": {
            "available_from": "2030-01", "payload_t": {"near": 40.0}, "volume_m3": 1000.0, "sites": ["cape"],
            "flight_musd": 0.0,
            "fleet": {"build_musd": 100.0, "lead_years": 0.0, "turnaround_days": 73.05, "reuse_flights": 1000.0,
                      "life_years": 10.0},
        },
        "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 0.0, "life_years": 20.0},
        "money.salvage": "straight_line",
    }  # fmt: skip
    plan = solve_loaded(loaded(changes), Options(limits=Limits(gap=0.0)), Callbacks()).plan
    assert plan is not None
    assert plan.decisions.ordered == {("van", 0): 1}
    assert plan.claims.objective == pytest.approx(15.0)


def test_no_vehicle_is_retired_before_it_is_worn() -> None:
    """Four flights of three vehicles that are there: none retired with 1,000 flights each, one with 2 each."""
    for reuse_flights, retired in ((1000.0, {}), (2.0, {("van", 0): 1.0})):
        changes = {
            "target.milestones": [{"date": "2031-01", "gw": 0.04}],
            "vehicles.van.payload_t": {"near": 10.0},
            "vehicles.van.fleet": {**OWNED, "initial": 3, "turnaround_days": 9.0, "reuse_flights": reuse_flights},
        }
        plan = solve_loaded(loaded(changes), Options(limits=Limits(gap=0.0)), Callbacks()).plan
        assert plan is not None
        assert plan.decisions.retired == pytest.approx(retired), reuse_flights
