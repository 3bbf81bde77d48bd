"""Elastic repair: a point that misses some demand becomes a plan of the matrix."""

from __future__ import annotations

from threading import Event

import numpy as np

from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.state import SearchOptions, SearchState
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.elastic_repair import COLUMNS, DEARER, GROW, ElasticRepair
from tests.solver.search.covering import begun, whole_model


def _growing() -> Matrix:
    """Two periods of flights, each with one and a half nodes at most; the second period wants three nodes in all."""
    return whole_model(
        [[1.5, -1.0, 0.0, 0.0], [0.0, 0.0, 1.5, -1.0], [0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]],
        [0.0, 0.0, 1.0, 3.0], [np.inf] * 4, [1.0, 0.01, 1.0, 0.01],
        ("launch.flights[ship,shell,0]", "nodes.loaded[ship,node,shell,0]",
         "launch.flights[ship,shell,1]", "nodes.loaded[ship,node,shell,1]"),
    )  # fmt: skip


def test_what_is_missed_is_supplied_from_the_periods_around() -> None:
    """One flight in each period serves two of three nodes; the repair flies two in the first and none in the second."""
    matrix = _growing()
    state, lp = begun(matrix)
    assert lp.row_dual is not None
    demand = ElasticDemand.of(matrix)
    worth = np.abs(demand.sides * lp.row_dual[demand.rows])
    missed = np.array([0.0, 1 / 3])
    plan = ElasticRepair(state, demand, worth, "test").run(np.append([1.0, 1.0, 1.0, 1.0], missed), state.budget(1.0))
    assert plan is not None
    assert state.submit_solution(plan, "test")
    assert state.objective == 2.03


def test_a_stop_request_ends_a_repair_that_cannot_succeed() -> None:
    """With one flight a period at most there is no plan; the repair returns none."""
    matrix = _growing().with_(upper=np.ones(4))
    stop = Event()
    stop.set()
    state = SearchState(matrix, SearchOptions(Limits(), stop=stop))
    repair = ElasticRepair(state, ElasticDemand.of(matrix), np.ones(2), "test")
    assert repair.run(np.append(np.ones(4), [0.0, 1 / 3]), state.budget(1.0)) is None


def test_prices_of_a_hopeless_repair_stay_within_what_the_solver_can_hold() -> None:
    """Sixty windows find nothing; a price that rose threefold each time would be refused by HiGHS."""
    matrix = _growing().with_(upper=np.ones(4))
    state = SearchState(matrix, SearchOptions(Limits()))
    repair = ElasticRepair(state, ElasticDemand.of(matrix), np.ones(2), "test")
    assert repair.run(np.append(np.ones(4), [0.0, 1 / 3]), state.budget(1.0)) is None
    assert repair.price.max() <= 1e6


def test_a_window_that_only_becomes_cheaper_grows() -> None:
    """An idle flight is dropped, and as much is missed as before: the next window is larger, at a higher price."""
    state, _ = begun(_growing().with_(upper=np.array([2.0, 1.0, 1.0, 1.0])))
    repair = ElasticRepair(state, ElasticDemand.of(state.matrix), np.ones(2), "test")
    before, x = repair.price.copy(), np.append([2.0, 1.0, 1.0, 1.0], [0.0, 1 / 3])
    cheaper = repair._window(x, 1)
    assert cheaper[:4].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert list(repair.columns.values()) == [GROW * COLUMNS]
    assert (repair.price == DEARER * before).all()
