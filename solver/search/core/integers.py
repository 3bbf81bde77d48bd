"""What a descent to whole counts may spend, and how near to whole a count must be."""

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
    """Seconds that may be spent in all, the bound that a plan must come near, and how to stop."""

    seconds: Callable[[], float | None]
    limits: Limits
    bound: float
    stop: threading.Event | None

    def exhausted(self) -> bool:
        """Whether time is up or somebody asked for the end."""
        left = self.seconds()
        return (self.stop is not None and self.stop.is_set()) or (left is not None and left <= 1.0)

    def cost_within_gap(self) -> float | None:
        """Cost at which a plan lies within the gap asked of the bound."""
        gap = self.limits.gap
        if not np.isfinite(self.bound) or gap >= 1:
            return None
        return self.bound / (1 - gap) if self.bound > 0 else self.bound / (1 + gap)


def is_integral(matrix: Matrix, x: Floats) -> bool:
    """Whether every whole-numbered column is whole at a point."""
    values = x[matrix.integer]
    return bool(np.all(np.abs(values - np.rint(values)) <= TOLERANCE))
