"""Between two plans lies the best one whose counts lie between theirs; nothing worse than the plan is returned."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.search.primal.path_relinking import dived, relinked
from tests.solver.search.covering import far_apart, whole_model


@pytest.mark.parametrize(
    ("other", "best"),
    [([4.0, 0.0], [2.0, 2.0]), ([0.0, 4.0], [0.0, 4.0]), ([2.6, 1.4], [2.0, 2.0])],
)
def test_the_best_plan_between_two_is_found(other: list[float], best: list[float]) -> None:
    """At least four of both and at most two of the cheap one: from none of it to two, where the other plan has some."""
    matrix = whole_model([[1.0, 1.0], [1.0, 0.0]], [4.0, 0.0], [np.inf, 2.0], [1.0, 3.0])
    found = relinked(matrix, np.array([0.0, 4.0]), [np.array(other)], Limits(gap=0.0), threading.Event())
    assert found.tolist() == pytest.approx(best)


def test_a_model_that_the_solver_refuses_leaves_the_plan() -> None:
    """With counts fourteen decades apart nothing is found between two plans, and the given one stays."""
    plan = np.array([3.0, 3.0])
    assert relinked(far_apart(), plan, [np.ones(2)], Limits(gap=0.0), threading.Event()).tolist() == [3.0, 3.0]


def test_a_dive_ends_between_the_lp_optimum_and_a_point() -> None:
    """Two and a half of the cheap one at most and four of both: the LP takes 2.5 and 1.5, the dive two and two."""
    matrix = whole_model([[1.0, 1.0], [1.0, 0.0]], [4.0, 0.0], [np.inf, 2.5], [1.0, 3.0])
    lp, stop = solve(matrix, Limits(), relax=True), threading.Event()
    assert lp.x is not None
    plan, other = np.array([0.0, 4.0]), np.array([1.0, 3.0])
    assert dived(matrix, plan, [lp.x], lp, Limits(gap=0.0), stop).tolist() == pytest.approx([2.0, 2.0])
    assert dived(matrix, other, [plan], lp, Limits(gap=0.0), stop).tolist() == [1.0, 3.0]
