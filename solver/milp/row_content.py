"""Content of rows: the size of their terms where a plan meets its demand, and factors that keep it above the tolerance.

HiGHS holds rows to an absolute 1e-6. A row whose terms are smaller at every plan of interest would bind nothing: the
power of a small pilot in a model made for terawatts. Bounds of columns do not show this, as they lie far above what a
plan uses. So sizes are followed from the demand: a row with a side gives its columns the size that fills the side, and
a row without a side passes the size of its known columns on to the others. Integer columns count one or more.

A row with a term below ``SMALL`` is multiplied by the power of two that brings this term to one, as far as the largest
coefficient and the ratio of coefficients allow. That changes no plan and no optimum. Where all demand is below one, as
that of a pilot in GW, so is every demand: a plan would otherwise meet 12 MW to a kilowatt, and cost less than the
least.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.names import Row, Var
from solver.milp.matrix import Floats, Matrix

SMALL = 1e-3
"""Terms below it are too near the tolerance of the solver."""
LARGEST = 1e6
"""Largest coefficient of a row after its factor."""
SWEEPS = 40
MOST_ENTRIES = 300_000
"""Coefficients above which no factors are computed but those of demand: small pilots have small models."""

SERVED = (Row.TARGET_DEMAND, Row.NETWORK_WORKLOAD_DEMAND, Row.NETWORK_SERVING)
"""Rows of demand, and of what serves it."""
Positions = NDArray[np.integer[Any]]


def content_factors(matrix: Matrix, largest_ratio: float) -> Floats:
    """Return a power of two for each row, one or more, that keeps its terms above the tolerance of the solver.

    No coefficient becomes more than ``largest_ratio`` times as large as the smallest one of the matrix.
    """
    factors = np.ones(matrix.rows)
    demand, content = _pilot_demand(matrix)
    large = matrix.a.nnz > MOST_ENTRIES
    if not matrix.a.nnz or (large and not demand.size):
        return factors
    rows = matrix.a.indices
    columns = np.repeat(np.arange(matrix.columns), np.diff(matrix.a.indptr))
    size = np.abs(matrix.a.data)
    used = np.zeros(len(size)) if large else _column_sizes(matrix, rows, columns, size)[columns] * size
    term, largest = np.full(matrix.rows, np.inf), np.zeros(matrix.rows)
    np.minimum.at(term, rows, np.where(used > 0.0, used, np.inf))
    np.maximum.at(largest, rows, size)
    small = (term < SMALL) & (largest > 0.0)
    small[demand], term[demand] = largest[demand] > 0.0, np.minimum(term[demand], content)
    exponent = np.ceil(-np.log2(term[small]))
    limit = min(LARGEST, largest_ratio * float(size.min(where=size > 0.0, initial=np.inf)))
    possible = np.floor(np.log2(limit / largest[small]))
    factors[small] = np.exp2(np.maximum(0.0, np.minimum(exponent, possible)))
    return factors


def largest_demand(matrix: Matrix) -> float:
    """Return the largest demand of any period, at a factor of one; 0 without demand."""
    return float(_asked(matrix)[matrix.rows_of(Row.TARGET_DEMAND)].max(initial=0.0))


def _asked(matrix: Matrix) -> Floats:
    """Return what each row asks at a factor of one: its lower side, or its coefficient of the factor."""
    factor, asked = matrix.columns_of(Var.TARGET_FACTOR), np.maximum(0.0, matrix.row_lower)
    return np.maximum(asked, np.abs(matrix.a[:, factor].toarray()).max(axis=1)) if factor.size else asked


def _pilot_demand(matrix: Matrix) -> tuple[Positions, Floats]:
    """Return the rows of demand, and of what serves it, with what is asked; none where some demand is one or more."""
    most, asked = largest_demand(matrix), _asked(matrix)
    rows = np.concatenate([matrix.rows_of(row) for row in SERVED])
    asked = np.where(asked[rows] > 0.0, asked[rows], most)
    return (rows, asked) if 0.0 < most < 1.0 else (rows[:0], asked[:0])


def _column_sizes(matrix: Matrix, rows: Positions, columns: Positions, size: Floats) -> Floats:
    """Return the size of each column where a plan meets its demand; 0 where no row tells it."""
    least = np.where(matrix.integer, 1.0, 0.0)
    most = np.where(np.isfinite(matrix.upper), matrix.upper, np.inf)
    sizes = np.zeros(matrix.columns)
    needed = np.maximum(matrix.row_lower, -matrix.row_upper)
    without_side = needed == 0.0
    content = np.where((needed > 0.0) & np.isfinite(needed), needed, 0.0)
    for _ in range(SWEEPS):
        # Every column without a size takes that which the smallest content among its rows gives it.
        filled = (content[rows] > 0.0) & (sizes[columns] == 0.0) & (size > 0.0)
        if not filled.any():
            break
        at = columns[filled]
        given = np.full(matrix.columns, np.inf)
        np.minimum.at(given, at, content[rows[filled]] / size[filled])
        new = np.isfinite(given) & (most > 0.0)
        sizes[new] = np.minimum(np.maximum(given[new], least[new]), most[new])
        passed = np.zeros(matrix.rows)
        np.maximum.at(passed, rows, sizes[columns] * size)
        content = np.where(without_side & (content == 0.0), passed, content)
        if not new.any():
            break
    return sizes
