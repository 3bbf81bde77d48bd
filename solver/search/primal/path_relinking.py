"""Path relinking: the best plan among those whose counts lie between their values in known plans and an LP optimum.

Plans of neighbouring objectives agree in most counts. The MIP between two of them and the LP optimum at a limit that
only one keeps is small, and its optimum is as a rule near that of the model (Glover, Laguna and Marti, Fundamentals of
scatter search and path relinking, Control and Cybernetics 29, 2000).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.core.sub_mip import SLACK, SubMip


def relinked(
    matrix: Matrix,
    plan: Floats,
    others: Sequence[Floats],
    limits: Limits,
    stop: threading.Event,
    good_enough: float | None = None,
) -> Floats:
    """Return the best point found between a plan of a matrix and other points; at worst the plan itself.

    It ends at the first plan that costs ``good_enough`` or less.
    """
    points = np.vstack([plan, *others])
    low, high = np.floor(points.min(axis=0) + SLACK), np.ceil(points.max(axis=0) - SLACK)
    between = matrix.with_(
        lower=np.where(matrix.integer, np.maximum(low, matrix.lower), matrix.lower),
        upper=np.where(matrix.integer, np.minimum(high, matrix.upper), matrix.upper),
    )
    if np.any(between.lower > between.upper):
        return plan
    part = SubMip.of(between)
    found = solve(part.matrix, limits, start=plan[part.columns], stop=stop, good_enough=good_enough)
    return plan if found.x is None else part.expand(found.x)
