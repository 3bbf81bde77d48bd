"""Plan near another one that new rows cut off: most of its counts are fixed, and a MIP decides the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis, Incumbent
from solver.search.core.restricted import restricted
from solver.search.core.state import SearchOptions

FIX_WITHIN = 0.5
"""Largest change in the LP relaxation with the new rows at which repair keeps an integer column fixed."""
REPAIR_SHARE, REPAIR_GAP_SHARE = 0.25, 0.4
"""Shares of the time left and of the gap limit for the repair of a plan."""


def near_plan(
    matrix: Matrix, x: Floats, basis: Basis | None, options: SearchOptions
) -> tuple[Incumbent, Basis | None] | None:
    """Repair a plan that violates new rows, and return it with the bound and the basis of the LP; None without one.

    Integer columns that the LP optimum leaves unchanged are fixed.
    """
    limits = options.limits
    lp = solve(matrix, replace(limits, work=None), relax=True, stop=options.stop, basis=basis)
    if lp.x is None:
        return None
    rounded = np.round(x)
    fixed = matrix.integer & (np.abs(rounded - lp.x) < FIX_WITHIN)
    fixed[matrix.columns_of(Var.NODES_LOADED)] = False
    reduced = restricted(matrix, np.maximum(x, lp.x))
    near = reduced.with_(
        lower=np.where(fixed, np.maximum(rounded, matrix.lower), matrix.lower),
        upper=np.where(fixed, np.minimum(rounded, reduced.upper), reduced.upper),
    )
    seconds = None if limits.seconds is None else limits.seconds * REPAIR_SHARE
    repaired = solve(near, replace(limits, seconds=seconds, gap=limits.gap * REPAIR_GAP_SHARE), stop=options.stop)
    if repaired.x is None or repaired.objective is None:
        return None
    return Incumbent(repaired.x, repaired.objective, lp.bound, lp.certificate), lp.basis
