"""Least levelised cost of plans that choose how much they deliver: a bound by the method of Dinkelbach.

A plan for the most power is asked a factor on the target path. No plan delivers a unit for less than lambda where
min(net cost - lambda x delivered) is not below 0; the least ratio of the LP relaxation is such a lambda, and its last
minimum is derived again from the duals. Plans of less than ``LEAST_SHARE`` of the known factor are left out, so that
the error of that minimum, over what they deliver, stays small.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np

from formulations.coefficients import Coefficients
from formulations.names import Var
from solver.milp.compile import compile_model
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Certificate

LEAST_SHARE = 0.1
MAX_ROUNDS = 20
CLOSED = 1e-9
"""Share by which the ratio still falls from round to round at the end."""


def net_cost_of(coefficients: Coefficients) -> Matrix:
    """Return the model of the most power with net cost as its objective, still within the budget."""
    return compile_model(replace(coefficients, target=replace(coefficients.target, objective="least_levelised")))


def least_ratio(
    matrix: Matrix, known: tuple[float, float], per_factor: float, limits: Limits, stop: threading.Event
) -> float | None:
    """Return a proven lower bound on net cost over delivery; None where a limit comes first, or nothing is delivered.

    ``known`` is the net cost and the factor of a plan, ``per_factor`` the delivery of a factor of one. Cost is in the
    unit of the matrix, which minimises net cost.
    """
    cost, factor = known
    column = matrix.find_column(Var.TARGET_FACTOR)
    if column is None or factor <= 0 or per_factor <= 0:
        return None
    lower = matrix.lower.copy()
    lower[column] = LEAST_SHARE * factor
    least_delivered = per_factor * LEAST_SHARE * factor
    priced, ratio, basis, proven = matrix.with_(lower=lower), cost / (per_factor * factor), None, -np.inf
    ends = None if limits.seconds is None else time.monotonic() + limits.seconds
    for _ in range(MAX_ROUNDS):
        left = None if ends is None else ends - time.monotonic()
        if stop.is_set() or (left is not None and left <= 0):
            return None
        weighted = matrix.cost.copy()
        weighted[column] -= ratio * per_factor
        found = solve(priced.with_(cost=weighted), replace(limits, seconds=left), stop=stop, relax=True, basis=basis)
        if found.x is None:
            return None
        if found.certificate is Certificate.LP_VERIFIED:
            # A minimum of -e at a price proves that no plan pays less than the price less e over what it delivers.
            proven = max(proven, ratio + min(0.0, found.bound) / least_delivered)
        better = (float(matrix.cost @ found.x) + matrix.cost_offset) / (per_factor * float(found.x[column]))
        if better >= ratio * (1 - CLOSED):
            break
        ratio, basis = better, found.basis
    return float(proven) if np.isfinite(proven) else None
