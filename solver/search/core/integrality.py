"""Which whole counts the solver must decide, and which may be rounded afterwards at a known price.

Every reported plan has whole counts. A kind of column is left continuous in the search when rounding up all such
columns that came out fractional in the LP optimum costs, together, under a tenth of the gap asked; yes/no columns
never are. The bound then stays that of the relaxed model.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Matrix

PART_OF_GAP = 0.1

BROUGHT_FORWARD = (Var.NODES_LOADED,)
"""Built in every period: one rounded up now is one less to build in the next, so it costs a period's interest."""


def decided_integers(
    matrix: Matrix, lp_x: Floats, lp_objective: float, gap: float, rule: str, interest_share: float
) -> Bools:
    """The columns that stay whole in the search: all, none but yes/no, or by the price of rounding (auto).

    ``interest_share`` is what money costs over the longest period.
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
    """Cost of rounding up what is fractional, counted for each column at its own objective coefficient."""
    up = np.ceil(x[columns] - 1e-6) - x[columns]
    return float(np.sum(np.maximum(up, 0.0) * np.abs(matrix.cost[columns])))
