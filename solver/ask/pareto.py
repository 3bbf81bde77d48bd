"""Pareto front of two or three objectives by the augmented epsilon-constraint method, each point with its gap.

The cost is minimised while the others are kept at levels (Mavrotas, Effective implementation of the epsilon-constraint
method, Applied Mathematics and Computation 213, 2009). A plan is one at every looser level, and a bound holds at every
tighter one. So points start from the plans of others, share bounds, and no plan is shown that another one dominates.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from solver.ask.axes import COST, Axis, axes_of
from solver.ask.journal import FOLDER, Journal, identity_of
from solver.ask.lever_range import Variant
from solver.ask.measures import Measure, measure
from solver.ask.model import LONG_SECONDS, Answered, Model
from solver.ask.question import Question
from solver.errors import UsageError
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Basis, Status
from solver.plan import Plan
from solver.run.manifest import options_data
from solver.run.outcome import Options

POINTS = 20
LEAST_POINTS, MOST_POINTS = 2, 400
MOST_SOLVES = 6.0
"""Times of the first solve after which a front without a time limit ends."""
LEAST_SECONDS = 20.0
AUGMENTED = 1e-4
"""Weight of a measure against the cost, as a share, where the two are as large as at the point itself."""
GENEROUS, ALONE = 2.0, 0.45
"""Share of a point in the time left: over an even one, and of all that is left where no plan is known for it."""
CLOSE = 0.15
"""Largest distance, in widths of the ranges, from which the plan of a neighbour is repaired."""
SAME = 1e-9
"""Share of the cost below which two plans cost the same."""
REACH = 0.75
"""Part of the way from the cheapest plan to the least of the LP relaxation; beyond it there are hardly any plans."""
Levels = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """Plan of a front that no other one dominates: cost and proven bound at its own levels, MUSD, and its values."""

    cost_musd: float
    bound_musd: float
    values: Mapping[str, float]
    plan: Plan = field(repr=False)

    @property
    def gap(self) -> float:
        """Relative gap of the cost at the values of the plan, as a fraction."""
        return max(0.0, self.cost_musd - self.bound_musd) / max(abs(self.cost_musd), 1e-9)


@dataclass(frozen=True, slots=True)
class Trial:
    """Solved levels of a front: its status, plan and bound, MUSD, or the error with which it failed."""

    levels: Mapping[str, float]
    status: Status | None
    cost_musd: float | None
    bound_musd: float
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Front:
    """Pareto front: the plans that no other one dominates, by rising cost, and the levels that were solved."""

    name: str
    axes: tuple[Axis, ...]
    points: tuple[FrontPoint, ...]
    trials: tuple[Trial, ...]
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``pareto --json``."""
        shown = {axis.name: axis.shown for axis in self.axes}
        points = [
            {
                "cost_musd": point.cost_musd,
                "bound_musd": point.bound_musd if math.isfinite(point.bound_musd) else None,
                "gap": point.gap,
                **{name: shown[name](value) for name, value in point.values.items()},
            }
            for point in self.points
        ]
        trials = [
            {
                "levels": {name: shown[name](level) for name, level in trial.levels.items()},
                "status": None if trial.status is None else trial.status.value,
                "cost_musd": trial.cost_musd,
                "bound_musd": trial.bound_musd if math.isfinite(trial.bound_musd) else None,
                "seconds": trial.seconds,
                "error": trial.error,
            }
            for trial in self.trials
        ]
        objectives = [{"name": COST, "unit": "MUSD"}, *({"name": a.name, "unit": a.unit} for a in self.axes)]
        return {
            "name": self.name, "objectives": objectives, "points": points, "trials": trials, "seconds": self.seconds
        }  # fmt: skip


