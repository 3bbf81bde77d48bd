"""From a plan with some fractional counts to one with whole counts only.

The decisions that were whole stay as they are at first; what was continuous may move to the whole numbers around it.
A MIP this narrow is quick. If it has no point, more is set free: the flights, then everything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.highs import solve
from solver.limits import Limits
from solver.matrix import Bools, Floats, Matrix
from solver.solution import Progress, Solution, Status

TOLERANCE = 1e-6
ROOM = 2
"""Whole numbers beyond the neighbours that a column may move to."""
FLYING = ("launch.flights", "launch.launches", "nodes.loaded")


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that may be spent in all, and how to stop."""

    seconds: Callable[[], float | None]
    limits: Limits
    stop: threading.Event | None
    on_progress: Callable[[Progress], None] | None


def is_whole(matrix: Matrix, x: Floats) -> bool:
    """Whether every whole-numbered column is whole at a point."""
    values = x[matrix.integer]
    return bool(np.all(np.abs(values - np.rint(values)) <= TOLERANCE))


def make_whole(matrix: Matrix, x: Floats, kept: Bools, budget: Budget) -> Solution | None:
    """A point of the matrix with whole counts near x; None if none was found in the time given."""
    moved = matrix.integer & ~kept
    flying = np.zeros(matrix.columns, dtype=bool)
    for word in FLYING:
        flying[matrix.columns_of(word)] = True
    for free in (moved, moved | (matrix.integer & flying)):
        narrow = _around(matrix, x, free)
        found = solve(narrow, _limits(budget, 0.25), stop=budget.stop, on_progress=budget.on_progress)
        if found.x is not None:
            return found
        if found.status is Status.INTERRUPTED:
            return None
    return None


def _around(matrix: Matrix, x: Floats, free: Bools) -> Matrix:
    """The matrix with whole columns held at x, or within a few whole numbers of it where free."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    held = matrix.integer & ~free
    lower[held] = upper[held] = np.rint(x[held])
    lower[free] = np.maximum(matrix.lower[free], np.floor(x[free] + TOLERANCE) - ROOM)
    upper[free] = np.minimum(matrix.upper[free], np.ceil(x[free] - TOLERANCE) + ROOM)
    zero = free & (x < TOLERANCE)
    lower[zero] = matrix.lower[zero]
    return matrix.with_(lower=np.minimum(lower, upper), upper=upper)


def _limits(budget: Budget, share_of_gap: float) -> Limits:
    left = budget.seconds()
    return Limits(
        seconds=None if left is None else max(1.0, left),
        gap=max(budget.limits.gap * share_of_gap, 1e-9),
        threads=budget.limits.threads,
        seed=budget.limits.seed,
        work=budget.limits.work,
    )
