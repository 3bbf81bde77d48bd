"""Whole plans from LP points."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from solver.check import check
from solver.derive import Derived, derive
from solver.derive.extract import extract
from solver.design.candidates import candidate_designs
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Status
from solver.run.solve import build
from solver.search.core.developments import DEVELOPMENTS, fix_developments
from solver.search.core.integers import Budget, is_integral
from solver.search.primal.round_up_dive import round_up_dive
from tests.formulations.everything import MOON_FILE

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[4] / "instances"
TINY = (
    "development", "expendable", "fleet", "fleet_ramp", "launch_ramp", "licence_in_quarters", "line_ramp", "losses",
    "moon_accelerators", "moon_depot", "moon_drivers", "moon_expended", "moon_growth", "moon_night", "moon_returned",
    "moon_seed", "moon_transfer", "moon_unlock", "moon_unlock_chain", "pads", "quarters", "shells", "supply",
)  # fmt: skip


@cache
def built(name: str) -> tuple[Instance, Derived, Matrix]:
    """An instance with its model."""
    instance = read(FOLDER / f"{name}.yaml").instance
    derived = derive(instance, candidate_designs(instance))
    return instance, derived, build(derived)[0]


def budget(bound: float, gap: float = 0.01) -> Budget:
    """All the time in the world."""
    return Budget(lambda: None, Limits(gap=gap), bound, None)


@pytest.mark.parametrize("name", TINY)
def test_tiny_instances_get_an_integral_plan_that_the_checker_passes(name: str) -> None:
    """Where single machines decide rounding may cost much, but the result is a plan, never below the optimum."""
    instance, derived, matrix = built(f"tiny/{name}")
    lp, best = solve(matrix, Limits(), relax=True), solve(matrix, Limits(gap=0.0))
    assert lp.x is not None
    assert best.objective is not None
    found = round_up_dive(matrix, lp.x, budget(lp.bound))
    assert found is not None
    assert found.x is not None
    assert is_integral(matrix, found.x)
    assert found.objective == pytest.approx(matrix.value(found.x))
    assert found.objective >= best.objective * (1 - 1e-6) - 1e-9
    assert check(instance, extract(instance, derived, matrix, found.x)) == []


def hundred_gigawatts() -> Instance:
    """The reference of a hundred gigawatts a year."""
    return read(FOLDER / "reference" / "hundred-gigawatt.yaml").instance


def large_moon() -> Instance:
    """The instance of all lunar rules with a target three hundred times as large."""
    data = read(MOON_FILE).resolved
    for milestone in data["target"]["milestones"]:
        milestone |= {key: 300 * value for key, value in milestone.items() if key != "date"}
    return Instance.model_validate(data)


@pytest.mark.parametrize(("large", "gap"), [(hundred_gigawatts, 0.001), (large_moon, 0.01)])
def test_large_counts_become_integral_near_the_bound(large: Callable[[], Instance], gap: float) -> None:
    """Within 0.1 % of the LP for a hundred gigawatts, within 1 % with the Moon; the checker agrees."""
    instance = large()
    derived = derive(instance, candidate_designs(instance))
    matrix = build(derived)[0]
    lp = solve(matrix, Limits(), relax=True)
    assert lp.x is not None
    found = round_up_dive(matrix, lp.x, budget(lp.bound, gap))
    assert found is not None
    assert found.x is not None
    assert found.objective is not None
    assert found.status is Status.FEASIBLE
    assert found.objective <= lp.bound / (1 - gap)
    assert check(instance, extract(instance, derived, matrix, found.x)) == []


def test_an_infeasible_integrality_gives_no_plan() -> None:
    """The one instance whose LP alone is feasible has no integral plan, and none is returned."""
    matrix = built("tiny/moon_too_large")[2]
    lp = solve(matrix, Limits(), relax=True)
    assert lp.x is not None
    assert round_up_dive(matrix, lp.x, budget(lp.bound)) is None


def test_no_time_is_no_plan() -> None:
    """With no second left there is no plan."""
    matrix = built("tiny/fleet")[2]
    lp = solve(matrix, Limits(), relax=True)
    assert lp.x is not None
    assert round_up_dive(matrix, lp.x, Budget(lambda: 0.5, Limits(), lp.bound, None)) is None


def test_paths_are_fixed_where_the_lp_has_stepped_and_open_elsewhere() -> None:
    """A thousandth fixes a path at one; unused paths keep their bounds; without a Moon nothing is fixed."""
    matrix = built("tiny/moon_unlock")[2]
    columns = np.concatenate([matrix.columns_of(variable) for variable in DEVELOPMENTS])
    x = np.zeros(matrix.columns)
    x[columns[0]] = 1e-3
    fixed = fix_developments(matrix, x)
    assert fixed.lower[columns[0]] == 1.0
    others = np.setdiff1d(np.arange(matrix.columns), columns[:1])
    assert np.array_equal(fixed.lower[others], matrix.lower[others])
    assert np.array_equal(fixed.upper, matrix.upper)
    assert fix_developments(built("tiny/fleet")[2], x) is built("tiny/fleet")[2]
