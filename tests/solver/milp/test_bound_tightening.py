"""The least and the greatest value of columns, proven."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import scipy.sparse as sp

from solver.milp.bound_tightening import tighten_bounds
from solver.milp.matrix import Matrix
from tests.named import named


def triangle(cost: float = 1.0) -> Matrix:
    """x + y at least 1, x + 2 y at most 4, both from 0 to 10, x integer."""
    return Matrix(
        a=sp.csc_matrix(np.array([[1.0, 1.0], [1.0, 2.0]])),
        row_lower=np.array([1.0, -np.inf]),
        row_upper=np.array([np.inf, 4.0]),
        cost=np.array([cost, cost]),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.array([10.0, 10.0]),
        integer=np.array([True, False]),
        row_names=named(["low", "high"]),
        column_names=named(["x", "y"]),
    )


@pytest.mark.parametrize("cost", [1.0, -1.0, 0.0])
def test_ranges_over_the_rows_whatever_the_objective(cost: float) -> None:
    """x reaches 4 and y reaches 2 by the second row; nothing but their bounds holds them from below."""
    found = tighten_bounds(triangle(cost), [0, 1], 60.0)
    assert found[0] == pytest.approx((0.0, 4.0), abs=1e-6)
    assert found[1] == pytest.approx((0.0, 2.0), abs=1e-6)


def test_a_range_never_excludes_a_point() -> None:
    """What is proven is rounded outward: every corner of the feasible set lies inside."""
    (low, high), (bottom, top) = (tighten_bounds(triangle(), [0, 1], 60.0)[j] for j in (0, 1))
    for x, y in ((1.0, 0.0), (0.0, 1.0), (4.0, 0.0), (0.0, 2.0)):
        assert low <= x <= high
        assert bottom <= y <= top


def test_without_time_the_bounds_stay() -> None:
    """No second to spend, or a wish to stop: the columns keep their own bounds."""
    assert tighten_bounds(triangle(), [0], 0.0) == {0: (0.0, 10.0)}
    stop = threading.Event()
    stop.set()
    (low, high) = tighten_bounds(triangle(), [0], 60.0, stop)[0]
    assert low <= 0.0
    assert high >= 4.0 - 1e-9
