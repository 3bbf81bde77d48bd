"""Least budget of an instance that asks for the most power: why a plan within a small budget buys nothing."""

from __future__ import annotations

import threading

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix

NOTHING = 1e-6
"""Factor on the target path up to which a plan counts as none."""
GAP = 0.01


def least_budget(
    matrix: Matrix, budget_musd: float, musd_per_unit: float, limits: Limits, stop: threading.Event | None = None
) -> float | None:
    """Return the least budget, MUSD, with which any power is bought, to 1 %; None where it is not found in time.

    ``budget_musd`` is that of the matrix.
    """
    row, factor = matrix.row(Row.MONEY_BUDGET), matrix.find_column(Var.TARGET_FACTOR)
    if factor is None:
        return None
    spending = sp.csr_matrix(matrix.a)[[row]].toarray().ravel()
    lower, upper = matrix.lower.copy(), matrix.row_upper.copy()
    lower[factor], upper[row] = NOTHING, np.inf
    cheapest = matrix.with_(cost=spending, cost_offset=0.0, lower=lower, row_upper=upper)
    found = solve(cheapest, limits, stop=stop)
    if found.x is None:
        return None
    missing = float(spending @ found.x) - float(matrix.row_upper[row])
    return None if missing <= 0 else budget_musd + missing * musd_per_unit
