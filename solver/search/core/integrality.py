"""Integrality rule: which counts the search decides as integers, and which it may round afterwards.

Every reported plan has integer counts. A kind of column is left continuous in the search when rounding up all such
columns that are fractional in the LP optimum costs, together, under a tenth of the gap. Binary columns are never left
continuous. The bound is then still that of the relaxed model.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Matrix

PART_OF_GAP = 0.1

BROUGHT_FORWARD = (Var.NODES_LOADED,)
"""Variables that recur in every period: one unit more now is one less in the next, so it costs a period's interest."""


def decided_integers(
    matrix: Matrix, lp_x: Floats, lp_objective: float, gap: float, rule: str, interest_share: float
) -> Bools:
    """Return the columns that stay integer in the search, by a rule: all, none (binaries only), or auto.

    ``auto`` decides by the cost of rounding. ``interest_share`` is the interest over the longest period.
    """
    if rule == "all" or not matrix.integer.any():
        return matrix.integer
    binary = matrix.integer & (matrix.lower == 0) & (matrix.upper == 1)
    if rule == "none":
        return np.asarray(binary)
    budget = PART_OF_GAP * gap * abs(lp_objective)
    variables = [w for w in matrix.column_names.components if matrix.integer[matrix.columns_of(w)].any()]
    prices = {
        variable: _rounding_price(matrix, matrix.columns_of(variable), lp_x)
        * (interest_share if variable in BROUGHT_FORWARD else 1)
        for variable in variables
    }
    kept = matrix.integer.copy()
    for variable in sorted(variables, key=lambda w: prices[w]):
        columns = matrix.columns_of(variable)
        if prices[variable] > budget:
            break
        if binary[columns].any():
            continue
        budget -= prices[variable]
        kept[columns] = False
    return np.asarray(kept)


def _rounding_price(matrix: Matrix, columns: np.ndarray, x: Floats) -> float:
    """Return the cost of rounding fractional columns up, each at its own objective coefficient."""
    up = np.ceil(x[columns] - 1e-6) - x[columns]
    return float(np.sum(np.maximum(up, 0.0) * np.abs(matrix.cost[columns])))
