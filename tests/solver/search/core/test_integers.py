"""Tolerance within which counts are integral."""

from __future__ import annotations

import numpy as np

from solver.milp.matrix import Matrix
from solver.search.core.integers import is_integral
from tests.solver.search.covering import whole_model


def two(row: tuple[float, float], low: float, high: float, names: tuple[str, str] = ("a.x[0]", "b.y[0]")) -> Matrix:
    """Two integer columns within 0 to 50 at cost 1 and 1, in one row."""
    return whole_model([row], [low], [high], [1.0, 1.0], names, most=50.0)


def test_integrality_concerns_integer_columns_only() -> None:
    """A fraction in an integer column counts; deviations below 1e-6 and continuous columns do not."""
    of = two((1.0, 1.0), 0.0, 99.0)
    assert is_integral(of, np.array([3.0, 4.0 - 1e-9]))
    assert not is_integral(of, np.array([3.0, 4.1]))
    assert is_integral(of.with_(integer=np.array([True, False])), np.array([3.0, 4.1]))
