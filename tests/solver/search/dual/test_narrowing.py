"""Narrowing keeps every plan that is no dearer than the incumbent, and leaves little else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Incumbent, Solution
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.narrowing import Narrowing, narrowed, wide
from solver.search.engine import search as module
from tests.solver.milp.test_safe_bounds import every_point, random_matrix
from tests.solver.search.covering import begun, whole_model

SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(st.floats(-20, 20), min_size=4, max_size=4), st.floats(0, 5))
def test_no_point_up_to_the_value_is_cut_off(seed: int, duals: list[float], above: float) -> None:
    """With any duals, every integer point within rows that costs at most the value stays inside."""
    of = random_matrix(seed, integer=True)
    points = every_point(of)
    value = float((points @ of.cost).min() + of.cost_offset) + above
    small = narrowed(of, np.array(duals), value)
    rows = points @ of.a.T
    feasible = ((rows >= of.row_lower - 1e-9) & (rows <= of.row_upper + 1e-9)).all(axis=1)
    kept = points[feasible & (points @ of.cost + of.cost_offset <= value)]
    assert ((kept >= small.lower) & (kept <= small.upper)).all()


def _begun() -> SearchState:
    """Two columns from 0 to 1,000 of which five are needed together."""
    return begun(whole_model([[1.0, 1.0]], [5.0], [np.inf], [1.0, 2.0], most=1000.0))[0]


def test_a_plan_narrows_wide_ranges() -> None:
    """Beside a plan of cost 7 a column of cost 1 is at most 7, one of cost 2 at most 2; before, both are wide."""
    state = _begun()
    narrowing = Narrowing(state, np.zeros(1))
    assert wide(narrowing.matrix()).all()
    assert state.submit_solution(np.array([3.0, 2.0]), "test")
    assert narrowing.matrix().upper.tolist() == [7.0, 2.0]
    assert not wide(narrowing.matrix()).any()


def test_a_better_plan_narrows_again() -> None:
    """Ranges follow the incumbent, which stays inside of them."""
    state = _begun()
    narrowing = Narrowing(state, np.zeros(1))
    for plan in ([3.0, 2.0], [5.0, 0.0]):
        assert state.submit_solution(np.array(plan), "test")
        tight = narrowing.matrix()
        assert (tight.lower <= plan).all()
        assert (plan <= tight.upper).all()
    assert tight.upper.tolist() == [5.0, 0.0]


@pytest.mark.parametrize(("start", "most"), [(None, [40.0, 40.0]), (np.array([3.0, 2.0]), [7.0, 2.0])])
def test_branch_and_bound_alone_has_the_same_ranges(
    start: Floats | None, most: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a plan a row of at most 40 narrows ranges of 1,000; with a plan of cost 7 better plans need 7 and 2."""
    of, real, handed = whole_model([[1.0, 1.0]], [5.0], [40.0], [1.0, 2.0], most=1000.0), module.solve, []

    def spied(matrix: Matrix, *args: Any, **more: Any) -> Solution:
        handed.append(matrix.upper.tolist())
        return real(matrix, *args, **more)

    monkeypatch.setattr(module, "solve", spied)
    found = module.search(of, SearchOptions(Limits(gap=0.0), "exact"), Incumbent(start, None if start is None else 7.0))
    assert handed == [[1000.0, 1000.0], most]
    assert found.objective == 5.0
    assert found.bound == pytest.approx(5.0, rel=1e-9)
