"""Claims of a plan are recomputed: ledger, totals, objective, delivered power, factor, first period."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.instance.schema import Instance
from solver.plan import CashFlow, Plan
from tests.solver.check.plans import RawResult, Spoil, rich, violated


def claiming(plan: Plan, **claims: Any) -> Plan:
    """The plan with some claims replaced."""
    return replace(plan, claims=replace(plan.claims, **claims))


def objective(kind: str, **keys: Any) -> Spoil:
    """Another objective, under which no target may be unmet."""

    def spoil(raw: RawResult, plan: RawResult) -> None:
        raw["objective"] = {"kind": kind, **keys}
        raw["target"]["unmet_penalty_musd"] = None
        plan["unmet"].clear()

    return spoil


def spoiled_entry(plan: Plan, family: str, item: str, **changes: Any) -> Plan:
    """The plan with the first ledger entry of that item changed."""
    entries = list(plan.claims.ledger)
    index = next(i for i, entry in enumerate(entries) if (entry.family, entry.item) == (family, item))
    entries[index] = replace(entries[index], **changes)
    return claiming(plan, ledger=tuple(entries))


@pytest.mark.parametrize(
    ("family", "item"),
    [
        ("nodes", "node"),
        ("nodes", "operations"),
        ("nodes", "salvage"),
        ("lines", "development"),
        ("lines", "lines"),
        ("lines", "salvage"),
        ("launch", "flights"),
        ("launch", "vehicles"),
        ("launch", "pads"),
        ("launch", "salvage"),
        ("ground", "facilities"),
        ("ground", "servers"),
        ("ground", "energy"),
        ("ground", "water"),
        ("ground", "operations"),
        ("ground", "salvage"),
        ("target", "unmet"),
    ],
)
@pytest.mark.parametrize("figure", ["musd", "present_musd"])
def test_every_ledger_entry_is_recomputed(family: str, item: str, figure: str) -> None:
    """A wrong amount in any item, undiscounted or present, is a violation at that entry of the ledger."""
    inst, plan = rich()
    entry = next(e for e in plan.claims.ledger if (e.family, e.item) == (family, item))
    (violation,) = check(inst, spoiled_entry(plan, family, item, **{figure: getattr(entry, figure) + 0.01}))
    assert violation.constraint == "money.ledger"
    assert violation.at[:2] == (family, item)


def test_missing_and_invented_entries_are_found() -> None:
    """An entry left out, moved to another period or made up is a wrong ledger."""
    inst, plan = rich()
    assert violated(inst, claiming(plan, ledger=plan.claims.ledger[1:])) == {"money.ledger"}
    assert violated(inst, spoiled_entry(plan, "launch", "pads", period=3)) == {"money.ledger"}
    invented = CashFlow("lines", "bribes", 9, 1.0, 1.0)
    assert violated(inst, claiming(plan, ledger=(*plan.claims.ledger, invented))) == {"money.ledger"}


def test_amounts_beyond_floats_have_no_tolerance() -> None:
    """An unmet target whose price overflows does not make every ledger right."""
    inst, plan = rich()
    unmet = {(2,): 1e308}
    found = violated(inst, replace(plan, decisions=replace(plan.decisions, unmet=unmet)))
    assert found >= {"money.ledger", "money.cost", "money.objective"}


def test_an_entry_may_be_given_in_pieces() -> None:
    """Several entries of one item and period count as their sum."""
    inst, plan = rich()
    first, *rest = plan.claims.ledger
    half = replace(first, musd=first.musd / 2, present_musd=first.present_musd / 2)
    assert check(inst, claiming(plan, ledger=(half, half, *rest))) == []


@pytest.mark.parametrize(
    ("constraint", "claim"),
    [("money.cost", "cost_musd"), ("money.salvage", "salvage_musd"), ("money.objective", "objective")],
)
def test_totals_are_recomputed(constraint: str, claim: str) -> None:
    """A wrong total, also one that is no number, violates its own constraint."""
    inst, plan = rich()
    value = getattr(plan.claims, claim)
    for wrong in (value * (1 + 1e-5), value - 1.0, float("nan"), None):
        assert violated(inst, claiming(plan, **{claim: wrong})) == {constraint}
    assert check(inst, claiming(plan, **{claim: value * (1 + 1e-8)})) == []


def test_delivered_is_recomputed() -> None:
    """A period in which more or less is claimed than delivered, and a list of another length, are false claims."""
    inst, plan = rich()
    given = plan.claims.delivered
    assert violated(inst, claiming(plan, delivered=(*given[:5], given[5] + 0.001))) == {"target.claim"}
    assert violated(inst, claiming(plan, delivered=given[:5])) == {"target.claim"}


def test_least_cost_meets_the_whole_target() -> None:
    """A plan of least cost may not claim a factor below one."""
    inst, plan = rich()
    assert violated(inst, claiming(plan, factor=0.9)) == {"target.claim"}


def most_power() -> tuple[Instance, Plan]:
    """The rich plan as an answer to most power under a budget."""
    return rich(objective("most_power", budget_musd=20_000.0))


def test_most_power_plan_passes() -> None:
    """The claimed factor is the largest one that the delivered amounts allow."""
    inst, plan = most_power()
    assert check(inst, plan) == []
    assert plan.claims.factor == plan.claims.objective > 1.0


def test_factor_is_recomputed() -> None:
    """A factor too large misses the target, one too small is a false claim."""
    inst, plan = most_power()
    more, less = plan.claims.factor * 1.01, plan.claims.factor * 0.99
    assert violated(inst, claiming(plan, factor=more, objective=more)) == {"target.demand"}
    assert violated(inst, claiming(plan, factor=less, objective=less)) == {"target.claim"}
    assert violated(inst, claiming(plan, objective=less)) == {"money.objective"}
    nan = float("nan")
    assert "target.claim" in violated(inst, claiming(plan, factor=nan, objective=nan))


def test_budget_holds_for_spending_before_salvage() -> None:
    """A budget just below the present value of spending is broken, whatever the salvage."""
    _, plan = most_power()
    assert plan.claims.salvage_musd > 100.0
    assert violated(*rich(objective("most_power", budget_musd=plan.claims.cost_musd + 1.0))) == set()
    assert violated(*rich(objective("most_power", budget_musd=plan.claims.cost_musd - 1.0))) == {"money.budget"}


def test_first_period_is_recomputed() -> None:
    """The date claimed must be the first period from which the last milestone holds: neither earlier nor later."""
    inst, plan = rich(objective("earliest_date"))
    assert check(inst, plan) == []
    assert plan.claims.first_period == 3
    assert violated(inst, claiming(plan, first_period=2, objective=2.0)) == {"target.demand"}
    assert violated(inst, claiming(plan, first_period=4, objective=4.0)) == {"target.claim"}
    assert violated(inst, claiming(plan, first_period=6, objective=6.0)) == {"target.claim"}
    assert violated(inst, claiming(plan, first_period=-1, objective=-1.0)) >= {"target.claim"}
    assert violated(inst, claiming(plan, objective=4.0)) == {"money.objective"}


def test_a_date_never_reached_is_a_missed_target() -> None:
    """A plan that never meets the last milestone has no earliest date, whatever it claims."""

    def never(raw: RawResult, plan: RawResult) -> None:
        objective("earliest_date")(raw, plan)
        raw["target"]["milestones"][-1]["gw"] = 5.0

    inst, plan = rich(never)
    assert plan.claims.first_period == 6
    assert violated(inst, plan) == {"target.demand"}
