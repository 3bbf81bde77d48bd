"""Basis of an LP for a similar one, whose columns and rows are other ones in part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

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
    if old.column_names == new.column_names and old.row_names == new.row_names:
        return basis
    columns, rows = basis
    return (
        _mapped(old.column_names.pairs(), columns, new.column_names.pairs(), NONBASIC),
        _mapped(old.row_names.pairs(), rows, new.row_names.pairs(), BASIC),
    )


def _mapped(old: Iterable[Any], statuses: Indices, new: Iterable[Any], otherwise: int) -> Indices:
    known = {pair: n for n, pair in enumerate(old)}
    at = np.array([known.get(pair, -1) for pair in new], dtype=np.int64)
    return np.where(at >= 0, np.asarray(statuses)[at], otherwise)
