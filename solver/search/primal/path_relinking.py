"""Path relinking: the best plan among those whose counts lie between their values in known plans and an LP optimum.

Plans of neighbouring objectives agree in most counts. The MIP between two of them and the LP optimum at a limit that
only one keeps is small, and its optimum is as a rule near that of the model (Glover, Laguna and Marti, Fundamentals of
scatter search and path relinking, Control and Cybernetics 29, 2000). Where branch and bound finds nothing there at its
root, a dive often does.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Solution
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import SLACK, SubMip
from solver.search.primal.round_up_dive import ATTEMPTS, round_up_dive


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
    part = between(matrix, [plan, *others])
    if part is None:
        return plan
    found = solve(part.matrix, limits, start=plan[part.columns], stop=stop, good_enough=good_enough)
    return plan if found.x is None else part.expand(found.x)


def dived(
    matrix: Matrix, plan: Floats, others: Sequence[Floats], lp: Solution, limits: Limits, stop: threading.Event
) -> Floats:
    """Return the end of a dive from the LP optimum among counts between a plan and other points, or the plan itself.

    A plan that costs more than the given one is none.
    """
    part = between(matrix, [plan, *others])
    if part is None or lp.x is None:
        return plan
    state = SearchState(part.matrix, SearchOptions(limits, stop=stop), basis=part.basis(lp.basis))
    state.raise_bound(lp.bound, lp.certificate, "LP")
    found = round_up_dive(part.matrix, lp.x[part.columns], state.budget(1.0), state.basis, attempts=ATTEMPTS[:1])
    if found is None or found.x is None:
        return plan
    x = part.expand(found.x)
    return x if matrix.value(x) < matrix.value(plan) else plan


def between(matrix: Matrix, points: Sequence[Floats]) -> SubMip | None:
    """Return the MIP whose counts lie between their values at some points; None where the matrix allows none of them.

    Points need not keep the rows.
    """
    ends = np.vstack(points)
    low, high = np.floor(ends.min(axis=0) + SLACK), np.ceil(ends.max(axis=0) - SLACK)
    lower = np.where(matrix.integer, np.maximum(low, matrix.lower), matrix.lower)
    upper = np.where(matrix.integer, np.minimum(high, matrix.upper), matrix.upper)
    return None if np.any(lower > upper) else SubMip.of(matrix.with_(lower=lower, upper=upper))
