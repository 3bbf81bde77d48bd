"""Large coefficients of counts come down to the use they can have, and no integer point is lost or won."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from solver.milp.tightening import tightened, with_coefficients
from tests.solver.milp.test_safe_bounds import covering


def matrix_of(rows: list[list[float]], lower: list[float], upper: list[float], most: list[float]) -> Matrix:
    """A matrix of two rows over an amount and a count."""
    base = covering()
    return replace(
        base,
        a=sp.csc_matrix(np.array(rows)),
        row_lower=np.array(lower),
        row_upper=np.array(upper),
        lower=np.zeros(base.columns),
        upper=np.array(most),
        integer=np.array([False, True]),
    )


def points(matrix: Matrix) -> set[tuple[float, float]]:
    """Points of a grid that the matrix admits."""
    grid = itertools.product(np.linspace(0, 4, 9), range(4))
    return {
        point
        for point in grid
        if (matrix.a @ np.array(point) <= matrix.row_upper + 1e-12).all()
        and (matrix.a @ np.array(point) >= matrix.row_lower - 1e-12).all()
        and (np.array(point) <= matrix.upper).all()
    }


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("side", [0.0, 1.0])
def test_a_large_coefficient_comes_down_to_its_use(sign: float, side: float) -> None:
    """An amount of at most 3 needs of a count of a million no more than 3, or 2 where 1 is free."""
    bound = ([-np.inf] * 2, [side, np.inf]) if sign > 0 else ([-side, -np.inf], [np.inf] * 2)
    matrix = matrix_of([[sign, -sign * 1e6], [1.0, 1.0]], *bound, [3.0, 5.0])
    found = tightened(matrix)
    assert found.a[0, 1] == pytest.approx(-sign * (3.0 - side))
    assert points(found) == points(matrix)
    assert (with_coefficients(found, matrix).a != matrix.a).nnz == 0


def test_small_and_unbounded_coefficients_stay() -> None:
    """Neither a coefficient near its use changes, nor one beside an amount without a bound, nor that of an equation."""
    for rows, lower, upper, most in (
        ([[1.0, -9.0], [1.0, 1.0]], [-np.inf] * 2, [0.0, np.inf], [3.0, 5.0]),
        ([[1.0, -1e6], [1.0, 1.0]], [-np.inf] * 2, [0.0, np.inf], [np.inf, 5.0]),
        ([[1.0, -1e6], [1.0, 1.0]], [0.0, -np.inf], [0.0, np.inf], [3.0, 5.0]),
    ):
        matrix = matrix_of(rows, lower, upper, most)
        assert tightened(matrix) is matrix
