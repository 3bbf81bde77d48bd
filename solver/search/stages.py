"""Whole counts in stages, where a lunar industry is in play: each kind in turn is made whole and held.

The rest stays open meanwhile. First yes/no paths (``paths.py``), then machines that cost little, landings with their
tankers, flights, nodes, and last what only has to follow. Each stage is a small MIP with an LP around it. A stage
without a plan is joined with the one before and tried once more.

Tried on the reference terawatt (8,060 columns, 3,707 whole; shares above the LP bound, two cores under load): all kinds
at once, HiGHS without a plan after 60 s; counts within two of the LP, none after 120 s; fleet before flights, none: a
fleet that just suffices leaves no room; flights before tankers, none; drivers last, 1.5 %; this order, 0.6 % in 50 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from solver.highs import solve
from solver.limits import Limits
from solver.matrix import Bools, Floats, Matrix
from solver.search.whole import Budget
from solver.solution import Solution

STAGES: tuple[tuple[str, ...], ...] = (
    ("lines.ordered", "launch.pads_ordered", "drivers.ordered"),
    ("landings.landings", "landings.tankers"),
    ("launch.flights",),
    ("nodes.loaded",),
    ("fleet.ordered",),
    ("launch.launches",),
)
GAP_SHARE = 0.2
"""Share of the gap asked that one stage may use up."""
TIME_SHARE = 0.35
"""Share of the time left that one stage may take."""


def whole_by_stages(matrix: Matrix, budget: Budget) -> Solution | None:
    """A point with whole counts of a matrix whose yes/no paths are held; None if a stage finds none."""
    held, before = matrix, matrix
    found: Solution | None = None
    for stage in _stages(matrix):
        found = _solve(held, stage, budget)
        if found.x is None and before is not held:
            held = before
            found = _solve(
                held, stage | (matrix.integer & (held.lower != held.upper) & _earlier(matrix, stage)), budget
            )
        if found.x is None:
            return None
        before, held = held, _hold(held, found.x, _earlier(matrix, stage) | stage)
    return found


def _stages(matrix: Matrix) -> Iterator[Bools]:
    """Whole columns of each stage; what no stage names comes last."""
    named = np.zeros(matrix.columns, dtype=bool)
    for words in STAGES:
        columns = np.zeros(matrix.columns, dtype=bool)
        for word in words:
            columns[matrix.columns_of(word)] = True
        columns &= matrix.integer
        named |= columns
        if columns.any():
            yield columns
    rest = matrix.integer & ~named & (matrix.lower != matrix.upper)
    if rest.any():
        yield rest


def _earlier(matrix: Matrix, stage: Bools) -> Bools:
    """Whole columns of all stages before one."""
    earlier = np.zeros(matrix.columns, dtype=bool)
    for columns in _stages(matrix):
        if (columns & stage).any():
            break
        earlier |= columns
    return earlier


def _solve(matrix: Matrix, whole: Bools, budget: Budget) -> Solution:
    left = budget.seconds()
    seconds = None if left is None else max(1.0, left * TIME_SHARE)
    limits: Limits = replace(budget.limits, seconds=seconds, gap=max(budget.limits.gap * GAP_SHARE, 1e-6))
    return solve(matrix.with_(integer=whole), limits, stop=budget.stop, on_progress=budget.on_progress)


def _hold(matrix: Matrix, x: Floats, columns: Bools) -> Matrix:
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns] = upper[columns] = np.rint(x[columns])
    return matrix.with_(lower=lower, upper=upper)
