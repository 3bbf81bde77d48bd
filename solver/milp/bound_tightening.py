"""Optimisation-based bound tightening (OBBT): proven bounds of columns over an LP relaxation.

The LPs differ in their objective only, so the solver keeps its basis from one to the next. No objective of HiGHS is
taken for a bound: every bound is derived again in numpy from the duals of a run, optimal or not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import numpy as np

from solver.errors import ModelError
from solver.milp.callbacks import RunControl
from solver.milp.driver import QUIET_LP, Driver
from solver.milp.matrix import Matrix
from solver.milp.safe_bounds import lp_bound

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4


def tighten_bounds(
    matrix: Matrix, columns: Sequence[int], seconds: float, stop: threading.Event | None = None
) -> dict[int, tuple[float, float]]:
    """Return proven bounds of columns over the LP relaxation of a matrix, within a time limit.

    The costs of the matrix play no part. A column keeps its own bounds where it is not reached in time and where its LP
    proves nothing better; all columns do where HiGHS refuses the matrix.
    """
    bounds = {j: (float(matrix.lower[j]), float(matrix.upper[j])) for j in columns}
    if seconds <= 0:
        return bounds
    deadline, control = time.monotonic() + seconds, RunControl(stop)
    driver = Driver(control, {**QUIET_LP, "simplex_strategy": DUAL_SIMPLEX})
    try:
        driver.pass_model(matrix.relaxed().with_(cost_offset=0.0))
    except ModelError:
        return bounds
    # A first point by dual simplex, the quicker method from nothing; from there primal steps stay feasible.
    if not driver.run(deadline):
        return bounds
    driver.change_cost(np.arange(matrix.columns), np.zeros(matrix.columns))
    driver.set_options({"simplex_strategy": PRIMAL_SIMPLEX})
    for j in columns:
        for sense in (1.0, -1.0):
            if control.halting():
                return bounds
            driver.change_cost(np.array([j]), np.array([sense]))
            if not driver.run(deadline):
                return bounds
            proven, (low, high) = _proven(driver, matrix, j, sense), bounds[j]
            driver.change_cost(np.array([j]), np.zeros(1))
            bounds[j] = (max(low, proven), high) if sense > 0 else (low, min(high, -proven))
    return bounds


def _proven(driver: Driver, matrix: Matrix, j: int, sense: float) -> float:
    """Return the bound on sense * column that the duals of the last run prove."""
    found = driver.result()
    if not found.has_duals:
        return -np.inf
    cost = np.zeros(matrix.columns)
    cost[j] = sense
    return lp_bound(matrix.with_(cost=cost, cost_offset=0.0), found.row_dual)
