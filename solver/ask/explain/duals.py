"""Duals of an LP relaxation as prices of its limits: the change of the optimum with another matrix, at first order.

By the envelope theorem the optimum moves as its Lagrangian does, with point and duals as they are: every change of a
side, a bound, a coefficient or a price counts times its dual or its value. So one solve prices every key of a file,
through the rows that are derived from it. A key whose rows are slack has the price 0.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis
from solver.milp.tightening import tightened

USED = 1e-9
"""Dual below which a bound of a column is slack."""


@dataclass(frozen=True, slots=True, eq=False)
class Duals:
    """Optimum of the LP relaxation of a matrix: point, duals of the rows, value and basis."""

    matrix: Matrix
    x: Floats
    row_dual: Floats
    value: float
    basis: Basis | None = None

    @classmethod
    def of(cls, matrix: Matrix, limits: Limits, stop: threading.Event | None = None) -> Duals | None:
        """Solve the LP relaxation of a matrix; None where it has no optimum in time."""
        relaxed = tightened(matrix).relaxed()
        found = solve(relaxed, limits, stop=stop)
        if found.x is None or found.row_dual is None or found.objective is None:
            return None
        return cls(relaxed, found.x, found.row_dual, found.objective, found.basis)

    def value_with(self, matrix: Matrix) -> float:
        """Return the optimum with another matrix at first order, in the minimised sense.

        Rows and columns are matched by name.
        What only one of them has counts nothing: a new row is slack, and a new column is not used.
        """
        other = tightened(matrix).relaxed()
        y = _moved(self.row_dual, self.matrix.row_names, other.row_names)
        x = _moved(self.x, self.matrix.column_names, other.column_names)
        # A column at a bound that costs something moves with the bound.
        own = self.matrix.cost - self.matrix.a.T @ self.row_dual
        reduced = _moved(own, self.matrix.column_names, other.column_names)
        bound = np.where(reduced > 0, other.lower, other.upper)
        x = np.where((np.abs(reduced) > USED) & np.isfinite(bound), bound, x)
        side = np.where(y > 0, other.row_lower, other.row_upper)
        activity = other.a @ x
        return float(other.value(x) + y @ (np.where(np.isfinite(side), side, activity) - activity))


def _moved(values: Floats, old: Names, new: Names) -> Floats:
    """Return values by name in another order; 0 for names that are new."""
    if old == new:
        return values
    known = old.positions
    at = np.array([known.get(name, -1) for name in new], dtype=np.int64)
    return np.where(at >= 0, values[at], 0.0)
