"""A sub-MIP has the optimum of the full model with fixed columns, and its points are points of that model."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Reason, Status
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import SubMip, fixed_at, integer_columns, restrict_around, solve_sub_mip
from tests.named import named
from tests.solver.search.covering import drawn, far_apart, optimum, whole_points

pytestmark = pytest.mark.slow

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=12, deadline=None)


@FEW
@given(SEEDS, st.floats(0, 1))
def test_a_sub_mip_has_the_optimum_of_the_full_model(seed: int, share: float) -> None:
    """With any columns fixed at a plan's values, sub-MIP and full model have one optimum and share its point."""
    of, rng = drawn(seed), np.random.default_rng(seed)
    points = whole_points(of)
    x = points[int(rng.integers(len(points)))]
    fixed = fixed_at(of, x, rng.random(of.columns) < share)
    state = SearchState(of, SearchOptions(Limits(gap=0.0)))
    found = solve_sub_mip(state, fixed, of.integer, Limits(gap=0.0), "part")
    assert found.x is not None
    assert of.violation(found.x).relative <= 1e-6
    assert fixed.violation(found.x).relative <= 1e-6
    assert found.objective == pytest.approx(of.value(found.x))
    assert found.objective == pytest.approx(optimum(fixed), abs=1e-6)
    assert state.work_done >= 1


@FEW
@given(SEEDS)
def test_expand_restores_fixed_values(seed: int) -> None:
    """A point taken apart and put together again is the same, and costs the same in the part."""
    of, rng = drawn(seed), np.random.default_rng(seed)
    points = whole_points(of)
    x = points[int(rng.integers(len(points)))]
    part = SubMip.of(fixed_at(of, x, rng.random(of.columns) < 0.5))
    inside = x[part.columns]
    assert np.array_equal(part.expand(inside), x)
    assert part.matrix.value(inside) == pytest.approx(of.value(x))
    assert part.matrix.violation(inside).relative <= 1e-9
    assert [part.matrix.column_names[i] for i in range(len(inside))] == [of.column_names[j] for j in part.columns]


def test_a_part_with_nothing_left_is_the_point() -> None:
    """With every column fixed the point is that of the fixed values."""
    of = drawn(1)
    x = whole_points(of)[0]
    found = solve_sub_mip(
        SearchState(of, SearchOptions(Limits())), fixed_at(of, x, of.integer), of.integer, Limits(), "part"
    )
    assert found.x is not None
    assert np.array_equal(found.x, x)
    assert found.objective == pytest.approx(of.value(x))


def test_bounds_that_cross_are_infeasible() -> None:
    """A model whose bounds leave nothing is infeasible, not solved without them."""
    of = drawn(1)
    crossed = of.with_(lower=of.upper + 1)
    found = solve_sub_mip(SearchState(of, SearchOptions(Limits())), crossed, of.integer, Limits(), "part")
    assert found.status is Status.INFEASIBLE


@FEW
@given(SEEDS, st.integers(0, 2))
def test_restrict_around_keeps_the_integers_beside_a_point(seed: int, radius: int) -> None:
    """Both integers beside each count stay within its bounds; no count gets further than the radius allows."""
    of = drawn(seed)
    lp = solve(of, Limits(), relax=True)
    assert lp.x is not None
    columns = integer_columns(of, ("launch.flights", "lines.ordered"))
    small = restrict_around(of, lp.x, columns, radius)
    for rounded in (np.floor(lp.x + 1e-6), np.ceil(lp.x - 1e-6)):
        inside = np.clip(rounded, of.lower, of.upper)
        assert (small.lower <= inside).all()
        assert (inside <= small.upper).all()
    assert np.array_equal(small.upper[~columns], of.upper[~columns])
    used = columns & (lp.x > 1e-6)
    assert (small.upper[used] <= np.ceil(lp.x[used] - 1e-6) + radius).all()
    assert (small.lower[columns] >= np.floor(lp.x[columns] + 1e-6) - radius).all()


def test_a_count_at_nothing_may_move_to_a_period_beside_its_own() -> None:
    """What flies in one period may fly in the next, but not on another platform."""
    of = drawn(2)
    x = np.zeros(of.columns)
    x[of.index["launch.flights[a,0]"]] = 1.4
    small = restrict_around(of, x, integer_columns(of, ("launch.flights",)), 0)
    top = {name: small.upper[of.index[name]] for name in ("launch.flights[a,1]", "launch.flights[b,0]")}
    assert top == {"launch.flights[a,1]": 2.0, "launch.flights[b,0]": 0.0}


def test_columns_determined_by_an_equation_are_left_out() -> None:
    """With y fixed at 4, 2 x = y gives x = 2; 3 z = y leaves no integer z, so z stays for the solver to refuse."""
    names = named(["x[0]", "y[0]", "z[0]", "w[0]"])
    of = Matrix(
        a=sp.csc_matrix(np.array([[2.0, -1.0, 0.0, 0.0], [0.0, -1.0, 3.0, 0.0], [1.0, 0.0, 0.0, 1.0]])),
        row_lower=np.array([0.0, 0.0, 5.0]),
        row_upper=np.array([0.0, 0.0, np.inf]),
        cost=np.array([1.0, 0.0, 0.0, 1.0]),
        cost_offset=0.0,
        sign=1,
        lower=np.array([0.0, 4.0, 0.0, 0.0]),
        upper=np.array([9.0, 4.0, 9.0, 9.0]),
        integer=np.array([True, True, True, True]),
        row_names=named(["half", "third", "sum"]),
        column_names=names,
    )
    part = SubMip.of(of)
    assert [names[j] for j in part.columns] == ["z[0]", "w[0]"]
    assert part.expand(np.array([0.0, 3.0])).tolist() == [2.0, 4.0, 0.0, 3.0]
    assert part.matrix.value(np.array([0.0, 3.0])) == 5.0
    found = solve_sub_mip(SearchState(of, SearchOptions(Limits())), of, of.integer, Limits(), "part")
    assert found.status is Status.INFEASIBLE
    free = SubMip.of(of.with_(integer=np.array([True, True, False, True])))
    assert [names[j] for j in free.columns] == ["w[0]"]
    assert free.fixed_values[2] == pytest.approx(4 / 3)


def test_a_part_that_the_solver_refuses_has_no_point_and_ends_no_search() -> None:
    """Two counts whose coefficients lie fourteen decades apart, either way: no scaling brings them together."""
    matrix = far_apart()
    state = SearchState(matrix, SearchOptions(Limits(gap=0.0)))
    found = solve_sub_mip(state, matrix, matrix.integer, Limits(gap=0.0), "part")
    assert found.x is None
    assert found.termination.reason is Reason.MODEL_REFUSED
    assert found.bound == -np.inf
