"""Plans of one model at levels of its measures: by the price of each measure, or between two known plans.

A limit on a measure makes rounding lose its plan. So the duals of the limits in the LP relaxation become prices: the
search of the priced matrix has no other rows than the instance, and its plans lie near the level. Between a plan that
meets the level and one near it that does not, path relinking finds the plan at the level itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from solver.ask.common.measures import Measure, measure
from solver.ask.common.model import LONG_SECONDS, Model
from solver.ask.common.question import Question
from solver.ask.pareto.axes import Axis
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis, Solution
from solver.search.core.state import SearchOptions
from solver.search.engine.search import EXACT_BELOW_INTEGERS, search
from solver.search.primal.path_relinking import relinked

AUGMENTED = 1e-4
"""Weight of a measure against the cost, as a share, where the two are as large as at the point itself."""
PRICED_GAP, LINKED_GAP, ENOUGH = 0.9, 0.3, 0.85
"""Parts of the gap: for a search of the priced matrix, in cost; for one between two plans, and where that ends."""
IMPROVED, LINKED_NODES = 0.8, 200
"""Part of the distance of the given plan from the LP relaxation at which a search between plans ends; its nodes."""
TIGHTER, TRIES = 0.02, 3
"""Part of its range by which a level without a tighter plan is tightened for its price, and such searches at most."""
LINKED_SHARE, PRICED_SHARE = 0.3, 0.9
"""Parts of the time of a level for one search between plans, and for one of the priced matrix."""
Levels = tuple[float, ...]


@dataclass(slots=True)
class LevelPlans:
    """Plans of one model at levels; bases of its LP relaxation are kept from level to level."""

    model: Model
    axes: tuple[Axis, ...]
    question: Question
    measures: tuple[Measure | None, ...] = ()
    bases: dict[int, Basis] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, axes: tuple[Axis, ...], question: Question) -> LevelPlans:
        """Return the search of a model; UsageError where it has nothing that an objective could measure."""
        loaded, derived, matrix = model.loaded.instance, model.derived, model.matrix
        found = tuple(measure(axis.name, loaded, derived, matrix) if axis.row else None for axis in axes)
        return cls(model, axes, question, found)

    @property
    def large(self) -> bool:
        """True for a model that a search of its matrix alone solves, and that branch and bound does not soon."""
        network = self.model.loaded.instance.network
        plain = not self.model.derived.curves.curve and not (network is not None and network.contingencies)
        return plain and int(self.model.matrix.integer.sum()) > EXACT_BELOW_INTEGERS

    def values(self, x: Floats) -> list[float | None]:
        """Return the measures of a plan; None for an objective that values of the file set."""
        return [None if one is None else one.value(x) or 0.0 for one in self.measures]

    def least(self, n: int) -> float:
        """Return the least of a measure in the LP relaxation, 0 at least."""
        one = self.measures[n]
        assert one is not None
        seconds = max(2.0, min(60.0, self.question.left))
        lp = self.relaxed(self.model.loose.with_(cost=one.part, cost_offset=0.0), seconds)
        return max(0.0, lp.bound) if math.isfinite(lp.bound) else 0.0

    def limited(self, levels: Levels, scale: float) -> Matrix:
        """Return the matrix with the measures at their levels, the slack of the absolute ones in the objective.

        The objective is at most the cost of every plan, so that its bound is one of the cost. ``scale`` is a cost.
        """
        rows = self._rows(levels)
        if not rows:
            return self.model.matrix
        matrix = self.model.loose
        cost, offset = matrix.cost.copy(), matrix.cost_offset
        for axis, one, level in rows:
            matrix = one.limited(matrix, level, axis.most)
            if one.whole is None and level > 0 and not axis.most:
                weight = AUGMENTED * scale / level / self.model.musd
                cost, offset = cost + weight * one.part, offset - weight * level
        return matrix.with_(cost=cost, cost_offset=offset)

    def relaxed(self, matrix: Matrix, seconds: float) -> Solution:
        """Return the LP relaxation, started from the basis of the last one with no more rows."""
        known = max((rows for rows in self.bases if rows <= matrix.rows), default=None)
        basis = None if known is None else self.bases[known]
        limits = Limits(seconds=max(1.0, min(seconds, LONG_SECONDS)))
        lp = solve(matrix, limits, relax=True, stop=self.question.stop, basis=basis)
        if lp.basis is not None:
            self.bases[matrix.rows] = lp.basis
        return lp

    def between(self, matrix: Matrix, lp: Solution, plan: Floats, other: Floats, seconds: float) -> Floats:
        """Return the best plan found between a plan of the matrix, another one and the LP optimum; at worst itself."""
        gap = self.question.solve.limits.gap
        limits = Limits(seconds=max(1.0, LINKED_SHARE * seconds), gap=LINKED_GAP * gap, work=LINKED_NODES)
        enough = lp.bound + min(ENOUGH * gap * abs(lp.bound), IMPROVED * (matrix.value(plan) - lp.bound))
        others = [other] if lp.x is None else [other, lp.x]
        return relinked(matrix, plan, others, limits, self.question.stop, enough)

    def priced(self, lp: Solution, levels: Levels, seconds: float) -> Floats | None:
        """Return the first plan found near some levels: with the duals of their rows as prices instead of the rows."""
        rows = self._rows(levels)
        if lp.row_dual is None or lp.x is None or not rows:
            return None
        base, cost = self.model.matrix, self.model.matrix.cost
        for dual, (_, one, level) in zip(lp.row_dual[-len(rows) :], rows, strict=True):
            cost = cost - dual * one.terms(level)
        priced = base.with_(cost=cost)
        share = abs(base.value(lp.x)) / max(abs(priced.value(lp.x)), 1e-9)
        gap = PRICED_GAP * self.question.solve.limits.gap * min(1.0, share)
        limits = Limits(seconds=max(1.0, PRICED_SHARE * seconds), gap=gap, seed=self.question.solve.limits.seed)
        options = SearchOptions(limits, stop=self.question.stop, proof=False)
        found = search(priced, options, None, self.bases.get(base.rows))
        if found.basis is not None:
            self.bases[base.rows] = found.basis
        return found.x

    def plan(
        self, levels: Levels, matrix: Matrix, lp: Solution, known: tuple[Floats | None, Floats | None], seconds: float
    ) -> Floats | None:
        """Return a plan at some levels from a known one and another that misses them, or by prices from the LP optimum.

        A plan found by prices that misses the levels is linked to one that meets them; without such a plan the prices
        are those of tighter levels.
        """
        (best, other), gap = known, self.question.solve.limits.gap
        if best is not None and other is not None:
            best = self.between(matrix, lp, best, other, seconds)
        by = [0.0 if best is not None else TIGHTER] * len(levels)
        for _ in range(TRIES):
            if self.question.stop.is_set() or (
                best is not None and matrix.value(best) - lp.bound <= gap * abs(matrix.value(best))
            ):
                return best
            tight = self.tightened(levels, by)
            near = self.relaxed(self.limited(tight, 0.0), seconds) if any(by) else lp
            x = self.priced(near, tight, seconds)
            if x is None:
                return best
            if self.meets(x, matrix) and (best is None or matrix.value(x) < matrix.value(best)):
                best, x = x, x if best is None else best
            if best is not None:
                return self.between(matrix, lp, best, x, seconds)
            by = [2 * part for part in by]
        return best

    def tightened(self, levels: Levels, by: Sequence[float]) -> Levels:
        """Return levels that are tighter by parts of their ranges."""
        found = []
        for axis, level, part in zip(self.axes, levels, by, strict=True):
            width = abs((axis.tightest or 0.0) - (axis.loosest or 0.0)) if axis.row else 0.0
            found.append(level + (part if axis.most else -part) * width)
        return tuple(found)

    def meets(self, x: Floats, matrix: Matrix) -> bool:
        """Return whether a plan of the instance keeps the limits, which are the last rows of the matrix."""
        first = self.model.matrix.rows
        if matrix.rows == first:
            return True
        amount, low, high = matrix.a[first:] @ x, matrix.row_lower[first:], matrix.row_upper[first:]
        room = 1e-9 * np.maximum(1.0, np.abs(amount))
        return bool(np.all(amount >= low - room) and np.all(amount <= high + room))

    def _rows(self, levels: Levels) -> list[tuple[Axis, Measure, float]]:
        rows = [(a, m, x) for a, m, x in zip(self.axes, self.measures, levels, strict=True) if m is not None]
        return [row for row in rows if not math.isnan(row[2])]
