"""Matrices leave as files that other solvers read, and other solvers are believed as little as HiGHS."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
import scipy.sparse as sp

from solver.errors import EnvironmentFailure, UsageError
from solver.milp import other_solvers
from solver.milp.callbacks import RawResult
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.lp_file import lp_text
from solver.milp.mps import FileNames, mps
from solver.milp.other_solvers import PACKAGES, Handover, require, run_other
from solver.milp.solution import Certificate, Status, Verdict
from tests.solver.milp.small_mip import INF, OPTIMUM, small_mip


def _read(path: Path) -> highspy.Highs:
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    return highs


def test_the_mps_file_has_every_number_of_the_matrix(tmp_path: Path) -> None:
    """HiGHS reads back every coefficient, side, bound, kind and name, to the last digit."""
    matrix, path = small_mip(), tmp_path / "m.mps"
    names = FileNames.readable(matrix)
    path.write_text(mps(matrix, names, ["a comment"]))
    lp = _read(path).getLp()
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
    assert (list(lp.row_names_), list(lp.col_names_)) == (names.rows, names.columns)
    assert lp.offset_ == matrix.cost_offset


def test_names_in_files_are_safe_and_unique() -> None:
    """Letters that a reader takes for an operator are replaced, and names that then agree are kept apart."""
    names = FileNames.readable(small_mip())
    assert names.rows == ["launch.lift(van,0)", "launch.lift(van,1)", "money", "d"]
    assert names.columns == ["a_b(1)", "a_b(1).2", "x(near_1)", "x(near_1).2"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("write", [mps, lp_text])
def test_both_formats_keep_sense_constant_and_optimum(write: Any, sign: int, tmp_path: Path) -> None:
    """HiGHS finds in the file the optimum of the model in its own sense, its constant included."""
    matrix = replace(small_mip(), sign=sign)
    path = tmp_path / f"m.{'mps' if write is mps else 'lp'}"
    path.write_text(write(matrix, FileNames.readable(matrix)))
    highs = _read(path)
    highs.run()
    assert highs.getInfo().objective_function_value == pytest.approx(sign * OPTIMUM)


@pytest.mark.parametrize("solver", PACKAGES)
def test_other_solvers_find_the_optimum(solver: str) -> None:
    """Each solver that is installed proves the same optimum, in the minimised sense, on a matrix of either sense."""
    pytest.importorskip(PACKAGES[solver], reason=f"{PACKAGES[solver]} is a package of the user's")
    for sign in (1, -1):
        found = solve(replace(small_mip(), sign=sign), Limits(gap=0.0), solver=solver)
        assert (found.status, found.certificate) == (Status.OPTIMAL, Certificate.SOLVER)
        assert (found.objective, found.bound) == (pytest.approx(OPTIMUM), pytest.approx(OPTIMUM))


@pytest.mark.parametrize("solver", PACKAGES)
def test_other_solvers_prove_infeasibility(solver: str) -> None:
    """Each solver that is installed finds a matrix without an integer point infeasible; HiGHS confirms it."""
    pytest.importorskip(PACKAGES[solver], reason=f"{PACKAGES[solver]} is a package of the user's")
    # 2 x + 0.1 z = 1.05 has no solution in integers.
    matrix = small_mip().with_(row_lower=np.array([2.05, -INF, 3.0, 1.0]), row_upper=np.array([2.05, 4.0, 3.0, 7.5]))
    assert run_other(solver, matrix, Limits(), 10.0, threading.Event()).verdict.without_solution
    assert solve(matrix, Limits(), solver=solver).status is Status.INFEASIBLE


def _by_highs(_package: Any, given: Handover) -> RawResult:
    """Solve the file by HiGHS, in place of a solver that a machine may not have."""
    os.write(1, b"a banner of the library")
    highs = _read(given.file)
    highs.run()
    values = dict(zip(highs.getLp().col_names_, highs.getSolution().col_value, strict=True))
    return given.result(Verdict.OPTIMAL, values, highs.getInfo().mip_dual_bound, 1)


def _untrue(_package: Any, given: Handover) -> RawResult:
    return given.result(Verdict.OPTIMAL, dict.fromkeys(given.columns, 0.0), 0.0, 1)


@pytest.fixture
def _at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_solvers, "PACKAGES", {**PACKAGES, "scip": "json"})


@pytest.mark.usefixtures("_at_hand")
def test_the_file_comes_back_as_a_point_of_the_matrix(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    """What is handed over has the optimum of the matrix, and what the library prints stays out of the answer."""
    monkeypatch.setattr(other_solvers, "_DRIVERS", {"scip": _by_highs})
    found = solve(replace(small_mip(), sign=-1), Limits(gap=0.0), solver="scip")
    assert (found.status, found.objective) == (Status.OPTIMAL, pytest.approx(OPTIMUM))
    assert capfd.readouterr().out == ""


@pytest.mark.usefixtures("_at_hand")
def test_an_untrue_point_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point that violates a row does not become a plan, whatever the solver says; it is repaired or refused."""
    monkeypatch.setattr(other_solvers, "_DRIVERS", {"scip": _untrue})
    found = solve(small_mip(), Limits(gap=0.0), solver="scip")
    assert found.x is None
    assert found.status is not Status.OPTIMAL


@pytest.mark.usefixtures("_at_hand")
def test_a_refusal_of_the_solver_is_a_failure_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing licence ends in one line with the words of the solver."""

    def refuses(_package: Any, _given: Handover) -> RawResult:
        raise RuntimeError("model too large\nfor this licence")

    monkeypatch.setattr(other_solvers, "_DRIVERS", {"scip": refuses})
    with pytest.raises(EnvironmentFailure, match="solver scip: model too large for this licence"):
        run_other("scip", small_mip(), Limits(), None, threading.Event())


def test_a_run_is_interrupted_by_the_stop_event(tmp_path: Path) -> None:
    """The stop event interrupts the solver, and the result says so."""
    stop, ended = threading.Event(), threading.Event()
    given = Handover(tmp_path, ["a"], Limits(), None, stop)
    with given.interrupted_by(ended.set):
        stop.set()
        assert ended.wait(5.0)
    assert given.result(Verdict.OPTIMAL, {"a": 1.0}, 0.0, 0).verdict is Verdict.INTERRUPT


@pytest.mark.parametrize(
    ("solver", "method", "said"),
    [
        ("cplex", "exact", "solver: found 'cplex', expected highs, gurobi, xpress, copt, scip"),
        ("scip", "auto", "found method auto, expected exact"),
        ("copt", "exact", "pip install coptpy"),
    ],
)
def test_a_solver_that_cannot_be_used_is_named(
    solver: str, method: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is built: an unknown solver, a method that calls HiGHS, a package that is not there."""
    monkeypatch.setattr(other_solvers, "find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=said):
        require(solver, method)
    require("highs", "auto")
