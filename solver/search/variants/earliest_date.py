"""Earliest date: the first period from which the target can be met and held, then the cheapest way to do so.

A target held from a later period asks less, so what is feasible for one period is feasible for every later one. LPs
find by bisection the first period that is not ruled out; from there whole plans are sought period by period. A period
is passed over only when it was proven infeasible.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Solution, Status
from solver.search.core.state import Mark, relayed
from solver.search.engine.search import SearchOptions, SearchResult, search

ASKED = ("target.demand", "network.classes", "network.lost", "network.survive")
"""Rows that ask something of a period because the target is asked there."""


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first period from which a target is met, and the first that was not proven infeasible."""

    period: int
    bound: int


def earliest(
    matrix: Matrix,
    request: SearchOptions,
    seek: Callable[..., SearchResult] | None = None,
    start: Solution | None = None,
) -> tuple[SearchResult, Earliest | None, Matrix]:
    """The cheapest plan for the earliest period, that period with its bound, and the matrix it was found on.

    The outcome is optimal when every earlier period was proven infeasible and the cost at the date lies within the
    gap asked. Marks tell periods: the one that a plan was found for, and the first that is not proven infeasible.
    ``start`` is a plan known already, with such a bound.
    """
    periods = sorted(_period(matrix, r) for r in matrix.rows_of("target.demand"))
    ends = None if request.limits.seconds is None else time.monotonic() + request.limits.seconds
    low, high = 0 if start is None else sum(t < start.bound for t in periods), len(periods)
    while low < high:
        middle = (low + high) // 2
        trial = asked_from(matrix, periods[middle])
        lp = solve(trial, replace(request.less(0, ends).limits, work=None), relax=True, stop=request.stop)
        if request.stopped:
            return SearchResult(Status.INTERRUPTED, "interrupt"), None, trial
        if lp.status is Status.INFEASIBLE:
            low = middle + 1
            _tell_bound(request, periods, low)
        else:
            high = middle
    unproven: SearchResult | None = None
    bound, spent = low, 0
    _tell_bound(request, periods, bound)
    for n in range(low, len(periods)):
        trial = asked_from(matrix, periods[n])
        asked = relayed(request, _at(float(periods[n])), bounds=False)
        found = (seek or search)(trial, asked.less(spent, ends), start)
        spent += found.spent
        if found.x is not None:
            if unproven is not None and found.status is Status.OPTIMAL:
                found = replace(found, status=Status.FEASIBLE, reason=unproven.reason)
            return found, Earliest(periods[n], periods[bound]), trial
        if found.status is Status.INTERRUPTED:
            return found, None, trial
        if found.status is not Status.INFEASIBLE:
            unproven = unproven or found
        bound += unproven is None
        _tell_bound(request, periods, bound)
        if ends is not None and time.monotonic() > ends and n + 1 < len(periods):
            return SearchResult(Status.NO_PLAN, "time"), None, trial
    last = asked_from(matrix, periods[-1])
    return unproven or SearchResult(Status.INFEASIBLE, "infeasible"), None, last


def _tell_bound(request: SearchOptions, periods: Sequence[int], bound: int) -> None:
    if request.on_mark is not None and bound < len(periods):
        request.on_mark(Mark(None, float(periods[bound]), "solver", "periods"))


def _at(period: float) -> Callable[[float, Floats], tuple[float, Floats] | None]:
    """What plans of one trial come to: its period; of two, the cheaper is passed on."""
    best = [np.inf]

    def plan(cost: float, x: Floats) -> tuple[float, Floats] | None:
        if cost >= best[0]:
            return None
        best[0] = cost
        return period, x

    return plan


def asked_from(matrix: Matrix, first: int) -> Matrix:
    """The matrix in which nothing is asked before a period."""
    lower = matrix.row_lower.copy()
    for word in ASKED:
        for row in matrix.rows_of(word):
            if _period(matrix, row) < first:
                lower[row] = -np.inf
    return matrix.with_(row_lower=lower)


def _period(matrix: Matrix, row: int) -> int:
    match = re.search(r"[\[,](\d+)\]$", matrix.row_names[row])
    assert match is not None
    return int(match[1])
