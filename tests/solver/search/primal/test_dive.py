"""Dives to integral counts, step by step, on models of a few columns."""

from __future__ import annotations

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.warm_lp import WarmLp
from solver.search.core.integers import Budget
from solver.search.primal.dive import MOST_OF_ONE, Dive, FixingOrder
from tests.solver.search.covering import whole_model

BUDGET = Budget(lambda: None, Limits(), -np.inf, None)


def dive(matrix: Matrix, *kinds: tuple[str, ...], rise: float = 0.0, budget: Budget = BUDGET) -> Dive:
    """A dive at the LP optimum of a model without a target."""
    lp = WarmLp(matrix, Limits())
    point = lp.solve()
    assert point is not None
    of = FixingOrder.of(matrix, kinds)
    return Dive(lp, matrix, of, budget, point, rise, np.empty(0), lambda: None, len(kinds))


def test_kinds_keep_their_order_and_unnamed_columns_come_last() -> None:
    """Columns b come before a as ordered, the unnamed c last; a fixed column is in no kind."""
    of = whole_model([[1.0] * 4], [1.0], [9.0], [1.0] * 4, ["a.x[p,3]", "b.y[1]", "c.z[2]", "b.y[0]"])
    upper = of.upper.copy()
    upper[3] = 0.0
    kinds = FixingOrder.of(of.with_(upper=upper), (("b.y",), ("a.x",)))
    assert [columns.tolist() for columns in kinds.columns] == [[1], [0], [2]]
    assert kinds.period.tolist() == [3.0, 1.0, 2.0, 0.0]


def test_the_other_neighbour_is_taken_where_it_is_cheaper() -> None:
    """x at 1.25 is nearer to 1, but then y must make up for a quarter at 8 a unit; x at 2 costs less."""
    of = whole_model([[4.0, 1.0]], [5.0], [np.inf], [1.0, 8.0], ["a.x[0]", "b.y[0]"])
    found = dive(of, ("a.x",), ("b.y",))
    assert found.x == pytest.approx([1.25, 0.0])
    assert found.run()
    assert found.x == pytest.approx([2.0, 0.0])


def test_a_blocked_column_is_fixed_before_those_fixed_last() -> None:
    """x + 2 y = 3 from x fixed at 0 leaves no integer y; x is unfixed, y fixed at 1, and x follows."""
    of = whole_model([[1.0, 2.0]], [3.0], [3.0], [1.0, 1.0], ["a.x[0]", "b.y[0]"])
    found = dive(of, ("a.x",), ("b.y",))
    assert found.x == pytest.approx([0.0, 1.5])
    assert found.run()
    assert found.x == pytest.approx([1.0, 1.0])


def test_a_column_that_was_blocked_too_often_ends_the_dive() -> None:
    """The same y, blocked as often as is allowed before, unfixes x no more, and no other point is tried."""
    of = whole_model([[1.0, 2.0]], [3.0], [3.0], [1.0, 1.0], ["a.x[0]", "b.y[0]"])
    found = dive(of, ("a.x",), ("b.y",))
    found.blocked[1] = MOST_OF_ONE
    assert not found.run()
    assert found.x == pytest.approx([0.0, 1.5])


def test_a_model_without_integral_points_ends() -> None:
    """2 x = 3 has an LP optimum and no integral one."""
    of = whole_model([[2.0]], [3.0], [3.0], [1.0], ["a.x[0]"])
    assert not dive(of, ("a.x",)).run()


def test_an_end_of_time_is_an_end_of_the_dive() -> None:
    """With no second left nothing is fixed."""
    of = whole_model([[4.0, 1.0]], [5.0], [np.inf], [1.0, 8.0], ["a.x[0]", "b.y[0]"])
    late = Budget(lambda: 0.0, Limits(), -np.inf, None)
    assert not dive(of, ("a.x",), budget=late).run()
