"""Cumulative columns: orders summed over time, for a tree that branches on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from solver.milp.names import Names


def with_cumulative_columns(matrix: Matrix, components: Iterable[str]) -> tuple[Matrix, sp.csr_matrix]:
    """Extend the matrix by an integer column, and its defining row, for each cumulative sum of some variables.

    There is one sum for each kind and period of a variable. Also returns the sums as rows over the columns of the
    matrix. The feasible points of both matrices correspond one to one.
    """
    names, kinds, periods = matrix.column_names, matrix.column_names.kinds, matrix.column_names.periods
    parts, named_columns = [], []
    for component in components:
        columns = matrix.columns_of(component)
        columns = columns[matrix.integer[columns] & (matrix.lower[columns] < matrix.upper[columns])]
        for kind in np.unique(kinds[columns]):
            own = columns[kinds[columns] == kind]
            own = own[np.argsort(periods[own], kind="stable")]
            parts.append((own, np.tril(np.ones((len(own), len(own))))))
            named_columns += [(f"sum.{names.component(j)}", names.indices[j]) for j in own]
    summed = sp.lil_matrix((len(named_columns), matrix.columns))
    at = 0
    for own, lower in parts:
        summed[at : at + len(own), own] = lower
        at += len(own)
    sums = sp.csr_matrix(summed)
    n, zeros, named = len(named_columns), np.zeros(len(named_columns)), Names.of_pairs(named_columns)
    above, below = [matrix.a, sp.csc_matrix((matrix.rows, n))], [-sums, sp.csc_matrix(sp.identity(n))]
    wider = replace(
        matrix,
        a=sp.csc_matrix(sp.vstack([sp.hstack(above), sp.hstack(below)], format="csc")),
        row_lower=np.concatenate([matrix.row_lower, zeros]),
        row_upper=np.concatenate([matrix.row_upper, zeros]),
        cost=np.concatenate([matrix.cost, zeros]),
        lower=np.concatenate([matrix.lower, sums @ matrix.lower]),
        upper=np.concatenate([matrix.upper, sums @ matrix.upper]),
        integer=np.concatenate([matrix.integer, np.ones(n, dtype=bool)]),
        row_names=Names.joined(matrix.row_names, named),
        column_names=Names.joined(names, named),
    )
    return wider, sums
