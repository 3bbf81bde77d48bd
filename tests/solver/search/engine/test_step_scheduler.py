"""The recent gain per effort decides which kind of step comes next."""

from __future__ import annotations

import pytest

from solver.milp.limits import Limits
from solver.milp.solution import Certificate
from solver.search.core.state import SearchOptions, SearchState
from solver.search.engine.step_scheduler import StepScheduler
from tests.solver.search.covering import drawn, optimum, whole_points


def test_untried_kinds_come_first() -> None:
    """A kind without a step comes first, whatever the gains of others; an expected gain replaces a try."""
    scheduler = StepScheduler()
    scheduler.count("tried", 1.0, 1.0)
    assert scheduler.next(["tried", "new"]) == "new"
    scheduler.expect("new", 0.5, 1.0)
    assert scheduler.next(["tried", "new"]) == "tried"


def test_gain_per_effort_decides_and_decays() -> None:
    """Twice the gain for the same effort comes first, until it has brought nothing for long enough."""
    scheduler = StepScheduler()
    scheduler.count("one", 0.01, 1.0)
    scheduler.count("two", 0.02, 1.0)
    assert scheduler.next(["one", "two"]) == "two"
    for _ in range(5):
        scheduler.count("two", 0.0, 1.0)
    assert scheduler.next(["one", "two"]) == "one"


@pytest.mark.parametrize("long", [1.0, 3.0, 30.0])
def test_where_nothing_is_gained_kinds_share_the_effort(long: float) -> None:
    """Of two kinds that bring nothing neither is left out, however long its steps."""
    scheduler, efforts, work_done = StepScheduler(), {"short": 1.0, "long": long}, {"short": 0.0, "long": 0.0}
    for _ in range(200):
        kind = scheduler.next(efforts)
        scheduler.count(kind, 0.0, efforts[kind])
        work_done[kind] += efforts[kind]
    assert work_done["short"] > 0.1 * work_done["long"]
    assert work_done["long"] > 0.1 * work_done["short"]


def test_a_step_is_measured_on_both_sides_of_the_gap() -> None:
    """A better plan and a better bound both count, as shares of what they were, for the work they took."""
    of = drawn(1)
    points = whole_points(of)
    state = SearchState(of, SearchOptions(Limits(gap=0.0, work=100)))
    state.submit_solution(points[int((points @ of.cost).argmax())], "worst")
    before, least = state.objective, optimum(of)
    state.raise_bound(least - 3.0, Certificate.SOLVER, "bound")
    scheduler = StepScheduler()
    with scheduler.step("both", state):
        state.submit_solution(points[int((points @ of.cost).argmin())], "best")
        state.raise_bound(least - 2.0, Certificate.SOLVER, "bound")
        state.work_done += 7
    assert scheduler.effort == {"both": 7.0}
    gained = (before - state.objective) / before + 1.0 / abs(least - 2.0)
    assert scheduler.gain["both"] == pytest.approx(gained)


def test_a_kind_of_much_effort_is_tried_beside_steps_without_gain() -> None:
    """Steps of three nodes that gain nothing do not keep back for ever one that may take ten thousand."""
    scheduler, chosen = StepScheduler(), []
    for _ in range(100):
        scheduler.expect("bound", 0.0005, 10_000.0)
        chosen.append(scheduler.next(["plan", "bound"]))
        scheduler.count("plan", 0.0, 3.0)
    assert "bound" in chosen


def test_a_falling_kind_has_no_more_than_its_last_rate() -> None:
    """A large gain of the first step says nothing about the next ones of a kind that gains less and less."""
    for falling, chosen in ((frozenset[str](), "nodes"), (frozenset({"nodes"}), "plan")):
        scheduler = StepScheduler(falling=falling)
        scheduler.count("plan", 0.02, 1.0)
        for gain in (0.5, 0.01):
            scheduler.count("nodes", gain, 1.0)
        assert scheduler.next(["nodes", "plan"]) == chosen
