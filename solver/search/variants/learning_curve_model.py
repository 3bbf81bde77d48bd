"""Learning curves of a compiled model: true cost, tangents above the curves, chords below them, tighter ranges.

A tangent lies above a concave curve, a chord below it. So a plan found at tangent prices costs no more on the curves
than at those prices, and no plan costs less than its chords. Tighter ranges of experience, proven for all plans better
than the incumbent, shorten the chords.
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

ComponentPeriod = tuple[str, int]
EXPERIENCE_ROWS = (
    Row.LEARNING_BALANCE, Row.LEARNING_SEGMENT, Row.LEARNING_FILLED, Row.LEARNING_ORDERED, Row.LEARNING_ACTIVE_MONOTONE,
)  # fmt: skip
SLACK = 1e-7
"""Relative amount by which proven ranges are widened, so that rounding errors exclude no plan at their ends."""


@dataclass(frozen=True, eq=False)
class LearningCurveModel:
    """Compiled model with the coefficients and curves of its learning family."""

    matrix: Matrix
    learning: Learning
    curves: Curves

    @property
    def experience_columns(self) -> dict[ComponentPeriod, int]:
        """Columns of experience for all components and periods."""
        return {(e, t): self.matrix.column(Var.LEARNING_EXPERIENCE, e, t) for e, t in self.learning.min_experience}

    @property
    def positive_weights(self) -> dict[ComponentPeriod, float]:
        """Weights of the curves in the objective by component and period, without zeros."""
        return {point: weight for point, weight in self.curves.weight.items() if weight > 0}

    def path(self, x: Floats) -> dict[ComponentPeriod, float]:
        """Return the experience at a point by component and period, no less than at the start."""
        curve = self.curves.curve
        return {(e, t): max(curve[e].start, float(x[j])) for (e, t), j in self.experience_columns.items()}

    def curve_cost(self, x: Floats) -> float:
        """Compute the present cost of learning components on the curves."""
        path = self.path(x)
        return sum(weight * self.curves.curve[e].spend(path[e, t]) for (e, t), weight in self.positive_weights.items())

    def chord_cost(self, x: Floats, row: Floats | None = None) -> float:
        """Compute the same cost by the chords of the model; ``row`` has their coefficients, else the objective."""
        row = self.matrix.cost if row is None else row
        columns = self._learning_columns()
        return float(row[columns] @ x[columns]) + self.learning.fixed_gusd

    def true_value(self, x: Floats) -> float:
        """Compute the objective at a point with the curves in place of their chords."""
        return self.matrix.value(x) - self.chord_cost(x) + self.curve_cost(x)

    def tangents(self, path: Mapping[ComponentPeriod, float]) -> tuple[dict[int, float], float]:
        """Return the tangents at a path: cost per unit of experience by column, and the constant."""
        unit, constant = {}, 0.0
        for (e, t), weight in self.positive_weights.items():
            curve, at = self.curves.curve[e], path[e, t]
            unit[self.experience_columns[e, t]] = weight * curve.factor(at)
            constant += weight * (curve.spend(at) - curve.factor(at) * at)
        return unit, constant

    def at_tangent_prices(self, path: Mapping[ComponentPeriod, float]) -> Matrix:
        """Return the linear model at tangent prices; its objective is never below the true cost.

        Purchases carry the tangent prices themselves, so the rows of the learning family are relaxed.
        ``with_consistent_experience`` restores the values of its columns.
        """
        cost, (unit, constant) = self.matrix.cost.copy(), self.tangents(path)
        cost[self._learning_columns()] = 0.0
        for j, price in unit.items():
            cost[j] += price
        priced = self.matrix.with_(
            cost=cost,
            cost_offset=self.matrix.cost_offset - self.learning.fixed_gusd + constant,
            integer=self._without_segment_integers(),
        )
        shifted = self.with_shifted_prices(priced, path)
        row_lower, row_upper = shifted.row_lower.copy(), shifted.row_upper.copy()
        for component in EXPERIENCE_ROWS:
            rows = self.matrix.rows_of(component)
            row_lower[rows], row_upper[rows] = -np.inf, np.inf
        return shifted.with_(row_lower=row_lower, row_upper=row_upper)

    def with_shifted_prices(self, matrix: Matrix, path: Mapping[ComponentPeriod, float]) -> Matrix:
        """Move the tangent prices of experience to the purchases in the objective, as rounding needs them.

        The change is a multiple of equality rows, so no plan changes its objective.
        """
        price, constant = self.price_shift(matrix, path)
        return matrix.with_(cost=matrix.cost - matrix.a.T @ price, cost_offset=matrix.cost_offset + constant)

    def price_shift(self, matrix: Matrix, path: Mapping[ComponentPeriod, float]) -> tuple[Floats, float]:
        """Return the multipliers of rows by which ``with_shifted_prices`` changes costs, and that of the offset."""
        price = np.zeros(matrix.rows)
        constant = 0.0
        for e in self.curves.curve:
            later = 0.0
            for t in sorted((t for o, t in self.learning.min_experience if o == e), reverse=True):
                later += self.curves.weight[e, t] * self.curves.curve[e].factor(path[e, t])
                row = matrix.row(Row.LEARNING_BALANCE, e, t)
                price[row] = later
                constant += later * float(matrix.row_lower[row])
        return price, constant

    def with_consistent_experience(self, x: Floats) -> Floats:
        """Complete a point by the experience that follows from its purchases, with segments filled in order."""
        x = x.copy()
        x[list(self.experience_columns.values())] = 0.0
        bought = -(self.matrix.a @ x)
        for e in self.curves.curve:
            now = self.curves.curve[e].start
            for t in sorted(t for o, t in self.learning.min_experience if o == e):
                now += float(bought[self.matrix.row(Row.LEARNING_BALANCE, e, t)])
                x[self.experience_columns[e, t]] = now
        path = self.path(x)
        for (e, n, t), begin, end in self._segments():
            filled = min(1.0, max(0.0, (path[e, t] - begin) / (end - begin)))
            x[self.matrix.column(Var.LEARNING_SEGMENT_FILL, e, n, t)] = filled
            active = self.matrix.find_column(Var.LEARNING_SEGMENT_ACTIVE, e, n, t)
            if active is not None:
                x[active] = float(path[e, t] >= end)
        return x

    def error(self, x: Floats) -> dict[ComponentPeriod, float]:
        """Compute by component and period how far a single chord over the range is below the curve at a point."""
        path, errors = self.path(x), {}
        for (e, t), weight in self.positive_weights.items():
            low, high = self.range(e, t)
            if high > low:
                curve, at = self.curves.curve[e], min(high, max(low, path[e, t]))
                slope = (curve.spend(high) - curve.spend(low)) / (high - low)
                errors[e, t] = weight * (curve.spend(at) - curve.spend(low) - slope * (at - low))
        return errors

    def range(self, e: str, t: int) -> tuple[float, float]:
        """Return the bounds of experience at the end of a period."""
        j = self.experience_columns[e, t]
        return float(self.matrix.lower[j]), float(self.matrix.upper[j])

    def with_tighter_ranges(self, ranges: Mapping[int, tuple[float, float]]) -> LearningCurveModel:
        """Tighten experience to proven ranges, by column, and shorten the chords accordingly."""
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        for j, (low, high) in ranges.items():
            lower[j] = max(lower[j], low - SLACK * max(1.0, abs(low)))
            upper[j] = min(upper[j], high + SLACK * max(1.0, abs(high)))
        self._propagate(lower, upper)
        if self.curves.mode == "fixed_point":
            return self._with_one_chord(lower, upper)
        for (e, n, t), begin, end in self._segments():
            j, fill = self.experience_columns[e, t], self.matrix.column(Var.LEARNING_SEGMENT_FILL, e, n, t)
            active = self.matrix.find_column(Var.LEARNING_SEGMENT_ACTIVE, e, n, t)
            if lower[j] >= end:
                lower[fill] = 1.0
            if upper[j] <= begin:
                upper[fill] = 0.0
            if active is not None and lower[j] >= end:
                lower[active] = 1.0
            if active is not None and upper[j] < end:
                upper[active] = 0.0
        return replace(self, matrix=self.matrix.with_(lower=lower, upper=upper))

    def _propagate(self, lower: Floats, upper: Floats) -> None:
        """Propagate ranges to neighbouring periods, in place: experience never falls and its growth is bounded."""
        most, points = self.learning.max_experience, self.experience_columns
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
        for (e, t), weight in self.positive_weights.items():
            j, curve = self.experience_columns[e, t], self.curves.curve[e]
            low, high = float(lower[j]), float(upper[j])
            slope = curve.factor(low) if high <= low else (curve.spend(high) - curve.spend(low)) / (high - low)
            cost[j] = weight * slope
            fixed += weight * (curve.spend(low) - slope * low)
        offset = self.matrix.cost_offset - self.learning.fixed_gusd + fixed
        matrix = self.matrix.with_(lower=lower, upper=upper, cost=cost, cost_offset=offset)
        return replace(self, matrix=matrix, learning=replace(self.learning, fixed_gusd=fixed))

    def _segments(self) -> list[tuple[tuple[str, int, int], float, float]]:
        """Return the segments with the experience at their start and end."""
        begins, found = dict(self.learning.begin), []
        for (e, n, t), length in sorted(self.learning.length.items()):
            begin = begins[e, t]
            begins[e, t] = begin + length
            found.append(((e, n, t), begin, begin + length))
        return found

    def _learning_columns(self) -> np.ndarray:
        components = (Var.LEARNING_SEGMENT_FILL, Var.LEARNING_EXPERIENCE)
        return np.concatenate([self.matrix.columns_of(component) for component in components])

    def _without_segment_integers(self) -> np.ndarray:
        integer = self.matrix.integer.copy()
        integer[self.matrix.columns_of(Var.LEARNING_SEGMENT_ACTIVE)] = False
        return integer
