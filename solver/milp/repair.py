"""Refinement of a point: the same integer counts, with the other columns solved again to finer tolerances."""

from __future__ import annotations

import threading

import numpy as np

from solver.milp.highs import FINE, solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Incumbent
from solver.milp.verify import FINE_MIP

MOST_COLUMNS = 20_000
"""Columns of a model that is solved again."""


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


def resolved(matrix: Matrix, limits: Limits, stop: threading.Event | None = None) -> Incumbent | None:
    """Return the best plan of a small model with its bound, solved again to finer tolerances; None without one.

    For a plan with counts that only the usual tolerances admit.
    """
    if matrix.columns > MOST_COLUMNS:
        return None
    found = solve(matrix, limits, stop=stop, options=FINE_MIP)
    return None if found.x is None else found.incumbent
