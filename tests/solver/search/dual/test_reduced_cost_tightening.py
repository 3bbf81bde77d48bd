"""Reduced-cost tightening keeps every plan that is cheaper than the incumbent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.dual.reduced_cost_tightening import reduced_cost_tightening
from tests.solver.milp.test_safe_bounds import every_point, random_matrix
from tests.solver.search.covering import drawn, optimum, whole_points

SEEDS = st.integers(0, 2**32 - 1)


def keeps_cheaper(matrix: Matrix, small: Matrix, points: Floats, value: float) -> bool:
    """Whether every point that costs no more than a value lies within the tightened bounds."""
    cheaper = points[points @ matrix.cost + matrix.cost_offset <= value]
    return bool(((cheaper >= small.lower - 1e-12) & (cheaper <= small.upper + 1e-12)).all())


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(st.floats(-20, 20), min_size=4, max_size=4), st.floats(0, 5))
def test_any_duals_keep_every_cheaper_point(seed: int, duals: list[float], above: float) -> None:
    """With any duals, no integer point that costs at most the value is cut off."""
    of = random_matrix(seed, integer=True)
    points = every_point(of)
    value = float((points @ of.cost).min() + of.cost_offset) + above
    assert keeps_cheaper(of, reduced_cost_tightening(of, np.array(duals), value), points, value)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(SEEDS, st.floats(0, 5))
def test_optimal_duals_keep_every_cheaper_point(seed: int, above: float) -> None:
    """With the duals of the LP, which cut the most, none is cut off either, and no bound is loosened."""
    of = drawn(seed)
    lp, value = solve(of, Limits(), relax=True), optimum(of) + above
    assert lp.row_dual is not None
    small = reduced_cost_tightening(of, lp.row_dual, value)
    assert keeps_cheaper(of, small, whole_points(of), value)
    assert (small.lower >= of.lower).all()
    assert (small.upper <= of.upper).all()


@pytest.mark.slow
def test_a_close_value_cuts_off_something() -> None:
    """With the optimum itself as the value, some column bounds are tightened."""
    cut = 0
    for seed in range(10):
        of = drawn(seed)
        lp = solve(of, Limits(), relax=True)
        assert lp.row_dual is not None
        cut += reduced_cost_tightening(of, lp.row_dual, optimum(of)).upper.sum() < of.upper.sum()
    assert cut > 0