@dataclass(slots=True)
class _Search:
    """State of one front: models by their values of the file, and what was solved at each tuple of levels."""

    variant: Variant
    axes: tuple[Axis, ...]
    count: int
    question: Question
    journal: Journal
    ends: float
    models: dict[tuple[str, ...], Model] = field(default_factory=dict)
    found: dict[Levels, Answered] = field(default_factory=dict)
    values: dict[Levels, Levels] = field(default_factory=dict)
    errors: dict[Levels, str] = field(default_factory=dict)
    first_seconds: float = 0.0
    basis: tuple[Model, int, Basis] | None = None

    def run(self) -> None:
        """Solve the loosest levels, then tighter ones by halves, then those between: a tighter plan is one for them."""
        first = tuple(math.nan if axis.loosest is None else axis.loosest for axis in self.axes)
        for axis in self.axes:
            if axis.row:
                self._measure(axis, self.model(first))
        self._solve(first, 1)
        if self.question.stop.is_set():
            return
        if self.question.seconds == math.inf:
            self.ends = self.question.began + max(LEAST_SECONDS, MOST_SOLVES * self.first_seconds)
        open_ = [n for n, axis in enumerate(self.axes) if axis.loosest is None]
        self.axes = tuple(self._ranged(axis, n, first) for n, axis in enumerate(self.axes))
        if len(self.axes) > 1:
            for n in open_:
                self._widen(n)
        each = max(2, round(self.count ** (1.0 / len(self.axes))))
        grids = [axis.levels(self.count if len(self.axes) == 1 else each) for axis in self.axes]
        tuples = [levels for levels in product(*grids) if levels != tuple(grid[0] for grid in grids)]
        tried: list[int] = []
        while len(tried) < len(tuples) and not self._late():
            with_plan = [n for n in tried if tuples[n] in self.values]
            tried.append(_following(len(tuples), tried, max(with_plan, default=-1)))
            self.question.on_step(len(tried), len(tuples) + 1)
            self._solve(tuples[tried[-1]], len(tuples) - len(tried) + 1)

    def _ranged(self, axis: Axis, n: int, first: Levels) -> Axis:
        """Return an objective with both ends of its levels: by default from the cheapest plan to the relaxation."""
        if axis.loosest is not None:
            return axis
        known = self.values.get(first)
        if known is None:
            why = self.errors.get(first, "no plan in time")
            raise UsageError(f"--range: found {why} for the least cost; expected a plan, or a range of {axis.name}")
        model = self.model(first)
        if not axis.name.endswith("_share"):
            tightest = known[n] + REACH * (self._least(model, self._measure(axis, model)) - known[n])
        else:
            tightest = 1.0 if axis.most else 0.0
        return replace(axis, loosest=known[n], tightest=tightest)

    def _widen(self, n: int) -> None:
        """Loosen an objective to its value where the others are at their tightest, as in a payoff table."""
        axis = self.axes[n]
        corner = tuple(math.nan if k == n else other.tightest or 0.0 for k, other in enumerate(self.axes))
        self._solve(corner, 2)
        if corner in self.values and axis.loosest is not None:
            value = self.values[corner][n]
            loosest = min(value, axis.loosest) if axis.most else max(value, axis.loosest)
            self.axes = tuple(replace(axis, loosest=loosest) if k == n else other for k, other in enumerate(self.axes))

    def _least(self, model: Model, found: Measure) -> float:
        """Return the least of a measure in the LP relaxation."""
        matrix = model.loose.with_(cost=found.part, cost_offset=0.0)
        lp = solve(matrix, Limits(seconds=max(2.0, min(60.0, self.question.left))), relax=True, stop=self.question.stop)
        return max(0.0, lp.bound) if math.isfinite(lp.bound) else 0.0

    def model(self, levels: Levels) -> Model:
        """Return the model whose file is set to some levels; that of the last values is kept."""
        instance = None
        changes: list[str] = []
        for axis, level in zip(self.axes, levels, strict=True):
            if not axis.row:
                instance = instance or self.variant([]).instance
                changes.extend(axis.changes(instance, level))
        key = tuple(changes)
        if key not in self.models:
            self.models = {key: Model.of(self.variant(changes), self.question.solve.limits.gap)}
        return self.models[key]

    def _measure(self, axis: Axis, model: Model) -> Measure:
        return measure(axis.name, model.loaded.instance, model.derived, model.matrix)

    def _solve(self, levels: Levels, left: int) -> None:
        """Solve one tuple of levels, or take its stored answer."""
        shown = {axis.name: axis.shown(x) for axis, x in zip(self.axes, levels, strict=True) if not math.isnan(x)}
        text = ", ".join(f"{name} {value}" for name, value in shown.items())
        self.question.on_stage(f"least cost{f' with {text}' if text else ''}")
        point = {axis.name: None if math.isnan(x) else x for axis, x in zip(self.axes, levels, strict=True)}
        answer = self.journal.answer(point, lambda: self._answer(levels, left))
        self.first_seconds = self.first_seconds or answer.seconds
        if answer.failed:
            self.errors[levels] = answer.error
            return
        self.found[levels] = Answered.of(answer.data)
        if answer.data["measured"] is not None:
            self.values[levels] = tuple(
                float(level if value is None else value)
                for level, value in zip(levels, answer.data["measured"], strict=True)
            )

    def _answer(self, levels: Levels, left: int) -> Mapping[str, Any]:
        """Solve the model at some levels and measure its plan; or take a plan that a bound proves to be enough."""
        at = self._cheapest(levels)
        if at is not None and self._within_gap(at, self.bound(levels)):
            return self._again(at, self.bound(levels))
        model, began = self.model(levels), time.monotonic()
        measures = [self._measure(axis, model) if axis.row else None for axis in self.axes]
        matrix = self._limited(model, measures, levels)
        room = min(self.question.left, self.ends - began, LONG_SECONDS)
        share = 1.0 if left == 1 else max(GENEROUS / left, ALONE if at is None else 0.0)
        seconds = min(1.0, share) * room
        if at is None:
            start = self._near(model, matrix, levels, seconds)
        else:
            bound = max(self.bound(levels), self._relaxed(model, matrix, seconds))
            if self._within_gap(at, bound):
                return self._again(at, bound)
            start = replace(self.found[at], bound=bound)
        gap = self.question.solve.limits.gap
        found = model.solved(self.question, matrix, seconds - (time.monotonic() - began), start, gap)
        measured: list[float | None] | None = None
        if found.objective is not None:
            x = model.vector(found.values, model.matrix)
            assert x is not None
            measured = [None if one is None else one.value(x) or 0.0 for one in measures]
        return {**found.data(), "measured": measured}

    def _cheapest(self, levels: Levels) -> Levels | None:
        """Return where the cheapest plan known for some levels was found."""
        known = (other for other, values in self.values.items() if self._meets(values, levels))
        return min(known, key=lambda other: self.found[other].objective or math.inf, default=None)

    def _within_gap(self, at: Levels, bound: float) -> bool:
        objective = self.found[at].objective
        assert objective is not None
        return objective - bound <= self.question.solve.limits.gap * abs(objective)

    def _again(self, at: Levels, bound: float) -> Mapping[str, Any]:
        """Return the plan found at other levels, with the bound of these."""
        old = replace(self.found[at], status=Status.OPTIMAL, bound=min(bound, self.found[at].objective or bound))
        return {**old.data(), "measured": list(self.values[at])}

    def _relaxed(self, model: Model, matrix: Matrix, seconds: float) -> float:
        """Return the bound of the LP relaxation, MUSD, started from the basis of the one before."""
        last, limits = self.basis, Limits(seconds=max(1.0, seconds))
        same = last is not None and last[0] is model and last[1] == matrix.rows
        basis = last[2] if last is not None and same else None
        lp = solve(matrix, limits, relax=True, stop=self.question.stop, basis=basis)
        self.basis = None if lp.basis is None else (model, matrix.rows, lp.basis)
        return lp.bound * model.musd

    def _limited(self, model: Model, measures: Sequence[Measure | None], levels: Levels) -> Matrix:
        """Return the matrix with the measures at their levels, the slack of the absolute ones in the objective.

        The objective is at most the cost of every plan, so that its bound is one of the cost.
        """
        rows = [(a, m, x) for a, m, x in zip(self.axes, measures, levels, strict=True) if m is not None]
        rows = [row for row in rows if not math.isnan(row[2])]
        if not rows:
            return model.matrix
        matrix = model.loose
        cost, offset = matrix.cost.copy(), matrix.cost_offset
        scale = min((abs(one.objective) for one in self.found.values() if one.objective), default=0.0) / model.musd
        for axis, one, level in rows:
            matrix = one.limited(matrix, level, axis.most)
            if one.whole is None and level > 0 and not axis.most:
                weight = AUGMENTED * scale / level
                cost, offset = cost + weight * one.part, offset - weight * level
        return matrix.with_(cost=cost, cost_offset=offset)

    def bound(self, values: Levels) -> float:
        """Return the best bound on the cost of a plan with some values: that of every looser tuple of levels."""
        looser = (one.bound for levels, one in self.found.items() if self._meets(values, levels))
        return max((bound for bound in looser if bound != math.inf), default=-math.inf)

    def _meets(self, values: Levels, levels: Levels) -> bool:
        pairs = zip(self.axes, values, levels, strict=True)
        return all(math.isnan(level) or (not math.isnan(x) and axis.meets(x, level)) for axis, x, level in pairs)

    def _near(self, model: Model, matrix: Matrix, levels: Levels, seconds: float) -> Answered | None:
        """Return a plan near that of a close neighbour; None without one."""
        near = min(self.values, key=lambda other: self._distance(other, levels), default=None)
        if near is None or self._distance(near, levels) > CLOSE:
            return None
        return model.near(self.question, matrix, self.found[near].values, seconds)

    def _distance(self, levels: Levels, other: Levels) -> float:
        """Return how far two tuples of levels are apart, in widths of their ranges."""
        apart = 0.0
        for axis, a, b in zip(self.axes, levels, other, strict=True):
            ends = (axis.loosest or 0.0, axis.tightest or 0.0)
            width = abs(ends[1] - ends[0]) or 1.0
            apart += abs((ends[0] if math.isnan(a) else a) - (ends[0] if math.isnan(b) else b)) / width
        return apart

    def _late(self) -> bool:
        return self.question.stop.is_set() or time.monotonic() >= self.ends or self.question.left <= 0

    def points(self) -> list[FrontPoint]:
        """Return the plans that no other one dominates, by rising cost."""
        known = [(self.found[levels], values) for levels, values in self.values.items()]
        kept: list[FrontPoint] = []
        for one, values in sorted(known, key=lambda pair: pair[0].objective or 0.0):
            assert one.objective is not None
            assert one.plan is not None
            if any(self._meets(tuple(other.values.values()), values) for other in kept):
                continue
            # At the same cost the later one may be better in another objective.
            same = (1 - SAME) * one.objective
            kept = [
                other
                for other in kept
                if other.cost_musd < same or not self._meets(values, tuple(other.values.values()))
            ]
            named = {axis.name: value for axis, value in zip(self.axes, values, strict=True)}
            bound = min(self.bound(values), one.objective)
            kept.append(FrontPoint(one.objective, bound, named, one.plan))
        return kept


