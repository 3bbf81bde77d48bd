"""A matrix with learning curves under it: true cost, tangents above the curves, chords below them, tighter ranges.

A tangent lies above a concave curve, a chord below it. So a plan found at tangent prices costs no more on the curves
than at those prices, and no plan costs less than its chords. Ranges that no plan worth having leaves make chords
short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from formulations.coefficients import Learning
from formulations.names import Row, Var
from solver.derive.learning import Curves
from solver.milp.matrix import Floats, Matrix

Point = tuple[str, int]
EXPERIENCE_ROWS = (
    Row.LEARNING_BALANCE, Row.LEARNING_SEGMENT, Row.LEARNING_FILLED, Row.LEARNING_ORDERED, Row.LEARNING_ACTIVE_MONOTONE,
)  # fmt: skip
SLACK = 1e-7
"""Share by which proven ranges are widened, so that a plan on their edge is not lost to rounding."""


@dataclass(frozen=True, eq=False)
class LearningCurveModel:
    """A compiled model with the numbers of its learning family."""

    matrix: Matrix
    learning: Learning
    curves: Curves

    @property
    def points(self) -> dict[Point, int]:
        """Columns of experience by component and period; every component, every period."""
        return {(e, t): self.matrix.column(Var.LEARNING_EXPERIENCE, e, t) for e, t in self.learning.min_experience}

    @property
    def weighed(self) -> dict[Point, float]:
        """Weights in the objective, without those that are nothing."""
        return {point: weight for point, weight in self.curves.weight.items() if weight > 0}

    def path(self, x: Floats) -> dict[Point, float]:
        """Experience at a point, no less than at the start."""
        curve = self.curves.curve
        return {(e, t): max(curve[e].start, float(x[j])) for (e, t), j in self.points.items()}

    def learned(self, x: Floats) -> float:
        """Present cost of what learns, on the curves."""
        path = self.path(x)
        return sum(weight * self.curves.curve[e].spend(path[e, t]) for (e, t), weight in self.weighed.items())

    def chords(self, x: Floats, row: Floats | None = None) -> float:
        """The same by the chords of the model; ``row`` is where they are counted, the objective if none is given."""
        row = self.matrix.cost if row is None else row
        columns = self._own()
        return float(row[columns] @ x[columns]) + self.learning.fixed_gusd

    def true_value(self, x: Floats) -> float:
        """Objective at a point with the curves in the place of their chords."""
        return self.matrix.value(x) - self.chords(x) + self.learned(x)

    def tangents(self, path: Mapping[Point, float]) -> tuple[dict[int, float], float]:
        """Cost of a unit of experience by column, and the constant, of the tangents at a path."""
        unit, constant = {}, 0.0
        for (e, t), weight in self.weighed.items():
            curve, at = self.curves.curve[e], path[e, t]
            unit[self.points[e, t]] = weight * curve.factor(at)
            constant += weight * (curve.spend(at) - curve.factor(at) * at)
        return unit, constant

    def priced(self, path: Mapping[Point, float]) -> Matrix:
        """The model at tangent prices: linear, its value never below the true one.

        Nothing of the curves is left, and what is bought carries the prices itself, so no row of the family is needed:
        a search need not look at them. ``completed`` works out what they would have said.
        """
        cost, (unit, constant) = self.matrix.cost.copy(), self.tangents(path)
        cost[self._own()] = 0.0
        for j, price in unit.items():
            cost[j] += price
        priced = self.matrix.with_(
            cost=cost,
            cost_offset=self.matrix.cost_offset - self.learning.fixed_gusd + constant,
            integer=self._without_passed(),
        )
        shifted = self.shifted(priced, path)
        row_lower, row_upper = shifted.row_lower.copy(), shifted.row_upper.copy()
        for word in EXPERIENCE_ROWS:
            rows = self.matrix.rows_of(word)
            row_lower[rows], row_upper[rows] = -np.inf, np.inf
        return shifted.with_(row_lower=row_lower, row_upper=row_upper)

    def shifted(self, matrix: Matrix, path: Mapping[Point, float]) -> Matrix:
        """The same objective, with the tangent prices of experience put on what is bought, as rounding wants them.

        What is added is a multiple of rows that hold as equations, so no plan changes its value.
        """
        price = np.zeros(matrix.rows)
        constant = 0.0
        for e in self.curves.curve:
            later = 0.0
            for t in sorted((t for o, t in self.learning.min_experience if o == e), reverse=True):
                later += self.curves.weight[e, t] * self.curves.curve[e].factor(path[e, t])
                row = matrix.row(Row.LEARNING_BALANCE, e, t)
                price[row] = later
                constant += later * float(matrix.row_lower[row])
        return matrix.with_(cost=matrix.cost - matrix.a.T @ price, cost_offset=matrix.cost_offset + constant)

    def completed(self, x: Floats) -> Floats:
        """The point with the experience that its purchases lead to, and its segments filled in order."""
        x = x.copy()
        x[list(self.points.values())] = 0.0
        bought = -(self.matrix.a @ x)
        for e in self.curves.curve:
            now = self.curves.curve[e].start
            for t in sorted(t for o, t in self.learning.min_experience if o == e):
                now += float(bought[self.matrix.row(Row.LEARNING_BALANCE, e, t)])
                x[self.points[e, t]] = now
        path = self.path(x)
        for (e, n, t), begin, end in self._segments():
            filled = min(1.0, max(0.0, (path[e, t] - begin) / (end - begin)))
            x[self.matrix.column(Var.LEARNING_SEGMENT_FILL, e, n, t)] = filled
            passed = self.matrix.find_column(Var.LEARNING_SEGMENT_ACTIVE, e, n, t)
            if passed is not None:
                x[passed] = float(path[e, t] >= end)
        return x

    def error(self, x: Floats) -> dict[Point, float]:
        """By how much the one chord over the range of each period understates its curve at a point."""
        path, errors = self.path(x), {}
        for (e, t), weight in self.weighed.items():
            low, high = self.range(e, t)
            if high > low:
                curve, at = self.curves.curve[e], min(high, max(low, path[e, t]))
                slope = (curve.spend(high) - curve.spend(low)) / (high - low)
                errors[e, t] = weight * (curve.spend(at) - curve.spend(low) - slope * (at - low))
        return errors

    def range(self, e: str, t: int) -> tuple[float, float]:
        """What experience can be at the end of a period."""
        j = self.points[e, t]
        return float(self.matrix.lower[j]), float(self.matrix.upper[j])

    def tightened(self, ranges: Mapping[int, tuple[float, float]]) -> LearningCurveModel:
        """The model with experience held within proven ranges, by column, and shorter chords for it."""
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        for j, (low, high) in ranges.items():
            lower[j] = max(lower[j], low - SLACK * max(1.0, abs(low)))
            upper[j] = min(upper[j], high + SLACK * max(1.0, abs(high)))
        self._spread(lower, upper)
        if self.curves.mode == "fixed_point":
            return self._with_one_chord(lower, upper)
        for (e, n, t), begin, end in self._segments():
            j, fill = self.points[e, t], self.matrix.column(Var.LEARNING_SEGMENT_FILL, e, n, t)
            passed = self.matrix.find_column(Var.LEARNING_SEGMENT_ACTIVE, e, n, t)
            if lower[j] >= end:
                lower[fill] = 1.0
            if upper[j] <= begin:
                upper[fill] = 0.0
            if passed is not None and lower[j] >= end:
                lower[passed] = 1.0
            if passed is not None and upper[j] < end:
                upper[passed] = 0.0
        return replace(self, matrix=self.matrix.with_(lower=lower, upper=upper))

    def _spread(self, lower: Floats, upper: Floats) -> None:
        """Experience never falls and grows only so fast in a period: ranges reach their neighbours, in place."""
        most, points = self.learning.max_experience, self.points
        for e in self.curves.curve:
            periods = sorted(t for o, t in self.learning.min_experience if o == e)
            for before, now in pairwise(periods):
                adds = most[e, now] - most[e, before]
                a, b = points[e, before], points[e, now]
                lower[b], upper[b] = max(lower[b], lower[a]), min(upper[b], upper[a] + adds)
            for now, after in reversed(list(pairwise(periods))):
                adds = most[e, after] - most[e, now]
                a, b = points[e, now], points[e, after]
                lower[a], upper[a] = max(lower[a], lower[b] - adds), min(upper[a], upper[b])

    def _with_one_chord(self, lower: Floats, upper: Floats) -> LearningCurveModel:
        cost, fixed = self.matrix.cost.copy(), 0.0
        for (e, t), weight in self.weighed.items():
            j, curve = self.points[e, t], self.curves.curve[e]
            low, high = float(lower[j]), float(upper[j])
            slope = curve.factor(low) if high <= low else (curve.spend(high) - curve.spend(low)) / (high - low)
            cost[j] = weight * slope
            fixed += weight * (curve.spend(low) - slope * low)
        offset = self.matrix.cost_offset - self.learning.fixed_gusd + fixed
        matrix = self.matrix.with_(lower=lower, upper=upper, cost=cost, cost_offset=offset)
        return replace(self, matrix=matrix, learning=replace(self.learning, fixed_gusd=fixed))

    def _segments(self) -> list[tuple[tuple[str, int, int], float, float]]:
        """Segments with the experience at which they begin and end."""
        begins, found = dict(self.learning.begin), []
        for (e, n, t), length in sorted(self.learning.length.items()):
            begin = begins[e, t]
            begins[e, t] = begin + length
            found.append(((e, n, t), begin, begin + length))
        return found

    def _own(self) -> np.ndarray:
        words = (Var.LEARNING_SEGMENT_FILL, Var.LEARNING_EXPERIENCE)
        return np.concatenate([self.matrix.columns_of(word) for word in words])

    def _without_passed(self) -> np.ndarray:
        integer = self.matrix.integer.copy()
        integer[self.matrix.columns_of(Var.LEARNING_SEGMENT_ACTIVE)] = False
        return integer
