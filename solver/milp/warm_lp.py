"""An LP that stays in HiGHS between solves: bounds and sides are changed, the last basis is kept.

A dive to whole numbers asks for hundreds of LPs that differ in a few bounds. From the last basis one takes hundredths
of a second where a fresh one takes seconds (the reference of hundreds of terawatts: 0.03 s against 4 s). Nothing that
comes from here is a result: what a dive ends with is solved and judged anew by ``solver.milp.highs``.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solver.milp.highs import cost_scale
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import Basis, Verdict

LEAST_ITERATIONS, A_ROW = 2_000, 0.25
"""A later LP gets as many iterations as the first took, or as it has rows, and no fewer than a few."""


@dataclass(frozen=True, slots=True)
class Point:
    """An optimum: its value in the minimised sense of the matrix, where it lies, the duals of rows, and its basis.

    ``unfinished`` says that the LP was left before its end: ``x`` is then no point of the matrix, but the duals prove
    what any duals prove, and the next solve may go on from the basis.
    """

    value: float
    x: Floats
    row_dual: Floats
    basis: Any
    unfinished: bool = False

    @property
    def statuses(self) -> Basis:
        """The basis as numbers, for a model of other columns."""
        columns, rows = self.basis.col_status, self.basis.row_status
        return np.array([int(s) for s in columns], dtype=np.int64), np.array([int(s) for s in rows], dtype=np.int64)


class _Clock:
    """Ends a solve in time. HiGHS keeps who it calls, unseen by the garbage collector: not one that holds a HiGHS."""

    def __init__(self, stop: threading.Event | None) -> None:
        self.stop, self.deadline = stop, np.inf

    def halt(self, _kind: Any, _message: str, _out: Any, into: Any, _user: Any) -> None:
        """Tell HiGHS to stop once the deadline is over or somebody wants it."""
        stopped = self.stop is not None and self.stop.is_set()
        if into is not None and (stopped or time.monotonic() > self.deadline):
            into.user_interrupt = True


class WarmLp:
    """The LP relaxation of a matrix, kept ready for the next change; a basis known beforehand saves the first solve."""

    def __init__(
        self, matrix: Matrix, limits: Limits, stop: threading.Event | None = None, basis: Basis | None = None
    ) -> None:
        import highspy

        self._horizon = _Clock(stop)
        scaling = scaling_of(matrix)
        self._scaling = replace(scaling, cost=cost_scale(matrix.cost * scaling.column, scaling))
        self._row_upper = matrix.row_upper
        self._first, self._most_iterations = True, 0
        self._highs: Any = highspy.Highs()
        for name, value in {
            "output_flag": False,
            "threads": limits.threads,
            "random_seed": limits.seed,
            "parallel": "off",
            "solver": "simplex",
            "simplex_dual_edge_weight_strategy": 1,
        }.items():
            self._highs.setOptionValue(name, value)
        self._highs.setCallback(self._horizon.halt, None)
        self._highs.startCallback(highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt)
        s = self._scaling.scaled(matrix.relaxed())
        a = s.a
        self._highs.passModel(
            s.columns, s.rows, a.nnz, 1, 1, s.cost_offset, s.cost, s.lower, s.upper, s.row_lower, s.row_upper,
            a.indptr.astype(np.int32), a.indices.astype(np.int32), a.data, np.zeros(s.columns, dtype=np.int32),
        )  # fmt: skip
        if basis is not None:
            self._begin_at(basis)

    def _begin_at(self, basis: Basis) -> None:
        """Begin at a basis of a model like this one; HiGHS mends what does not fit."""
        import highspy

        given, kinds = highspy.HighsBasis(), {int(kind): kind for kind in highspy.HighsBasisStatus.__members__.values()}
        given.col_status, given.row_status = ([kinds[n] for n in of.tolist()] for of in basis)
        given.valid = given.alien = True
        if self._highs.setBasis(given).name == "kOk":
            self._highs.setOptionValue("presolve", "off")

    def hold(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Change bounds of columns."""
        unit = self._scaling.column[columns]
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower / unit, upper / unit)

    def ask(self, rows: Indices, lower: Floats) -> None:
        """Change lower sides of rows."""
        for r, low in zip(rows, lower, strict=True):
            unit = self._scaling.row[r]
            self._highs.changeRowBounds(int(r), low * unit, self._row_upper[r] * unit)

    def price(self, columns: Indices, cost: Floats) -> None:
        """Change costs of columns."""
        cost = cost * self._scaling.column[columns] * self._scaling.cost
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def solve(self, seconds: float | None = None, cutoff: float = np.inf, in_parts: bool = False) -> Point | None:
        """The optimum; None where there is none within rows, bounds and time, or where it takes unduly long.

        An LP whose duals pass ``cutoff`` is left there. With ``in_parts`` one that takes unduly long comes back as far
        as it got.
        """
        self._horizon.deadline = np.inf if seconds is None else time.monotonic() + seconds
        self._highs.setOptionValue("objective_bound", cutoff * self._scaling.cost)
        if not self._first:
            most = LEAST_ITERATIONS if in_parts else self._most_iterations
            self._highs.setOptionValue("simplex_iteration_limit", most)
        self._highs.run()
        verdict = Verdict.of(self._highs.getModelStatus().name, None)
        unfinished = verdict is Verdict.OBJECTIVE_BOUND or (in_parts and verdict is Verdict.ITERATION_LIMIT)
        if verdict is not Verdict.OPTIMAL and not unfinished:
            return None
        info, solution = self._highs.getInfo(), self._highs.getSolution()
        if self._first:
            # From the second solve on the basis is worth more than a smaller model.
            self._first = False
            self._highs.setOptionValue("presolve", "off")
            took = int(info.simplex_iteration_count)
            self._most_iterations = max(LEAST_ITERATIONS, took, int(A_ROW * len(self._row_upper)))
        scaling = self._scaling
        value = float(info.objective_function_value) / scaling.cost
        x, row_dual = scaling.outward(np.array(solution.col_value)), scaling.row_dual(np.array(solution.row_dual))
        return Point(value, x, row_dual, self._highs.getBasis(), unfinished)

    def back(self, point: Point) -> None:
        """Begin the next solve where an earlier one ended: one that led astray, or far, is not gone on from."""
        self._highs.setBasis(point.basis)
