"""Records with unknown names or unusable amounts are violations, and no other constraint is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.check import check
from solver.plan import Decisions
from tests.solver.check.plans import rich, violated

UNKNOWN: list[tuple[str, Any, Any]] = [
    ("flights", ("lifted", "low", 2), 1),
    ("flights", ("lifter", "lower", 2), 1),
    ("flights", ("lifter", "far", 2), 1),
    ("flights", ("lifter", "low", 6), 1),
    ("flights", ("lifter", "low", -1), 1),
    ("flights", ("lifter", "low", 2.5), 1),
    ("flights", ("lifter", "low"), 1),
    ("flights", "lifter", 1),
    ("launches", ("lifter", "canaveral", 2), 1),
    ("loaded", ("lifter", "blocks", "low", 2), 1),
    ("loaded", ("lifter", "block", "high", 2), 1),
    ("ordered", ("ferry", 2), 1),
    ("retired", ("spare", 2), 1.0),
    ("pads", ("canaveral", 2), 1),
    ("lines", ("plain", 2), 1),
    ("opened", ("plain",), 1),
    ("opened", ("block",), 6),
    ("opened", ("block",), 0.5),
    ("ground_gw", ("ohio", 2), 0.1),
    ("unmet", (6,), 0.1),
    ("cargo_t", ("lifter", "low", 2), -1.0),
    ("retired", ("lifter", 2), -0.5),
    ("ground_gw", ("texas", 2), -0.1),
    ("unmet", (2,), -0.1),
    ("cargo_t", ("lifter", "low", 2), float("nan")),
    ("cargo_t", ("lifter", "low", 2), float("inf")),
    ("cargo_t", ("lifter", "low", 2), "4"),
]


@pytest.mark.parametrize(("decision", "key", "value"), UNKNOWN, ids=lambda part: str(part))
def test_unknown_names_periods_and_amounts(decision: str, key: Any, value: Any) -> None:
    """A record with an unknown name or period, a negative amount or none gives plan.unknown alone."""
    inst, plan = rich()
    records = {**getattr(plan.decisions, decision), key: value}
    spoiled = replace(plan, decisions=replace(plan.decisions, **{decision: records}))
    (violation,) = check(inst, spoiled)
    assert violation.constraint == "plan.unknown"
    assert violation.at[0] == decision
    assert str(violation).startswith(f"plan.unknown at {decision}, ")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", None, 1.5, -1])
def test_counts_are_whole(value: Any) -> None:
    """A count that is a fraction, negative or no number is not whole."""
    inst, plan = rich()
    pads = {**plan.decisions.pads, ("kourou", 5): value}
    spoiled = replace(plan, decisions=replace(plan.decisions, pads=pads))
    assert "plan.whole" in violated(inst, spoiled)
    assert "expected a whole number" in str(check(inst, spoiled)[0])


def test_a_whole_float_is_a_count() -> None:
    """Counts read from plain data as 1.0 are whole."""
    inst, plan = rich()
    flights: Any = {key: float(count) for key, count in plan.decisions.flights.items()}
    assert check(inst, replace(plan, decisions=replace(plan.decisions, flights=flights))) == []


def test_rounding_of_a_solver_is_no_negative_amount() -> None:
    """An amount below zero by less than the tolerance is no violation."""
    inst, plan = rich()
    cargo = {**plan.decisions.cargo_t, ("lifter", "low", 1): -1e-9}
    assert check(inst, replace(plan, decisions=replace(plan.decisions, cargo_t=cargo))) == []


def test_an_empty_plan_is_checked_too() -> None:
    """An empty plan is readable; it misses its target and its claims are wrong."""
    inst, plan = rich()
    assert violated(inst, replace(plan, decisions=Decisions())) >= {"target.demand", "target.claim", "money.cost"}
