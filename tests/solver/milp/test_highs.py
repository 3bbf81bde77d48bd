"""Results of HiGHS are verified before they are returned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.milp import highs
from solver.milp.callbacks import CallbackState, RawResult
from solver.milp.driver import Driver
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Reason, Status, Verdict
from tests.named import named
from tests.solver.milp.test_safe_bounds import best_whole, covering, random_matrix

pytestmark = pytest.mark.slow


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_small_mips_are_solved_to_the_brute_force_optimum(seed: int) -> None:
    """Objective, bound and gap of a small MIP agree with trying every point, offset included."""
    matrix = random_matrix(seed, integer=True)
    solution = solve(matrix, Limits(gap=0.0))
    assert solution.status is Status.OPTIMAL
    assert solution.termination.reason is Reason.GAP
    assert solution.x is not None
    assert solution.objective == pytest.approx(best_whole(matrix), abs=1e-9)
    assert solution.objective == matrix.value(solution.x)
    assert solution.bound == pytest.approx(solution.objective, abs=1e-6)
    assert (solution.x == np.rint(solution.x)).all()
    assert solution.row_dual is None


@pytest.mark.parametrize("seed", [329, 672, 1308, 1392, 5789])
def test_presolve_keeps_the_optimum(seed: int) -> None:
    """Presolve of HiGHS 1.15.1 called four of these MIPs infeasible, and a point of 1308 optimal that costs more."""
    matrix = random_matrix(seed).with_(integer=np.array([True, False, True, False]))
    presolved, plain = (solve(matrix, Limits(gap=0.0), options={"presolve": presolve}) for presolve in ("on", "off"))
    assert presolved.warnings == []
    assert presolved.objective == pytest.approx(plain.objective, abs=1e-6)


def test_lp_gives_duals_and_a_verified_bound() -> None:
    """An LP comes back with both duals and a bound derived again, though its columns have no upper bound."""
    solution = solve(covering(), Limits())
    assert solution.status is Status.OPTIMAL
    assert solution.x == pytest.approx([4.0, 0.0])
    assert solution.row_dual == pytest.approx([2.0, 0.0])
    assert solution.column_dual == pytest.approx([0.0, 1.0])
    assert solution.certificate == "lp_verified"
    assert solution.bound == pytest.approx(8.0, abs=1e-5)


def test_interior_point_without_crossover_is_verified_too() -> None:
    """The method meant for large LPs passes the same checks and proves the same bound."""
    solution = solve(covering(), Limits(), options={"solver": "ipx", "run_crossover": "off"})
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(8.0, abs=1e-5)
    assert solution.bound <= 8.0


def test_relaxation_is_an_lp() -> None:
    """With ``relax`` the integer columns may be fractional, and the value is that of the LP."""
    matrix = covering().with_(row_lower=np.array([3.5, -np.inf]), integer=np.ones(2, dtype=bool))
    assert solve(matrix, Limits()).objective == pytest.approx(8.0)
    assert solve(matrix, Limits(), relax=True).objective == pytest.approx(7.0)


def test_infeasible_lp_is_proved_by_a_ray() -> None:
    """An LP without a point is called so only after a second run, and the ray is checked in numpy."""
    solution = solve(covering().with_(upper=np.array([1.0, 2.0])), Limits())
    assert solution.status is Status.INFEASIBLE
    assert str(solution.termination) == "infeasible (ray verified)"
    assert solution.x is None


def test_infeasible_mip_has_a_certificate() -> None:
    """A MIP whose relaxation has no point rests on a ray; one that only integrality forbids, on branch and bound."""
    integer = np.ones(2, dtype=bool)
    relaxed_too = solve(covering().with_(upper=np.array([1.0, 2.0]), integer=integer), Limits())
    assert (relaxed_too.status, str(relaxed_too.termination)) == (Status.INFEASIBLE, "infeasible (ray verified)")
    between = covering().with_(
        row_lower=np.array([4.25, -np.inf]), row_upper=np.array([4.75, 0.0]), upper=np.full(2, 9.0), integer=integer
    )
    only_whole = solve(between, Limits())
    assert (only_whole.status, str(only_whole.termination)) == (Status.INFEASIBLE, "infeasible (branch and bound)")


def test_crossed_bounds_are_named() -> None:
    """A column whose lower bound lies above its upper one makes the model infeasible, by name."""
    solution = solve(covering().with_(lower=np.array([0.0, 5.0]), upper=np.full(2, 4.0)), Limits())
    assert solution.status is Status.INFEASIBLE
    assert "bounds of y" in str(solution.termination)


@pytest.mark.parametrize("integer", [False, True])
def test_unbounded_is_distinguished(integer: bool) -> None:
    """An objective without end is neither a plan nor infeasible."""
    matrix = covering().with_(cost=np.array([-1.0, 0.0]), integer=np.full(2, integer))
    solution = solve(matrix, Limits())
    assert (solution.status, str(solution.termination)) == (Status.UNBOUNDED, "unbounded")
    assert solution.x is None


def test_matrix_without_columns_costs_its_offset() -> None:
    """A model in which nothing is left to decide is solved at its constant."""
    nothing = Matrix(sp.csc_matrix((0, 0)), *[np.empty(0)] * 3, 4.5, 1, *[np.empty(0)] * 3, named(()), named(()))
    solution = solve(nothing, Limits())
    assert (solution.status, solution.objective, solution.bound) == (Status.OPTIMAL, 4.5, 4.5)


def vars_of(matrix: Matrix) -> dict[str, object]:
    """Fields of a matrix by name."""
    return {name: getattr(matrix, name) for name in Matrix.__dataclass_fields__}


def mixed_integer() -> Matrix:
    """Two integer x and one real y with 1000 x + y = 3000 within 0 to 1000: rounding x alone breaks the row."""
    return Matrix(
        a=sp.csc_matrix(np.array([[1000.0, 1.0]])),
        row_lower=np.array([3000.0]),
        row_upper=np.array([3000.0]),
        cost=np.array([1.0, 1.0]),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.array([5.0, 1000.0]),
        integer=np.array([True, False]),
        row_names=named(["lift"]),
        column_names=named(["flights", "rest"]),
    )


def test_incumbent_broken_by_rounding_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """An incumbent that holds only with broken integers is rounded, and an LP finds the rest anew."""
    matrix, original = mixed_integer(), highs._collect

    def crooked(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.x = np.array([2.6, 400.0]) if of.integer.any() else raw.x
        return raw

    monkeypatch.setattr(highs, "_collect", crooked)
    solution = solve(matrix, Limits())
    assert solution.x == pytest.approx([3.0, 0.0])
    assert solution.status is Status.OPTIMAL
    assert "lift is violated by 400" in solution.warnings[0]


@pytest.mark.parametrize("integer", [False, True])
def test_false_optimum_is_refused(monkeypatch: pytest.MonkeyPatch, integer: bool) -> None:
    """A point that breaks a row in numpy is no plan, whatever the solver calls it."""
    matrix, original = mixed_integer(), highs._collect

    def lying(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.x = np.array([0.0, 0.0])
        return raw

    monkeypatch.setattr(highs, "_collect", lying)
    solution = solve(matrix.with_(integer=np.array([integer, False])), Limits())
    assert (solution.status, solution.x) == (Status.NO_PLAN, None)
    assert str(solution.termination) == "refused: lift is violated by 3e+03"


@pytest.mark.parametrize("verdict", [Verdict.INFEASIBLE, Verdict.OPTIMAL])
def test_a_checked_start_refutes_the_solver(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> None:
    """A false "infeasible" or a bound above a feasible start is reported, and leaves the start without a bound."""
    original = highs._collect

    def lying(driver: Driver, of: Matrix, state: CallbackState) -> RawResult:
        raw = original(driver, of, state)
        raw.verdict, raw.x, raw.bound = verdict, None, 1e4
        return raw

    monkeypatch.setattr(highs, "_collect", lying)
    solution = solve(mixed_integer(), Limits(), start=np.array([2.0, 1000.0]))
    assert (solution.status, solution.objective, solution.bound) == (Status.FEASIBLE, 1002.0, -np.inf)
    assert [text for text in solution.warnings if f"HiGHS reports {verdict}" in text]


def test_ignored_coefficients_are_a_fault() -> None:
    """A model of which HiGHS would drop a coefficient even scaled has no answer, and never a plan of another model."""
    integer = covering().with_(integer=np.ones(2, dtype=bool))
    matrix = Matrix(**{**vars_of(integer), "a": sp.csc_matrix(np.array([[1.0, 1e-20], [-3.0, 1.0]]))})
    found = solve(matrix, Limits())
    assert found.x is None
    assert (found.bound, found.status, found.termination.reason) == (-np.inf, Status.NO_PLAN, Reason.MODEL_REFUSED)
    assert "ignores coefficients of the model" in str(found.termination)
    known = solve(matrix, Limits(), start=np.array([4.0, 6.0]))
    assert (known.objective, known.bound, known.status) == (26.0, -np.inf, Status.FEASIBLE)


def test_a_coefficient_beyond_the_solver_is_brought_down_to_its_use() -> None:
    """One unit of y gives all that is asked, however much more it would: y = 1 needs x = 1, and both cost 5."""
    integer = covering().with_(integer=np.ones(2, dtype=bool))
    matrix = Matrix(**{**vars_of(integer), "a": sp.csc_matrix(np.array([[1.0, 1e32], [-3.0, 1.0]]))})
    assert solve(matrix, Limits()).objective == pytest.approx(5.0)


def test_unknown_option_is_refused() -> None:
    """An option HiGHS does not know is named."""
    with pytest.raises(ValueError, match="mip_magic"):
        solve(covering(), Limits(), options={"mip_magic": 1})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_lp_from_a_known_basis_has_the_same_optimum(seed: int) -> None:
    """With a row more, or other bounds, the LP begins at the basis of the one before and comes to its own optimum."""
    of = random_matrix(seed).relaxed()
    first = solve(of, Limits())
    assert first.x is not None
    assert first.basis is not None
    row = of.cost + 1.0
    least = float(row @ first.x) + 0.5
    tighter = of.with_rows(sp.csr_matrix(row[None, :]), np.array([least]), np.array([np.inf]), named(["more"]))
    cold, warm = solve(tighter, Limits()), solve(tighter, Limits(), basis=first.basis)
    assert warm.status is cold.status
    assume(cold.status is Status.OPTIMAL)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-6, abs=1e-6)
    assert warm.bound == pytest.approx(cold.bound, rel=1e-6, abs=1e-6)


def test_the_ray_of_a_warm_lp_proves_it_infeasible_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demand beyond all bounds, from the basis of the LP before: its ray holds, so HiGHS does not run again."""
    of = covering().relaxed().with_(lower=np.zeros(covering().columns), upper=np.full(covering().columns, 10.0))
    first = solve(of, Limits())
    assert first.basis is not None
    runs: list[object] = []
    once = highs._run_scaled

    def counted(*given: Any) -> RawResult:
        runs.append(given)
        return once(*given)

    monkeypatch.setattr(highs, "_run_scaled", counted)
    beyond = of.with_(row_lower=of.row_lower + 1e4)
    found = solve(beyond, Limits(), basis=first.basis)
    assert (found.status, found.termination.detail, len(runs)) == (Status.INFEASIBLE, "ray verified", 1)
