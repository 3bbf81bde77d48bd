"""Bounds of columns cut no optimum off: cases in which one once did, and a plant that is limited by the file."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formulations.names import Row, Var
from solver.check import check
from solver.derive.launch import useful_orders
from solver.instance.read import read
from tests.pipeline import TINY, run
from tests.solver.small import OWNED, context, matrix_of, small

CASES = Path(__file__).parents[2] / "data" / "cases"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "right"),
    [
        ("orders-for-quarters", 0.210),
        ("landers-long-away", 0.5144685),
        ("plant-for-months", 0.050),
        ("factor-of-millions", -8_000_000.0),
        ("millions-of-flights", 2.0),
    ],
)
def test_the_optimum_lies_within_the_bounds(case: str, right: float) -> None:
    """The optimum that a bound once cut off is found, and its plan passes the checker."""
    done = run(read(CASES / f"{case}.yaml").instance)
    assert done.solution.objective == pytest.approx(right, rel=1e-4)
    assert done.plan is not None
    assert check(done.instance, done.plan) == []


@pytest.mark.parametrize(("days", "flights"), [(0.0, math.inf), (0.01, 10 * 36525.0), (1.0, 3652.0)])
def test_pad_days_are_taken_as_they_are(days: float, flights: float) -> None:
    """A pad launches as often as its days allow, and without days as often as asked."""
    _, matrix = matrix_of(small({"vehicles.van.pad_days": days}))
    assert matrix.upper[matrix.columns_of(Var.LAUNCH_FLIGHTS)].tolist() == [flights] * 3


def test_flights_are_bounded_by_licences() -> None:
    """Where every site has a licence, it bounds the flights that no pad does."""
    changes = {"vehicles.van.pad_days": 0.0, "sites.cape.licence_flights_per_year": 7.5}
    _, matrix = matrix_of(small(changes))
    assert matrix.upper[matrix.columns_of(Var.LAUNCH_FLIGHTS)].tolist() == [7.0] * 3


def test_expendable_orders_are_bounded_by_all_flights_still_to_come() -> None:
    """An order may serve every later period, not only the last one."""
    x = context({"vehicles.van.fleet": {**OWNED, "reuse_flights": 1.0, "lead_years": 0.0}})
    most = {("van", 0): 3.0, ("van", 1): 4.0, ("van", 2): 1.0}
    assert [useful_orders(x, "van", q, most) for q in range(3)] == [8.0, 5.0, 1.0]


def test_reusable_orders_have_no_bound_without_one_of_flights() -> None:
    """Where flights are unlimited, so are the vehicles."""
    x = context({"vehicles.van.fleet": OWNED})
    assert useful_orders(x, "van", 0, {("van", t): math.inf for t in range(3)}) == math.inf


def test_the_largest_plant_of_the_file_is_a_row_that_the_checker_holds() -> None:
    """With a limit below what the cheapest plan builds the plan is dearer, and the old one is a violation."""
    instance = read(TINY / "moon_growth.yaml").instance
    free = run(instance)
    assert instance.moon is not None
    assert free.plan is not None
    limited_to = instance.model_copy(update={"moon": instance.moon.model_copy(update={"max_plant_kt": 0.06})})
    limited = run(limited_to)
    assert limited.plan is not None
    assert limited.solution.objective is not None
    assert free.solution.objective is not None
    assert limited.solution.objective > free.solution.objective + 1e-6
    assert limited.matrix.rows_of(Row.LUNAR_MAX_PLANT).size > 0
    assert check(limited_to, limited.plan) == []
    assert {v.constraint for v in check(limited_to, replace(free.plan))} == {"lunar.max_plant"}


def test_the_largest_plant_bounds_its_columns() -> None:
    """No column of plant is wider than the limit of the file."""
    instance = read(TINY / "moon_growth.yaml").instance
    assert instance.moon is not None
    limited = run(instance.model_copy(update={"moon": instance.moon.model_copy(update={"max_plant_kt": 0.06})}))
    assert np.all(limited.matrix.upper[limited.matrix.columns_of(Var.LUNAR_CAPITAL)] <= 0.06)
