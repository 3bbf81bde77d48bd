"""Basis of an LP for a similar one, whose columns and rows are other ones in part."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from solver.milp.matrix import Indices
from solver.milp.names import Names
from solver.milp.solution import Basis

NONBASIC, BASIC = 0, 1
"""HiGHS's basis statuses of a column at its lower bound and of a basic row."""


class Named(Protocol):
    """Columns and rows by name, of a matrix or of an LP that was solved."""

    @property
    def column_names(self) -> Names:
        """Index of names of the columns."""

    @property
    def row_names(self) -> Names:
        """Index of names of the rows."""


def mapped_basis(basis: Basis, old: Named, new: Named) -> Basis:
    """Return a basis for other columns and rows, by their names; new columns are at their bounds, new rows basic."""
    columns, rows = basis
    return (
        _mapped(old.column_names, columns, new.column_names, NONBASIC),
        _mapped(old.row_names, rows, new.row_names, BASIC),
    )


def _mapped(old: Names, statuses: Indices, new: Names, otherwise: int) -> Indices:
    if old == new:
        return statuses
    known = old.by_pair
    at = np.array([known.get(pair, -1) for pair in new.pairs()], dtype=np.int64)
    return np.where(at >= 0, np.asarray(statuses)[at], otherwise)
