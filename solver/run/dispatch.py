"""Choice of the search variant for an instance: cost or power, learning curves, contingencies, earliest date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Limit, Reason, Status, Termination
from solver.run.incumbent_log import IncumbentLog
from solver.run.time_budget import SEARCH_GRACE
from solver.run.watchdog import watched
from solver.search.core.result import EarliestDate, Search, SearchResult, SearchStats, termination_of
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.earliest_date import earliest, with_target_from
from solver.search.variants.learning_curve_search import search_with_learning
from solver.search.variants.survivable_search import survivable_search

EARLIEST = "earliest_date"


def search_instance(
    instance: Instance,
    derived: Derived,
    matrix: Matrix,
    options: SearchOptions,
    log: IncumbentLog,
    start: Incumbent | None,
    ends: float | None = None,
) -> SearchResult:
    """Search the matrix of an instance, from a known plan if there is one, and return the result with its matrix.

    The result is at least as good as the incumbent in the log of the run, and is that incumbent where the search did
    not end by itself at ``ends`` (monotonic clock) or once it was stopped.
    """
    learns, kind = bool(derived.curves.curve), instance.objective.kind
    plain: Search = search
    seek = search_with_learning(derived.coefficients.learning, derived.curves, kind) if learns else plain
    seek = survivable_search(instance, derived, seek, warm=not learns)
    if kind == EARLIEST:
        ended = watched(lambda: earliest(matrix, options, seek, start), ends, options.stop, SEARCH_GRACE)
        result = _with_known_date(_result(ended), matrix, options, log.incumbent)
    else:
        ended = watched(lambda: seek(matrix, options, start), ends, options.stop, SEARCH_GRACE)
        result = _with_known(_result(ended), options, log.incumbent)
    return replace(result, matrix=matrix) if result.matrix is None else result


def known_result(instance: Instance, matrix: Matrix, known: Incumbent, reason: str) -> SearchResult:
    """Return the result with the known plan alone, without a bound, after a contradiction of plan and bound."""
    refused = Termination(Reason.REFUSED, detail=reason)
    if known.x is None or instance.objective.kind != EARLIEST:
        return SearchResult(refused, Incumbent(known.x, known.objective), matrix=matrix)
    period = round(known.value)
    searched = with_target_from(matrix, period)
    date = EarliestDate(period, 0)
    return SearchResult(refused, Incumbent(known.x, searched.value(known.x)), matrix=searched, date=date)


def _result(ended: SearchResult | Limit) -> SearchResult:
    """Return the result of a search; without plan and bound where the watchdog ended it."""
    if isinstance(ended, Limit):
        return SearchResult(Termination.at(ended), stats=SearchStats(time_limited=True))
    return ended


def _with_known(result: SearchResult, options: SearchOptions, known: Incumbent) -> SearchResult:
    """Return the result with the plan and the bound of ``known`` where these are better."""
    if result.status is Status.INFEASIBLE:
        return result
    incumbent = result.incumbent
    if known.bound > incumbent.bound:
        incumbent = incumbent.with_bound(known.bound, known.certificate)
    if known.x is not None and known.value < incumbent.value:
        incumbent = incumbent.with_solution(known.x, known.value)
    return replace(result, incumbent=incumbent, termination=termination_of(incumbent, options, result.termination))


def _with_known_date(result: SearchResult, matrix: Matrix, options: SearchOptions, known: Incumbent) -> SearchResult:
    """Return the result, or the date of ``known`` where the result has none or a later one."""
    if known.x is None or (result.date is not None and result.date.period <= known.value):
        return result
    period = round(known.value)
    searched = with_target_from(matrix, period)
    incumbent = Incumbent(known.x, searched.value(known.x))
    return replace(
        result,
        termination=termination_of(incumbent, options, result.termination),
        incumbent=incumbent,
        matrix=searched,
        date=EarliestDate(period, round(known.bound) if np.isfinite(known.bound) else 0, known.certificate),
    )
