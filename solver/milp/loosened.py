"""Matrices with looser bounds, and variables of a solution at a bound of dominance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from formulations.bounds import BIG_M, BOUNDS, DEFINITIONS, Proof
from formulations.names import Row, Var
from solver.milp.matrix import Floats, Matrix

TOLERANCE = 1e-6


def at_dominance(matrix: Matrix, x: Floats) -> tuple[str, ...]:
    """Return the variables whose bound of dominance a solution reaches, with the number of columns.

    Orders of vehicles and lunar plant count; nodes, drivers and traffic reach the demand as a rule. An order with a
    ramp of production is bounded by its rows.
    """
    found = []
    for component in (Var.FLEET_ORDERED, Var.LUNAR_CAPITAL, Var.LUNAR_INVESTED):
        columns = matrix.columns_of(component)
        upper = matrix.upper[columns]
        reached = columns[(upper > 0.0) & (x[columns] >= upper * (1.0 - TOLERANCE))].tolist()
        if component is Var.FLEET_ORDERED:
            index = matrix.column_names.indices
            reached = [j for j in reached if matrix.find_row(Row.FLEET_GROWTH, *index[j]) is None]
        if reached:
            found.append(f"{component} ({len(reached)})")
    return tuple(found)


def without_dominance(matrix: Matrix) -> Matrix:
    """Return the matrix without the bounds that leave only some of the best plans.

    A question with another objective or other rows than those of the proofs starts from it.
    """
    upper = matrix.upper.copy()
    for component, bound in BOUNDS.items():
        if bound.proof is Proof.DOMINANCE:
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
