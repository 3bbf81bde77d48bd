"""No derived bound cuts an optimum off: with all of them twenty times as loose, verdict and optimum stay."""

from __future__ import annotations

import numpy as np
import pytest

from formulations.bounds import BOUNDS, Proof
from solver.milp.loosened import without_dominance
from tests.properties.loosened_bounds import answer, differences, matrix_of
from tests.properties.random_instances import FAMILIES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("family", FAMILIES)
def test_bounds_twenty_times_as_loose_change_nothing(family: str) -> None:
    """One instance of each family, drawn with a fixed seed, keeps verdict and optimum without its tight bounds."""
    assert differences(3, family) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_finite_bound_has_a_mark(family: str) -> None:
    """A column with a finite upper bound belongs to a variable that has a mark."""
    matrix = matrix_of(3, family)
    bounded = {matrix.column_names.component(int(j)) for j in np.flatnonzero(np.isfinite(matrix.upper))}
    assert bounded <= {str(variable) for variable in BOUNDS}


@pytest.mark.slow
def test_a_plan_half_a_year_later_is_not_cut_off() -> None:
    """With a tolerance of 1e-9 for whole numbers, HiGHS 1.15 called a seed landed at once the best, at 0.159."""
    verdict, optimum = answer(matrix_of(346, "unmet")) or ("", 0.0)
    assert verdict == "optimal"
    assert optimum == pytest.approx(0.1536225122, rel=1e-8)


def test_dropping_dominance_leaves_the_bounds_of_feasibility() -> None:
    """Only marked variables lose their bound."""
    matrix = matrix_of(3, "moon")
    open_ = without_dominance(matrix)
    for variable, bound in BOUNDS.items():
        columns = matrix.columns_of(variable)
        same = bool((open_.upper[columns] == matrix.upper[columns]).all())
        assert same is (
            bound.proof is Proof.FEASIBILITY or not len(columns) or not np.isfinite(matrix.upper[columns]).any()
        )
