"""Least share of the target path that an LP misses: the most of the target in reach, whatever it costs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import Status
from solver.search.variants.warm_start import WarmStart


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """Least share of the target path that an LP misses, with its point, and the rows that have duals."""

    share: float
    x: Floats
    rows: Indices


def least_missed(
    matrix: Matrix,
    limits: Limits,
    stop: threading.Event | None = None,
    most_share: float = 1.0,
    warm: WarmStart | None = None,
) -> Missed | None:
    """Return the least share of the target path that the LP misses, with its solution; None where that is not known.

    It is negative where more than the target is in reach; at most ``most_share`` times the target is looked for. With
    ``warm`` the LP starts from the last one that it holds.
    """
    matrix = without_cuts(matrix)
    rows = np.concatenate([demand_rows(matrix, row) for row in (Row.TARGET_DEMAND, Row.NETWORK_WORKLOAD_DEMAND)])
    if not rows.size:
        return None
    column = sp.csc_matrix(
        (matrix.row_lower[rows], (rows, np.zeros(len(rows), dtype=np.int64))), shape=(matrix.rows, 1)
    )
    scaled = replace(
        matrix,
        a=sp.csc_matrix(sp.hstack([matrix.a, column], format="csc")),
        cost=np.append(np.zeros(matrix.columns), 1.0),
        cost_offset=0.0,
        lower=np.append(matrix.lower, 1.0 - most_share),
        upper=np.append(matrix.upper, 1.0),
        integer=np.zeros(matrix.columns + 1, dtype=bool),
        column_names=Names.joined(matrix.column_names, Names.of_pairs([("missed", ())])),
    )
    solution = solve(scaled, limits, stop=stop, basis=None if warm is None else warm.basis(scaled))
    if warm is not None:
        warm.keep(scaled, solution.basis)
    if solution.status is not Status.OPTIMAL or solution.x is None:
        return None
    duals = np.zeros(matrix.rows) if solution.row_dual is None else solution.row_dual
    return Missed(float(solution.x[-1]), solution.x[:-1], np.flatnonzero(duals))


def demand_rows(matrix: Matrix, component: str) -> Indices:
    """Return the rows of a demand; the search for the earliest date relaxes those before its trial period."""
    rows = matrix.rows_of(component)
    return rows[np.isfinite(matrix.row_lower[rows])]


def without_cuts(matrix: Matrix) -> Matrix:
    """Relax the cuts: they follow from the target and the limits and are invalid once one of these is relaxed."""
    lower = matrix.row_lower.copy()
    for component in matrix.row_names.components:
        if component.startswith("cuts."):
            lower[matrix.rows_of(component)] = -np.inf
    return matrix.with_(row_lower=lower)
