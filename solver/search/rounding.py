"""A structure by rounding: what is ordered follows the LP's sum over time, what is developed follows from it.

An order of a tenth now and a tenth in each later period is one order when the sum passes a threshold; a low one orders
early and always leaves room, a higher one is cheaper where it has a point at all. Developments of which the LP takes
only a share are either begun in full or left alone: leaving alone is tried first, the least used first. Each try is a
warm LP.

Measured on an instance of 80 quarters with 100 launches a quarter (7,627 columns open): 0.7 % above the LP bound after
0.6 s without developments, where branch and bound on the structure came to 2 % in 20 s. A basis far from the LP at
hand costs more than none (8 s against 0.5 s), so each try begins at the optimum before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.highs import solve
from solver.matrix import Bools, Floats, Indices, Matrix
from solver.search.board import Board
from solver.search.part import Part, held_at, near, solve_part, whole_columns
from solver.search.restricted import restricted
from solver.search.settings import Settings
from solver.search.staged import NODES, STRUCTURE, make_whole
from solver.warm import Point, WarmLp

ORDERS = ("lines.ordered", "launch.pads_ordered", "drivers.ordered", "network.ordered")
PATHS = ("lines.opened", "landings.begins", "lunar.unlocks")
ONCE = ("landings.plants",)
THRESHOLDS = (0.02, 0.1, 0.3)
STEPS_AT = 1e-6
BRANCH_SHARE = 0.1
"""Share of the time left for orders that no rounding fits."""
LITTLE = 0.5
"""Share of a development up to which leaving it alone is tried."""


def rounded(board: Board, lp_x: Floats, settings: Settings) -> bool:
    """Offer a plan whose orders leave room, developments begun wherever the LP uses them: the quick way."""
    return plan_at(board, board.matrix, lp_x, settings, THRESHOLDS[:1], "rounded")


def thrifty(board: Board, lp_x: Floats, settings: Settings) -> bool:
    """Offer a plan whose orders come as late as is cheapest, and that leaves alone what is hardly used."""
    return plan_at(board, board.matrix, lp_x, settings, THRESHOLDS, "thrifty")


def plan_at(
    board: Board, matrix: Matrix, x: Floats, settings: Settings, thresholds: Sequence[float], strategy: str
) -> bool:
    """Offer a plan whose structure was rounded from a point of a matrix, which may hold some of it already."""
    part = Part.of(restricted(matrix, x))
    descent = _Descent.begun(part, board, thresholds)
    if descent is None or not descent.run():
        return False
    return with_structure(board, matrix, part.outward(descent.point.x), settings, strategy)


def with_structure(board: Board, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Offer a plan with the structure of a point, which may fly and build otherwise."""
    structure = whole_columns(matrix, STRUCTURE)
    held = held_at(matrix, x, structure)
    key = held.lower[structure].tobytes()
    if key in board.tried:
        return False
    board.tried.add(key)
    optimum = _with_held(board, held)
    if optimum is None or board.matrix.value(optimum) >= board.objective:
        return False
    return make_whole(board, restricted(held, optimum), optimum, settings, strategy)


def _with_held(board: Board, held: Matrix) -> Floats | None:
    """The LP optimum of a matrix with more columns held than the board's: warm, or else from anew."""
    moved = np.flatnonzero((held.lower != board.matrix.lower) | (held.upper != board.matrix.upper))
    lp = board.warm
    lp.hold(moved, held.lower[moved], held.upper[moved])
    point = lp.solve(board.left())
    lp.hold(moved, board.matrix.lower[moved], board.matrix.upper[moved])
    if point is not None:
        return point.x
    limits = replace(board.request.limits, seconds=board.limits(0.5, 0.0).seconds, work=None)
    found = solve(held, limits, relax=True, stop=board.request.stop)
    board.cut_short(found.reason)
    return found.x


