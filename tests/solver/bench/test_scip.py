"""SCIP gets the numbers of the matrix as a file, and its solutions are checked."""

from __future__ import annotations

import numpy as np
import pytest

from solver.bench.scip import ScipRun
from solver.milp.scaling import scaling_of
from tests.solver.milp.small_mip import small_mip


def test_plans_are_checked_on_the_matrix() -> None:
    """A plan counts with its constant; one that violates a row or integrality is refused."""
    matrix = small_mip()
    found = ScipRun(matrix, scaling_of(matrix), 2.0, 0.0)
    good = np.array([1.0, 1.0, 0.0, 3.0])
    found.submit_plan(found.scaling.scale_point(good), -5.0)
    assert found.trace[0].objective == pytest.approx(2.0 * (10.0 + 1.0 + 2.5 - 1.0))
    assert found.trace[0].bound == pytest.approx(2.0 * -5.0)
    for broken in (np.array([1.0, 0.0, 0.0, 3.0]), np.array([1.0, 1.5, 0.0, 3.0])):
        found.submit_plan(found.scaling.scale_point(broken), -5.0)
    assert (len(found.trace), found.refused) == (1, 2)
    assert found.bound_musd(-1e20) is None
