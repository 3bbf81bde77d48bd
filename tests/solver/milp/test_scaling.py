"""Scaling changes the numbers of the solver and none of the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from formulations.names import Row
from solver.derive.units import Units
from solver.errors import ModelError
from solver.instance.schema import Instance
from solver.milp import highs
from solver.milp.conditioning import check_ranges, ranges
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix, compile_matrix
from solver.milp.safe_bounds import proven_bound, proves_infeasible
from solver.milp.scaling import TARGET_RATIO, WELL_SIZED, Scaling, as_handed_over, scaling_of
from solver.milp.solution import Reason, SearchEvent, Status
from tests.formulations.everything import instance_of, model_of
from tests.properties.sized import drawn_sized
from tests.solver.growing import growing_lp, growing_mip
from tests.solver.milp.test_run_limits import hard
from tests.solver.milp.test_safe_bounds import best_whole, covering, random_matrix
from tests.solver.small import matrix_of

pytestmark = pytest.mark.slow

EXACT = Limits(gap=1e-9)
SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
FEW = settings(max_examples=30, deadline=None)
LPS = {
    "nine orders": growing_lp(0.47, 1e6, 1e4),
    "fourteen orders": growing_lp(1.0, 1e10, 1e7),
    "loose bounds": growing_lp(0.47, 1e6, 1e4, loose=1e4),
}
MIPS = {
    "nine orders": growing_mip(0.47, 1e6, 1e-2),
    "small flights": growing_mip(0.6, 1e5, 1e-4),
    "doubling": growing_mip(1.0, 1e6, 1e-4),
    "loose bounds": growing_mip(0.8, 1e6, 1.0, loose=1e3),
}


def distorted(matrix: Matrix, seed: int, decades: float = 5.0) -> Matrix:
    """The same model with rows and continuous columns in other units, each its own by up to so many decades."""
    rng = np.random.default_rng(seed)
    row = 10.0 ** rng.uniform(-decades, decades, matrix.rows)
    column = np.where(matrix.integer, 1.0, 10.0 ** rng.uniform(-decades, decades, matrix.columns))
    return replace(
        matrix,
        a=sp.csc_matrix(sp.diags(row) @ matrix.a @ sp.diags(column)),
        row_lower=matrix.row_lower * row,
        row_upper=matrix.row_upper * row,
        cost=matrix.cost * column,
        lower=matrix.lower / column,
        upper=matrix.upper / column,
    )


def unscaled(matrix: Matrix) -> Scaling:
    """Factors of one whatever the numbers."""
    return Scaling(np.ones(matrix.rows), np.ones(matrix.columns))


@FEW
@given(SEEDS)
def test_unscaling_is_exact_to_the_last_digit(seed: int) -> None:
    """Factors are powers of two, so the inverse factors give back every number, and points come back as they went."""
    matrix = distorted(random_matrix(seed), seed)
    scaling = scaling_of(matrix)
    for factors in (scaling.row, scaling.column):
        assert (np.frexp(factors)[0] == 0.5).all()
    back = Scaling(1 / scaling.row, 1 / scaling.column).scaled(scaling.scaled(matrix))
    assert (back.a != matrix.a).nnz == 0
    for field in ("row_lower", "row_upper", "cost", "lower", "upper", "integer"):
        assert (getattr(back, field) == getattr(matrix, field)).all()
    x = np.random.default_rng(seed).normal(size=matrix.columns)
    assert (scaling.unscale_point(scaling.scale_point(x)) == x).all()


def test_integer_columns_keep_their_unit() -> None:
    """An integer column is never scaled, though its row is; unscaled columns keep their bounds."""
    matrix, _ = MIPS["doubling"]
    scaling = scaling_of(matrix)
    assert (scaling.column[matrix.integer] == 1.0).all()
    assert (scaling.column[~matrix.integer] != 1.0).any()
    seen = scaling.scaled(matrix)
    assert (seen.upper[matrix.integer] == matrix.upper[matrix.integer]).all()


def test_well_sized_matrix_is_handed_over_as_it_is() -> None:
    """Where bounds, sides and coefficients are within reach already, nothing is touched."""
    for matrix in (hard(), covering(), random_matrix(1)):
        assert scaling_of(matrix).plain
        assert as_handed_over(matrix).a is matrix.a


@pytest.mark.parametrize("name", [*LPS, *MIPS])
def test_growing_models_are_within_reach_after_scaling(name: str) -> None:
    """Bounds and sides of the scaled models lie where HiGHS has no complaint; before, they do not."""
    matrix, _ = {**LPS, **MIPS}[name]
    before, after = ranges(matrix), ranges(as_handed_over(matrix))
    assert before.bounds.largest > WELL_SIZED[1]
    for extent in (after.bounds, after.rhs):
        assert extent.smallest >= 1e-4
        assert extent.largest <= 1e6
    assert after.matrix.ratio <= (1e9 if "loose" in name else 3 * TARGET_RATIO)


@pytest.mark.parametrize("name", LPS)
def test_growing_lp_has_its_known_optimum_and_a_proven_bound(name: str) -> None:
    """Duals that went through scaling prove the optimum on the unscaled matrix, and fit its reduced costs."""
    matrix, best = LPS[name]
    solution = solve(matrix, EXACT)
    assert solution.objective == pytest.approx(best, rel=1e-6)
    assert solution.warnings == []
    assert solution.certificate == "lp_verified"
    assert solution.row_dual is not None
    assert solution.column_dual is not None
    assert proven_bound(matrix, solution.row_dual, best) == pytest.approx(best, rel=1e-5)
    reduced = matrix.cost - matrix.a.T @ solution.row_dual
    size = np.abs(matrix.cost) + abs(matrix.a).T @ np.abs(solution.row_dual)
    assert (np.abs(solution.column_dual - reduced) <= 1e-9 * size).all()


@pytest.mark.parametrize("name", MIPS)
def test_growing_mip_has_its_known_optimum(name: str) -> None:
    """Flights, opening and drivers are those of a brute force, found without a warning."""
    matrix, best = MIPS[name]
    solution = solve(matrix, Limits(gap=1e-7))
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(best, rel=1e-6)
    assert solution.bound == pytest.approx(best, rel=1e-6)
    assert solution.warnings == []


@pytest.mark.parametrize("name", ["fourteen orders", "doubling"])
def test_without_scaling_the_same_models_go_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scaling is needed: with factors of one the optimum is missed, or there is none."""
    monkeypatch.setattr(highs, "scaling_of", unscaled)
    matrix, best = LPS.get(name) or MIPS[name]
    solution = solve(matrix, Limits(gap=1e-7))
    missed = np.inf if solution.objective is None else abs(solution.objective / best - 1)
    assert missed > 1e-3
    assert [text for text in solution.warnings if "excessively" in text]


