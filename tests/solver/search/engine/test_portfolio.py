"""The portfolio ends with a plan and a valid bound on every kind of model, and repeats under a work limit."""

from __future__ import annotations

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent
from solver.search.core.integers import is_integral
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from tests.formulations.everything import matrix

pytestmark = pytest.mark.slow

GAP = 0.03


@pytest.mark.parametrize("variant", ["made_on_lines", "moon", "network", "power_added", "compute_alive"])
def test_every_kind_of_model_gets_a_plan_and_a_bound(variant: str) -> None:
    """Plan and bound enclose the optimum of HiGHS alone; events come in order and end with the result."""
    of, events = matrix(variant), list[SearchEvent]()
    alone = solve(of, Limits(gap=GAP, seconds=60))
    found = search(of, SearchOptions(Limits(gap=GAP, seconds=60), "search", on_event=events.append))
    assert found.x is not None
    assert found.objective is not None
    assert alone.objective is not None
    assert is_integral(of, found.x)
    assert of.violation(found.x).relative <= 1e-6
    assert found.bound <= alone.objective + 1e-6 * abs(alone.objective)
    assert alone.bound <= found.objective + 1e-6 * abs(found.objective)
    costs = [event.objective for event in events if event.x is not None]
    bounds = [event.bound for event in events if event.bound is not None]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert costs[-1] == found.objective


@pytest.mark.parametrize(("work", "planned"), [(1, False), (12, True)])
def test_work_repeats_exactly(work: int, planned: bool) -> None:
    """Two searches that end by work come to the same plan and bound by the same steps, or to no plan yet."""
    runs = []
    for _ in range(2):
        events: list[tuple[str, float | None, float | None]] = []
        options = SearchOptions(
            Limits(gap=1e-6, work=work),
            "search",
            on_event=lambda event, events=events: (
                events.append((event.stage, event.objective, event.bound)) if event.improved else None
            ),
        )
        found = search(matrix("made_on_lines"), options)
        assert not found.stats.time_limited
        runs.append((found.x, found.bound, events))
    (x, bound, events), (again, same, repeated_events) = runs
    assert events == repeated_events
    assert bound == same
    assert (x is not None, again is not None) == (planned, planned)
    assert np.array_equal(x, again)  # type: ignore[arg-type]
