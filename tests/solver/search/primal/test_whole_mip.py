"""Generic strategies for matrices whose columns are none of the formulations."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Limit, SearchEvent, Solution, Status, Termination
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.engine.portfolio import Portfolio
from solver.search.engine.search import search
from solver.search.primal import whole_mip as module
from solver.search.primal.large_neighbourhood import LargeNeighbourhoodSearch
from solver.search.primal.rounding import rounding
from solver.search.primal.whole_mip import of_formulations, whole_mip
from tests.solver.search.covering import begun, far_apart, whole_model

KNAPSACK = whole_model([[3.0, 5.0, 7.0]], [22.0], [np.inf], [4.0, 6.0, 9.0], ("x[a]", "y[b]", "z[c]"))
"""22 = 5 * 3 + 7 costs 27, the least; 22 < 3 + 5 * 4 costs 28."""


def test_an_unknown_matrix_begins_with_the_full_model() -> None:
    """No column is of the formulations, so the full model comes first and has a plan."""
    assert not of_formulations(KNAPSACK)
    state, lp = begun(KNAPSACK)
    assert Portfolio(state, lp).first()[0] is whole_mip
    assert lp.x is not None
    assert whole_mip(state, lp.x, DEFAULT)
    assert state.objective == 27.0


def test_branch_and_bound_of_an_unknown_matrix_has_all_the_time_until_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past its share of the time the run goes on without a plan, and its first plan ends it."""
    halted = []

    def slow(
        _: Matrix, limits: Limits, *, stop: threading.Event, on_event: Callable[[SearchEvent], None], **__: object
    ) -> Solution:
        assert limits.seconds == pytest.approx(1000.0, rel=0.1)
        for x in (None, np.array([5.0, 0.0, 1.0])):
            on_event(SearchEvent(0.0, x=x))
            halted.append(stop.is_set())
        return Solution(Termination.at(Limit.INTERRUPT))

    monkeypatch.setattr(module, "solve", slow)
    monkeypatch.setattr(module, "SHARE", 0.0)
    state = SearchState(KNAPSACK, SearchOptions(Limits(seconds=1000.0)))
    assert whole_mip(state, np.zeros(3), DEFAULT)
    assert halted == [False, True]
    assert state.time_limited


def test_the_search_closes_an_unknown_matrix() -> None:
    """The search alone finds the optimum with its proof."""
    result = search(KNAPSACK, SearchOptions(Limits(seconds=30.0, gap=1e-6), method="search"))
    assert result.status is Status.OPTIMAL
    assert result.objective == 27.0


def test_counts_in_which_plan_and_lp_agree_are_fixed() -> None:
    """From a plan of 30 the neighbourhood that frees x and y alone, as z is zero in the LP too, finds 28."""
    state, lp = begun(KNAPSACK)
    assert lp.x is not None
    assert state.submit_solution(np.array([6.0, 1.0, 0.0]), "test")
    search_ = LargeNeighbourhoodSearch(state, lp.x, DEFAULT)
    assert "agreeing" in search_.scores
    search_._agreeing()
    assert state.objective == 28.0


def test_a_strategy_that_the_solver_refuses_is_followed_by_the_next() -> None:
    """Branch and bound has no answer for the full model; rounding fixes the counts, and has the plan of one of both."""
    state = SearchState(far_apart(), SearchOptions(Limits(gap=0.0)))
    lp = Solution(Termination.at(Limit.TIME), Incumbent(np.ones(2), 2.0))
    assert Portfolio(state, lp).first()[:2] == (whole_mip, rounding)
    assert not whole_mip(state, np.ones(2), DEFAULT)
    assert rounding(state, np.ones(2), DEFAULT)
    assert state.x is not None
    assert state.x.tolist() == [1.0, 1.0]