@FEW
@given(SEEDS, SEEDS)
def test_optimum_of_an_lp_does_not_depend_on_units(seed: int, units: int) -> None:
    """Rows and columns in units up to ten decades apart: the same optimum, proven."""
    matrix = random_matrix(seed)
    plain, other = solve(matrix, EXACT), solve(distorted(matrix, units), EXACT)
    assert other.status is Status.OPTIMAL
    assert other.objective == pytest.approx(plain.objective, abs=1e-6)
    assert other.bound == pytest.approx(plain.bound, abs=1e-5)
    assert other.certificate == "lp_verified"


@FEW
@given(SEEDS, SEEDS)
@example(329, 0)  # which presolve of HiGHS 1.15.1 calls infeasible
@example(500, 0)  # whose tree HiGHS prunes within its tolerance of integrality
def test_optimum_of_a_mip_does_not_depend_on_units(seed: int, units: int) -> None:
    """Half the columns integer: their units stay, those of rows and other columns change, the optimum does not."""
    integer = np.array([True, False, True, False])
    matrix = random_matrix(seed).with_(integer=integer)
    plain, other = solve(matrix, EXACT), solve(distorted(matrix, units), EXACT)
    assert (plain.status, other.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert other.objective == pytest.approx(plain.objective, abs=1e-6)


@FEW
@given(SEEDS)
def test_rows_alone_in_other_units_leave_the_integer_optimum(seed: int) -> None:
    """With every column integer only rows are scaled, and the optimum is that of trying every point.

    A model of which HiGHS would ignore a coefficient is refused, and counts for nothing here.
    """
    matrix = random_matrix(seed, integer=True)
    found = solve(distorted(matrix, seed), EXACT)
    if found.termination.reason is Reason.MODEL_REFUSED:
        reject()
    assert found.objective == pytest.approx(best_whole(matrix), abs=1e-6)


def test_infeasible_in_any_units_is_proven_by_a_ray() -> None:
    """A ray that went through scaling proves on the unscaled matrix that there is no point."""
    matrix = distorted(covering().with_(upper=np.array([1.0, 2.0])), 3)
    assert not scaling_of(matrix).plain
    solution = solve(matrix, Limits())
    assert (solution.status, str(solution.termination)) == (Status.INFEASIBLE, "infeasible (ray verified)")


def test_rays_are_unscaled_by_rows() -> None:
    """x above y + 1 and y above x: only rows taken alike prove that there is no point, so a scaled ray must go back."""
    matrix = replace(
        covering(),
        a=sp.csc_matrix(np.array([[1.0, -1.0], [-1.0, 1.0]])),
        row_lower=np.array([1.0, 0.0]),
        row_upper=np.full(2, np.inf),
        upper=np.full(2, 1e9),
    )
    scaling = Scaling(np.array([0.5, 4096.0]), np.array([2.0, 0.25]))
    ray = np.ones(2) / scaling.row
    assert proves_infeasible(matrix, scaling.row_dual(ray))
    assert not proves_infeasible(matrix, ray)


def test_start_and_incumbents_pass_through_scaling(tmp_path: Path) -> None:
    """HiGHS takes a start for feasible, and its events are in the units of the matrix."""
    matrix, best = MIPS["small flights"]
    start = solve(matrix, Limits(gap=0.05)).x
    assert start is not None
    events, log = list[SearchEvent](), tmp_path / "log.txt"
    solution = solve(matrix, Limits(gap=1e-7), start=start, on_event=events.append, options={"log_file": str(log)})
    assert "MIP start solution is feasible" in log.read_text()
    assert solution.warnings == []
    assert solution.objective == pytest.approx(best, rel=1e-6)
    plans = [progress.objective for progress in events if progress.objective is not None]
    bounds = [progress.bound for progress in events if progress.bound is not None]
    assert best * (1 - 1e-6) <= min(plans) <= max(plans) <= matrix.value(start) * (1 + 1e-6)
    assert max(bounds) <= best * (1 + 1e-6)


def test_good_enough_is_in_the_units_of_the_matrix() -> None:
    """A search that may stop at a cost stops at a plan of that cost or less, and not at the first plan it has."""
    matrix, best = MIPS["small flights"]
    solution = solve(matrix, Limits(gap=1e-7), good_enough=1.01 * best)
    assert solution.objective is not None
    assert best * (1 - 1e-6) <= solution.objective <= 1.01 * best


def test_incumbent_that_breaks_a_small_row_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of amounts around 1e-7 may not be violated by all of them, though that is under an absolute 1e-6."""
    matrix, best = growing_lp(1.0, 1e8, 1e9)
    assert best / 1e9 < 1e-7
    original = highs._run_scaled

    def crooked(*arguments: object) -> highs.RawResult:
        raw = original(*arguments)  # type: ignore[arg-type]
        x = None if raw.x is None else raw.x.copy()
        if x is not None:
            x[matrix.index["seeds[0]"]] = 0.0
        return replace(raw, x=x)

    monkeypatch.setattr(highs, "_run_scaled", crooked)
    solution = solve(matrix, EXACT)
    assert (solution.status, solution.x) == (Status.NO_PLAN, None)
    assert "stock[0] is violated by" in str(solution.termination)


def test_demand_of_a_pilot_is_met_to_a_millionth_of_itself() -> None:
    """A plan of 11.9997 MW is none for 12 MW, though it misses less than an absolute 1e-6 GW, and costs less."""
    matrix = matrix_of(Instance.model_validate(drawn_sized(38)))[1]
    demand = matrix.rows_of(Row.TARGET_DEMAND)
    assert matrix.row_lower[demand].max() == pytest.approx(0.012)
    solution = solve(matrix, EXACT)
    assert solution.x is not None
    assert bool(np.all((matrix.a @ solution.x)[demand] >= matrix.row_lower[demand] * (1 - 1e-6)))


def test_kilograms_watts_and_dollars_are_solved_or_refused() -> None:
    """The units that once gave a false "infeasible" give the optimum of kt, GW and GUSD, to six digits."""
    instance = instance_of("everything")
    plain = solve(compile_matrix(model_of(instance)), Limits(gap=0.0))
    matrix = compile_matrix(model_of(instance, Units(mass_per_t=1e3, power_per_gw=1e9, money_per_musd=1e6)))
    assert ranges(matrix).matrix.ratio > 1e9
    with pytest.raises(ModelError):
        check_ranges(matrix)
    assert check_ranges(as_handed_over(matrix)) == []
    solution = solve(matrix, Limits(gap=0.0))
    assert solution.status is Status.OPTIMAL
    assert solution.objective is not None
    assert plain.objective is not None
    assert solution.objective / 1e9 == pytest.approx(plain.objective, rel=1e-6)
