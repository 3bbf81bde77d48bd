"""Columns outside the Pyomo model, inserted into its compiled matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from formulations.implicit import ImplicitColumns
from solver.milp.matrix import Indices, Matrix
from solver.milp.names import Index, Names

NOTHING = np.empty(0, dtype=np.int64)


def with_implicit_columns(matrix: Matrix, implicit: ImplicitColumns) -> Matrix:
    """Return the matrix with every placeholder column replaced by the sum of columns for which it stands.

    The implicit columns and their rows come first.
    """
    placeholders, expansion = _placeholders(matrix, implicit)
    kept = np.setdiff1d(np.arange(matrix.columns), placeholders)
    zeros, count = np.zeros(implicit.rows.shape[0]), len(implicit.upper)
    return Matrix(
        a=_entries(matrix, implicit, placeholders, expansion, kept),
        row_lower=np.concatenate([zeros, matrix.row_lower]),
        row_upper=np.concatenate([zeros, matrix.row_upper]),
        cost=np.concatenate([expansion.T @ matrix.cost[placeholders], matrix.cost[kept]]),
        cost_offset=matrix.cost_offset,
        sign=matrix.sign,
        lower=np.concatenate([np.zeros(count), matrix.lower[kept]]),
        upper=np.concatenate([implicit.upper, matrix.upper[kept]]),
        integer=np.concatenate([implicit.integer, matrix.integer[kept]]),
        row_names=Names.joined(_named(implicit.row_names), matrix.row_names),
        column_names=Names.joined(_named(implicit.columns), matrix.column_names.take(kept)),
    )


def _named(parts: Iterable[tuple[str, Sequence[Index]]]) -> Names:
    """Return the names of components, one component after the other."""
    return Names.joined(
        *(Names([component], np.zeros(len(indices), dtype=np.int32), indices) for component, indices in parts)
    )


def _placeholders(matrix: Matrix, implicit: ImplicitColumns) -> tuple[Indices, sp.csr_matrix]:
    """Return the placeholder columns and the sum for which each stands; empties ``implicit.sums`` to save memory."""
    components, indices = matrix.column_names.components, matrix.column_names.indices
    at: list[int] = []
    parts = [sp.csr_matrix((0, len(implicit.upper)))]
    while implicit.sums:
        name, keys, sums = implicit.sums.pop()
        positions = {indices[position]: position for position in components.get(name, NOTHING).tolist()}
        rows = [row for row, key in enumerate(keys) if key in positions]
        at += [positions[keys[row]] for row in rows]
        parts.append(sums if len(rows) == len(keys) else sums[rows])
    return np.array(at, dtype=np.int64), sp.csr_matrix(sp.vstack(parts, format="csr"))


def _entries(
    matrix: Matrix, implicit: ImplicitColumns, placeholders: Indices, expansion: sp.csr_matrix, kept: Indices
) -> sp.csc_matrix:
    """Return all coefficients by one product, [own rows, 0; model rows] = [I 0 0; 0 P K] [own rows 0; sums 0; 0 I].

    Those of a large model take 300 MB, and stacking them part by part would hold three copies.
    """
    own, given = implicit.rows, matrix.a
    substitution = sp.block_diag([sp.vstack([own, expansion], format="csc"), sp.identity(len(kept))], format="csc")
    rows = sp.block_diag([sp.identity(own.shape[0]), given[:, np.concatenate([placeholders, kept])]], format="csc")
    a = sp.csc_matrix(rows @ substitution)
    a.sort_indices()
    return a
