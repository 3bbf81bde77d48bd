r"""Safe lower bounds derived again in numpy, so that the optimality claim does not rest on the solver alone.

Weak duality. For any row duals y, with d = c - A'y,

    min c'x  >=  sum_i (y_i > 0 ? y_i row_lower_i : y_i row_upper_i)  +  sum_j min(d_j lower_j, d_j upper_j)

holds for every x within rows and bounds, integer or not: the duals need not be optimal, nor even correct. Every sum is
taken with a bound on its rounding error subtracted (Neumaier and Shcherbina, Safe bounds in linear and mixed-integer
linear programming, Mathematical Programming 99, 2004).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from solver.milp.limits import objective_tolerance
from solver.milp.matrix import Floats, Matrix

EPSILON = float(np.finfo(np.float64).eps)
# Whole numbers are taken as the solver takes them: within its feasibility tolerance.
INTEGRALITY_TOLERANCE = 1e-6
# Longest chain of columns followed from one infinite bound to the next.
CHAIN = 1000
FEW, MOST = 1, 5
"""Passes over all rows: few are enough for most LPs and take a third of the time; then most, where they are not."""


def lp_bound(matrix: Matrix, row_dual: Floats, lower: Floats | None = None, upper: Floats | None = None) -> float:
    """Return a proven lower bound on the minimised objective, offset included, from any row duals.

    ``lower`` and ``upper`` replace the matrix's column bounds where tighter ones are known, such as those of
    ``tighten_column_bounds``. A dual that points at an infinite side of its row is set to 0. A column whose reduced
    cost, rounding error included, may point at an infinite bound gives -inf: nothing is assumed and no dual is shifted,
    so give finite column bounds. Duals that are not finite give -inf as well.
    """
    low = matrix.lower if lower is None else lower
    high = matrix.upper if upper is None else upper
    y = np.asarray(row_dual, dtype=np.float64)
    if not np.all(np.isfinite(y)):
        return -np.inf
    side = np.where(y > 0, matrix.row_lower, matrix.row_upper)
    y = np.where(np.isfinite(side), y, 0.0)
    row_terms = y * np.where(y != 0.0, side, 0.0)
    reduced = matrix.cost - matrix.a.T @ y
    column_terms = _smallest_products(reduced, _reduced_error(matrix, y), low, high)
    if np.any(column_terms == -np.inf):
        return -np.inf
    terms = np.concatenate([row_terms, column_terms, [matrix.cost_offset]])
    error = _sum_error(len(terms), float(np.abs(terms).sum()))
    return float(terms.sum() - error)


def proven_bound(matrix: Matrix, row_dual: Floats, value: float) -> float:
    """Return the best bound that ``lp_bound`` proves given a point of this value, at most that value.

    Finite column bounds are derived by propagation where they are needed. The bound is -inf when a column that matters
    has no finite bound.
    """
    proven = lp_bound(matrix, row_dual)
    # Points worse than the known one need no bound; the margin keeps the point itself, tolerances included.
    cutoff = value + objective_tolerance(value)
    for rounds in (FEW, MOST):
        if proven >= value - objective_tolerance(value):
            break
        lower, upper = tighten_column_bounds(matrix, rounds, cutoff)
        proven = max(proven, min(cutoff, lp_bound(matrix, row_dual, lower, upper)))
    return min(proven, value)


def proves_infeasible(matrix: Matrix, ray: Floats) -> bool:
    """Return whether a dual ray, of either sign, proves that no point satisfies rows and bounds (Farkas).

    With cost 0 every point has value 0, so duals that prove a bound above 0 prove that there is no point.
    """
    free = matrix.with_(cost=np.zeros(matrix.columns), cost_offset=0.0)
    return lp_bound(free, ray) > 0.0 or lp_bound(free, -ray) > 0.0


def tighten_column_bounds(matrix: Matrix, rounds: int = MOST, cutoff: float | None = None) -> tuple[Floats, Floats]:
    """Return column bounds implied by the rows, found by ``rounds`` passes of activity-based propagation.

    Columns made finite by the last pass are propagated further, through their own rows only, so that a stock carried
    over many periods is reached although each pass moves one period on.

    Every bound is relaxed by its rounding error, so no point within rows and bounds is cut off; bounds of integer
    columns are rounded inward. With ``cutoff``, a value in the minimised sense such as that of a known plan, only
    points at least as good are kept: a bound derived from the result holds for those, so use ``min(bound, cutoff)``.
    Lower above upper in the result proves that no point is left.
    """
    by_row, row_lower, row_upper = sp.csr_matrix(matrix.a), matrix.row_lower, matrix.row_upper
    if cutoff is not None:
        by_row = sp.csr_matrix(sp.vstack([by_row, sp.csr_matrix(matrix.cost)], format="csr"))
        by_row.eliminate_zeros()
        limit = cutoff - matrix.cost_offset
        limit += 4.0 * EPSILON * (abs(cutoff) + abs(matrix.cost_offset))
        row_lower, row_upper = np.append(row_lower, -np.inf), np.append(row_upper, limit)
    # Every row once as it stands and once negated, so that one rule (a @ x <= side) serves both sides.
    both = sp.csr_matrix(sp.vstack([by_row, -by_row], format="csr"))
    sides = np.concatenate([row_upper, -row_lower])
    finite = np.isfinite(sides)
    both, sides = sp.csr_matrix(both[np.flatnonzero(finite)]), sides[finite]
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    _round_inward(matrix, lower, upper)
    freed = np.empty(0, dtype=np.int64)
    for _ in range(rounds):
        freed = _pass(matrix, both, sides, lower, upper)
    by_column = both.tocsc()
    for _ in range(CHAIN):
        if not freed.size:
            break
        touched = np.unique(by_column[:, freed].indices)
        freed = _pass(matrix, sp.csr_matrix(both[touched]), sides[touched], lower, upper)
    return lower, upper


def _pass(matrix: Matrix, rows: sp.csr_matrix, sides: Floats, lower: Floats, upper: Floats) -> NDArray[np.int64]:
    """Propagate once over rows, in place, and return the columns that lost an infinite bound."""
    before = np.isinf(lower).astype(int) + np.isinf(upper)
    _propagate(rows, sides, lower, upper)
    _round_inward(matrix, lower, upper)
    return np.flatnonzero(before > np.isinf(lower).astype(int) + np.isinf(upper))


def _propagate(rows: sp.csr_matrix, sides: Floats, lower: Floats, upper: Floats) -> None:
    """Propagate once over rows of the form a @ x <= side, tightening ``lower`` and ``upper`` in place."""
    if not rows.nnz:
        return
    count = np.diff(rows.indptr)
    row_of = np.repeat(np.arange(rows.shape[0]), count)
    columns, a = rows.indices, rows.data
    least = a * np.where(a > 0, lower[columns], upper[columns])
    infinite = np.isinf(least)
    finite = np.where(infinite, 0.0, least)
    activity = np.bincount(row_of, finite, minlength=len(sides))
    size = np.bincount(row_of, np.abs(finite), minlength=len(sides)) + np.abs(sides)
    infinities = np.bincount(row_of, infinite, minlength=len(sides))
    # What the others leave: known only if no other term can fall without end.
    known = infinities[row_of] - infinite == 0
    slack = (sides[row_of] - (activity[row_of] - finite)) + _sum_error(count[row_of] + 4, size[row_of])
    with np.errstate(over="ignore"):
        implied = slack / a
        implied += np.sign(a) * 2.0 * EPSILON * np.abs(implied)
    above, below = known & (a > 0), known & (a < 0)
    np.minimum.at(upper, columns[above], implied[above])
    np.maximum.at(lower, columns[below], implied[below])


def _round_inward(matrix: Matrix, lower: Floats, upper: Floats) -> None:
    integer = matrix.integer
    lower[integer] = np.ceil(lower[integer] - INTEGRALITY_TOLERANCE)
    upper[integer] = np.floor(upper[integer] + INTEGRALITY_TOLERANCE)


def _reduced_error(matrix: Matrix, y: Floats) -> Floats:
    """Return the possible rounding error of each reduced cost; exactly 0 for a column that no dual reaches."""
    size = abs(matrix.a).T @ np.abs(y)
    error = _sum_error(np.diff(matrix.a.indptr) + 2, size + np.abs(matrix.cost))
    return np.where(size == 0.0, 0.0, error)


def _smallest_products(reduced: Floats, error: Floats, lower: Floats, upper: Floats) -> Floats:
    """Return the least d*x of each column, over d within ``error`` of ``reduced`` and x within its bounds."""
    smallest = np.full(len(reduced), np.inf)
    for cost in (reduced - error, reduced + error):
        for bound in (lower, upper):
            # 0 times an infinite bound is 0 here: a column without any cost adds nothing.
            product = np.multiply(cost, bound, out=np.zeros(len(cost)), where=cost != 0.0)
            smallest = np.minimum(smallest, product)
    return smallest


def _sum_error(count: Any, size: Any) -> Any:
    # Twice the textbook bound n*eps/2*sum|terms|, so that the rounding of this very estimate is covered too.
    return count * (2.0 * EPSILON) * size
