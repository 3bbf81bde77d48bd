"""Yes/no paths where technology is unlocked, held where an LP point first steps.

A path of yes/no columns that never falls (a development begun, an unlock) only opens room when it steps earlier, and
costs little beside what it opens. In the LP optimum it rises by small shares as its use grows, because a use of a
hundredth asks for a hundredth of it. Stepping at the first share above nothing costs 0.1 % on the reference terawatt,
0.06 % on that of hundreds of terawatts. A threshold of 1e-4 costs as much or leaves no plan, 1e-3 costs 2 % or leaves
none. Branch and bound found no plan of the latter within 570 s (671 yes/no columns, nearly all fractional).
"""

from __future__ import annotations

import numpy as np

from formulations.names import Row, Var
from solver.milp.matrix import Floats, Matrix

DEVELOPMENTS = (Var.LINES_DEVELOPMENT_STARTED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LUNAR_UNLOCK_STARTED)
SEED, SEEDED = Var.LANDINGS_SEED_LANDED, Var.LANDINGS_SEED_MASS
STEP = 1e-6
"""Share from which a path counts as stepped."""
TOLERANCE = 1e-6


def has_lunar_industry(matrix: Matrix) -> bool:
    """Whether a lunar industry is in play."""
    return bool(matrix.columns_of(Var.LANDINGS_DEVELOPMENT_STARTED).size)


def fix_developments(matrix: Matrix, x: Floats) -> Matrix:
    """The matrix with its yes/no paths, and full seeds, held at one where an LP point has stepped.

    What has not stepped stays open: a plan may need it once counts are whole. Where no lunar industry is in play, the
    matrix as it is.
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
    """Mass of the smallest seed, from its row."""
    row = matrix.rows_of(Row.LANDINGS_SEED_MIN)[0]
    entries = matrix.a[row, matrix.columns_of(SEED)]
    return float(np.abs(entries).max())
