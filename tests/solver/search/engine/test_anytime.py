"""A search tells what it finds as it goes, goes on from what is known, and repeats where no clock may end a step."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.solution import Certificate, Incumbent, SearchEvent, Status
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions, SearchState, with_forwarded_events
from solver.search.engine.search import search
from tests.formulations.everything import matrix
from tests.solver.milp.test_highs import hard

pytestmark = pytest.mark.slow

EVERYTHING = matrix("everything")
X = np.zeros(2)


def _searched(**limits: float | int | None) -> tuple[SearchResult, list[SearchEvent]]:
    marks: list[SearchEvent] = []
    asked = Limits(gap=0.0, **limits)  # type: ignore[arg-type]
    return search(EVERYTHING, SearchOptions(asked, "search", on_event=marks.append)), marks


def _told(marks: list[SearchEvent]) -> list[tuple[float | None, float | None, str]]:
    return [(mark.objective, mark.bound, mark.stage) for mark in marks if mark.improved]


def test_a_limit_of_work_repeats() -> None:
    """Two runs that end by work find the same plans and bounds in the same order, and no clock had a say."""
    first, marks = _searched(work=60)
    again, others = _searched(work=60)
    assert first.x is not None
    assert again.x is not None
    assert np.array_equal(first.x, again.x)
    assert _told(marks) == _told(others)
    assert not first.stats.time_limited
    assert (first.bound, first.stats.work) == (again.bound, again.stats.work)


def test_marks_only_get_better() -> None:
    """Plans cost less and less, bounds rise, and the last of both is what was found."""
    found, marks = _searched(work=60)
    plans = [mark.objective for mark in marks if mark.x is not None and mark.objective is not None]
    bounds = [mark.bound for mark in marks if mark.bound is not None]
    assert plans == sorted(plans, reverse=True)
    assert bounds == sorted(bounds)
    assert plans[-1] == found.objective
    assert min(bounds[-1], plans[-1]) == found.bound


def test_a_known_plan_is_kept_when_nobody_waits() -> None:
    """A search that is stopped before it begins returns the plan and the bound it was given."""
    first, _ = _searched(work=60)
    assert first.x is not None
    stop = threading.Event()
    stop.set()
    found = search(EVERYTHING, SearchOptions(Limits(gap=0.0), "search", stop=stop), first.incumbent)
    assert found.objective == pytest.approx(first.objective)
    assert found.bound == pytest.approx(first.bound)


def test_a_start_that_is_no_plan_is_passed_over() -> None:
    """A point that breaks a row is not taken for a plan, whatever is said of it."""
    start = Incumbent(np.zeros(EVERYTHING.columns), 0.0)
    found = search(EVERYTHING, SearchOptions(Limits(gap=0.0, work=60), "search"), start)
    first, _ = _searched(work=60)
    assert found.objective == pytest.approx(first.objective)


def test_a_bound_of_the_solver_alone_is_taken_where_there_is_none() -> None:
    """The first bound counts whoever vouches for it, and nothing that is not finite is one."""
    state = SearchState(EVERYTHING, SearchOptions(Limits()))
    state.raise_bound(-np.inf, Certificate.LP_VERIFIED, "none")
    assert state.incumbent.certificate is Certificate.SOLVER
    state.raise_bound(3.0, Certificate.SOLVER, "first")
    assert (state.bound, state.incumbent.certificate) == (3.0, Certificate.SOLVER)
    state.raise_bound(3.0, Certificate.LP_VERIFIED, "same")
    assert state.incumbent.certificate is Certificate.LP_VERIFIED


@pytest.mark.parametrize("bounds", [True, False])
def test_marks_of_a_search_within_another_are_told_as_those_of_the_whole(bounds: bool) -> None:
    """Plans are judged anew, those that are none are not told, and bounds only where they hold."""
    received: list[SearchEvent] = []
    asked = with_forwarded_events(
        SearchOptions(Limits(), on_event=received.append),
        lambda value, x: (value + 1, x) if value < 5 else None,
        bounds,
    )
    assert asked.on_event is not None
    for objective, bound in ((4.0, 2.0), (6.0, 3.0)):
        asked.on_event(SearchEvent(1.0, objective, bound, stage="s", improved=True, x=X))
    asked.on_event(SearchEvent(2.0, 4.0, None, nodes=9, stage="s"))
    plans = [(mark.objective, mark.bound) for mark in received if mark.x is not None]
    assert plans == [(5.0, None)]
    assert [mark.bound for mark in received if mark.bound is not None] == ([2.0, 3.0] if bounds else [])
    assert [(mark.objective, mark.nodes) for mark in received if not mark.improved] == [(None, 9)]


def test_a_plan_of_branch_and_bound_is_told_while_it_runs() -> None:
    """The exact method tells a plan before it ends: a listener that has heard one can end the run with it."""
    stop, plans = threading.Event(), []

    def enough(mark: SearchEvent) -> None:
        if mark.x is not None:
            plans.append(mark.objective)
            stop.set()

    found = search(hard(), SearchOptions(Limits(gap=0.0), "exact", integrality="all", stop=stop, on_event=enough))
    assert found.status is Status.INTERRUPTED
    assert found.objective == plans[-1]
