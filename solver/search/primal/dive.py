"""Dive to an integral point: columns are fixed at integers until none is fractional, with an LP after each step.

- Kinds of counts come in a given order. Within a kind, columns come by period: growth limits look back and stocks are
  carried on, so later counts yield to earlier ones. A kind that is integral is fixed at its values.
- A step fixes as many columns as the LP allows: twice as many after a success, a quarter after a failure.
- A single column is fixed at the nearest integer, or at the other neighbour where that is cheaper. Raising lower bounds
  alone would not end: a count moves on to the next period and becomes fractional there.
- Where neither neighbour has an LP optimum, the dive backtracks: the columns fixed last are unfixed, more each time,
  and the blocking one is fixed before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.warm_lp import LpPoint, WarmLp
from solver.search.core.integers import TOLERANCE, Budget

MOST_UNFIXINGS, MOST_OF_ONE = 40, 4
"""Times that fixed columns are unfixed in one dive, and for one column: two that block each other would take all of
them, with more columns to be fixed again each time."""


@dataclass(frozen=True, slots=True)
class FixingOrder:
    """Integer columns to fix, by kind in the order of fixing, and the period of every column."""

    columns: tuple[Indices, ...]
    period: Floats

    @classmethod
    def of(cls, matrix: Matrix, variables: Sequence[Sequence[str]]) -> FixingOrder:
        """Return the order for kinds of variables; columns that no kind names come last."""
        open_ = matrix.integer & (matrix.lower < matrix.upper)
        found = [np.concatenate([matrix.columns_of(variable) for variable in kind]) for kind in variables]
        named = np.concatenate(found)
        rest = np.setdiff1d(np.flatnonzero(open_), named)
        return cls(
            tuple(columns[open_[columns]] for columns in (*found, rest)), matrix.column_names.periods.astype(np.float64)
        )


@dataclass(slots=True)
class Dive:
    """Dive from an LP optimum; LP columns beyond those of the matrix are shortfalls of the target.

    ``rise`` is the total cost increase that integer counts may cause before the other neighbour is tried as well.
    ``spare`` is demanded beyond the target, row by row, until the kind at ``restore_at`` is fixed; then
    ``restore_demand`` is called.
    """

    lp: WarmLp
    matrix: Matrix
    kinds: FixingOrder
    budget: Budget
    point: LpPoint
    rise: float
    spare: Floats
    restore_demand: Callable[[], None]
    restore_at: int
    unfixings: int = MOST_UNFIXINGS
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)
    trail: list[tuple[Indices, Floats, Floats]] = field(default_factory=list)
    batch: int = 0
    blocked: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lower, self.upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        self.rise /= max(1, sum(_fractional(self.x, columns).size for columns in self.kinds.columns))

    @property
    def x(self) -> Floats:
        """LP point in the columns of the matrix."""
        return self.point.x[: self.matrix.columns]

    def run(self) -> bool:
        """Fix all integer columns; False where that fails in time, or part of the target is missed."""
        at, restored = -1, False
        while not self.budget.exhausted():
            now, columns = self._next()
            if now >= self.restore_at and not restored:
                self.restore_demand()
                self.spare = np.zeros_like(self.spare)
                restored, point = True, self.lp.solve(self.budget.seconds())
                if point is None:
                    return False
                self.point = point
                continue
            if not columns.size:
                return self._shortfall(self.point) <= TOLERANCE
            if now != at:
                at, self.batch = now, len(columns)
            if not self._step(columns):
                return False
        return False

    def _next(self) -> tuple[int, Indices]:
        """Return the first kind with fractional columns, and these by period and distance; fix the kinds before it."""
        for n, kind in enumerate(self.kinds.columns):
            # Fixed columns are integral, even where the LP's tolerance leaves a small remainder.
            columns = kind[self.lower[kind] < self.upper[kind]]
            found = _fractional(self.x, columns)
            if found.size:
                far = np.abs(self.x[found] - np.rint(self.x[found])) / np.maximum(1.0, self.x[found])
                return n, found[np.lexsort((far, self.kinds.period[found]))]
            if columns.size:
                self._fix(columns, np.rint(self.x[columns]), self.point)
        return len(self.kinds.columns), np.empty(0, dtype=np.int64)

    def _step(self, columns: Indices) -> bool:
        """Fix some more columns; False where nothing is left to try."""
        chosen = columns[: max(1, self.batch)]
        if len(chosen) == 1:
            self.batch = 2
            return self._fix_one(int(chosen[0]))
        at = np.rint(self.x[chosen])
        found = self._solve_fixed(chosen, at)
        if found is not None and self._acceptable(found, len(chosen)):
            self._fix(chosen, at, found)
            self.batch = 2 * len(chosen)
        else:
            self._release(chosen)
            self.batch = len(chosen) // 4
        return True

    def _fix_one(self, j: int) -> bool:
        """Fix one column without more shortfall, after unfixing others if need be, or else with more."""
        return self._single(j) or self._unfix(j) or self._single(j, loss=True)

    def _single(self, j: int, loss: bool = False) -> bool:
        """Fix one column at the nearest integer, or at the other neighbour where that is cheaper."""
        column, value = np.array([j]), float(self.x[j])
        best: tuple[float, LpPoint] | None = None
        for at in sorted((np.floor(value), np.ceil(value)), key=lambda at: abs(at - value)):
            if not self.lower[j] <= at <= self.upper[j]:
                continue
            found = self._solve_fixed(column, np.array([at]))
            if found is None:
                continue
            if best is None or (self._shortfall(found), found.value) < (self._shortfall(best[1]), best[1].value):
                best = at, found
            if self._acceptable(found, 1):
                break
        if best is None or not (loss or self._shortfall(best[1]) <= self._shortfall(self.point) + TOLERANCE):
            self._release(column)
            return False
        self._fix(column, np.array([best[0]]), best[1])
        return True

    def _unfix(self, j: int) -> bool:
        """Unfix the columns fixed last, more and more of them, until a blocked column can be fixed."""
        times = self.blocked[j] = self.blocked.get(j, 0) + 1
        if sum(self.blocked.values()) > self.unfixings or times > MOST_OF_ONE:
            return False
        count = 2 ** (times - 1)
        while self.trail and not self.budget.exhausted():
            for columns, lower, upper in reversed(self.trail[-count:]):
                self.lower[columns], self.upper[columns] = lower, upper
                self._release(columns)
            del self.trail[-count:]
            if self._single(j):
                return True
            count *= 2
        return False

    def _acceptable(self, found: LpPoint, columns: int) -> bool:
        """Return whether a step stays within its cost increase and adds no shortfall."""
        cheap = found.value - self.point.value <= self.rise * columns
        return cheap and self._shortfall(found) <= self._shortfall(self.point) + TOLERANCE

    def _shortfall(self, point: LpPoint) -> float:
        """Return the shortfall of a point against the target itself."""
        return float(np.maximum(0.0, point.x[self.matrix.columns :] - self.spare).sum())

    def _solve_fixed(self, columns: Indices, at: Floats) -> LpPoint | None:
        self.lp.set_bounds(columns, at, at)
        return self.lp.solve(self.budget.seconds())

    def _fix(self, columns: Indices, at: Floats, point: LpPoint) -> None:
        self.trail.append((columns, self.lower[columns].copy(), self.upper[columns].copy()))
        self.lower[columns] = self.upper[columns] = at
        self.lp.set_bounds(columns, at, at)
        self.point = point

    def _release(self, columns: Indices) -> None:
        self.lp.set_bounds(columns, self.lower[columns], self.upper[columns])


def _fractional(x: Floats, columns: Indices) -> Indices:
    return columns[np.abs(x[columns] - np.rint(x[columns])) > TOLERANCE]
