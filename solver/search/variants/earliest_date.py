"""Earliest date: the first period from which the target can be met for good, then the cheapest plan for it.

A target that starts in a later period is a relaxation, so feasibility for one period implies it for every later one.
LPs find by bisection the first period that is not proven infeasible; from there integer plans are searched period by
period. The date bound passes a period only when it was proven infeasible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from formulations.names import Row
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Certificate, Incumbent, Limit, SearchEvent, Status, Termination
from solver.search.core.bound_proof import BoundProof
from solver.search.core.result import EarliestDate, Search, SearchResult
from solver.search.core.state import SearchOptions, with_forwarded_events
from solver.search.engine.search import search

DEMAND_ROWS = (Row.TARGET_DEMAND, Row.NETWORK_WORKLOAD_DEMAND, Row.NETWORK_KWORST_CAPACITY, Row.NETWORK_CONTINGENCY)
"""Constraints of a period that follow from its target."""


def earliest(
    matrix: Matrix, options: SearchOptions, inner_search: Search | None = None, start: Incumbent | None = None
) -> SearchResult:
    """Search the cheapest plan for the earliest period, with a bound on the date and the matrix with its target rows.

    The result is optimal when every earlier period was proven infeasible and the cost at the date is within the gap.
    Events report periods as objective and bound: the period of a plan, and the first that is not proven infeasible.
    ``start`` is a known plan with such an objective and bound.
    """
    periods = target_periods(matrix)
    ends = None if options.limits.seconds is None else time.monotonic() + options.limits.seconds
    low, certificate, trial = _first_possible(matrix, options, periods, ends, start)
    if options.stopped:
        return SearchResult(Termination.at(Limit.INTERRUPT), matrix=trial)
    unproven: SearchResult | None = None
    bound, work_done = low, 0
    _report_bound(options, periods, bound, certificate)
    for n in range(low, len(periods)):
        trial = with_target_from(matrix, periods[n])
        trial_options = with_forwarded_events(options, _as_period(float(periods[n])), bounds=False).with_remaining(
            work_done, ends
        )
        # Only the plan of the start is used: its bound is a period, not a cost.
        known = None if start is None or start.x is None else Incumbent(start.x, trial.value(start.x))
        result = (inner_search or search)(trial, trial_options, known)
        result = replace(result, matrix=trial) if result.matrix is None else result
        work_done += result.stats.work
        if result.x is not None:
            if unproven is not None and result.status is Status.OPTIMAL:
                result = replace(result, termination=unproven.termination)
            return replace(result, date=EarliestDate(periods[n], periods[bound], certificate))
        if result.status is Status.INTERRUPTED:
            return result
        if result.status is not Status.INFEASIBLE:
            unproven = unproven or result
        if unproven is None:
            bound, certificate = bound + 1, result.termination.certificate
        _report_bound(options, periods, bound, certificate)
        if ends is not None and time.monotonic() > ends and n + 1 < len(periods):
            return SearchResult(Termination.at(Limit.TIME), matrix=trial)
    last = with_target_from(matrix, periods[-1])
    return replace(unproven or SearchResult(Termination.infeasible()), matrix=last)


def _first_possible(
    matrix: Matrix, options: SearchOptions, periods: Sequence[int], ends: float | None, start: Incumbent | None
) -> tuple[int, Certificate, Matrix]:
    """Find by bisection the position of the first period with a feasible LP.

    Also returns the certificate of the infeasibility before it, and the matrix tried last.
    """
    certificate = Certificate.LP_VERIFIED if start is None or not np.isfinite(start.bound) else start.certificate
    low, high = 0 if start is None else sum(t < start.bound for t in periods), len(periods)
    trial = matrix
    while low < high:
        middle = (low + high) // 2
        trial = with_target_from(matrix, periods[middle])
        lp = solve(trial, replace(options.with_remaining(0, ends).limits, work=None), relax=True, stop=options.stop)
        if options.stopped:
            break
        if lp.status is Status.INFEASIBLE:
            low, certificate = middle + 1, lp.termination.certificate
            proof = BoundProof.of_date(trial.rows, periods[middle], lp.ray) if options.keep_proof else None
            _report_bound(options, periods, low, certificate, proof)
        else:
            high = middle
    return low, certificate, trial


def _report_bound(
    options: SearchOptions,
    periods: Sequence[int],
    bound: int,
    certificate: Certificate,
    proof: BoundProof | None = None,
) -> None:
    if options.on_event is not None and bound < len(periods):
        event = SearchEvent(0.0, bound=float(periods[bound]), certificate=certificate, stage="periods", improved=True)
        options.on_event(replace(event, proof=proof))


def _as_period(period: float) -> Callable[[float, Floats], tuple[float, Floats] | None]:
    """Return the map of a plan's cost to its period; only plans cheaper than those before are passed on."""
    best = [np.inf]

    def plan(cost: float, x: Floats) -> tuple[float, Floats] | None:
        if cost >= best[0]:
            return None
        best[0] = cost
        return period, x

    return plan


def target_periods(matrix: Matrix) -> list[int]:
    """Return the periods with a target, in order."""
    return sorted(_period(matrix, row) for row in matrix.rows_of(Row.TARGET_DEMAND))


def with_target_from(matrix: Matrix, first: int) -> Matrix:
    """Relax the target rows of the matrix before a period."""
    lower = matrix.row_lower.copy()
    for component in DEMAND_ROWS:
        for row in matrix.rows_of(component):
            if _period(matrix, row) < first:
                lower[row] = -np.inf
    return matrix.with_(row_lower=lower)


def _period(matrix: Matrix, row: int) -> int:
    return int(matrix.row_names.periods[row])
