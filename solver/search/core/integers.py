"""Integrality of a point, and the budget of a dive: time, limits and the bound that a plan must approach."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Budget:
    """Budget of a dive: remaining seconds, limits, the dual bound that a plan must approach, and the stop event."""

    seconds: Callable[[], float | None]
    limits: Limits
    bound: float
    stop: threading.Event | None

    def exhausted(self) -> bool:
        """Return whether the time is used up or a stop was requested."""
        left = self.seconds()
        return (self.stop is not None and self.stop.is_set()) or (left is not None and left <= 1.0)

    def cost_within_gap(self) -> float | None:
        """Return the cost at which a plan is within the gap of the bound; None without a bound."""
        gap = self.limits.gap
        if not np.isfinite(self.bound) or gap >= 1:
            return None
        return self.bound / (1 - gap) if self.bound > 0 else self.bound / (1 + gap)


def is_integral(matrix: Matrix, x: Floats) -> bool:
    """Return whether every integer column is integral at a point."""
    values = x[matrix.integer]
    return bool(np.all(np.abs(values - np.rint(values)) <= TOLERANCE))
