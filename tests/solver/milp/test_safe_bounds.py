"""Bounds derived in numpy hold for every feasible point, and are tight where the duals are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.safe_bounds import lp_bound, proven_bound, proves_infeasible, tighten_column_bounds
from solver.milp.solution import Status
from tests.named import named

pytestmark = pytest.mark.slow

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
FEW = settings(max_examples=40, deadline=None)


def random_matrix(seed: int, rows: int = 4, columns: int = 4, *, integer: bool = False) -> Matrix:
    """A small model with a known feasible point, rows of every kind and finite column bounds."""
    rng = np.random.default_rng(seed)
    a = rng.integers(-5, 6, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    lower = rng.integers(-2, 1, columns).astype(float)
    upper = lower + rng.integers(1, 4, columns)
    inside = rng.integers(lower, upper + 1).astype(float)
    activity = a @ inside
    kind = rng.integers(0, 4, rows)
    row_lower = np.where(kind == 1, -np.inf, activity - (kind != 0) * rng.integers(0, 3, rows))
    row_upper = np.where(kind == 2, np.inf, activity + (kind != 0) * rng.integers(0, 3, rows))
    return Matrix(
        a=sp.csc_matrix(a.astype(float)),
        row_lower=row_lower,
        row_upper=row_upper,
        cost=rng.integers(-9, 10, columns) / 7.0,
        cost_offset=float(rng.integers(-3, 4)),
        sign=1,
        lower=lower,
        upper=upper,
        integer=np.full(columns, integer),
        row_names=named(f"r[{i}]" for i in range(rows)),
        column_names=named(f"x[{j}]" for j in range(columns)),
    )


def every_point(matrix: Matrix) -> Floats:
    """Integer points of a random matrix that satisfy all rows."""
    spans = [range(int(low), int(high) + 1) for low, high in zip(matrix.lower, matrix.upper, strict=True)]
    points = np.array(list(itertools.product(*spans)), dtype=float)
    activity = points @ matrix.a.toarray().T
    return points[((activity >= matrix.row_lower) & (activity <= matrix.row_upper)).all(axis=1)]


def best_whole(matrix: Matrix) -> float:
    """Optimum over integers by trying every point."""
    return min(matrix.value(x) for x in every_point(matrix))


@FEW
@given(SEEDS)
def test_bound_from_optimal_duals_is_the_lp_optimum(seed: int) -> None:
    """With the duals of the optimum the bound is the LP optimum to 1e-9, and never above it."""
    matrix = random_matrix(seed)
    solution = solve(matrix, Limits(gap=0.0))
    assert solution.status is Status.OPTIMAL
    assert solution.x is not None
    assert solution.row_dual is not None
    optimum = matrix.value(solution.x)
    bound = lp_bound(matrix, solution.row_dual)
    assert bound == pytest.approx(optimum, abs=1e-9)
    assert bound <= optimum + 1e-12
    assert solution.certificate == "lp_verified"


@FEW
@given(SEEDS, st.lists(st.floats(-50, 50), min_size=4, max_size=4))
def test_bound_from_any_duals_holds_for_every_integer_point(seed: int, duals: list[float]) -> None:
    """Whatever the duals, no feasible integer point lies below the bound."""
    matrix = random_matrix(seed, integer=True)
    assert lp_bound(matrix, np.array(duals)) <= best_whole(matrix)


@FEW
@given(SEEDS, st.integers(1, 4))
def test_tightened_bounds_cut_off_no_feasible_point(seed: int, rounds: int) -> None:
    """Every feasible point stays within the implied bounds, and the original bounds are never loosened."""
    matrix = random_matrix(seed)
    lower, upper = tighten_column_bounds(matrix, rounds)
    assert (lower >= matrix.lower).all()
    assert (upper <= matrix.upper).all()
    for seed_of_cost in range(3):
        cost = np.random.default_rng(seed_of_cost).normal(size=matrix.columns)
        corner = solve(matrix.with_(cost=cost), Limits()).x
        assert corner is not None
        assert (corner >= lower - 1e-7).all()
        assert (corner <= upper + 1e-7).all()


@FEW
@given(SEEDS)
def test_cutoff_keeps_every_point_as_good(seed: int) -> None:
    """With a cutoff at the integer optimum, the optimum itself is kept and the bound stays below it."""
    matrix = random_matrix(seed, integer=True)
    best = best_whole(matrix)
    lower, upper = tighten_column_bounds(matrix, 3, cutoff=best)
    tighter = matrix.with_(lower=np.maximum(lower, matrix.lower), upper=np.minimum(upper, matrix.upper))
    assert best_whole(tighter) == best
    duals = np.random.default_rng(seed).normal(size=matrix.rows)
    assert min(best, lp_bound(matrix, duals, lower, upper)) <= best


def covering() -> Matrix:
    """Minimise 2x + 3y with x + y >= 4 and y <= 3x, both without an upper bound: 9 is not it, 8 at x = 4 is."""
    return Matrix(
        a=sp.csc_matrix(np.array([[1.0, 1.0], [-3.0, 1.0]])),
        row_lower=np.array([4.0, -np.inf]),
        row_upper=np.array([np.inf, 0.0]),
        cost=np.array([2.0, 3.0]),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.full(2, np.inf),
        integer=np.zeros(2, dtype=bool),
        row_names=named(["cover", "tied"]),
        column_names=named(["x", "y"]),
    )


def test_infinite_bounds_prove_nothing_unless_made_finite() -> None:
    """A reduced cost that may be negative against an infinite bound gives -inf; a cutoff makes the bound finite."""
    matrix, duals = covering(), np.array([2.0, 0.0])
    assert lp_bound(matrix, np.array([2.5, 0.0])) == -np.inf
    assert lp_bound(matrix, duals) == -np.inf
    lower, upper = tighten_column_bounds(matrix, 2, cutoff=12.0)
    assert upper == pytest.approx([6.0, 4.0])
    assert lp_bound(matrix, duals, lower, upper) == pytest.approx(8.0, abs=1e-9)
    assert proven_bound(matrix, duals, 8.0) == pytest.approx(8.0, abs=1e-5)
    assert proven_bound(matrix, duals, 8.0) <= 8.0


def test_column_without_rows_may_be_unbounded_at_cost_nothing() -> None:
    """A column that no dual reaches and that costs nothing, or costs on its finite side only, does not spoil it."""
    matrix = covering().with_(row_lower=np.array([0.0, -np.inf]))
    assert lp_bound(matrix, np.zeros(2)) == pytest.approx(0.0, abs=1e-12)
    assert lp_bound(matrix.with_(cost=np.zeros(2)), np.zeros(2)) == 0.0


def test_dual_on_an_infinite_side_is_dropped() -> None:
    """A dual of the sign of a side that is not there counts as 0, and one that is no number proves nothing."""
    matrix = covering().with_(upper=np.full(2, 10.0))
    assert lp_bound(matrix, np.array([-1.0, 0.0])) == lp_bound(matrix, np.zeros(2))
    assert lp_bound(matrix, np.array([np.nan, 0.0])) == -np.inf


def test_ray_proves_infeasibility_of_either_sign_only_where_there_is_none() -> None:
    """A Farkas ray is accepted if the sums prove it, and never against a model with a point."""
    impossible = covering().with_(upper=np.array([1.0, 2.0]))
    assert proves_infeasible(impossible, np.array([1.0, 0.0]))
    assert proves_infeasible(impossible, np.array([-1.0, 0.0]))
    assert not proves_infeasible(covering().with_(upper=np.array([2.0, 2.0])), np.array([1.0, 0.0]))


def test_crossed_bounds_come_from_contradicting_rows() -> None:
    """Propagation that ends with a lower bound above an upper one shows that no point is left."""
    lower, upper = tighten_column_bounds(covering().with_(upper=np.array([1.0, 2.0])), 2)
    assert (lower > upper).any()


def test_bounds_travel_along_a_chain_of_stocks() -> None:
    """A stock carried over far more periods than there are rounds gets a finite bound, the one worked out by hand."""
    periods = 30
    chain = Matrix(
        a=sp.csc_matrix(np.eye(periods) - np.eye(periods, k=-1)),
        row_lower=np.full(periods, -np.inf),
        row_upper=np.ones(periods),
        cost=np.ones(periods),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(periods),
        upper=np.full(periods, np.inf),
        integer=np.zeros(periods, dtype=bool),
        row_names=named(f"stock[{t}]" for t in range(periods)),
        column_names=named(f"alive[{t}]" for t in range(periods)),
    )
    _, upper = tighten_column_bounds(chain, 2)
    assert upper == pytest.approx(np.arange(1, periods + 1), rel=1e-9)
