"""Path relinking: the best plan between two plans, in which every count lies between its values in both.

Two plans that were searched with little different objectives agree in most counts. The MIP between them is small, and
its optimum at a limit that only one of them keeps is as a rule near the optimum of the model (Glover, Laguna and Marti,
Fundamentals of scatter search and path relinking, Control and Cybernetics 29, 2000).
"""

from __future__ import annotations

import threading

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.core.sub_mip import SubMip


def relinked(
    matrix: Matrix, plan: Floats, other: Floats, limits: Limits, stop: threading.Event, good_enough: float | None = None
) -> Floats:
    """Return the best point found between a plan of a matrix and another point; at worst the plan itself.

    It ends at the first plan that costs ``good_enough`` or less.
    """
    low, high = np.rint(np.minimum(plan, other)), np.rint(np.maximum(plan, other))
    between = matrix.with_(
        lower=np.where(matrix.integer, np.maximum(low, matrix.lower), matrix.lower),
        upper=np.where(matrix.integer, np.minimum(high, matrix.upper), matrix.upper),
    )
    if np.any(between.lower > between.upper):
        return plan
    part = SubMip.of(between)
    found = solve(part.matrix, limits, start=plan[part.columns], stop=stop, good_enough=good_enough)
    return plan if found.x is None else part.expand(found.x)
