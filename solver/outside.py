"""Columns that the Pyomo model does not hold, put into its compiled matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from formulations.outside import Outside
from solver.matrix import Matrix, Names


def with_outside(matrix: Matrix, outside: Outside) -> Matrix:
    """The matrix with every placeholder replaced by what it stands for; the outside columns and rows come first."""
    positions = matrix.column_names.positions
    met = [
        (positions[name], block, row)
        for block, (names, _) in enumerate(outside.sums)
        for row, name in enumerate(names)
        if name in positions
    ]
    placeholders = np.array([position for position, _, _ in met], dtype=np.int64)
    kept = np.setdiff1d(np.arange(matrix.columns), placeholders)
    stood_for = sp.csr_matrix((len(met), len(outside.names)))
    if met:
        stood_for = sp.vstack(
            [sums[[row for _, block, row in met if block == i]] for i, (_, sums) in enumerate(outside.sums)],
            format="csr",
        )
    a = sp.csr_matrix(matrix.a)
    entries = sp.csr_matrix(a[:, placeholders]) @ stood_for
    own = sp.hstack([outside.rows, sp.csr_matrix((len(outside.row_names), len(kept)))], format="csr")
    rest = sp.hstack([entries, a[:, kept]], format="csr")
    zeros = np.zeros(len(outside.row_names))
    count = len(outside.names)
    return Matrix(
        a=sp.csc_matrix(sp.vstack([own, rest], format="csr")),
        row_lower=np.concatenate([zeros, matrix.row_lower]),
        row_upper=np.concatenate([zeros, matrix.row_upper]),
        cost=np.concatenate([stood_for.T @ matrix.cost[placeholders], matrix.cost[kept]]),
        cost_offset=matrix.cost_offset,
        sign=matrix.sign,
        lower=np.concatenate([np.zeros(count), matrix.lower[kept]]),
        upper=np.concatenate([outside.upper, matrix.upper[kept]]),
        integer=np.concatenate([outside.integer, matrix.integer[kept]]),
        row_names=Names([*outside.row_names, *matrix.row_names]),
        column_names=Names([*outside.names, *(matrix.column_names[j] for j in kept.tolist())]),
    )