def _following(count: int, tried: Sequence[int], tightest: int) -> int:
    """Return the next of so many levels, which rise in tightness; ``tightest`` is the last one with a plan.

    Half-way to the first one without a plan; then those below it, the tightest first; then the others.
    """
    failed = min((n for n in tried if n > tightest), default=count)
    middle = (tightest + failed) // 2
    if middle > tightest and middle not in tried:
        return middle
    left = [n for n in range(count) if n not in tried]
    return max((n for n in left if n < tightest), default=left[0])


def pareto(
    variant: Variant,
    objectives: Sequence[str],
    ranges: Sequence[str] = (),
    count: int = POINTS,
    question: Question | None = None,
    folder: Path | None = None,
) -> Front:
    """Find the front of cost against one or two other objectives, with a number of points.

    ``ranges`` are levels ``NAME=LOW:HIGH``; the others follow from the cheapest plan and the file. Answered points are
    kept in ``folder``. UsageError for objectives that the instance does not have, or an empty grid.
    """
    question = question or Question(Options(Limits()))
    if not LEAST_POINTS <= count <= MOST_POINTS:
        raise UsageError(f"--points: found {count}, expected {LEAST_POINTS} to {MOST_POINTS}")
    loaded = variant([])
    axes = axes_of(objectives, ranges, loaded.instance)
    options = {**options_data(question.solve), "objectives": list(objectives), "ranges": list(ranges), "points": count}
    identity = identity_of(loaded, "pareto", options)
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    search = _Search(variant, axes, count, question, journal, question.ends)
    search.run()
    trials = []
    for levels in [*search.found, *search.errors]:
        one = search.found.get(levels, Answered(Status.NO_PLAN))
        named = {axis.name: x for axis, x in zip(search.axes, levels, strict=True) if not math.isnan(x)}
        error = search.errors.get(levels, "")
        trials.append(Trial(named, None if error else one.status, one.objective, one.bound, one.seconds, error))
    return Front(
        loaded.instance.name, search.axes, tuple(search.points()), tuple(trials), time.monotonic() - question.began
    )
