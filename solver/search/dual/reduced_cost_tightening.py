r"""Reduced-cost tightening: column bounds that every plan better than the incumbent satisfies.

For row duals y with reduced costs d = c - A'y and the bound L(y) that weak duality gives (``solver.milp.safe_bounds``),
a plan x costs at least L(y) + d_j (x_j - lower_j) for each column with d_j > 0, and the like from above. With an
incumbent of value U, better plans therefore have x_j <= lower_j + (U - L) / d_j. Integer columns are rounded inward.
Any duals are valid, so the result does not depend on the solver's tolerances. The smaller of U and a bound of the
tightened model bounds the full model.
"""

from __future__ import annotations

import numpy as np

from solver.milp.limits import objective_tolerance
from solver.milp.matrix import Floats, Matrix
from solver.milp.safe_bounds import INTEGRALITY_TOLERANCE, lp_bound

MARGIN = 1e-9


def reduced_cost_tightening(matrix: Matrix, row_dual: Floats, value: float) -> Matrix:
    """Tighten column bounds to those that every plan cheaper than a value satisfies.

    Returns the matrix unchanged where the duals give no finite bound.
    """
    proven = lp_bound(matrix, row_dual)
    if not np.isfinite(proven):
        return matrix
    slack = max(0.0, value - proven) + objective_tolerance(value)
    side = np.where(row_dual > 0, matrix.row_lower, matrix.row_upper)
    y = np.where(np.isfinite(side), row_dual, 0.0)
    size = np.abs(matrix.cost) + abs(matrix.a).T @ np.abs(y)
    d = matrix.cost - matrix.a.T @ y
    # A safety margin for rounding errors is taken off each reduced cost.
    d = np.sign(d) * np.maximum(0.0, np.abs(d) - MARGIN * size)
    with np.errstate(divide="ignore", invalid="ignore"):
        upper_limit = np.where(d > 0, matrix.lower + slack / d, np.inf)
        lower_limit = np.where(d < 0, matrix.upper + slack / d, -np.inf)
    upper_limit = np.where(np.isfinite(upper_limit), upper_limit + MARGIN * np.abs(upper_limit), np.inf)
    lower_limit = np.where(np.isfinite(lower_limit), lower_limit - MARGIN * np.abs(lower_limit), -np.inf)
    integer = matrix.integer
    upper_limit[integer] = np.floor(upper_limit[integer] + INTEGRALITY_TOLERANCE)
    lower_limit[integer] = np.ceil(lower_limit[integer] - INTEGRALITY_TOLERANCE)
    lower, upper = np.maximum(matrix.lower, lower_limit), np.minimum(matrix.upper, upper_limit)
    return matrix.with_(lower=np.minimum(lower, upper), upper=upper)
