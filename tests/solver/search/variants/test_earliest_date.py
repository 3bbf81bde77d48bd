"""The first period from which a target is met, with the proof that no earlier one is feasible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Limit, Status, Termination
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants import earliest_date as module
from solver.search.variants.earliest_date import earliest
from tests.solver.small import matrix_of, raw, small, years

# Ten nodes one by one, four flights a year: 4, 8, 12 are up at the ends of the first three of five years.
SLOW: dict[str, Any] = {
    "horizon.periods": years(5),
    "objective.kind": "earliest_date",
    "target.milestones": [{"date": "2035-01", "gw": 0.1}],
    "vehicles.van.payload_t": {"near": 10.0},
    "vehicles.van.flights_per_year": {"start_per_year": 4.0},
}


def slow(changes: dict[str, Any] | None = None) -> Matrix:
    """The model of the ten nodes."""
    return matrix_of(small({**SLOW, **(changes or {})}))[1]


def with_target_from(matrix: Matrix, first: int) -> Matrix:
    """The model without a target before a period."""
    lower = matrix.row_lower.copy()
    for row in matrix.rows_of("target.demand"):
        if matrix.row_names.periods[row] < first:
            lower[row] = -np.inf
    return matrix.with_(row_lower=lower)


def test_first_period_and_its_proof() -> None:
    """Ten nodes are up at the end of the third year; the second is proven infeasible, so the date is proven."""
    matrix = slow()
    found = earliest(matrix, SearchOptions(Limits()))
    date, searched = found.date, found.matrix
    assert searched is not None
    assert date is not None
    assert (date.period, date.bound) == (2, 2)
    assert found.status is Status.OPTIMAL
    assert found.x is not None
    assert searched.violation(found.x).relative <= 1e-6
    assert search(with_target_from(matrix, 1), SearchOptions(Limits())).status is Status.INFEASIBLE


def test_plan_at_the_date_is_the_cheapest_for_it() -> None:
    """Of all plans that keep the date the cheapest is taken: ten nodes of 10 and ten flights of 20, 300 MUSD."""
    found = earliest(slow(), SearchOptions(Limits(gap=0.0)))
    assert found.objective == pytest.approx(0.3)
    assert found.matrix is not None
    assert solve(found.matrix, Limits(gap=0.0)).objective == pytest.approx(0.3)


def test_feasible_from_the_start_is_the_first_period() -> None:
    """A target that can be met at once has the first period for its date."""
    changes = {"target.milestones": [{"date": "2035-01", "gw": 0.04}]}
    date = earliest(slow(changes), SearchOptions(Limits())).date
    assert date is not None
    assert (date.period, date.bound) == (0, 0)


def test_never_is_infeasible() -> None:
    """Thirty nodes cannot be up in five years of four flights: infeasible, on the matrix with the latest target."""
    matrix = slow({"target.milestones": [{"date": "2035-01", "gw": 0.3}]})
    found = earliest(matrix, SearchOptions(Limits()))
    date, searched = found.date, found.matrix
    assert searched is not None
    assert (found.status, date) == (Status.INFEASIBLE, None)
    assert np.isfinite(searched.row_lower[searched.rows_of("target.demand")]).sum() == 1


def test_integrality_may_delay_the_date() -> None:
    """Licensed for 3.5 flights a year of twins, the LP has ten nodes in three years, integer flights only in four."""
    van = {**raw(SLOW)["vehicles"]["van"]}
    del van["flights_per_year"]
    changes: dict[str, Any] = {
        "vehicles": {"van": van, "twin": van},
        "use.vehicles": ["van", "twin"],
        "sites.cape.licence_flights_per_year": 3.5,
    }
    matrix = slow(changes)
    assert solve(with_target_from(matrix, 2), Limits(), relax=True).status is Status.OPTIMAL
    found = earliest(matrix, SearchOptions(Limits()))
    date = found.date
    assert date is not None
    assert (date.period, date.bound) == (3, 3)
    assert found.status is Status.OPTIMAL


def test_a_period_that_was_only_not_solved_stays_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A date after a period that was given up is a plan without proof: its bound is the period given up."""
    given_up = SearchResult(Termination.at(Limit.TIME))
    trials: list[int] = []

    def weary(matrix: Matrix, options: SearchOptions, _start: object = None) -> SearchResult:
        trials.append(len(trials))
        return given_up if len(trials) == 1 else search(matrix, options)

    monkeypatch.setattr(module, "search", weary)
    found = earliest(slow(), SearchOptions(Limits()))
    date = found.date
    assert date is not None
    assert (date.period, date.bound) == (3, 2)
    assert (found.status, found.termination.limit) == (Status.FEASIBLE, Limit.TIME)


def test_nothing_found_without_proof_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """When every period is given up the answer is that there is no plan yet, with the reason of the first."""
    monkeypatch.setattr(module, "search", lambda *_: SearchResult(Termination.at(Limit.WORK)))
    found = earliest(slow(), SearchOptions(Limits()))
    date = found.date
    assert (found.status, found.termination.limit, date) == (Status.NO_PLAN, Limit.WORK, None)


def test_the_time_limit_holds_for_all_periods_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each trial is given what is left of the time, and none is begun once it is over."""
    now, given = [100.0], []

    def slow_search(_: Matrix, options: SearchOptions, _start: object = None) -> SearchResult:
        given.append(options.limits.seconds)
        now[0] += 7.0
        return SearchResult(Termination.at(Limit.TIME))

    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "search", slow_search)
    monkeypatch.setattr(module, "solve", lambda matrix, *_, **__: solve(matrix, Limits(), relax=True))
    found = earliest(slow(), SearchOptions(Limits(seconds=10.0)))
    date = found.date
    assert given == [10.0, 3.0]
    assert (found.status, found.termination.limit, date) == (Status.NO_PLAN, Limit.TIME, None)


def test_the_period_of_a_known_plan_is_no_bound_on_cost() -> None:
    """Going on from a dear plan for a late period the cheapest plan for the date is found and proven all the same."""
    matrix = slow()
    known = earliest(matrix, SearchOptions(Limits(gap=0.0)))
    assert known.x is not None
    found = earliest(matrix, SearchOptions(Limits(gap=0.0)), start=Incumbent(known.x, 2.0, 2.0))
    assert (found.status, found.date) == (Status.OPTIMAL, known.date)
    assert found.objective == pytest.approx(known.objective)
    assert found.bound == pytest.approx(known.objective, rel=1e-6)
