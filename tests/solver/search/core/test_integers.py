"""When counts are taken as whole."""

from __future__ import annotations

import numpy as np

from solver.milp.matrix import Matrix
from solver.search.core.integers import is_integral
from tests.solver.search.covering import whole_model


def two(row: tuple[float, float], low: float, high: float, names: tuple[str, str] = ("a.x[0]", "b.y[0]")) -> Matrix:
    """Two whole columns within 0 to 50 at cost 1 and 1, in one row."""
    return whole_model([row], [low], [high], [1.0, 1.0], names, most=50.0)


def test_is_whole_looks_at_whole_columns_only() -> None:
    """A fraction in a whole column counts, dust below 1e-6 and continuous columns do not."""
    of = two((1.0, 1.0), 0.0, 99.0)
    assert is_integral(of, np.array([3.0, 4.0 - 1e-9]))
    assert not is_integral(of, np.array([3.0, 4.1]))
    assert is_integral(of.with_(integer=np.array([True, False])), np.array([3.0, 4.1]))
