"""Refinement of a point: the same integer counts, with the other columns solved again to finer tolerances."""

from __future__ import annotations

import threading

import numpy as np

from solver.milp.highs import FINE, solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix


def refined(matrix: Matrix, x: Floats, limits: Limits, stop: threading.Event | None = None) -> Floats | None:
    """Return the cheapest point with the integer counts of another, to finer tolerances; None where there is none.

    A point within the tolerance of the solver may miss that of the checker, where small amounts are counted in units
    that are smaller still.
    """
    counts = np.rint(x)
    fixed = matrix.relaxed().with_(
        lower=np.where(matrix.integer, counts, matrix.lower), upper=np.where(matrix.integer, counts, matrix.upper)
    )
    return solve(fixed, limits, stop=stop, options=FINE).x
