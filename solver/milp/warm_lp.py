"""Warm LP: an LP relaxation kept in HiGHS; bounds, sides and costs change between solves, the last basis stays.

A dive solves hundreds of LPs that differ in a few bounds, each quick from the last basis. These LPs only guide a
search: ``solver.milp.highs`` solves and verifies the point where a dive ends.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solver.errors import ModelError
from solver.milp.callbacks import RunControl
from solver.milp.driver import QUIET_LP, Driver, RunResult, statuses
from solver.milp.highs import cost_scale
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import Basis, Verdict

LEAST_ITERATIONS, ROW_SHARE = 2_000, 0.25
"""Iteration limit of a later LP: the largest of this minimum, this share of the rows, and the first LP's iterations."""


@dataclass(frozen=True, slots=True)
class LpPoint:
    """Optimum of a warm LP, or an unfinished point: value in the minimised sense, columns, row duals and basis.

    ``unfinished`` means that the LP was left before its end: ``x`` is then no point of the matrix, but the duals still
    prove a bound, and the next solve may continue from the basis.
    """

    value: float
    x: Floats
    row_dual: Floats
    basis: Any
    unfinished: bool = False

    @property
    def statuses(self) -> Basis:
        """Basis as numbers, for a model with other columns."""
        return statuses(self.basis)


class WarmLp:
    """LP relaxation of a matrix, solved again and again from the last basis; a known basis saves the first solve.

    A run that HiGHS does not end in time is left behind with its instance. The next solve then starts in a fresh one,
    with all changes, from the last known basis. A matrix that HiGHS refuses has no optimum.
    """

    def __init__(
        self, matrix: Matrix, limits: Limits, stop: threading.Event | None = None, basis: Basis | None = None
    ) -> None:
        scaling = scaling_of(matrix)
        self._scaling = replace(scaling, cost=cost_scale(matrix.cost * scaling.column, scaling))
        self._matrix, self._stop, self._seed = matrix, stop, limits.seed
        self._lower, self._upper, self._cost = matrix.lower.copy(), matrix.upper.copy(), matrix.cost.copy()
        self._row_lower = matrix.row_lower.copy()
        self._most_iterations, self._refused = 0, False
        self._driver = self._loaded(basis)

    def _loaded(self, basis: Any) -> Driver:
        """Return a new driver with the current LP, at a basis of it or of a similar LP, which HiGHS repairs."""
        options = {**QUIET_LP, "random_seed": self._seed, "simplex_dual_edge_weight_strategy": 1}
        driver = Driver(RunControl(self._stop), options)
        relaxed = np.zeros(self._matrix.columns, dtype=bool)
        lp = self._matrix.with_(
            lower=self._lower, upper=self._upper, cost=self._cost, row_lower=self._row_lower, integer=relaxed
        )
        try:
            driver.pass_model(self._scaling.scaled(lp))
        except ModelError:
            self._refused = True
        if not self._refused and basis is not None and driver.set_basis(basis):
            driver.set_options({"presolve": "off"})
        self._first, self._basis = True, basis
        return driver

    @property
    def _changeable(self) -> bool:
        return not (self._driver.lost or self._refused)

    def set_bounds(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Set bounds of columns."""
        self._lower[columns], self._upper[columns] = lower, upper
        if self._changeable:
            unit = self._scaling.column[columns]
            self._driver.change_bounds(columns, lower / unit, upper / unit)

    def set_row_lower(self, rows: Indices, lower: Floats) -> None:
        """Set lower sides of rows."""
        self._row_lower[rows] = lower
        if self._changeable:
            unit = self._scaling.row[rows]
            self._driver.change_row_bounds(rows, lower * unit, self._matrix.row_upper[rows] * unit)

    def set_costs(self, columns: Indices, cost: Floats) -> None:
        """Set costs of columns."""
        self._cost[columns] = cost
        if self._changeable:
            self._driver.change_cost(columns, cost * self._scaling.column[columns] * self._scaling.cost)

    def restart_from(self, point: LpPoint) -> None:
        """Restart the next solve from the basis of an earlier point."""
        self._basis = point.basis
        if self._changeable:
            self._driver.set_basis(point.basis)

    def solve(self, seconds: float | None = None, cutoff: float = np.inf, in_parts: bool = False) -> LpPoint | None:
        """Solve the LP and return its optimum; None without one within time and iterations, or after a stop.

        An LP whose duals pass ``cutoff`` is left there. With ``in_parts`` one that reaches its iteration limit is
        returned unfinished.
        """
        deadline = np.inf if seconds is None else time.monotonic() + seconds
        if self._driver.lost:
            self._driver = self._loaded(self._basis)
        if self._refused:
            return None
        options: dict[str, object] = {"objective_bound": cutoff * self._scaling.cost}
        if not self._first:
            options["simplex_iteration_limit"] = LEAST_ITERATIONS if in_parts else self._most_iterations
        self._driver.set_options(options)
        if not self._driver.run(deadline):
            return None
        found = self._driver.result()
        unfinished = found.verdict is Verdict.OBJECTIVE_BOUND or (in_parts and found.verdict is Verdict.ITERATION_LIMIT)
        if found.verdict is not Verdict.OPTIMAL and not unfinished:
            return None
        return self._point(found)

    def _point(self, found: RunResult) -> LpPoint:
        if self._first:
            # From the second solve on a basis saves more than presolve.
            self._first = False
            self._driver.set_options({"presolve": "off"})
            rows = int(ROW_SHARE * self._matrix.rows)
            self._most_iterations = max(self._most_iterations, LEAST_ITERATIONS, found.iterations, rows)
        scaling, self._basis = self._scaling, self._driver.basis()
        value, x, row_dual = (
            found.objective / scaling.cost,
            scaling.unscale_point(found.x),
            scaling.row_dual(found.row_dual),
        )
        return LpPoint(value, x, row_dual, self._basis, found.verdict is not Verdict.OPTIMAL)
