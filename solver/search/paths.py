"""A first plan where technology is unlocked: yes/no paths rounded up, an LP for the rest, then whole counts.

A path of yes/no columns that never falls (a development begun, an unlock) only opens room when it steps earlier, and
costs little beside what it opens. In the LP optimum it rises by small shares as its use grows, because a use of a
hundredth asks for a hundredth of it. Stepping where the LP first passes a
threshold therefore gives a plan at once; a low threshold always does, a higher one may be cheaper (on the reference
terawatt 0.02 already had no plan). Branch and bound found none on the reference of hundreds of terawatts within
570 s (671 yes/no columns, nearly all fractional).
"""

from __future__ import annotations

import numpy as np

from solver.highs import solve
from solver.matrix import Floats, Matrix
from solver.search.whole import Budget

PATHS = ("landings.begins", "lunar.unlocks", "lines.opened")
SEED, SEEDED = "landings.plants", "landings.seeded"
THRESHOLDS = (1e-6, 1e-3)
TOLERANCE = 1e-6


def has_paths(matrix: Matrix) -> bool:
    """Whether a lunar industry is in play."""
    return bool(matrix.columns_of(PATHS[0]).size)


def round_paths(matrix: Matrix, lp_x: Floats, budget: Budget) -> Matrix | None:
    """The matrix with its yes/no columns held in the best way tried; None if no way has an LP optimum."""
    best: Matrix | None = None
    least = np.inf
    for threshold in THRESHOLDS:
        fixed = _fixed(matrix, lp_x, threshold)
        found = solve(fixed, budget.limits, relax=True, stop=budget.stop, on_progress=budget.on_progress)
        if found.objective is None:
            break
        if found.objective < least:
            best, least = fixed, found.objective
    return best


def _fixed(matrix: Matrix, x: Floats, threshold: float) -> Matrix:
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for word in PATHS:
        columns = matrix.columns_of(word)
        lower[columns] = upper[columns] = x[columns] > threshold
    seeds, seeded = matrix.columns_of(SEED), matrix.columns_of(SEEDED)
    least = _least_seed(matrix)
    lower[seeds] = upper[seeds] = x[seeded] >= least * (1 - TOLERANCE)
    return matrix.with_(lower=lower, upper=upper)


def _least_seed(matrix: Matrix) -> float:
    """Mass of the smallest seed, from its row."""
    row = matrix.rows_of("landings.seed_least")[0]
    plants = matrix.columns_of(SEED)
    entries = matrix.a[row, plants]
    return float(np.abs(entries).max())