@dataclass(slots=True)
class _Descent:
    """A structure on its way to whole numbers."""

    matrix: Matrix
    board: Board
    lp: WarmLp
    point: Point
    lower: Floats
    upper: Floats
    thresholds: Sequence[float]

    @classmethod
    def begun(cls, part: Part, board: Board, thresholds: Sequence[float]) -> _Descent | None:
        matrix, request = part.matrix, board.request
        lp = WarmLp(matrix, request.limits, request.stop, part.basis(board.basis))
        point = lp.solve(board.left())
        if point is None:
            return None
        return cls(matrix, board, lp, point, matrix.lower.copy(), matrix.upper.copy(), thresholds)

    def run(self) -> bool:
        """Round one word after another; False where one has no point."""
        if len(self.thresholds) > 1:
            self._leave_alone()
        for word in ORDERS:
            if not self._best(word):
                return False
        return self._step_paths()

    def _leave_alone(self) -> None:
        """Close developments that the LP hardly uses, while the plan with all others begun in full gets cheaper."""
        best = self._in_full()
        for columns in sorted(self._entities(PATHS), key=lambda js: float(self.point.x[js].max(initial=0.0))):
            used = float(self.point.x[columns].max(initial=0.0))
            if self.board.over or used > LITTLE:
                break
            if used <= STEPS_AT or np.any(self.lower[columns] > 0):
                continue
            before, zero = self.point, np.zeros(len(columns))
            point = self._tried(columns, zero)
            if point is not None:
                self.point = point
                total = self._in_full()
                if total < best:
                    best = total
                    self.upper[columns] = zero
                    continue
            self.point = before
            self._release(columns)

    def _in_full(self) -> float:
        """Value of the LP point, with what it has begun of developments begun in full."""
        x, cost = self.point.x, self.matrix.cost
        more = sum(float(cost[js] @ ((x[js] > STEPS_AT) - x[js])) for js in self._entities(PATHS))
        return self.point.value + more

    def _best(self, word: str) -> bool:
        """Round the orders of a word at the threshold that leads to the cheapest LP."""
        columns = self.matrix.columns_of(word)
        columns = columns[self.matrix.integer[columns]]
        if not columns.size or not np.any(_fraction(self.point.x[columns])):
            return self._keep(columns, np.rint(self.point.x[columns]))
        if len(self.thresholds) == 1:
            return self._keep(columns, self._cumulative(columns, self.thresholds[0])) or self._branched(columns)
        best: tuple[float, Floats] | None = None
        for threshold in self.thresholds:
            at = self._cumulative(columns, threshold)
            point = self._tried(columns, at)
            if point is not None and (best is None or point.value < best[0]):
                best = point.value, at
            self._release(columns)
        return self._branched(columns) if best is None else self._keep(columns, best[1])

    def _branched(self, columns: Indices) -> bool:
        """Orders that no rounding of sums fits, as where ramps bind: whole by branch and bound, near the LP."""
        self._release(columns)
        chosen = np.zeros(self.matrix.columns, dtype=bool)
        chosen[columns] = True
        open_ = self.matrix.with_(lower=self.lower, upper=self.upper)
        limits = self.board.limits(BRANCH_SHARE, self.board.request.limits.gap, NODES)
        found = solve_part(self.board, near(open_, self.point.x, chosen, 1), chosen, limits, "orders")
        return found.x is not None and self._keep(columns, np.rint(found.x[columns]))

    def _cumulative(self, columns: Indices, threshold: float) -> Floats:
        """Whole numbers whose sum over time is at least that of the LP less one and a threshold, entity by entity."""
        kinds, at = self.matrix.column_names.kinds[columns], np.zeros(len(columns))
        order = np.argsort(self.matrix.column_names.periods[columns], kind="stable")
        for kind in np.unique(kinds):
            js = order[kinds[order] == kind]
            total = np.maximum.accumulate(np.floor(np.cumsum(self.point.x[columns[js]]) + 1 - threshold + 1e-9))
            at[js] = np.diff(total, prepend=0.0)
        return np.clip(at, self.matrix.lower[columns], self.matrix.upper[columns])

    def _step_paths(self) -> bool:
        """Begin developments where the LP first steps, and seeds where it lands one."""
        for word in (*PATHS, *ONCE):
            columns = self.matrix.columns_of(word)
            if columns.size and not self._keep(columns, (self.point.x[columns] > STEPS_AT).astype(np.float64)):
                return False
        return True

    def _entities(self, words: tuple[str, ...]) -> Iterator[Indices]:
        """Columns of each entity of some words, such as the path of one platform."""
        for word in words:
            columns = self.matrix.columns_of(word)
            kinds = self.matrix.column_names.kinds[columns]
            for kind in np.unique(kinds):
                yield columns[kinds == kind]

    def _keep(self, columns: Indices, at: Floats) -> bool:
        if not columns.size:
            return True
        point = self._tried(columns, np.clip(at, self.lower[columns], self.upper[columns]))
        if point is None:
            return False
        self.point = point
        self.lower[columns] = self.upper[columns] = np.clip(at, self.lower[columns], self.upper[columns])
        return True

    def _tried(self, columns: Indices, at: Floats) -> Point | None:
        self.lp.hold(columns, at, at)
        return self.lp.solve(self.board.left())

    def _release(self, columns: Indices) -> None:
        self.lp.hold(columns, self.lower[columns], self.upper[columns])


def _fraction(x: Floats) -> Bools:
    return np.asarray(np.abs(x - np.rint(x)) > STEPS_AT)
