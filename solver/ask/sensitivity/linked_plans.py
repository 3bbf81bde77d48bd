"""Plans at other values of an instance from the counts of a known plan.

At the end of a range the best plan may break a limit by its amounts alone. Its counts keep it then, with the continuous
columns solved anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.core.sub_mip import SLACK, SubMip, fixed_at

Named = Mapping[str, float]
"""Columns of a point that are not 0, by name."""
Sparse = Mapping[str, Any]
"""Columns of a point that are not 0, by number, with their values, and the number of all columns."""


def sparse(x: Floats) -> dict[str, Any]:
    """Return the columns of a point that are not 0, by number."""
    at = np.flatnonzero(x)
    return {"columns": len(x), "at": at.tolist(), "values": x[at].tolist()}


def dense(point: Sparse | None, matrix: Matrix) -> Floats | None:
    """Return a point of a matrix; None where there is none, or it has other columns."""
    if point is None or point["columns"] != matrix.columns:
        return None
    x = np.zeros(matrix.columns)
    x[point["at"]] = point["values"]
    return x


def named(matrix: Matrix, x: Floats) -> dict[str, float]:
    """Return the columns of a point that are not 0, by name."""
    return {matrix.column_names[j]: float(x[j]) for j in np.flatnonzero(x).tolist()}


def linked_plan(matrix: Matrix, plan: Named, limits: Limits, stop: threading.Event) -> Floats | None:
    """Return a point of a matrix with the counts of a known plan; None where there is none."""
    x = np.zeros(matrix.columns)
    for name, value in plan.items():
        at = matrix.index.get(name)
        if at is not None:
            x[at] = np.rint(value) if matrix.integer[at] else value
        elif abs(value - np.rint(value)) <= SLACK:
            return None
    return _completed(matrix, x, limits, stop)


def _completed(matrix: Matrix, x: Floats, limits: Limits, stop: threading.Event) -> Floats | None:
    """Return the point with the counts of another one and its continuous columns solved anew; None where none is."""
    counts = x[matrix.integer]
    if np.any(counts > matrix.upper[matrix.integer]) or np.any(counts < matrix.lower[matrix.integer]):
        return None
    part = SubMip.of(fixed_at(matrix, x, matrix.integer))
    found = solve(part.matrix, Limits(seconds=limits.seconds, seed=limits.seed), stop=stop)
    return None if found.x is None else part.expand(found.x)
