"""The least and the greatest value of columns over an LP, each proven from duals: one HiGHS, warm from one to the next.

Beside ``solver.milp.highs`` this is the only place that meets HiGHS: dozens of LPs that differ in their objective alone
are quick while the solver keeps its basis, and its word is not taken for them; every value is derived again in numpy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from solver.milp.matrix import Matrix
from solver.milp.safe_bounds import lp_bound

POLL_SECONDS = 0.05
DUAL, PRIMAL = 1, 4


def tighten_bounds(
    matrix: Matrix, columns: Sequence[int], seconds: float, stop: threading.Event | None = None
) -> dict[int, tuple[float, float]]:
    """Proven bounds of columns over the LP relaxation of a matrix, within a time; its objective plays no part.

    A column that was not reached in time keeps its own bounds; so does one whose LP proves nothing better.
    """
    found = {j: (float(matrix.lower[j]), float(matrix.upper[j])) for j in columns}
    ends = time.monotonic() + seconds
    halt = threading.Event()
    worker = threading.Thread(target=_all, args=(matrix, columns, ends, halt, found), name="highs", daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(POLL_SECONDS)
        if time.monotonic() > ends or (stop is not None and stop.is_set()):
            halt.set()
    return found


def _all(
    matrix: Matrix, columns: Sequence[int], ends: float, halt: threading.Event, found: dict[int, tuple[float, float]]
) -> None:
    import highspy

    h = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "parallel": "off", "solver": "simplex", "simplex_strategy": DUAL}
    for name, value in options.items():
        h.setOptionValue(name, value)
    a, whole, nothing = matrix.a, np.int32, np.zeros(matrix.columns)
    h.passModel(
        matrix.columns, matrix.rows, a.nnz, 1, 1, 0.0, matrix.cost, matrix.lower, matrix.upper,
        matrix.row_lower, matrix.row_upper, a.indptr.astype(whole), a.indices.astype(whole), a.data,
        np.zeros(matrix.columns, dtype=whole),
    )  # fmt: skip
    # A point to begin with, by the quicker method from nothing; from there primal steps stay among feasible points.
    h.setOptionValue("time_limit", max(0.0, ends - time.monotonic()))
    h.run()
    h.changeColsCost(matrix.columns, np.arange(matrix.columns, dtype=whole), nothing)
    h.setOptionValue("simplex_strategy", PRIMAL)
    for j in columns:
        for sense in (1.0, -1.0):
            left = ends - time.monotonic()
            if halt.is_set() or left <= 0:
                return
            h.setOptionValue("time_limit", float(h.getRunTime()) + left)
            h.changeColCost(j, sense)
            proven = _proven(h, matrix, j, sense)
            h.changeColCost(j, 0.0)
            low, high = found[j]
            found[j] = (max(low, proven), high) if sense > 0 else (low, min(high, -proven))


def _proven(h: Any, matrix: Matrix, j: int, sense: float) -> float:
    """The bound on sense * column that the duals of a run prove, optimal or not."""
    h.run()
    solution = h.getSolution()
    if not solution.dual_valid:
        return -np.inf
    cost = np.zeros(matrix.columns)
    cost[j] = sense
    return lp_bound(matrix.with_(cost=cost, cost_offset=0.0), np.array(solution.row_dual))
