"""How the question of an instance is searched: which finder for which objective, and what is known at the end of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.limits import GAP_TOLERANCE, gap_share
from solver.milp.matrix import Matrix
from solver.milp.solution import Solution, Status
from solver.run.incumbent_log import Record
from solver.search.core.state import SearchOptions
from solver.search.engine.search import SearchResult, search
from solver.search.variants.earliest_date import Earliest, asked_from, earliest
from solver.search.variants.learning_curve_search import finder
from solver.search.variants.survivable_search import RowLoop, lasting

EARLIEST = "earliest_date"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, on which matrix; the period where a date was asked, the row loop where failures are survived."""

    found: SearchResult
    searched: Matrix
    date: Earliest | None
    loop: RowLoop | None


def answer(
    instance: Instance, derived: Derived, matrix: Matrix, request: SearchOptions, record: Record, start: Solution | None
) -> Answer:
    """Search, from a known plan if there is one; what comes back is never worse than the best that the record heard."""
    learns = bool(derived.curves.curve)
    seek = finder(derived.coefficients.learning, derived.curves, instance.objective.kind) if learns else search
    loop = lasting(instance, derived, seek, warm=not learns)
    seek = seek if loop is None else loop
    if instance.objective.kind == EARLIEST:
        found, date, searched = earliest(matrix, request, seek, start)
        if loop is not None and loop.matrix is not None:
            searched = loop.matrix
        return _earlier(Answer(found, searched, date, loop), matrix, request, record)
    found = seek(matrix, request, start)
    searched = matrix if loop is None or loop.matrix is None else loop.matrix
    return Answer(_better(found, request, record), searched, None, loop)


def _better(found: SearchResult, request: SearchOptions, record: Record) -> SearchResult:
    """What was found, or the best plan and bound that were heard of where these are better."""
    if found.status is Status.INFEASIBLE:
        return found
    if record.bound > found.bound:
        found = replace(found, bound=record.bound, bound_kind=record.bound_kind)
    if record.x is not None and (found.objective is None or record.objective < found.objective):
        found = replace(found, x=record.x, objective=record.objective)
    if found.x is None or found.objective is None:
        return found
    bound = min(found.bound, found.objective)
    gap = gap_share(found.objective, bound)
    status, reason = found.status, found.reason
    if gap <= request.limits.gap + GAP_TOLERANCE:
        status, reason = Status.OPTIMAL, "gap"
    elif status is not Status.OPTIMAL:
        status = Status.INTERRUPTED if request.stopped else Status.FEASIBLE
    return replace(found, bound=bound, gap=gap, status=status, reason=reason)


def _earlier(told: Answer, matrix: Matrix, request: SearchOptions, record: Record) -> Answer:
    """The date found, or the best that was heard of where no date, or a later one, came out."""
    if record.x is None or (told.date is not None and told.date.period <= record.objective):
        return told
    period = round(record.objective)
    searched = asked_from(matrix, period)
    date = Earliest(period, min(period, round(record.bound)) if record.bound > -1e300 else 0)
    status = Status.INTERRUPTED if request.stopped else Status.FEASIBLE
    found = replace(told.found, status=status, x=record.x, objective=searched.value(record.x), gap=None)
    return Answer(found, searched, date, told.loop)
