"""Branching of the tree on learning curves: chord error, branching segment, and the bound it proves."""

from __future__ import annotations

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.dual.branching import Branching
from solver.search.dual.segments import segmented_curves
from solver.search.dual.tree import Tree
from tests.solver.search.variants.test_learning_curve_search import curve_model

GAP = 1e-6


def test_chord_error_is_the_difference_to_segments_in_order() -> None:
    """At the LP optimum the segments of a curve are filled alike; filled in order they cost more, by the error."""
    model = curve_model("learning_nodes", "segments")
    lp = solve(model.matrix, Limits(gap=0.0), relax=True)
    assert lp.x is not None
    ordered = model.with_consistent_experience(lp.x)
    curves = segmented_curves(model.matrix)
    fill = model.matrix.columns_of("learning.segment_fill")
    cost = model.matrix.cost[fill]
    assert sum(curve.error(lp.x) for curve in curves) == pytest.approx(float(cost @ (ordered - lp.x)[fill]), abs=1e-6)
    assert sum(curve.error(lp.x) for curve in curves) > 1e-3
    assert sum(curve.error(ordered) for curve in curves) == pytest.approx(0.0, abs=1e-9)
    assert {curve.component for curve in curves} == {e for e, _ in model.learning.min_experience}


def test_the_branching_segment_is_next_to_the_experience() -> None:
    """The candidate of a curve is one of its fractional columns, next to where the experience of the point lies."""
    model = curve_model("learning_nodes", "segments")
    lp = solve(model.matrix, Limits(gap=0.0), relax=True)
    assert lp.x is not None
    curves = segmented_curves(model.matrix)
    columns = np.concatenate([curve.active for curve in curves])
    chosen = Branching(model.matrix, columns, 0, 0, curves).choose(lp.x, None)
    assert chosen is not None
    (curve,) = [curve for curve in curves if columns[chosen.position] in curve.active]
    n = curve.active.tolist().index(columns[chosen.position])
    open_ = [i for i, j in enumerate(curve.active) if 1e-5 < lp.x[j] < 1 - 1e-5]
    assert abs(n - curve.reached(lp.x)) == min(abs(i - curve.reached(lp.x)) for i in open_)


def test_a_tree_over_curves_proves_more_than_the_lp_and_not_too_much() -> None:
    """Grown over the segments of a small model, the bound rises and stays below the optimum."""
    matrix = curve_model("learning_nodes", "segments").matrix
    lp = solve(matrix, Limits(gap=0.0), relax=True)
    best = solve(matrix, Limits(gap=0.0, seconds=60.0))
    assert best.objective is not None
    state = SearchState(matrix, SearchOptions(Limits(gap=GAP)), basis=lp.basis)
    state.raise_bound(lp.bound, lp.certificate, "LP")
    state.submit_solution(best.x, "start")
    tree = Tree.of(state, lp, DEFAULT)
    assert tree is not None
    tree.grow(1.0)
    assert lp.bound + 1e-3 < tree.bound <= best.objective + 1e-6
