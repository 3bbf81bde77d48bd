"""A basis keeps the statuses of columns and rows by name; new columns are at their bounds, and new rows basic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.ask.common.mapped_basis import BASIC, NONBASIC, mapped_basis
from solver.milp.names import Names


@dataclass(frozen=True)
class Named:
    """Names of columns and rows."""

    column_names: Names
    row_names: Names


def named(columns: str, rows: str) -> Named:
    """Names of one letter each."""
    return Named(Names.of_pairs([(c, ()) for c in columns]), Names.of_pairs([(r, ()) for r in rows]))


def test_statuses_follow_the_names() -> None:
    """Columns and rows in another order, with new ones among them."""
    basis = np.array([1, 0, 2]), np.array([0, 1])
    columns, rows = mapped_basis(basis, named("abc", "xy"), named("cdab", "zyx"))
    assert columns.tolist() == [2, NONBASIC, 1, 0]
    assert rows.tolist() == [BASIC, 1, 0]
    kept = mapped_basis(basis, named("abc", "xy"), named("abc", "xy"))
    assert kept[0] is basis[0]
    assert kept[1] is basis[1]
