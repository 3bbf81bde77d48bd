"""Tightening of coefficients: large coefficients of integer columns brought down to the use they can have.

A solver takes a count of 1e-6 for 0. Where a machine launches 1e6 times more than a plan needs, such a count launches
the whole plan. In a row

  sum_j a_j x_j <= b + sum_k m_k n_k      with integer n_k >= 0, m_k > 0 and x within its bounds

let U be the most that the left side can be. Once one n_k is 1 or more, b + m_k >= U makes the row slack. So does
U - b in place of a larger m_k, and with all n_k at 0 nothing changes: the integer points are the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Bools, Floats, Indices, Matrix

LARGE = 100.0
"""Coefficients are tightened from so many times the use they can have; smaller ones mislead no solver."""


def tightened(matrix: Matrix) -> Matrix:
    """Return the matrix with every large coefficient of an integer column at its most use."""
    columns = np.repeat(np.arange(matrix.columns), np.diff(matrix.a.indptr))
    counted = (matrix.integer & (matrix.lower >= 0.0))[columns]
    if not counted.any():
        return matrix
    data = matrix.a.data.copy()
    for sign, side in ((1.0, matrix.row_upper), (-1.0, -matrix.row_lower)):
        one_sided = np.isfinite(side) & ~np.isfinite(matrix.row_lower if sign > 0 else matrix.row_upper)
        with np.errstate(invalid="ignore"):
            use = _use(matrix, columns, sign, counted) - side
        rows = matrix.a.indices
        most = use[rows]
        large = counted & one_sided[rows] & (sign * data < 0.0) & (most > 0.0) & (-sign * data > LARGE * most)
        data[large] = -sign * most[large]
    if np.array_equal(data, matrix.a.data):
        return matrix
    a = matrix.a.copy()
    a.data = data
    return replace(matrix, a=a)


def with_coefficients(matrix: Matrix, compiled: Matrix) -> Matrix:
    """Return a matrix with the coefficients of the compiled one, of which it has all rows first, and then its own.

    Bounds and limits may then be relaxed: tightened coefficients rest on them.
    """
    if matrix.a.shape[1] != compiled.a.shape[1]:
        return matrix
    own = matrix.a.tocsr()[compiled.rows :]
    return replace(matrix, a=sp.csc_matrix(sp.vstack([compiled.a, own], format="csc")))


def _use(matrix: Matrix, columns: Indices, sign: float, counted: Bools) -> Floats:
    """Return the most that the left side of each row can be without the terms of its counts; infinite without bounds.

    ``sign`` is 1 for rows with an upper side, -1 for rows with a lower one.
    """
    value = sign * matrix.a.data
    at = np.where(value > 0.0, matrix.upper[columns], matrix.lower[columns])
    with np.errstate(invalid="ignore"):
        term = np.where(counted & (value < 0.0), 0.0, value * at)
    return np.asarray(np.bincount(matrix.a.indices, term, minlength=matrix.rows), dtype=np.float64)
