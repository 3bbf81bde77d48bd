"""The search state admits only plans, and reports improvements in order."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.errors import ModelError
from solver.milp.limits import Limits
from solver.milp.solution import Certificate, SearchEvent
from solver.search.core.state import SearchOptions, SearchState
from tests.solver.search.covering import drawn, optimum, whole_points

SEEDS = st.integers(0, 2**32 - 1)


def state(seed: int, **options: object) -> SearchState:
    """Return the search state of a random model."""
    return SearchState(drawn(seed), replace(SearchOptions(Limits(gap=0.01)), **options))  # type: ignore[arg-type]


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_only_plans_that_are_better_are_kept(seed: int) -> None:
    """Of plans in any order those are kept that beat all before; a violated row refuses a point, however cheap."""
    events: list[SearchEvent] = []
    of = state(seed, on_event=events.append)
    rng = np.random.default_rng(seed)
    points = whole_points(of.matrix)[:]
    best = np.inf
    for x in points[rng.permutation(len(points))[:20]]:
        better = of.matrix.value(x) < best
        assert of.submit_solution(x, "drawn") == better
        best = min(best, of.matrix.value(x))
        assert not of.submit_solution(np.zeros(of.matrix.columns), "too cheap")
        assert of.objective == pytest.approx(best)
    costs = [event.objective for event in events]
    assert costs == sorted(costs, reverse=True)
    assert all(event.x is not None for event in events)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(0, 11), st.floats(0.01, 0.99), st.booleans())
def test_a_kept_point_is_a_plan(seed: int, place: int, share: float, too_many: bool) -> None:
    """Offered a point with a fraction, or with a count too many, the state keeps no more than a plan beside it."""
    of = state(seed)
    points = whole_points(of.matrix)
    x = np.array(points[0])
    most = of.matrix.upper[place]
    x[place] = most + 1 if too_many else min(most - 1, x[place]) + share
    of.submit_solution(x, "no plan")
    assume(of.x is not None)
    assert (points == of.x).all(axis=1).any()
    assert of.objective == of.matrix.value(of.x)


def test_nothing_is_no_plan() -> None:
    """A strategy that found nothing offers nothing."""
    of = state(0)
    assert not of.submit_solution(None, "nothing")
    assert of.x is None
    assert of.gap == np.inf
    assert not of.done


def test_bounds_only_rise() -> None:
    """A lower bound changes nothing; an equal one only by being verified; and each change is reported once."""
    events: list[SearchEvent] = []
    of = state(0, on_event=events.append)
    solver, verified = Certificate.SOLVER, Certificate.LP_VERIFIED
    for bound, certificate in ((1.0, solver), (0.5, verified), (1.0, verified), (1.0, solver), (2.0, solver)):
        of.raise_bound(bound, certificate, "test")
    assert [(event.bound, event.certificate) for event in events] == [(1.0, solver), (1.0, verified), (2.0, solver)]


@pytest.mark.slow
def test_a_false_bound_is_a_contradiction() -> None:
    """A bound above the optimum stops the search with both numbers, whether it or the plan comes first."""
    of = state(3)
    best = whole_points(of.matrix)[int((whole_points(of.matrix) @ of.matrix.cost).argmin())]
    of.submit_solution(best, "best")
    planted = of.objective * 1.01
    with pytest.raises(ModelError, match=re.escape(f"bound {planted:.10g} (solver) lies above the objective")):
        of.raise_bound(planted, Certificate.SOLVER, "planted")
    other = state(3)
    other.raise_bound(planted, Certificate.SOLVER, "planted")
    with pytest.raises(ModelError, match=re.escape(f"objective {of.objective:.10g} of a checked plan")):
        other.submit_solution(best, "best")


def test_a_bound_within_the_tolerance_is_the_objective() -> None:
    """Rounding of a millionth leaves no gap and no contradiction."""
    of = state(3)
    best = whole_points(of.matrix)[int((whole_points(of.matrix) @ of.matrix.cost).argmin())]
    of.submit_solution(best, "best")
    of.raise_bound(of.objective * (1 + 1e-6), Certificate.SOLVER, "rounding")
    assert (of.bound, of.gap) == (of.objective, 0.0)


def test_done_within_the_gap() -> None:
    """The search is finished when the gap is closed, the work is used up, or a stop is requested."""
    of = state(3)
    best = whole_points(of.matrix)[int((whole_points(of.matrix) @ of.matrix.cost).argmin())]
    of.submit_solution(best, "best")
    assert of.objective == pytest.approx(optimum(of.matrix))
    of.raise_bound(of.objective * 0.98, Certificate.SOLVER, "test")
    assert not of.finished
    of.raise_bound(of.objective * 0.9901, Certificate.SOLVER, "test")
    assert of.done
    tired = state(3, limits=Limits(work=5))
    tired.work_done = 4
    assert not tired.finished
    tired.work_done = 5
    assert tired.out_of_budget
    stop = threading.Event()
    stopped = state(3, stop=stop)
    assert not stopped.finished
    stop.set()
    assert stopped.finished


def test_a_step_gets_no_more_than_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits of a step: its own nodes or the work that is left, whichever is less, and a share of the time."""
    monkeypatch.setattr(time, "monotonic", lambda: 300.0)
    of = state(0, limits=Limits(work=10, seconds=1000.0))
    of.began, of.work_done = 100.0, 7
    step = of.limits(0.5, 0.1, nodes=100)
    assert step.work == 3
    assert step.gap == 0.1
    assert step.seconds == 0.5 * (1000.0 - 200.0)
    assert of.limits(0.5, 0.1, nodes=2).work == 2
    assert state(0).limits(0.5, 0.1).work is None
