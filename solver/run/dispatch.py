"""Search of the question of an instance: the variant for its objective, and the best that is known at the end of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.matrix import Matrix
from solver.milp.solution import Incumbent, Status
from solver.run.incumbent_log import IncumbentLog
from solver.search.core.result import EarliestDate, Search, SearchResult, termination_of
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.earliest_date import earliest, with_target_from
from solver.search.variants.learning_curve_search import search_with_learning
from solver.search.variants.survivable_search import survivable_search

EARLIEST = "earliest_date"


def answer(
    instance: Instance,
    derived: Derived,
    matrix: Matrix,
    request: SearchOptions,
    log: IncumbentLog,
    start: Incumbent | None,
) -> SearchResult:
    """Search, from a known plan if there is one; the result is never worse than the best in the log of the run.

    It comes with the matrix that was searched.
    """
    learns, kind = bool(derived.curves.curve), instance.objective.kind
    plain: Search = search
    seek = search_with_learning(derived.coefficients.learning, derived.curves, kind) if learns else plain
    seek = survivable_search(instance, derived, seek, warm=not learns)
    if kind == EARLIEST:
        found = _earlier(earliest(matrix, request, seek, start), matrix, request, log.incumbent)
    else:
        found = _better(seek(matrix, request, start), request, log.incumbent)
    return replace(found, matrix=matrix) if found.matrix is None else found


def _better(found: SearchResult, request: SearchOptions, known: Incumbent) -> SearchResult:
    """What was found, or the plan and bound known otherwise where these are better."""
    if found.status is Status.INFEASIBLE:
        return found
    incumbent = found.incumbent
    if known.bound > incumbent.bound:
        incumbent = incumbent.with_bound(known.bound, known.certificate)
    if known.x is not None and known.value < incumbent.value:
        incumbent = incumbent.with_solution(known.x, known.value)
    return replace(found, incumbent=incumbent, termination=termination_of(incumbent, request, found.termination))


def _earlier(found: SearchResult, matrix: Matrix, request: SearchOptions, known: Incumbent) -> SearchResult:
    """The date found, or the best that is known otherwise where no date, or a later one, came out."""
    if known.x is None or (found.date is not None and found.date.period <= known.value):
        return found
    period = round(known.value)
    searched = with_target_from(matrix, period)
    incumbent = Incumbent(known.x, searched.value(known.x))
    return replace(
        found,
        termination=termination_of(incumbent, request, found.termination),
        incumbent=incumbent,
        matrix=searched,
        date=EarliestDate(period, round(known.bound) if np.isfinite(known.bound) else 0),
    )
