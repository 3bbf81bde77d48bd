"""SCIP gets the numbers of the matrix as a file, and its solutions are checked."""

from __future__ import annotations

from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sp

from solver.bench.mps import mps
from solver.bench.scip import ScipRun, import_scip
from solver.errors import UsageError
from solver.milp.matrix import Matrix
from solver.milp.scaling import scaling_of
from tests.named import named

INF = np.inf


def _matrix() -> Matrix:
    a = sp.csc_matrix(
        np.array([[1.0, 2.0, 0.0, 0.1], [0.0, 1.0, -1.0, 0.0], [3.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    )
    return Matrix(
        a=a,
        row_lower=np.array([2.0, -INF, 3.0, 1.0]),
        row_upper=np.array([INF, 4.0, 3.0, 7.5]),
        cost=np.array([1.0, 2.5, 0.0, -1.0 / 3.0]),
        cost_offset=10.0,
        sign=1,
        lower=np.array([0.0, 0.0, -INF, -2.0]),
        upper=np.array([INF, 5.0, INF, 9.0]),
        integer=np.array([False, True, False, True]),
        row_names=named(("a", "b", "c", "d")),
        column_names=named(("w", "x", "y", "z")),
    )


def test_the_mps_file_has_every_number_of_the_matrix(tmp_path: Path) -> None:
    """HiGHS reads back every coefficient, side, bound and kind, to the last digit."""
    matrix = _matrix()
    path = tmp_path / "m.mps"
    path.write_text(mps(matrix))
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    lp = highs.getLp()
    read = sp.csc_matrix((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_), shape=(4, 4))
    assert (read != matrix.a).nnz == 0
    for found, expected in (
        (lp.col_cost_, matrix.cost),
        (lp.col_lower_, matrix.lower),
        (lp.col_upper_, matrix.upper),
        (lp.row_lower_, matrix.row_lower),
        (lp.row_upper_, matrix.row_upper),
    ):
        assert np.array_equal(np.array(found), expected)
    assert [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_] == [False, True, False, True]


def test_plans_are_checked_on_the_matrix() -> None:
    """A plan counts with its constant; one that violates a row or integrality is refused."""
    matrix = _matrix()
    found = ScipRun(matrix, scaling_of(matrix), 2.0, 0.0)
    good = np.array([1.0, 1.0, 0.0, 3.0])
    found.submit_plan(found.scaling.scale_point(good), -5.0)
    assert found.trace[0].objective == pytest.approx(2.0 * (10.0 + 1.0 + 2.5 - 1.0))
    assert found.trace[0].bound == pytest.approx(2.0 * (10.0 - 5.0))
    for broken in (np.array([1.0, 0.0, 0.0, 3.0]), np.array([1.0, 1.5, 0.0, 3.0])):
        found.submit_plan(found.scaling.scale_point(broken), -5.0)
    assert (len(found.trace), found.refused) == (1, 2)
    assert found.bound_musd(-1e20) is None


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named where it is missing."""
    monkeypatch.setitem(__import__("sys").modules, "pyscipopt", None)
    with pytest.raises(UsageError, match=r"pip install 'kardashev\[bench\]'"):
        import_scip()
