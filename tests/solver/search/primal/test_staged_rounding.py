"""Counts are made integral kind by kind; where a kind has no solution, the kind fixed before it is unfixed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns
from solver.search.primal.investments import INVESTMENTS
from solver.search.primal.staged_rounding import staged_rounding
from tests.formulations.everything import matrix
from tests.solver.search.covering import begun, drawn, optimum, whole_model, whole_points


def two_kinds(side: float) -> Matrix:
    """Flights and loads with ``flights + 2 loads = side``; a flight costs more than half a load."""
    names = ("launch.flights[a,0]", "nodes.loaded[a,0]")
    return whole_model([[1.0, 2.0]], [side], [side], [1.0, 1.0], names)


def test_the_kind_fixed_before_is_unfixed() -> None:
    """The LP flies nothing; loads alone cannot meet an odd side; so flights are unfixed and one flies after all."""
    state, lp = begun(two_kinds(3.0))
    assert lp.x is not None
    assert lp.x[0] == pytest.approx(0.0)
    assert staged_rounding(state, state.matrix, lp.x, DEFAULT, "staged")
    assert state.x is not None
    assert state.x.tolist() == [1.0, 1.0]


def test_without_an_integral_point_nothing_is_submitted() -> None:
    """No integers meet a fractional side: no plan, and no false one."""
    state, lp = begun(two_kinds(2.5))
    assert lp.x is not None
    assert not staged_rounding(state, state.matrix, lp.x, DEFAULT, "staged")
    assert state.x is None


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(118998)  # met only by flights of a kind that the LP does not use
def test_feasible_investments_give_a_plan(seed: int) -> None:
    """With the investments of any plan fixed, counts become integral, never below the optimum with them."""
    of, rng = drawn(seed), np.random.default_rng(seed)
    points = whole_points(of)
    x = points[int(rng.integers(len(points)))]
    investments = integer_columns(of, INVESTMENTS)
    fixed = fixed_at(of, x, investments)
    lp = solve(fixed, Limits(), relax=True)
    assert lp.x is not None
    state = SearchState(of, SearchOptions(Limits(gap=0.0)))
    assert staged_rounding(state, fixed, lp.x, DEFAULT, "staged")
    assert state.x is not None
    assert np.array_equal(state.x[investments], x[investments])
    assert state.objective >= optimum(fixed) - 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["orbit_only", "made_on_lines"])
def test_a_full_model_gets_a_plan_near_its_optimum(variant: str) -> None:
    """From the LP optimum of a model with every rule the stages come within a fifth of the optimum."""
    of = matrix(variant)
    state, lp = begun(of, gap=0.01)
    best = solve(of, Limits(gap=0.0))
    assert lp.x is not None
    assert best.objective is not None
    assert staged_rounding(state, of, lp.x, DEFAULT, "staged")
    assert best.objective - 1e-6 <= state.objective <= 1.2 * best.objective
