"""Plans of one model at levels of its measures: by the price of each measure, or between two known plans.

A limit on a measure makes rounding lose its plan. So the duals of the limits in the LP relaxation become prices. The
priced matrix has no other rows than the instance: every known plan is a plan of it, and path relinking from the nearest
one to the LP optimum leads to a plan near the level (a search without a plan takes three times as long, and finds none
at tight levels). Between a plan that meets the level and one near it that does not, path relinking finds the plan at
the level itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from solver.ask.common.mapped_basis import mapped_basis
from solver.ask.common.measures import Measure, measure
from solver.ask.common.model import LONG_SECONDS, Model
from solver.ask.common.question import Question
from solver.ask.pareto.axes import COMPUTING, Axis
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.safe_bounds import FEW, lp_bound, tighten_column_bounds
from solver.milp.solution import Basis, Solution
from solver.search.core.state import SearchOptions
from solver.search.engine.search import EXACT_BELOW_INTEGERS, search
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.path_relinking import dived, relinked

AUGMENTED = 1e-4
"""Weight of a measure against the cost, as a share, where the two are as large as at the point itself."""
PRICED_GAP, LINKED_GAP, ENOUGH = 0.4, 0.3, 0.85
"""Parts of the gap: for a plan of the priced matrix, in cost; for one between two plans, and where that ends."""
IMPROVED, LINKED_NODES = 0.8, 1
"""Part of the distance of the given plan from the LP relaxation at which a search between plans ends; its nodes. What
the root does not find is seldom found in 200 nodes, which take twice as long."""
NEARER = 0.5
"""Part of the distance of the given plan by price from the LP optimum at which the link to it ends."""
ON_THE_WAY = 0.25
"""Part of the way from the next looser plan to a level from which a plan by price is a point of its own."""
TIGHTER, TRIES = 0.02, 3
"""Part of its range by which a level without a tighter plan is tightened for its price, and such searches at most."""
LINKED_SHARE, PRICED_SHARE = 0.5, 0.9
"""Parts of the time of a level for one search between plans, and for one of the priced matrix."""
STEP, EASY_REACH = 0.01, 0.8
"""Least range of computing, as a share of the target, and the part of the way to the most of the LP relaxation up to
which plans are found as soon as at lower levels."""
ROOM = 0.5
"""Part of the cost of a plan that another one may cost more and keep the column bounds derived from the first."""
SAME = 1e-9
"""Share of the cost below which two plans cost the same."""
Levels = tuple[float, ...]


@dataclass(slots=True)
class LevelPlans:
    """Plans of one model at levels; bases of its LP relaxation are kept from level to level."""

    model: Model
    axes: tuple[Axis, ...]
    question: Question
    measures: tuple[Measure | None, ...] = ()
    bases: dict[int, Basis] = field(default_factory=dict)
    tight: tuple[float, Floats, Floats] | None = None

    @classmethod
    def of(
        cls, model: Model, axes: tuple[Axis, ...], question: Question, like: Sequence[LevelPlans] = ()
    ) -> LevelPlans:
        """Return the search of a model; UsageError where it has nothing that an objective could measure.

        The LP relaxation starts at the basis of one that is ``like`` it.
        """
        loaded, derived, matrix = model.loaded.instance, model.derived, model.matrix
        found = tuple(measure(axis.name, loaded, derived, matrix) if axis.row else None for axis in axes)
        bases = {}
        for other in like:
            known = other.bases.get(other.model.matrix.rows)
            if known is not None:
                bases[matrix.rows] = mapped_basis(known, other.model.matrix, matrix)
        return cls(model, axes, question, found, bases)

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
        matrix = self.model.loose.with_(cost=one.part, cost_offset=0.0)
        basis = self.bases.get(matrix.rows)
        lp = solve(matrix, Limits(seconds=seconds), relax=True, stop=self.question.stop, basis=basis)
        return max(0.0, lp.bound) if math.isfinite(lp.bound) else 0.0

    def within_reach(self, axis: Axis) -> Axis:
        """Return an objective whose usual levels end before the most computing that the LP relaxation delivers.

        The model is that of its loosest level.
        """
        if not axis.usual or axis.name != COMPUTING or axis.loosest is None or axis.tightest is None:
            return axis
        end = axis.loosest + EASY_REACH * (self.most_met() - 1.0) * axis.loosest
        return replace(axis, tightest=min(axis.tightest, float(f"{end:.2f}"))) if end > axis.loosest + STEP else axis

    def most_met(self) -> float:
        """Return the largest share of all demand that the LP relaxation meets; infinite where it is not known."""
        demand = ElasticDemand.of(self.model.loose)
        if not demand.rows.size:
            return math.inf
        seconds = max(2.0, min(60.0, self.question.left))
        lp = solve(demand.with_factor(), Limits(seconds=seconds), relax=True, stop=self.question.stop)
        return -lp.bound if math.isfinite(lp.bound) else math.inf

    def limited(self, levels: Levels, scale: float) -> Matrix:
        """Return the matrix with the measures at their levels, the slack of the absolute ones in the objective.

        The objective is at most the cost of every plan, so that its bound is one of the cost. ``scale`` is a cost.
        """
        rows = self._rows(levels)
        if not rows:
            return self.model.matrix
        matrix = self.model.loose
        cost, offset = matrix.cost.copy(), matrix.cost_offset
        for (axis, one, level), weight in zip(rows, self._weights(levels, scale), strict=True):
            matrix = one.limited(matrix, level, axis.most)
            cost, offset = cost + weight * one.part, offset - weight * level
        return matrix.with_(cost=cost, cost_offset=offset)

    def _weights(self, levels: Levels, scale: float) -> Floats:
        """Return the weight of each measure with a level against the cost: 0 but for an absolute one at most there."""
        weighed = [
            AUGMENTED * scale / level / self.model.musd if one.whole is None and level > 0 and not axis.most else 0.0
            for axis, one, level in self._rows(levels)
        ]
        return np.array(weighed)

    def of_cost(self, lp: Solution, levels: Levels, scale: float) -> Floats | None:
        """Return the duals of the cost alone from the LP relaxation of the limited matrix; None where it has none.

        The row of a level has the coefficients of its measure: the weight of the measure is taken from its dual.
        """
        if lp.row_dual is None:
            return None
        weights = self._weights(levels, scale)
        first = len(lp.row_dual) - len(weights)
        return np.concatenate([lp.row_dual[:first], lp.row_dual[first:] - weights])

    def relaxed(self, matrix: Matrix, seconds: float) -> Solution:
        """Return the LP relaxation, started from the basis of the last one with no more rows."""
        known = max((rows for rows in self.bases if rows <= matrix.rows), default=None)
        basis = None if known is None else self.bases[known]
        limits = Limits(seconds=max(1.0, min(seconds, LONG_SECONDS)))
        lp = solve(matrix, limits, relax=True, stop=self.question.stop, basis=basis)
        if lp.basis is not None:
            self.bases[matrix.rows] = lp.basis
        return lp

    def between(self, matrix: Matrix, lp: Solution, plan: Floats, other: Floats | None, seconds: float) -> Floats:
        """Return the best plan found between a plan of the matrix, another one and the LP optimum; at worst itself."""
        gap = self.question.solve.limits.gap
        limits = Limits(seconds=max(1.0, LINKED_SHARE * seconds), gap=LINKED_GAP * gap, work=LINKED_NODES)
        enough = lp.bound + min(ENOUGH * gap * abs(lp.bound), IMPROVED * (matrix.value(plan) - lp.bound))
        others = [x for x in (other, lp.x) if x is not None]
        x = relinked(matrix, plan, others, limits, self.question.stop, enough)
        if matrix.value(x) < (1 - SAME) * matrix.value(plan) or self.question.stop.is_set():
            return x
        return dived(matrix, plan, others, lp, replace(limits, gap=gap, work=None), self.question.stop)

    def linked(self, matrix: Matrix, lp: Solution, plan: Floats, other: Floats | None, seconds: float) -> Floats:
        """Return a plan of the matrix where its gap is small enough, and else the best one between it and another."""
        value = matrix.value(plan)
        close = value - lp.bound <= ENOUGH * self.question.solve.limits.gap * abs(value)
        return plan if close else self.between(matrix, lp, plan, other, seconds)

    def proven(self, levels: Levels, duals: Floats, x: Floats) -> float:
        """Return the bound that duals of other levels prove at some levels, in units of the matrix.

        ``x`` is a plan there. Column bounds are derived once, for all plans that cost ``ROOM`` times as much.
        """
        own, loose = self.limited(levels, 0.0), self.model.loose
        value = loose.value(x)
        if self.tight is None or self.tight[0] < value:
            cutoff = value + ROOM * abs(value)
            self.tight = cutoff, *tighten_column_bounds(loose, FEW, cutoff)
        cutoff, lower, upper = self.tight
        return min(value, cutoff, lp_bound(own, duals, lower, upper))

    def priced(self, lp: Solution, levels: Levels, start: Floats, seconds: float) -> Floats | None:
        """Return a plan near some levels from a known one: with the duals of their rows as prices instead of the rows.

        None without prices.
        """
        priced = self._priced(lp, levels)
        if priced is None or lp.x is None:
            return None
        least = priced.value(lp.x)
        far = min(
            PRICED_GAP * self.question.solve.limits.gap * abs(self.model.matrix.value(lp.x)),
            NEARER * (priced.value(start) - least),
        )
        limits = replace(self._limits(least, far, seconds), work=LINKED_NODES)
        return relinked(priced, start, [lp.x], limits, self.question.stop, least + far)

    def searched(self, lp: Solution, levels: Levels, seconds: float) -> Floats | None:
        """Return a plan near some levels that a search with their prices finds without a known plan; None without."""
        priced = self._priced(lp, levels)
        if priced is None or lp.x is None:
            return None
        gap = self.question.solve.limits.gap * abs(self.model.matrix.value(lp.x))
        limits = self._limits(priced.value(lp.x), gap, seconds)
        return search(priced, SearchOptions(limits, stop=self.question.stop)).x

    def _priced(self, lp: Solution, levels: Levels) -> Matrix | None:
        """Return the matrix of the model with the duals of the rows of levels as prices; None without duals."""
        rows = self._rows(levels)
        if lp.row_dual is None or not rows:
            return None
        cost = self.model.matrix.cost
        for dual, (_, one, level) in zip(lp.row_dual[-len(rows) :], rows, strict=True):
            cost = cost - dual * one.terms(level)
        return self.model.matrix.with_(cost=cost)

    def _limits(self, least: float, far: float, seconds: float) -> Limits:
        """Return the limits of a search that ends so far above the least of its objective."""
        return Limits(
            seconds=max(1.0, PRICED_SHARE * seconds),
            gap=max(0.0, far) / max(abs(least), 1e-9),
            seed=self.question.solve.limits.seed,
        )

    def plan(
        self,
        levels: Levels,
        matrix: Matrix,
        lp: Solution,
        known: tuple[Floats | None, Floats | None],
        seconds: float,
        beside: bool = False,
    ) -> Floats | None:
        """Return a plan at some levels from the cheapest one known for them and the nearest other one; None without.

        A plan by price that misses the levels is linked to one that meets them; without such a plan the prices are
        those of tighter levels, and at last a search begins without a plan. With ``beside`` it may stay where it is, on
        the way from the other plan to the level.
        """
        best, other = known
        by = [0.0] * len(levels)
        for _ in range(TRIES):
            start = other if best is None else best
            if start is None or self.question.stop.is_set():
                return best
            tight = self.tightened(levels, by)
            near = self.relaxed(self.limited(tight, 0.0), seconds) if any(by) else lp
            x = self.priced(near, tight, start, seconds)
            if x is None:
                # Without prices the plan costs more by its level alone: a farther plan would only widen the search.
                return best if best is None else self.between(matrix, lp, best, None, seconds)
            if self.meets(x, matrix):
                best = x if best is None or matrix.value(x) < matrix.value(best) else best
            if best is not x and beside and self._on_the_way(levels, other, x):
                return x
            if best is not None:
                return self.linked(matrix, lp, best, None if best is x else x, seconds)
            other, by = x, [max(TIGHTER, 2 * part) for part in by]
        x = self.searched(lp, levels, seconds)
        if x is None or not self.meets(x, matrix):
            return x if x is not None and beside and self._on_the_way(levels, known[1], x) else None
        return self.linked(matrix, lp, x, None, seconds)

    def _on_the_way(self, levels: Levels, other: Floats | None, x: Floats) -> bool:
        """Return whether a plan has come from another one to near the levels, in each of the measures."""
        if other is None:
            return False
        for level, a, b in zip(levels, self.values(other), self.values(x), strict=True):
            if a is not None and b is not None and abs(level - b) > (1 - ON_THE_WAY) * abs(level - a):
                return False
        return True

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
