"""Earliest date: the first period from which the target can be met and held, then the cheapest way to do so.

A target held from a later period asks less, so what is feasible for one period is feasible for every later one. LPs
find by bisection the first period that is not ruled out; from there whole plans are sought period by period. A period
is passed over only when it was proven infeasible.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from solver.highs import Status, solve
from solver.matrix import Matrix
from solver.search.find import Found, Request, find


def earliest(matrix: Matrix, request: Request) -> tuple[Found, int, Matrix]:
    """The cheapest plan for the earliest period, that period, and the matrix it was found on.

    The gap is 0 when every earlier period was proven infeasible and the cost at the date is within the gap asked;
    otherwise it is the share of the date that is open. The period is -1 when there is no plan.
    """
    periods = sorted(_period(matrix, r) for r in matrix.rows_of("target.demand"))
    low, high = 0, len(periods)
    while low < high:
        middle = (low + high) // 2
        trial = _asked_from(matrix, periods[middle])
        lp = solve(trial, request.limits, relax=True, stop=request.stop)
        if request.stop is not None and request.stop.is_set():
            return Found(Status.INTERRUPTED, "interrupt"), -1, trial
        if lp.status is Status.INFEASIBLE:
            low = middle + 1
        else:
            high = middle
    proven = True
    for n in range(low, len(periods)):
        trial = _asked_from(matrix, periods[n])
        found = find(trial, request)
        if found.x is not None:
            gap = found.gap if proven else 1.0 - (low + 1) / (n + 1)
            status = found.status if proven else Status.FEASIBLE
            return replace(found, gap=gap, status=status), periods[n], trial
        if found.status is Status.INTERRUPTED:
            return found, -1, trial
        proven = proven and found.status is Status.INFEASIBLE
    last = _asked_from(matrix, periods[-1])
    return Found(Status.INFEASIBLE if proven else Status.NO_PLAN, "infeasible"), -1, last


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
