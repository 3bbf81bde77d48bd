"""Earliest date: the first period from which the target can be met and held, then the cheapest way to do so.

A target held from a later period asks less, so what is feasible for one period is feasible for every later one. LPs
find by bisection the first period that is not ruled out; from there whole plans are sought period by period. A period
is passed over only when it was proven infeasible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from solver.highs import solve
from solver.matrix import Matrix
from solver.search.find import Found, Request, find
from solver.solution import Status


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first period from which a target is met, and the first that was not proven infeasible."""

    period: int
    bound: int


def earliest(matrix: Matrix, request: Request) -> tuple[Found, Earliest | None, Matrix]:
    """The cheapest plan for the earliest period, that period with its bound, and the matrix it was found on.

    The outcome is optimal when every earlier period was proven infeasible and the cost at the date lies within the
    gap asked.
    """
    periods = sorted(_period(matrix, r) for r in matrix.rows_of("target.demand"))
    low, high = 0, len(periods)
    while low < high:
        middle = (low + high) // 2
        trial = _asked_from(matrix, periods[middle])
        lp = solve(trial, request.limits, relax=True, stop=request.stop)
        if request.stop is not None and request.stop.is_set():
            return Found(Status.INTERRUPTED, "interrupt"), None, trial
        if lp.status is Status.INFEASIBLE:
            low = middle + 1
        else:
            high = middle
    proven = True
    for n in range(low, len(periods)):
        trial = _asked_from(matrix, periods[n])
        found = find(trial, request)
        if found.x is not None:
            status = found.status if proven else Status.FEASIBLE
            return replace(found, status=status), Earliest(periods[n], periods[n if proven else low]), trial
        if found.status is Status.INTERRUPTED:
            return found, None, trial
        proven = proven and found.status is Status.INFEASIBLE
    last = _asked_from(matrix, periods[-1])
    return Found(Status.INFEASIBLE if proven else Status.NO_PLAN, "infeasible"), None, last


def _asked_from(matrix: Matrix, first: int) -> Matrix:
    """The matrix in which nothing is asked before a period."""
    lower = matrix.row_lower.copy()
    for row in matrix.rows_of("target.demand"):
        if _period(matrix, row) < first:
            lower[row] = -np.inf
    return matrix.with_(row_lower=lower)


def _period(matrix: Matrix, row: int) -> int:
    match = re.search(r"\[(\d+)\]$", matrix.row_names[row])
    assert match is not None
    return int(match[1])
