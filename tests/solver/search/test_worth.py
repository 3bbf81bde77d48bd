"""What steps are worth decides which comes next: gains for effort, of late."""

from __future__ import annotations

import pytest

from solver.limits import Limits
from solver.search.board import Board, Request
from solver.search.worth import Worth, measured, most_worth
from tests.solver.search.covering import drawn, whole_points


def test_what_was_never_tried_comes_first() -> None:
    """A kind without a step is worth trying, whatever the others brought."""
    tried = Worth()
    tried.add(1.0, 1.0)
    assert most_worth({"tried": tried, "new": Worth()}) == "new"


def test_gain_for_effort_decides_and_is_forgotten() -> None:
    """Twice the gain for the same effort comes first, until it has brought nothing for long enough."""
    one, two = Worth(), Worth()
    one.add(0.01, 1.0)
    two.add(0.02, 1.0)
    kinds = {"one": one, "two": two}
    assert most_worth(kinds) == "two"
    for _ in range(5):
        two.add(0.0, 1.0)
    assert most_worth(kinds) == "one"


def test_where_nothing_is_gained_the_one_with_less_effort_is_next() -> None:
    """Two kinds that bring nothing share the time."""
    kinds = {"short": Worth(), "long": Worth()}
    spent = dict.fromkeys(kinds, 0.0)
    for _ in range(40):
        name = most_worth(kinds)
        effort = {"short": 1.0, "long": 3.0}[name]
        kinds[name].add(0.0, effort)
        spent[name] += effort
    assert spent["short"] == pytest.approx(spent["long"], rel=0.3)


def test_a_step_is_measured_on_both_sides_of_the_gap() -> None:
    """A better plan and a better bound both count, as shares of what they were, for the work they took."""
    of = drawn(1)
    points = whole_points(of)
    best = of.value(points[int((points @ of.cost).argmin())])
    board = Board(of, Request(Limits(gap=0.0, work=100)))
    worst = points[int((points @ of.cost).argmax())]
    board.offer(worst, "worst")
    before = board.objective
    board.prove(before - 3.0, "solver", "bound")
    worth = Worth()
    with measured(worth, board):
        board.offer(points[int((points @ of.cost).argmin())], "best")
        board.prove(before - 2.0, "solver", "bound")
        board.spent += 7
    assert worth.effort == 7.0
    assert worth.gain == pytest.approx((before - best) / abs(before) + 1.0 / abs(before - 3.0))
