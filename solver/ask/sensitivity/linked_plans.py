"""Plans at other values of an instance from the counts of known plans.

At the end of a range the best plan often breaks a limit. Then the plan of another end may keep it, with its continuous
columns solved anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.search.core.sub_mip import SLACK, SubMip, fixed_at

WIDE = 2.0
"""Gap of a plan that is enough for an end, as a multiple of the gap asked: no search is worth the rest of it."""
NEAREST = 6
"""Known plans that are tried, the nearest to the LP optimum first."""
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


def linked_plan(
    matrix: Matrix, lp_x: Floats, bound: float, plans: Sequence[Named], limits: Limits, stop: threading.Event
) -> Floats | None:
    """Return a point of a matrix from the counts of known plans: one within ``WIDE`` gaps of the bound if there is any.

    ``lp_x`` is the optimum of the LP relaxation. None where no counts of the plans give a point.
    """
    known = sorted(_counts(matrix, plans), key=lambda x: float(np.abs(x - lp_x)[matrix.integer].sum()))
    enough, best = bound + WIDE * limits.gap * abs(bound), None
    for x in known[:NEAREST]:
        found = _completed(matrix, x, limits, stop)
        if found is not None and (best is None or matrix.value(found) < matrix.value(best)):
            best = found
        if stop.is_set() or (best is not None and matrix.value(best) <= enough):
            break
    return best


def _counts(matrix: Matrix, plans: Sequence[Named]) -> Iterator[Floats]:
    """Yield known plans as points of a matrix with whole counts; those with a count that it lacks are left out."""
    for plan in plans:
        x, fits = np.zeros(matrix.columns), True
        for name, value in plan.items():
            at = matrix.index.get(name)
            if at is not None:
                x[at] = np.rint(value) if matrix.integer[at] else value
            fits = fits and (at is not None or abs(value - np.rint(value)) > SLACK)
        if fits:
            yield x


def _completed(matrix: Matrix, x: Floats, limits: Limits, stop: threading.Event) -> Floats | None:
    """Return the point with the counts of another one and its continuous columns solved anew; None where none is."""
    counts = x[matrix.integer]
    if np.any(counts > matrix.upper[matrix.integer]) or np.any(counts < matrix.lower[matrix.integer]):
        return None
    part = SubMip.of(fixed_at(matrix, x, matrix.integer))
    found = solve(part.matrix, Limits(seconds=limits.seconds, seed=limits.seed), stop=stop)
    return None if found.x is None else part.expand(found.x)
