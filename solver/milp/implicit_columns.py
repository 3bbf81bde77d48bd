"""Columns that the Pyomo model does not hold, put into its compiled matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from formulations.implicit import ImplicitColumns
from solver.milp.matrix import Indices, Matrix, Names


def with_implicit_columns(matrix: Matrix, implicit: ImplicitColumns) -> Matrix:
    """The matrix with every placeholder replaced by what it stands for; the outside columns and rows come first."""
    placeholders, stood_for = _met(matrix, implicit)
    kept = np.setdiff1d(np.arange(matrix.columns), placeholders)
    zeros, count = np.zeros(len(implicit.row_names)), len(implicit.names)
    return Matrix(
        a=_entries(matrix, implicit, placeholders, stood_for, kept),
        row_lower=np.concatenate([zeros, matrix.row_lower]),
        row_upper=np.concatenate([zeros, matrix.row_upper]),
        cost=np.concatenate([stood_for.T @ matrix.cost[placeholders], matrix.cost[kept]]),
        cost_offset=matrix.cost_offset,
        sign=matrix.sign,
        lower=np.concatenate([np.zeros(count), matrix.lower[kept]]),
        upper=np.concatenate([implicit.upper, matrix.upper[kept]]),
        integer=np.concatenate([implicit.integer, matrix.integer[kept]]),
        row_names=Names([*implicit.row_names, *matrix.row_names]),
        column_names=Names([*implicit.names, *(matrix.column_names[j] for j in kept.tolist())]),
    )


def _met(matrix: Matrix, implicit: ImplicitColumns) -> tuple[Indices, sp.csr_matrix]:
    """Columns that are placeholders, and what each stands for; ``implicit`` gives up its sums as they are taken."""
    positions = matrix.column_names.positions
    at: list[int] = []
    parts = [sp.csr_matrix((0, len(implicit.names)))]
    while implicit.sums:
        names, sums = implicit.sums.pop()
        rows = [row for row, name in enumerate(names) if name in positions]
        at += [positions[names[row]] for row in rows]
        parts.append(sums if len(rows) == len(names) else sums[rows])
    return np.array(at, dtype=np.int64), sp.csr_matrix(sp.vstack(parts, format="csr"))


def _entries(
    matrix: Matrix, implicit: ImplicitColumns, placeholders: Indices, stood_for: sp.csr_matrix, kept: Indices
) -> sp.csc_matrix:
    """All coefficients by one product, [own rows, 0; model rows] = [I 0 0; 0 P K] [own rows 0; sums 0; 0 I].

    Of a large model they are 300 MB: stacking them part by part held three copies of that.
    """
    own, given = implicit.rows, matrix.a
    what = sp.block_diag([sp.vstack([own, stood_for], format="csc"), sp.identity(len(kept))], format="csc")
    rows = sp.block_diag([sp.identity(own.shape[0]), given[:, np.concatenate([placeholders, kept])]], format="csc")
    a = sp.csc_matrix(rows @ what)
    a.sort_indices()
    return a
