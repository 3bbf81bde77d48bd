"""Columns that hold sums of others: orders summed over time, and flights of a period, to branch on.

Branching on one of many equal columns moves its count to a like one, another period, vehicle or shell, and the bound
hardly rises. A sum has no such way out. Presolve would substitute the sums again, so HiGHS has to keep them (``KEPT``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from solver.milp.names import Names

KEPT: Mapping[str, object] = {"presolve_rule_off": 1 << 8 | 1 << 12}
"""Options with which HiGHS keeps such columns: neither free columns nor equations are substituted in presolve."""
MIN_SUMMED = 2
"""Number of open columns from which they have a total."""


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
    return _with_sums(matrix, sums, Names.of_pairs(named_columns)), sums


def with_period_totals(matrix: Matrix, variable: str) -> tuple[Matrix, sp.csr_matrix]:
    """Extend the matrix by an integer column, and its defining row, for the total of a variable in each period.

    A total counts the open integer columns of the variable; a period with fewer than two of them has none. Also returns
    the totals as rows over the columns of the matrix. The feasible points of both matrices correspond one to one.
    """
    columns = matrix.columns_of(variable)
    columns = columns[matrix.integer[columns] & (matrix.lower[columns] < matrix.upper[columns])]
    periods, place, count = np.unique(matrix.column_names.periods[columns], return_inverse=True, return_counts=True)
    place = np.where(count >= MIN_SUMMED, np.cumsum(count >= MIN_SUMMED) - 1, -1)[place]
    summed, kept = place >= 0, periods[count >= MIN_SUMMED]
    totals = sp.csr_matrix(
        (np.ones(int(summed.sum())), (place[summed], columns[summed])), shape=(len(kept), matrix.columns)
    )
    names = Names.of_pairs((f"total.{variable}", (int(period),)) for period in kept)
    return _with_sums(matrix, totals, names), totals


def _with_sums(matrix: Matrix, sums: sp.csr_matrix, named: Names) -> Matrix:
    """Return the matrix with an integer column for each sum of columns, and the row that defines it."""
    n = sums.shape[0]
    zeros = np.zeros(n)
    above, below = [matrix.a, sp.csc_matrix((matrix.rows, n))], [-sums, sp.csc_matrix(sp.identity(n))]
    return replace(
        matrix,
        a=sp.csc_matrix(sp.vstack([sp.hstack(above), sp.hstack(below)], format="csc")),
        row_lower=np.concatenate([matrix.row_lower, zeros]),
        row_upper=np.concatenate([matrix.row_upper, zeros]),
        cost=np.concatenate([matrix.cost, zeros]),
        lower=np.concatenate([matrix.lower, sums @ matrix.lower]),
        upper=np.concatenate([matrix.upper, sums @ matrix.upper]),
        integer=np.concatenate([matrix.integer, np.ones(n, dtype=bool)]),
        row_names=Names.joined(matrix.row_names, named),
        column_names=Names.joined(matrix.column_names, named),
    )
