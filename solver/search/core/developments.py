"""Binary development paths, fixed at one from the period where an LP point first uses them.

A binary path that never falls (a development begun, an unlock) only adds capacity when it steps earlier, and costs
little beside what it makes possible. In the LP optimum it rises by small shares with its use, because a hundredth of
the use needs a hundredth of the path. Fixing it at the first positive share costs about 0.1 %; higher thresholds cost
more or leave no plan.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Row, Var
from solver.milp.matrix import Floats, Matrix

DEVELOPMENTS = (Var.LINES_DEVELOPMENT_STARTED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LUNAR_UNLOCK_STARTED)
SEED, SEEDED = Var.LANDINGS_SEED_LANDED, Var.LANDINGS_SEED_MASS
STEP = 1e-6
"""Value of a path from which it counts as used."""
TOLERANCE = 1e-6


def has_lunar_industry(matrix: Matrix) -> bool:
    """Return whether a matrix has lunar industry."""
    return bool(matrix.columns_of(Var.LANDINGS_DEVELOPMENT_STARTED).size)


def fix_developments(matrix: Matrix, x: Floats) -> Matrix:
    """Return the matrix with binary paths, and full seeds, fixed at one where an LP point has stepped.

    Paths that have not stepped stay open: a plan may need them once counts are integer. A matrix without lunar industry
    is returned unchanged.
    """
    if not has_lunar_industry(matrix):
        return matrix
    lower = matrix.lower.copy()
    for variable in DEVELOPMENTS:
        columns = matrix.columns_of(variable)
        lower[columns] = np.where(x[columns] > STEP, matrix.upper[columns], lower[columns])
    seeds, seeded = matrix.columns_of(SEED), matrix.columns_of(SEEDED)
    lower[seeds] = np.where(x[seeded] >= _least_seed(matrix) * (1 - TOLERANCE), matrix.upper[seeds], lower[seeds])
    return matrix.with_(lower=lower)


def _least_seed(matrix: Matrix) -> float:
    """Return the mass of the smallest seed, from its row."""
    row = matrix.rows_of(Row.LANDINGS_SEED_MIN)[0]
    entries = matrix.a[row, matrix.columns_of(SEED)]
    return float(np.abs(entries).max())
