"""Most value at market prices: by hand, against the levelised cost, through learning, and its gap in money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run.gap import Gap
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.tables.levelised import levelised_of
from tests.formulations.everything import instance_of
from tests.solver.small import DATA, loaded, years

EXACT = Options(Limits(gap=0.0))


def market(price: float, **other: Any) -> dict[str, Any]:
    """Changes of the small instance: 40 MW at a constant price. Its plan of 60 MUSD serves 2.5 years, 0.1 GW-years."""
    prices = [{"date": "2030-01", "usd_per_w_year": price}]
    return {"objective": {"kind": "most_value"}, "market": {"all": {"prices": prices, **other}}}


def solved(changes: dict[str, Any]) -> Outcome:
    """What a solve of the small instance with changes gives."""
    return solve_loaded(loaded(changes), EXACT, Callbacks())


@pytest.mark.parametrize(("price", "value"), [(0.5, 0.0), (0.59, 0.0), (0.61, 1.0), (0.9, 30.0)])
def test_it_pays_above_the_levelised_cost_and_not_below(price: float, value: float) -> None:
    """At 0.6 USD per W and year 0.1 GW-years pay the 60 MUSD of the plan."""
    found = solved(market(price))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(value, abs=1e-6)
    assert found.bound == pytest.approx(value, abs=1e-6)
    assert found.checked
    assert (found.unit, found.gap_musd) == ("MUSD", pytest.approx(0.0, abs=1e-6))
    assert found.plan is not None
    assert found.plan.claims.value_musd + found.plan.claims.forgone_musd == pytest.approx(100 * price)


@pytest.mark.slow
def test_at_a_price_of_its_levelised_cost_a_plan_is_worth_nothing() -> None:
    """Of a discounted plan with salvage and uneven periods, served whole: both read one stock over one time."""
    base = {
        "horizon.periods": [{"count": 2, "length": "half_year"}, {"count": 2, "length": "year"}],
        "horizon.discount_share_per_year": 0.08,
        "money": {"salvage": "straight_line"},
    }  # fmt: skip
    plan = solve_loaded(loaded(base), EXACT, Callbacks()).plan
    cost = levelised_of(loaded(base).instance, plan, None).usd_per_w_year
    assert cost is not None
    assert solved(base | market(cost * 1.000001)).objective == pytest.approx(0.0, abs=1e-3)
    assert solved(base | market(2 * cost)).objective == pytest.approx(solved(base).objective or 0.0, rel=1e-6)


def test_delay_costs_what_is_not_paid_before() -> None:
    """Paid from 2032 on, half a year and a year are left of 2.5: the plan waits and earns 0.06 GW-years less its 60."""
    assert solved(market(2.0)).objective == pytest.approx(140.0)
    late = solved(market(2.0, **{"from": "2032-01"}))
    assert late.objective == pytest.approx(2.0 * 1000 * 0.04 * 1.5 - 60)
    assert late.plan is not None
    assert set(late.plan.decisions.unserved) == {("all", 0)}


def test_dearer_work_is_served_first_and_each_within_its_demand() -> None:
    """Two nodes of each work; only the flight of the dearer two would not pay, all four do."""
    prices = {w: [{"date": "2030-01", "usd_per_w_year": p}] for w, p in (("train", 1.0), ("answer", 0.3))}
    both = {w: {"share": 0.5, "prices": at} for w, at in prices.items()}
    found = solved({"objective": {"kind": "most_value"}, "market": both, "vehicles.van.payload_t": {"near": 20.0}})
    # A flight of two nodes costs 40: training earns 50 in 2.5 years, answers earn 15.
    assert found.objective == pytest.approx(10.0)
    assert found.plan is not None
    assert {w for w, _ in found.plan.decisions.unserved} == {"answer"}
    spoiled = replace(
        found.plan.decisions, unserved={("answer", 0): 0.021, **found.plan.decisions.unserved, ("train", 1): 0.03}
    )
    rules = {v.constraint for v in check(found.loaded.instance, replace(found.plan, decisions=spoiled))}
    assert {"target.market", "money.value", "money.forgone"} <= rules


@pytest.mark.slow
def test_learning_curves_and_every_rule_at_once() -> None:
    """The value of a plan is that of the checker where prices fall with purchases, and with every rule in use."""
    found = solved(market(0.9) | {
        "learning": {"components": {"nodes": {"parts": ["node"], "rate_share": 0.2, "initial_experience_musd": 20.0}}},
    })  # fmt: skip
    assert found.checked
    assert found.objective is not None
    assert 30.0 < found.objective < 50.0
    assert found.bound is not None
    assert found.bound >= found.objective - 1e-6
    instance = instance_of("most_value")
    whole = solve_loaded(replace(loaded(), instance=instance), Options(Limits(gap=0.01)), Callbacks())
    assert (whole.checked, whole.status) == (True, Status.OPTIMAL)


def test_the_gap_is_money_and_its_share_is_never_of_a_value_near_zero() -> None:
    """A net present value of 1 with a bound of 3 has a gap of 2 MUSD, 2 % of what is spent and forgone."""
    plan = solved(market(0.61)).plan
    assert plan is not None
    claims = replace(plan.claims, objective=1.0, cost_musd=60.0, forgone_musd=40.0)
    gap = Gap.of("most_value", claims, 3.0)
    assert (gap.musd, gap.share) == (2.0, pytest.approx(0.02))
    assert Gap.of("most_value", replace(claims, objective=0.0), 2.0).share == pytest.approx(0.02)
    assert Gap.of("most_value", claims, 0.5).contradiction


def test_faults_of_a_market_are_named_by_key() -> None:
    """The price has the unit of the target, shares add up, dates rise, and objective and market go together."""

    def issues(**changes: Any) -> set[str]:
        whole = Instance.model_validate({**DATA, "horizon": {"start": "2030-01", "periods": years(3)}, **changes})
        return {".".join(map(str, path)) for path, _ in cross_check(whole)}

    late, early = {"date": "2032-01", "usd_per_w_year": 1.0}, {"date": "2030-01", "usd_per_pflop_hour": 1.0}
    value = {"kind": "most_value"}
    assert issues(objective=value) == {"market"}
    assert issues(market={"all": {"prices": [late]}}) == {"market"}
    assert issues(objective=value, market={"a": {"share": 0.5, "prices": [late]}}) == {"market"}
    assert issues(objective=value, market={"a": {"prices": [late, early]}}) == {
        "market.a.prices.1.usd_per_pflop_hour", "market.a.prices.1.usd_per_w_year", "market.a.prices.1.date"
    }  # fmt: skip
    added = {"kind": "power_added", "milestones": [{"date": "2031-01", "gw_per_year": 1.0}]}
    assert "target.kind" in issues(objective=value, market={"a": {"prices": [late]}}, target=added)
