"""Chronological dives end at integral points that serve the demand, and learn which counts to fix first."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest

from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.primal.chronological_dive import ROOM_SHARE, ChronologicalDive
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.elastic_repair import ElasticRepair
from solver.search.primal.phase_one import phase_one
from tests.solver.search.covering import begun, whole_model

FLIGHTS = tuple(f"launch.flights[ship,shell,{t}]" for t in range(3))


def _chain(demand: float) -> Matrix:
    """Flights of each period are at most 1.4 times those before; the last one wants some."""
    return whole_model(
        [[1.4, -1.0, 0.0], [0.0, 1.4, -1.0], [0.0, 0.0, 1.0]], [0.0, 0.0, demand], [np.inf] * 3, [1.0] * 3, FLIGHTS
    )  # fmt: skip


def _dives(matrix: Matrix) -> tuple[SearchState, ChronologicalDive]:
    state, lp = begun(matrix)
    demand = ElasticDemand.of(matrix)
    assert lp.row_dual is not None
    return state, ChronologicalDive.of(state, demand, np.abs(demand.sides * lp.row_dual[demand.rows]))


def test_an_early_count_is_rounded_by_what_later_periods_need() -> None:
    """The LP flies 2.04, 2.86 and 4; two flights at first would leave 3.92 for the last period, so three are flown."""
    state, dives = _dives(_chain(4.0))
    assert state.warm.solve().x == pytest.approx([4 / 1.96, 4 / 1.4, 4.0])  # type: ignore[union-attr]
    end = dives.run(np.zeros(1), state.budget(1.0))
    assert end is not None
    assert end.tolist() == [3.0, 3.0, 4.0]


def test_a_count_that_made_the_lp_miss_demand_comes_first_in_the_next_dive() -> None:
    """Two flights at first leave 2.8 for the second period: two, and no four. That period first, three are flown."""
    state, dives = _dives(_chain(3.9))
    first = dives.run(np.zeros(1), state.budget(1.0))
    assert first is not None
    assert first[:2].tolist() == [2.0, 2.0]
    assert dives.front[0] == 1
    second = dives.run(np.zeros(1), state.budget(1.0))
    assert second is not None
    assert second.tolist() == [3.0, 3.0, 4.0]


def test_demand_is_raised_until_the_counts_of_its_period_are_fixed() -> None:
    """Raised by a quarter the last period flies five times; the demand of the matrix stays what it is."""
    state, dives = _dives(_chain(4.0))
    end = dives.run(np.array([0.25]), state.budget(1.0))
    assert end is not None
    assert end.tolist() == [3.0, 4.0, 5.0]
    assert dives.demand.missing(end).tolist() == [0.0]
    assert state.matrix.row_lower[2] == 4.0


def test_a_raise_beyond_the_room_of_the_limits_is_cut_down() -> None:
    """Nine flights at most leave room for a raise of 1.25; one of 0.5 stays as it is."""
    state, dives = _dives(_chain(4.0))
    assert dives.fitted(np.array([0.5]), state.budget(1.0)) == pytest.approx([0.5])
    fitted = dives.fitted(np.array([2.0]), state.budget(1.0))
    assert 0 < fitted[0] <= 1.25 * ROOM_SHARE


def test_a_dive_without_time_has_no_end() -> None:
    """A stop request ends the dive before a count is fixed."""
    stop, matrix = Event(), _chain(4.0)
    _, dives = _dives(matrix)
    stop.set()
    state = SearchState(matrix, SearchOptions(Limits(), stop=stop))
    assert dives.run(np.zeros(1), state.budget(1.0)) is None


def test_a_dive_that_costs_more_than_a_known_plan_is_left() -> None:
    """Its end would cost ten; with eleven as the most it is reached."""
    state, dives = _dives(_chain(4.0))
    assert dives.run(np.zeros(1), state.budget(1.0), most=9.0) is None
    assert dives.run(np.zeros(1), state.budget(1.0), most=11.0) is not None


def test_orders_come_first_or_with_the_other_counts_of_their_period() -> None:
    """One line and two flights of two periods."""
    names = ("launch.flights[ship,shell,0]", "lines.ordered[node,1]", "launch.flights[ship,shell,1]")
    matrix = whole_model([[1.0, 1.0, 1.0]], [1.5], [np.inf], [1.0] * 3, names)
    _, dives = _dives(matrix)
    for first, order in ((True, [1, 0, 2]), (False, [0, 1, 2])):
        assert [int(j) for _, columns in dives._groups(first) for j in columns] == order


def test_phase_one_takes_the_plan_of_the_dives() -> None:
    """The plan is the cheapest one, and the bound stays that of the LP."""
    for demand in (3.9, 4.0):
        state, lp = begun(_chain(demand))
        assert lp.x is not None
        assert phase_one(state, lp.x, DEFAULT)
        assert state.x is not None
        assert state.x.tolist() == [3.0, 3.0, 4.0]
        assert state.bound == lp.bound


def test_a_repaired_point_is_returned_even_where_no_time_is_left() -> None:
    """A point that misses nothing is a plan, whether or not another window could be solved."""
    stop, matrix = Event(), _chain(4.0)
    stop.set()
    state = SearchState(matrix, SearchOptions(Limits(), stop=stop))
    repair = ElasticRepair(state, ElasticDemand.of(matrix), np.ones(1), "test")
    plan = repair.run(np.array([3.0, 3.0, 4.0, 0.0]), state.budget(1.0))
    assert plan is not None
    assert plan.tolist() == [3.0, 3.0, 4.0]
