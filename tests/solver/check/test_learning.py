"""The checker prices learning components by its own curve, and reports a plan that claims other prices."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from solver.plan import CashFlow, Plan
from tests.solver.check.plans import RawResult, Spoil, rich, violated
from tests.solver.check.test_ledger import amounts, only

HARDWARE: RawResult = {"parts": ["node"], "rate_share": 0.5, "initial_experience_musd": 900.0, "floor_share": 0.4}
LIFTER: RawResult = {"vehicles": ["lifter"], "rate_share": 0.2, "initial_experience_musd": 20.0}


def learning(components: RawResult, plan: Spoil | None = None) -> Spoil:
    """The rich instance with components, all nodes falling alike in price from outside, and perhaps another plan."""

    def spoil(raw: RawResult, decisions: RawResult) -> None:
        raw["learning"] = {"components": components}
        for name in ("block", "plain"):
            raw["platforms"][name]["declared"]["price_change_share_per_year"] = -0.1
        if plan is not None:
            plan(raw, decisions)

    return spoil


def test_a_learned_part_is_paid_along_its_curve() -> None:
    """Three blocks are one doubling of 900 MUSD at 50 %: the logarithm of two times their price of 2032."""
    plan = rich(learning({"hardware": HARDWARE}, only(loaded={("lifter", "block", "low", 2): 3})))[1]
    musd, present = amounts(plan)
    assert musd["nodes", "node", 2] == pytest.approx(900 * 0.9**2.5 * math.log(2))
    assert present["nodes", "node", 2] == pytest.approx(musd["nodes", "node", 2] / 1.05**2.5)
    price = 300 * 0.9**2.5
    placed, alive = 3 * 0.98, [0.99 * math.exp(-0.02 * age) for age in (1.5, 3.5)]
    assert musd["nodes", "operations", 3] == pytest.approx((0.02 * price + 5) * alive[0] * placed)
    assert musd["nodes", "salvage", 5] == pytest.approx(-0.4 * price * placed * alive[1] * (1 - 3.5 / 5))


def test_beyond_the_bend_the_floor_is_paid() -> None:
    """The price reaches 0.4 at 2.5 times the start: later purchases cost just that."""
    plan = rich(learning({"hardware": HARDWARE}, only(loaded={("lifter", "block", "low", 2): 9})))[1]
    paid = 900 * math.log(2.5) + 0.4 * (3600 - 2250)
    assert amounts(plan)[0]["nodes", "node", 2] == pytest.approx(paid * 0.9**2.5)


def test_flights_learn_from_flights_of_their_own() -> None:
    """The second year continues from the first; flights of other vehicles keep their catalogue price."""
    flown = {("lifter", "low", 2): 2, ("lifter", "high", 3): 4, ("ferry", "high", 3): 1}
    musd, _ = amounts(rich(learning({"lifter": LIFTER}, only(flights=flown)))[1])
    power = 1 + math.log2(0.8)
    assert musd["launch", "flights", 2] == pytest.approx(20 * (2**power - 1) / power)
    assert musd["launch", "flights", 3] == pytest.approx(20 * (4**power - 2**power) / power + 30)


def test_a_good_plan_stays_good() -> None:
    """With the checker's own payments the rich plan has no violation when nodes and flights learn."""
    assert violated(*rich(learning({"hardware": HARDWARE, "lifter": LIFTER}))) == set()


def changed(plan: Plan, item: str, factor: float) -> Plan:
    """The plan with all payments of an item claimed at another height, totals left as they were."""
    entries = tuple(
        CashFlow(m.family, m.item, m.period, m.musd * factor, m.present_musd * factor) if m.item == item else m
        for m in plan.claims.ledger
    )
    return replace(plan, claims=replace(plan.claims, ledger=entries))


@pytest.mark.parametrize("item", ["node", "flights", "salvage", "operations"])
def test_a_payment_off_its_curve_is_found(item: str) -> None:
    """A hundredth of a per cent off the curve breaks the ledger, whichever payment it is."""
    instance, plan = rich(learning({"hardware": HARDWARE, "lifter": LIFTER}))
    assert violated(instance, changed(plan, item, 0.9999)) == {"money.ledger"}


def test_a_plan_that_forgets_to_learn_is_found() -> None:
    """Claims at catalogue prices are no claims under a curve, nor the other way round."""
    plain, curved = rich(learning({})), rich(learning({"hardware": HARDWARE}))
    spoiled = {"money.ledger", "money.cost", "money.salvage", "money.objective"}
    assert violated(curved[0], plain[1]) == spoiled
    assert violated(plain[0], curved[1]) == spoiled


def test_what_is_bought_before_changes_what_is_paid_after() -> None:
    """One block more in 2032 makes those of 2033 cheaper, so payments of two years break."""
    instance, plan = rich(learning({"hardware": HARDWARE}))
    loaded = dict(plan.decisions.loaded)
    loaded["lifter", "block", "low", 2] -= 1
    broken = replace(plan, decisions=replace(plan.decisions, loaded=loaded))
    assert "money.ledger" in violated(instance, broken)


def test_a_rate_next_to_nothing_is_no_overflow() -> None:
    """A curve that meets its floor only beyond all numbers pays catalogue prices."""
    slow = {**HARDWARE, "rate_share": 1e-9}
    plan = rich(learning({"hardware": slow}, only(loaded={("lifter", "block", "low", 2): 3})))[1]
    assert amounts(plan)[0]["nodes", "node", 2] == pytest.approx(900 * 0.9**2.5)
