"""From a plan with some fractional counts to one with whole counts only.

Structure (lines, vehicles, pads) stays as it was found; flights and what they carry may move to whole numbers nearby.
A MIP this narrow is quick, and it stops at the first plan that lies within the gap asked. Holding the flights as well
was tried: where launches are scarce it had no point, or took longer.
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
FLYING = (
    "launch.flights", "launch.launches", "nodes.loaded", "landings.tankers", "landings.landings", "learning.passed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that may be spent in all, the bound that a plan must come near, and how to stop."""

    seconds: Callable[[], float | None]
    limits: Limits
    bound: float
    stop: threading.Event | None
    on_progress: Callable[[Progress], None] | None

    def over(self) -> bool:
        """Whether time is up or somebody asked for the end."""
        left = self.seconds()
        return (self.stop is not None and self.stop.is_set()) or (left is not None and left <= 1.0)

    def near(self) -> float | None:
        """Cost at which a plan lies within the gap asked of the bound."""
        gap = self.limits.gap
        if not np.isfinite(self.bound) or gap >= 1:
            return None
        return self.bound / (1 - gap) if self.bound > 0 else self.bound / (1 + gap)


def is_whole(matrix: Matrix, x: Floats) -> bool:
    """Whether every whole-numbered column is whole at a point."""
    values = x[matrix.integer]
    return bool(np.all(np.abs(values - np.rint(values)) <= TOLERANCE))


def make_whole(matrix: Matrix, x: Floats, kept: Bools, budget: Budget) -> Solution | None:
    """A point of the matrix with whole counts near x; None if none was found in the time given."""
    free = matrix.integer & ~kept
    for word in FLYING:
        free[matrix.columns_of(word)] |= matrix.integer[matrix.columns_of(word)]
    narrow, near = _around(matrix, x, np.asarray(free)), budget.near()
    for near_by in (narrow, _loads_open(matrix, narrow)):
        limits = _limits(budget, 0.25)
        found = solve(near_by, limits, stop=budget.stop, on_progress=budget.on_progress, good_enough=near)
        if found.x is not None:
            return found
        if found.status is not Status.INFEASIBLE:
            return None
    return None


def _loads_open(matrix: Matrix, narrow: Matrix) -> Matrix:
    """What flights carry keeps its own bounds: held near too, scarce launches could not be filled elsewhere."""
    lower, upper, loads = narrow.lower.copy(), narrow.upper.copy(), matrix.columns_of("nodes.loaded")
    lower[loads], upper[loads] = matrix.lower[loads], matrix.upper[loads]
    return narrow.with_(lower=lower, upper=upper)


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
