"""Levels of a front: which of them are solved, from which plans, and until when.

Along one objective each next level halves the largest step between two neighbouring plans. Two objectives are solved
on a grid, the tightest levels first. All levels share their bounds and plans.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import Any

from solver.ask.common.in_order import in_order
from solver.ask.common.journal import Answer, Journal
from solver.ask.common.lever_range import Variant
from solver.ask.common.model import LONG_SECONDS, Answered, Model
from solver.ask.common.question import Question
from solver.ask.pareto.axes import Axis
from solver.ask.pareto.front import FrontPoint, checked_bound
from solver.ask.pareto.grid import following
from solver.ask.pareto.level_plans import SAME, LevelPlans, Levels
from solver.ask.pareto.steps import next_levels
from solver.errors import UsageError
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Solution, Status

MOST_SOLVES, LEAST_SECONDS = 12.0, 20.0
"""Times of the first solve after which a front without a time limit ends, and its least time."""
GENEROUS, ALONE = 2.0, 0.6
"""Share of a point in the time left: over an even one, and of all that is left where no plan is known for it."""
CLOSE = 0.15
"""Largest distance, in widths of the ranges, from which the plan of a neighbour is repaired, and within which two plans
are linked at once: a search by price finds nothing new there."""
AS_LONG = 2.0
"""Longest time of a level: without a plan by prices in times of what they took, with a plan in first solves."""
MOST_LEVELS = 1.5
"""Levels solved for each point at most, as some have the plan of others."""
REACH = 0.9
"""Part of the way from the cheapest plan to the least of the LP relaxation; beyond it there are hardly any plans."""


@dataclass(slots=True)
class FrontSearch:
    """Pareto front in search: models by their values of the file, and the answer at each tuple of levels."""

    variant: Variant
    axes: tuple[Axis, ...]
    count: int
    question: Question
    journal: Journal
    jobs: int = 1
    ends: float = math.inf
    models: dict[tuple[str, ...], LevelPlans] = field(default_factory=dict)
    found: dict[Levels, Answered] = field(default_factory=dict)
    values: dict[Levels, Levels] = field(default_factory=dict)
    errors: dict[Levels, str] = field(default_factory=dict)
    asked: list[Levels] = field(default_factory=list)
    bounds: dict[Levels, float] = field(default_factory=dict)
    first_seconds: float = 0.0
    building: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Solve the loosest levels, then tighter ones, whose plans are plans of all looser ones."""
        first = tuple(math.nan if axis.loosest is None else axis.loosest for axis in self.axes)
        self.ends = self.question.ends
        self.axes = tuple(self.plans(first).within_reach(axis) for axis in self.axes)
        self.models = {key: replace(plans, axes=self.axes) for key, plans in self.models.items()}
        self._solve([first, *self._tight_beside()], 1)
        if self.question.stop.is_set():
            return
        self._set_end(max((one.seconds for one in self.found.values()), default=0.0))
        open_ = [n for n, axis in enumerate(self.axes) if axis.loosest is None]
        self.axes = tuple(self._ranged(axis, n, first) for n, axis in enumerate(self.axes))
        self.models = {key: replace(plans, axes=self.axes) for key, plans in self.models.items()}
        if len(self.axes) == 1:
            self._halve()
            return
        for n in open_:
            self._widen(n)
        self._grid()

    def _set_end(self, seconds: float) -> None:
        """Set when a front without a time limit ends, by the longest of its first solves."""
        self.first_seconds = max(self.first_seconds, seconds)
        if self.question.seconds == math.inf:
            self.ends = self.question.began + max(LEAST_SECONDS, MOST_SOLVES * self.first_seconds)

    def _tight_beside(self) -> list[Levels]:
        """Return the first tight levels where a search beside that of the loosest one finds plans as easily."""
        return [] if self.jobs < 2 or len(self.axes) > 1 or self._alone else self._tight()

    def _tight(self) -> list[Levels]:
        """Return the first tight levels, the tightest one first: as many as are solved at once."""
        return [(level,) for level in self.axes[0].levels(1 + min(self.jobs, self.count - 1))[:0:-1]]

    def _halve(self) -> None:
        """Solve the tightest levels, and then the middle of the largest step between neighbours again and again.

        A level is chosen as soon as a search is free, by the answers of levels before those in search.
        """
        begun: deque[Levels] = deque()

        def make(_: int) -> Callable[[], Answer] | None:
            levels = self._next_level(begun)
            if levels is None:
                return None
            begun.append(levels)
            known = replace(self, found={**self.found}, values={**self.values}, bounds={**self.bounds})
            return partial(known._answered, levels, self.count - len(self.points()))

        def take(answer: Answer) -> None:
            self._take(begun.popleft(), answer)
            if self._solved <= 1 + self.jobs:
                self._set_end(answer.seconds)

        with ThreadPoolExecutor(self.jobs) as pool:
            in_order(pool, 2 * self.jobs - 1, make, take)

    def _next_level(self, searched: Sequence[Levels]) -> Levels | None:
        """Return the next level beside those in search, the tightest ones at first; None where there is none now."""
        missing = min(self.count - len(self.points()), round(MOST_LEVELS * self.count) - self._solved) - len(searched)
        if self._late() or missing <= 0:
            return None
        levels = self._tight() if self._solved == 1 else [(x,) for x in self._middles(searched)]
        return next((x for x in levels if x not in self.asked and x not in searched), None)

    def _middles(self, searched: Sequence[Levels]) -> list[float]:
        """Return the middles of the largest steps, as levels in search divide them."""
        answered = {x: one.status for (x,), one in self.found.items() if not math.isnan(x)}
        failed, in_search = [x for (x,) in self.errors], [x for (x,) in searched]
        return next_levels(self.axes[0], self.points(), answered, failed, in_search)

    def _grid(self) -> None:
        """Solve a grid of levels by halves, and then those between: a tighter plan is one for them."""
        each = max(2, round(self.count ** (1.0 / len(self.axes))))
        grids = [axis.levels(each) for axis in self.axes]
        tuples = [levels for levels in product(*grids) if levels != tuple(grid[0] for grid in grids)]
        tried: list[int] = []
        while len(tried) < len(tuples) and not self._late():
            left, tightest = len(tuples) - len(tried), max((n for n in tried if tuples[n] in self.values), default=-1)
            for _ in range(min(self.jobs, left)):
                tried.append(following(len(tuples), tried, tightest))
            self._solve([tuples[n] for n in tried[len(tuples) - left :]], left)

    def _ranged(self, axis: Axis, n: int, first: Levels) -> Axis:
        """Return an objective with both ends of its levels: by default from the cheapest plan to the relaxation."""
        if axis.loosest is not None:
            return axis
        known = self.values.get(first)
        if known is None:
            why = self.errors.get(first, "no plan in time")
            raise UsageError(f"--range: found {why} for the least cost; expected a plan, or a range of {axis.name}")
        if not axis.name.endswith("_share"):
            tightest = known[n] + REACH * (self.plans(first).least(n) - known[n])
        else:
            tightest = 1.0 if axis.most else 0.0
        return replace(axis, loosest=known[n], tightest=tightest)

    def _widen(self, n: int) -> None:
        """Loosen an objective to its value where the others are at their tightest, as in a payoff table."""
        axis = self.axes[n]
        corner = tuple(math.nan if k == n else other.tightest or 0.0 for k, other in enumerate(self.axes))
        self._solve([corner], 2)
        if corner in self.values and axis.loosest is not None:
            value = self.values[corner][n]
            loosest = min(value, axis.loosest) if axis.most else max(value, axis.loosest)
            self.axes = tuple(replace(axis, loosest=loosest) if k == n else other for k, other in enumerate(self.axes))

    def plans(self, levels: Levels) -> LevelPlans:
        """Return the search of the model whose file is set to some levels; those of the last values are kept."""
        instance = None
        changes: list[str] = []
        for axis, level in zip(self.axes, levels, strict=True):
            if not axis.row:
                instance = instance or self.variant([]).instance
                changes.extend(axis.changes(instance, level))
        key = tuple(changes)
        with self.building:
            if key not in self.models:
                model = Model.of(self.variant(changes), self.question.solve.limits.gap)
                for old in [*self.models][: -self.jobs]:
                    del self.models[old]
                self.models[key] = LevelPlans.of(model, self.axes, self.question, [*self.models.values()][-1:])
            return self.models[key]

    def _solve(self, wave: Sequence[Levels], left: int) -> None:
        """Solve some tuples of levels at once, or take their stored answers."""
        with ThreadPoolExecutor(self.jobs) as pool:
            answers = list(pool.map(lambda levels: self._answered(levels, left), wave))
        for levels, answer in zip(wave, answers, strict=True):
            self._take(levels, answer)

    @property
    def _alone(self) -> bool:
        """True for one objective beside the cost that a row of the model keeps."""
        return len(self.axes) == 1 and self.axes[0].row

    @property
    def _solved(self) -> int:
        return len(self.asked)

    def _answered(self, levels: Levels, left: int) -> Answer:
        shown = {axis.name: axis.shown(x) for axis, x in zip(self.axes, levels, strict=True) if not math.isnan(x)}
        text = ", ".join(f"{name} {value}" for name, value in shown.items())
        self.question.on_stage(f"least cost{f' with {text}' if text else ''}")
        point = {axis.name: None if math.isnan(x) else x for axis, x in zip(self.axes, levels, strict=True)}
        return self.journal.answer(point, lambda: self._answer(levels, left))

    def _take(self, levels: Levels, answer: Answer) -> None:
        self.first_seconds = self.first_seconds or answer.seconds
        self.asked.append(levels)
        self.question.on_step(min(self._solved, self.count), self.count)
        if answer.failed:
            self.errors[levels] = answer.error
            return
        levels = tuple(answer.data["beside"] or levels)
        self.found[levels] = Answered.of(answer.data)
        if answer.data["measured"] is not None:
            self.values[levels] = values = tuple(
                float(level if value is None else value)
                for level, value in zip(levels, answer.data["measured"], strict=True)
            )
            if answer.data["own_bound"] is not None:
                self.bounds[values] = float(answer.data["own_bound"])

    def _answer(self, levels: Levels, left: int) -> Mapping[str, Any]:
        """Solve the model at some levels and measure its plan; or take a plan that a bound proves to be enough."""
        if any(one.status is Status.INFEASIBLE and self._meets(levels, x) for x, one in self.found.items()):
            return self._infeasible()
        at, plans, began = self._cheapest(levels), self.plans(levels), time.monotonic()
        if at is not None and not plans.large and self._within_gap(at, self.bound(levels)):
            return self._again(at, self.bound(levels))
        room = max(0.0, min(self.question.left, self.ends - began, LONG_SECONDS))
        share = 1.0 if left <= 1 else max(GENEROUS * self.jobs / left, ALONE if at is None else 0.0)
        seconds = min(1.0, share) * room
        if at is not None and plans.large:
            seconds = min(seconds, max(1.0, AS_LONG * self.first_seconds))
        least = min((one.objective for one in self.found.values() if one.objective), default=0.0)
        matrix = plans.limited(levels, least)
        start: Answered | None = None
        duals: Floats | None = None
        if self.found:
            lp = plans.relaxed(matrix, seconds)
            if lp.status is Status.INFEASIBLE:
                return self._infeasible()
            bound, duals = max(self.bound(levels), lp.bound * plans.model.musd), plans.of_cost(lp, levels, least)
            if at is not None and not plans.large and self._within_gap(at, bound):
                return self._again(at, bound)
            x = self._by_search(levels, at, matrix, lp, seconds)
            if x is not None and not plans.meets(x, matrix):
                return self._beside(plans, x, seconds)
            if x is not None and not self._no_better(at, plans.model.musd * plans.model.matrix.value(x)):
                start = plans.model.finished(self.question, matrix, x, bound, seconds)
                if start.status is Status.OPTIMAL and not self._no_better(at, start.objective or math.inf):
                    return self._measured(plans, start, duals=duals)
            if at is not None and (plans.large or self._within_gap(at, bound)):
                # A search of the whole matrix takes as long as three links, and seldom betters a linked plan.
                better = start is not None and not self._no_better(at, start.objective or math.inf)
                return self._measured(plans, start, duals=duals) if start and better else self._again(at, bound)
            if plans.large and x is None and matrix is not plans.model.matrix:
                # Rows of levels often make the search of the whole matrix lose its plans: so no longer than prices.
                seconds = min(seconds, AS_LONG * (time.monotonic() - began))
            if start is None or start.objective is None:
                start = self._near(levels, matrix, seconds) if at is None else replace(self.found[at], bound=bound)
        gap = self.question.solve.limits.gap
        left_seconds = max(1.0, seconds - (time.monotonic() - began))
        return self._measured(plans, plans.model.solved(self.question, matrix, left_seconds, start, gap), duals=duals)

    def _by_search(
        self, levels: Levels, at: Levels | None, matrix: Matrix, lp: Solution, seconds: float
    ) -> Floats | None:
        """Return a plan at some levels, from the cheapest one known for them and the nearest other one."""
        plans = self.plans(levels)
        if not plans.large:
            return None
        others = [other for other in self.values if other != at]
        near = min(others, key=lambda other: self._distance(self.values[other], levels), default=None)
        best, other = (
            None if key is None else plans.model.vector(self.found[key].values, matrix) for key in (at, near)
        )
        if best is not None and near is not None and self._distance(self.values[near], levels) <= CLOSE:
            return plans.linked(matrix, lp, best, None, seconds)
        return plans.plan(levels, matrix, lp, (best, other), seconds, self._alone)

    def _beside(self, plans: LevelPlans, x: Floats, seconds: float) -> Mapping[str, Any]:
        """Return the answer at the measures of a plan itself."""
        own = tuple(value or 0.0 for value in plans.values(x))
        matrix = plans.limited(own, 0.0)
        bound = max(self.bound(own), plans.relaxed(matrix, seconds).bound * plans.model.musd)
        return self._measured(plans, plans.model.finished(self.question, matrix, x, bound, seconds), own)

    def _measured(
        self, plans: LevelPlans, found: Answered, beside: Levels | None = None, duals: Floats | None = None
    ) -> Mapping[str, Any]:
        """Return an answer with the measures of its plan; ``beside`` replaces the levels asked.

        The duals of the levels asked prove a bound at the measures of the plan, too.
        """
        measured: list[float | None] | None = None
        own_bound: float | None = None
        if found.objective is not None:
            x = plans.model.vector(found.values, plans.model.matrix)
            assert x is not None
            measured = plans.values(x)
            if self._alone and duals is not None:
                proven = plans.proven(tuple(value or 0.0 for value in measured), duals, x) * plans.model.musd
                own_bound = proven if math.isfinite(proven) else None
        return {**found.data(), "measured": measured, "beside": beside, "own_bound": own_bound}

    def _cheapest(self, levels: Levels) -> Levels | None:
        """Return where the cheapest plan known for some levels was found."""
        known = (other for other, values in self.values.items() if self._meets(values, levels))
        return min(known, key=lambda other: self.found[other].objective or math.inf, default=None)

    def _within_gap(self, at: Levels, bound: float) -> bool:
        objective = self.found[at].objective
        assert objective is not None
        return objective - bound <= self.question.solve.limits.gap * abs(objective)

    def _no_better(self, at: Levels | None, cost_musd: float) -> bool:
        """Return whether a plan costs no less than the known one."""
        return at is not None and cost_musd >= (1 - SAME) * (self.found[at].objective or 0.0)

    def _infeasible(self) -> Mapping[str, Any]:
        """Return the answer of levels at which no plan exists, as at looser ones."""
        none = Answered(Status.INFEASIBLE, bound=math.inf)
        return {**none.data(), "measured": None, "beside": None, "own_bound": None}

    def _again(self, at: Levels, bound: float) -> Mapping[str, Any]:
        """Return the plan found at other levels, with the bound of these."""
        status = Status.OPTIMAL if self._within_gap(at, bound) else Status.FEASIBLE
        old = replace(self.found[at], status=status, bound=checked_bound(bound, self.found[at].objective))
        return {**old.data(), "measured": list(self.values[at]), "beside": None, "own_bound": None}

    def bound(self, values: Levels) -> float:
        """Return the best bound on the cost of a plan with some values: that of every looser tuple of levels."""
        known = [*((levels, one.bound) for levels, one in self.found.items()), *self.bounds.items()]
        looser = (bound for levels, bound in known if bound != math.inf and self._meets(values, levels))
        return max(looser, default=-math.inf)

    def _meets(self, values: Levels, levels: Levels) -> bool:
        pairs = zip(self.axes, values, levels, strict=True)
        return all(math.isnan(level) or (not math.isnan(x) and axis.meets(x, level)) for axis, x, level in pairs)

    def _near(self, levels: Levels, matrix: Matrix, seconds: float) -> Answered | None:
        """Return a plan near that of a close neighbour; None without one."""
        near = min(self.values, key=lambda other: self._distance(other, levels), default=None)
        if near is None or self._distance(near, levels) > CLOSE:
            return None
        return self.plans(levels).model.near(self.question, matrix, self.found[near].values, seconds)

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
            bound = checked_bound(self.bound(values), one.objective)
            kept.append(FrontPoint(one.objective, bound, named, one.plan))
        return kept
