"""Restricted model: only the routes and designs that a given point uses in some period.

The LP optimum uses, over all periods, a few routes and designs out of many. The MIP that may use only these, in any
period, is much smaller, and branch and bound soon finds good plans in it. Any plan of the restricted model is a plan of
the full one. Its bound is not a bound of the full model and is never reported.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Indices, Matrix

RESTRICTED = (Var.NODES_LOADED, Var.LAUNCH_FLIGHTS)
USED = 1e-7


def restricted(matrix: Matrix, *points: Floats) -> Matrix:
    """Return the matrix with the kinds of loads and routes that no point uses closed in all periods."""
    open_ = of_used_kinds(matrix, *points)
    return matrix.with_(upper=np.where(open_, matrix.upper, matrix.lower))


def of_used_kinds(matrix: Matrix, *points: Floats, extra: Indices | None = None) -> Bools:
    """Return a mask of open columns: all but loads and routes, and those of kinds that some point uses.

    ``extra`` are more kinds that stay open.
    """
    kinds, choices = matrix.column_names.kinds, loads_and_routes(matrix)
    used = np.zeros(int(kinds.max(initial=0)) + 1, dtype=bool)
    for x in points:
        used[kinds[x > USED]] = True
    if extra is not None:
        used[extra] = True
    return np.asarray(~choices | used[kinds])


def loads_and_routes(matrix: Matrix) -> Bools:
    """Return a mask of the columns of restricted variables."""
    choices = np.zeros(matrix.columns, dtype=bool)
    for variable in RESTRICTED:
        choices[matrix.columns_of(variable)] = True
    return choices
