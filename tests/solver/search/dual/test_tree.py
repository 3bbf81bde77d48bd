"""The tree over developments proves the least bound over them, and finds plans at its leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.milp import warm_lp
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.settings import DEFAULT
from solver.search.dual.tree import Tree
from tests.named import named
from tests.solver.milp.test_safe_bounds import random_matrix
from tests.solver.search.covering import begun, covering, drawn, optimum, whole_points

SEEDS = st.integers(0, 2**32 - 1)
ALL = 1.0


def over_structure(matrix: Matrix) -> float:
    """The least LP bound with integer developments and orders, by branch and bound on those alone."""
    integer = np.zeros(matrix.columns, dtype=bool)
    for word in ("lines.development_started", "lines.ordered"):
        integer[matrix.columns_of(word)] = True
    found = solve(matrix.with_(integer=integer & matrix.integer), Limits(gap=0.0))
    return np.inf if found.objective is None else found.objective


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_the_tree_proves_the_least_over_developments(seed: int) -> None:
    """Grown to its end, its bound is that of integer developments and orders, or the incumbent; all verified."""
    of = drawn(seed)
    state, lp = begun(of)
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    tree.grow(ALL)
    best = optimum(of)
    assert tree.done
    assert tree.bound <= best + 1e-6
    assert tree.bound >= min(over_structure(of), state.objective) - 1e-5
    assert (state.bound, state.incumbent.certificate) == (pytest.approx(tree.bound), "lp_verified")
    assert state.objective >= best - 1e-6


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(SEEDS, st.integers(1, 6))
def test_a_tree_cut_short_never_proves_too_much(seed: int, nodes: int) -> None:
    """After any number of nodes the bound is below the optimum, and it never falls as nodes are opened."""
    of = drawn(seed)
    state, lp = begun(of, work=nodes)
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    before = tree.bound
    tree.grow(ALL)
    assert before - 1e-9 <= tree.bound <= optimum(of) + 1e-6


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(SEEDS)
@example(989)
def test_unfinished_lps_are_resumed(seed: int) -> None:
    """With one iteration at a time for each node, the tree ends at the bound of integer developments and orders.

    Not always the same as with all it wants: duals on the way may prove more, with column bounds rounded inward.
    """
    of = drawn(seed)
    state, lp = begun(of)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm_lp, "LEAST_ITERATIONS", 1)
        tree = Tree.of(state, lp, DEFAULT)
        assert tree is not None
        while not tree.done:
            tree.grow(ALL)
            assert tree.bound <= optimum(of) + 1e-6
    assert tree.bound >= min(over_structure(of), state.objective) - 1e-5


@pytest.mark.slow
def test_nodes_give_plans() -> None:
    """Where the LP takes a fraction of a development, an integral node gives a plan; each is searched once."""
    of = covering((6.0, 9.0), (1.0, 1.0), (1.0, 1.5), (1.5, 3.2))
    state, lp = begun(of)
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    tree.grow(ALL)
    while tree.seek():
        assert state.objective >= optimum(of) - 1e-9
    assert state.x is not None
    assert not tree.seek()


def test_no_developments_no_tree() -> None:
    """A model without developments, or with all of them decided, has none."""
    assert Tree.of(*begun(random_matrix(1, integer=True)), DEFAULT) is None
    of = drawn(0)
    lower = of.lower.copy()
    lower[of.columns_of("lines.development_started")] = 1.0
    assert Tree.of(*begun(of.with_(lower=lower)), DEFAULT) is None


def test_where_no_development_helps_the_tree_does_not_claim_a_plan() -> None:
    """Where no integer choice of developments is feasible, the search state gets no infinite bound."""
    of = drawn(0)
    # Half a development is feasible; neither zero nor one is.
    row = of.a.tolil()
    row[0, :] = 0.0
    row[0, of.index["lines.development_started[a,0]"]] = 2.0
    forbidden = Matrix(
        row.tocsc(), np.r_[1.0, of.row_lower[1:]], np.r_[1.0, of.row_upper[1:]], of.cost, of.cost_offset, of.sign,
        of.lower, of.upper, of.integer, of.row_names, of.column_names,
    )  # fmt: skip
    state, lp = begun(forbidden)
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    tree.grow(ALL)
    assert tree.done
    assert state.x is None
    assert np.isfinite(state.bound)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 12), st.floats(0.0, 3.0))
def test_the_narrowed_hull_keeps_every_better_plan(seed: int, nodes: int, above: float) -> None:
    """After any number of nodes, each whole point that is better than the incumbent and its bound lies in the hull."""
    of = drawn(seed)
    state, lp = begun(of, work=nodes)
    points = whole_points(of)
    costs = points @ of.cost + of.cost_offset
    known = int(np.flatnonzero(costs >= min(costs.min() + above, costs.max()) - 1e-9)[0])
    assert state.submit_solution(points[known], "known")
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    tree.grow(ALL)
    hull = tree.narrowed_hull()
    better = points[costs < state.objective - 1e-6]
    assert ((better >= hull.lower - 1e-9) & (better <= hull.upper + 1e-9)).all()
    assert (hull.upper - hull.lower).sum() <= (of.upper - of.lower).sum()


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(1, 200))
def test_with_vehicles_in_it_the_tree_proves_the_optimum(seed: int, nodes: int) -> None:
    """Where flights are orders of vehicles every column is branched on: below the optimum at any time, then at it."""
    of = drawn(seed)
    names = named(str(name).replace("launch.flights", "fleet.ordered") for name in of.column_names)
    of = replace(of, column_names=names)
    state, lp = begun(of, work=nodes)
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    assert tree.branching.fleets == 4
    tree.grow(ALL)
    assert tree.bound <= optimum(of) + 1e-6
    reached = optimum(of) if tree.has_integral_bound else tree.bound
    assert tree.bound == pytest.approx(reached, abs=1e-5)
    least = min(over_structure(of), state.objective) if tree.has_integral_investments else tree.bound
    assert tree.bound >= least - 1e-5
