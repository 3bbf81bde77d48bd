"""Matrices with looser bounds: without those of dominance, or with every derived bound multiplied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from formulations.bounds import BIG_M, BOUNDS, DEFINITIONS, Mark
from formulations.names import Var
from solver.milp.matrix import Matrix


def without_dominance(matrix: Matrix) -> Matrix:
    """Return the matrix without the bounds that leave only some of the best plans.

    A question with another objective or other rows than those of the proofs starts from it.
    """
    upper = matrix.upper.copy()
    for component, bound in BOUNDS.items():
        if bound.mark is Mark.DOMINANCE:
            upper[matrix.columns_of(component)] = np.inf
    return matrix.with_(upper=upper)


def loosened(matrix: Matrix, factor: float) -> Matrix:
    """Return the matrix with every finite upper bound multiplied, and every coefficient that is one.

    Bounds that are a meaning stay: 1 of a binary variable, and those of ``DEFINITIONS``. By the proofs of the bounds
    the optimum is the same.
    """
    upper, kept = matrix.upper.copy(), matrix.integer & (matrix.lower == 0.0) & (matrix.upper == 1.0)
    whole_by_nature = {Var.LINES_ORDERED, Var.FLEET_ORDERED, Var.LAUNCH_FLIGHTS, Var.LAUNCH_LAUNCHES}
    for component in BOUNDS:
        columns = matrix.columns_of(component)
        if component in DEFINITIONS:
            kept[columns] = True
        elif component in whole_by_nature:
            kept[columns] = False
    moved = ~kept & np.isfinite(upper) & (upper > 0.0)
    upper[moved] *= factor
    a = sp.csr_matrix(matrix.a)
    for row, column in BIG_M.items():
        for i in matrix.rows_of(row):
            entries = slice(a.indptr[i], a.indptr[i + 1])
            switches = np.isin(a.indices[entries], matrix.columns_of(column))
            a.data[entries] *= np.where(switches, factor, 1.0)
    return replace(matrix, upper=upper, a=sp.csc_matrix(a))
