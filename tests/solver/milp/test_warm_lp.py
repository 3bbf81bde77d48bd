"""LPs that stay in the solver: after every change they give the optimum of a fresh one."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.safe_bounds import lp_bound, tighten_column_bounds
from solver.milp.warm_lp import LpPoint, WarmLp
from tests.formulations.everything import matrix
from tests.solver.search.covering import whole_model

VARIANTS = ("everything", "moon", "orbit_only")


def fresh(of: Matrix) -> float:
    """Value of the LP relaxation, solved anew."""
    found = solve(of, Limits(), relax=True)
    assert found.objective is not None
    return found.objective


@pytest.mark.parametrize("variant", VARIANTS)
def test_bounds_that_change_change_the_optimum_as_in_a_fresh_lp(variant: str) -> None:
    """Flights fixed at the next integer and unfixed again give both optima of fresh LPs."""
    of = matrix(variant)
    lp = WarmLp(of, Limits())
    first = lp.solve()
    assert first is not None
    assert first.value == pytest.approx(fresh(of), rel=1e-6)
    columns = of.columns_of("launch.flights")
    lower = of.lower.copy()
    lower[columns] = np.minimum(of.upper[columns], np.ceil(first.x[columns]))
    lp.set_bounds(columns, lower[columns], of.upper[columns])
    fixed = lp.solve()
    assert fixed is not None
    assert fixed.value == pytest.approx(fresh(of.with_(lower=lower)), rel=1e-6)
    lp.set_bounds(columns, of.lower[columns], of.upper[columns])
    again = lp.solve()
    assert again is not None
    assert again.value == pytest.approx(first.value, rel=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_sides_and_costs_that_change_do_so_too(variant: str) -> None:
    """Nine tenths of the target at doubled costs of flights: the optimum of a fresh LP with both."""
    of = matrix(variant)
    lp = WarmLp(of, Limits())
    assert lp.solve() is not None
    rows, columns = of.rows_of("target.demand"), of.columns_of("launch.flights")
    lower, cost = of.row_lower.copy(), of.cost.copy()
    lower[rows] *= 0.9
    cost[columns] *= 2.0
    lp.set_row_lower(rows, lower[rows])
    lp.set_costs(columns, cost[columns])
    changed = lp.solve()
    assert changed is not None
    assert changed.value == pytest.approx(fresh(of.with_(row_lower=lower, cost=cost)), rel=1e-6)


def test_an_infeasible_lp_has_no_point_and_does_no_harm_to_the_next() -> None:
    """A thousandfold target has no point; the target as it was has its optimum again."""
    of = matrix("orbit_only")
    lp = WarmLp(of, Limits())
    first = lp.solve()
    assert first is not None
    rows = of.rows_of("target.demand")
    lp.set_row_lower(rows, of.row_lower[rows] * 1000)
    assert lp.solve() is None
    lp.set_row_lower(rows, of.row_lower[rows])
    again = lp.solve()
    assert again is not None
    assert again.value == pytest.approx(first.value, rel=1e-6)


@pytest.mark.parametrize("share", [0.999, 1.001])
def test_duals_give_the_value_of_the_target(share: float) -> None:
    """A small change of the target changes the optimum by no less than the duals of its rows imply (convexity)."""
    of = matrix("moon")
    lp = WarmLp(of, Limits())
    first = lp.solve()
    assert first is not None
    rows = of.rows_of("target.demand")
    dual_value = float(first.row_dual[rows] @ of.row_lower[rows])
    assert dual_value > 0
    lp.set_row_lower(rows, of.row_lower[rows] * share)
    changed = lp.solve()
    assert changed is not None
    assert changed.value - first.value == pytest.approx(dual_value * (share - 1), rel=0.1)
    assert changed.value - first.value >= dual_value * (share - 1) * (1 - 1e-6 if share > 1 else 1 + 1e-6)


def test_a_stop_ends_a_solve_without_a_point() -> None:
    """A stop event ends the LP."""
    stop = threading.Event()
    stop.set()
    assert WarmLp(matrix("everything"), Limits(), stop).solve() is None


def fixed_above(variant: str) -> tuple[Matrix, WarmLp, LpPoint, float]:
    """Return a matrix with flights fixed at the next integer, its LP, the point before and the optimum since."""
    of = matrix(variant)
    lp = WarmLp(of, Limits())
    first = lp.solve()
    assert first is not None
    columns = of.columns_of("launch.flights")
    lower = np.minimum(of.upper[columns], np.ceil(first.x[columns]))
    lp.set_bounds(columns, lower, of.upper[columns])
    optimum = lp.solve()
    assert optimum is not None
    lp.restart_from(first)
    low = of.lower.copy()
    low[columns] = lower
    return of.with_(lower=low), lp, first, optimum.value


@pytest.mark.parametrize(("variant", "share"), [("moon", 0.1), ("moon", 0.5), ("moon", 0.8)])
def test_an_lp_left_at_the_cutoff_has_duals_that_prove_it(variant: str, share: float) -> None:
    """An optimum that is seen to lie above the cutoff is shown by duals that a bound is derived from."""
    of, lp, first, optimum = fixed_above(variant)
    cutoff = first.value + share * (optimum - first.value)
    found = lp.solve(cutoff=cutoff)
    assert found is not None
    assert found.unfinished
    proven = lp_bound(of, found.row_dual, *tighten_column_bounds(of))
    assert cutoff - 1e-6 * abs(cutoff) <= proven <= optimum + 1e-6 * abs(optimum)


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_lp_below_the_cutoff_is_solved(variant: str) -> None:
    """A cutoff that the optimum does not reach changes nothing."""
    _, lp, first, optimum = fixed_above(variant)
    found = lp.solve(cutoff=first.value + 1.1 * (optimum - first.value))
    assert found is not None
    assert not found.unfinished
    assert found.value == pytest.approx(optimum, rel=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_basis_gone_back_to_gives_the_optimum_it_had(variant: str) -> None:
    """After any excursion the optimum is that of the bounds at hand, wherever the LP begins."""
    of = matrix(variant)
    lp = WarmLp(of, Limits())
    first = lp.solve()
    assert first is not None
    columns = of.columns_of("launch.flights")
    lp.set_bounds(columns, np.minimum(of.upper[columns], np.ceil(first.x[columns])), of.upper[columns])
    assert lp.solve() is not None
    lp.set_bounds(columns, of.lower[columns], of.upper[columns])
    lp.restart_from(first)
    again = lp.solve()
    assert again is not None
    assert again.value == pytest.approx(first.value, rel=1e-6)
    assert [len(part) for part in first.statuses] == [of.columns, of.rows]


def test_an_lp_without_a_reference_is_gone() -> None:
    """Solver and callback do not keep each other alive: a long search makes thousands of these."""
    lp = WarmLp(matrix("orbit_only"), Limits())
    assert lp.solve() is not None
    known = weakref.ref(lp)
    del lp
    gc.collect()
    assert known() is None


def test_a_matrix_that_the_solver_refuses_has_no_optimum() -> None:
    """Coefficients forty decades apart are no error: the step has no answer, whatever it changes, and goes on."""
    of = whole_model([[1e-20, 1e20], [1e20, 1e-20]], [1.0] * 2, [np.inf] * 2, [1.0] * 2)
    lp = WarmLp(of, Limits())
    lp.set_bounds(np.arange(2), of.lower, of.upper)
    lp.set_costs(np.arange(2), of.cost)
    lp.set_row_lower(np.arange(2), of.row_lower)
    assert lp.solve() is None
