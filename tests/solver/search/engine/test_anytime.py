"""A search reports plans and bounds as events, continues from a start, and repeats where no time limit ends a step."""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.solution import Certificate, Incumbent, SearchEvent, Status
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions, SearchState, with_forwarded_events
from solver.search.engine.search import search
from tests.formulations.everything import matrix
from tests.solver.milp.test_run_limits import hard

pytestmark = pytest.mark.slow

EVERYTHING = matrix("everything")
LIMITS = Limits(gap=0.0, work=20)
"""Work in which the search finds several plans and bounds, and proves none of them."""
X = np.zeros(2)


def _search() -> tuple[SearchResult, list[SearchEvent]]:
    events: list[SearchEvent] = []
    return search(EVERYTHING, SearchOptions(LIMITS, "search", on_event=events.append)), events


@cache
def _searched() -> tuple[SearchResult, list[SearchEvent]]:
    return _search()


def _improvements(events: list[SearchEvent]) -> list[tuple[float | None, float | None, str]]:
    return [(event.objective, event.bound, event.stage) for event in events if event.improved]


def test_a_limit_of_work_repeats() -> None:
    """Two runs that end by work report the same plans and bounds in the same order."""
    first, events = _searched()
    again, others = _search()
    assert first.x is not None
    assert again.x is not None
    assert np.array_equal(first.x, again.x)
    assert _improvements(events) == _improvements(others)
    assert not first.stats.time_limited
    assert (first.bound, first.stats.work) == (again.bound, again.stats.work)


def test_events_only_improve() -> None:
    """Plans get cheaper, bounds rise, and the last of both is the result."""
    found, events = _searched()
    plans = [event.objective for event in events if event.x is not None and event.objective is not None]
    bounds = [event.bound for event in events if event.bound is not None]
    assert plans == sorted(plans, reverse=True)
    assert bounds == sorted(bounds)
    assert plans[-1] == found.objective
    assert min(bounds[-1], plans[-1]) == found.bound


def test_a_known_plan_is_kept_when_stopped_at_once() -> None:
    """A search that is stopped before it begins returns the plan and the bound it was given."""
    first, _ = _searched()
    assert first.x is not None
    stop = threading.Event()
    stop.set()
    found = search(EVERYTHING, SearchOptions(Limits(gap=0.0), "search", stop=stop), first.incumbent)
    assert found.objective == pytest.approx(first.objective)
    assert found.bound == pytest.approx(first.bound)


def test_an_infeasible_start_is_ignored() -> None:
    """A point that violates a row is not taken for a plan."""
    start = Incumbent(np.zeros(EVERYTHING.columns), 0.0)
    found = search(EVERYTHING, SearchOptions(LIMITS, "search"), start)
    first, _ = _searched()
    assert found.objective == pytest.approx(first.objective)


def test_a_bound_of_the_solver_alone_is_taken_where_there_is_none() -> None:
    """The first bound counts with any certificate; an infinite one does not."""
    state = SearchState(EVERYTHING, SearchOptions(Limits()))
    state.raise_bound(-np.inf, Certificate.LP_VERIFIED, "none")
    assert state.incumbent.certificate is Certificate.SOLVER
    state.raise_bound(3.0, Certificate.SOLVER, "first")
    assert (state.bound, state.incumbent.certificate) == (3.0, Certificate.SOLVER)
    state.raise_bound(3.0, Certificate.LP_VERIFIED, "same")
    assert state.incumbent.certificate is Certificate.LP_VERIFIED


@pytest.mark.parametrize("bounds", [True, False])
def test_events_of_an_inner_search_are_relayed(bounds: bool) -> None:
    """Plans are evaluated again, those that are none are not reported, and bounds only where they are valid."""
    received: list[SearchEvent] = []
    relayed_options = with_forwarded_events(
        SearchOptions(Limits(), on_event=received.append),
        lambda value, x: (value + 1, x) if value < 5 else None,
        bounds,
    )
    assert relayed_options.on_event is not None
    for objective, bound in ((4.0, 2.0), (6.0, 3.0)):
        relayed_options.on_event(SearchEvent(1.0, objective, bound, stage="s", improved=True, x=X))
    relayed_options.on_event(SearchEvent(2.0, 4.0, None, nodes=9, stage="s"))
    plans = [(event.objective, event.bound) for event in received if event.x is not None]
    assert plans == [(5.0, None)]
    assert [event.bound for event in received if event.bound is not None] == ([2.0, 3.0] if bounds else [])
    assert [(event.objective, event.nodes) for event in received if not event.improved] == [(None, 9)]


def test_a_plan_of_branch_and_bound_is_reported_while_it_runs() -> None:
    """The exact method reports a plan before it ends: a listener can stop the run with it."""
    stop, plans = threading.Event(), []

    def enough(event: SearchEvent) -> None:
        if event.x is not None:
            plans.append(event.objective)
            stop.set()

    found = search(hard(), SearchOptions(Limits(gap=0.0), "exact", integrality="all", stop=stop, on_event=enough))
    assert found.status is Status.INTERRUPTED
    assert found.objective == plans[-1]
