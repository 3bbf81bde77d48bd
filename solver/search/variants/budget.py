"""Most power within a budget under learning curves: plans at tangent prices, bound from chords.

The model with chords bounds the factor from above, but its plan may exceed the budget on the curves. At tangent prices
every plan within the budget is within it on the curves as well, so plans are searched there, round by round.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from formulations.coefficients import Learning
from formulations.names import Row, Var
from solver.derive.learning import Curves
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Incumbent, Reason, Termination
from solver.search.core.result import SearchResult, SearchStats, termination_of
from solver.search.core.state import SearchOptions, with_forwarded_events
from solver.search.engine.search import search
from solver.search.variants.learning_curve_model import LearningCurveModel

MAX_ROUNDS = 10
SETTLED_SHARE_OF_GAP, WITHIN = 0.1, 1e-9
"""Share of the gap limit below which a plan is no better, and the part of the budget that is a matter of tolerances."""
LEAST_SECONDS = 1.0
ROW = Row.MONEY_BUDGET


def search_within_budget(
    matrix: Matrix, learning: Learning, curves: Curves, options: SearchOptions, start: Incumbent | None = None
) -> SearchResult:
    """Search the largest factor whose cost on the curves is within the budget, with the bound of the chords.

    Events report plans within the budget on the curves, and bounds of the chords; ``start`` is such a plan. The limits
    hold for all rounds together.
    """
    curve_model, limits = LearningCurveModel(matrix, learning, curves), options.limits
    state = _State(curve_model, options, None if limits.seconds is None else time.monotonic() + limits.seconds)
    lp = solve(matrix, replace(state.left.limits, work=None), relax=True, stop=options.stop)
    if lp.x is not None and (start is None or start.x is None):
        # A plan at tangents is one of the chords too, which alone may lead to none within the budget for long.
        state.run_rounds(curve_model.path(lp.x), first=True)
    chords = search(matrix, with_forwarded_events(state.left, state.within_budget), state.known or start)
    state.stats.append(chords.stats)
    if chords.x is not None and chords.objective is not None:
        if _budget_excess(curve_model, chords.x) <= WITHIN:
            state.take(chords)
        elif state.value - chords.objective > SETTLED_SHARE_OF_GAP * limits.gap * abs(chords.objective):
            state.run_rounds(curve_model.path(chords.x))
    if state.best is None and chords.x is None:
        return replace(chords, stats=state.total(chords.stats))
    if state.best is None:
        nothing = Termination(Reason.EXHAUSTED, detail="no plan keeps the budget on the learning curves")
        without = Incumbent(bound=chords.bound, certificate=chords.certificate)
        return SearchResult(termination_of(without, options, nothing), without, state.total(chords.stats))
    incumbent = state.best.incumbent.with_bound(chords.bound, chords.certificate)
    ended = termination_of(incumbent, options, chords.termination, otherwise="chords")
    return replace(state.best, termination=ended, incumbent=incumbent, stats=state.total(state.best.stats))


@dataclass(slots=True)
class _State:
    """State of the search within one budget: the best plan, and the statistics of all its searches."""

    curve_model: LearningCurveModel
    options: SearchOptions
    ends: float | None
    best: SearchResult | None = None
    rounds: int = 0
    stats: list[SearchStats] = field(default_factory=list)

    @property
    def value(self) -> float:
        """Objective of the best plan; infinite without one."""
        return np.inf if self.best is None or self.best.objective is None else self.best.objective

    @property
    def known(self) -> Incumbent | None:
        """Best plan as a start, without a bound; None without one."""
        if self.best is None or self.best.x is None:
            return None
        return Incumbent(self.curve_model.with_consistent_experience(self.best.x), self.value)

    @property
    def left(self) -> SearchOptions:
        """Options with the work and the time left."""
        return self.options.with_remaining(sum(stats.work for stats in self.stats), self.ends)

    def total(self, last: SearchStats) -> SearchStats:
        """Return the statistics of a search with the work of all others."""
        others = [stats for stats in self.stats if stats is not last]
        return replace(last.after(*others), price_rounds=self.rounds)

    def within_budget(self, objective: float, x: Floats) -> tuple[float, Floats] | None:
        """Return a plan on the curves; None where it costs more than the budget."""
        x = self.curve_model.with_consistent_experience(x)
        return (objective, x) if _budget_excess(self.curve_model, x) <= WITHIN else None

    def take(self, result: SearchResult) -> None:
        """Take a plan within the budget that is better than the best one."""
        if result.objective is not None and result.objective < self.value:
            self.best = result

    def run_rounds(self, path: dict[tuple[str, int], float], first: bool = False) -> None:
        """Search plans at tangents, each at the experience of the last one, until they get no better.

        A ``first`` plan needs no bound: that of one path of prices says nothing about others.
        """
        settled = SETTLED_SHARE_OF_GAP * self.options.limits.gap
        for _ in range(MAX_ROUNDS):
            if self.options.stopped or (self.rounds and self._out_of_time()):
                return
            self.rounds += 1
            at_tangents = with_forwarded_events(self.left, self.within_budget, bounds=False)
            priced = _with_budget_at_tangents(self.curve_model, path)
            result = search(priced, replace(at_tangents, proof=not first), self.known)
            self.stats.append(result.stats)
            if result.x is None or result.objective is None:
                return
            before = self.value
            self.take(result)
            path = self.curve_model.path(result.x)
            if before - result.objective <= settled * abs(before):
                return

    def _out_of_time(self) -> bool:
        return self.ends is not None and time.monotonic() >= self.ends - LEAST_SECONDS


def _budget_excess(curve_model: LearningCurveModel, x: Floats) -> float:
    """Compute the spending of a plan on the curves beyond the budget."""
    i = curve_model.matrix.row(ROW)
    row = _row(curve_model.matrix, i)
    beyond = float(row @ x) - float(curve_model.matrix.row_upper[i])
    return beyond + curve_model.curve_cost(x) - curve_model.chord_cost(x, row)


def _with_budget_at_tangents(curve_model: LearningCurveModel, path: dict[tuple[str, int], float]) -> Matrix:
    """Return the model with the budget row at the tangents of a path; a unit costs what it does on the curves there."""
    matrix = curve_model.matrix
    i = matrix.row(ROW)
    unit, constant = curve_model.tangents(path)
    a = sp.lil_matrix(matrix.a)
    for component in (Var.LEARNING_SEGMENT_FILL, Var.LEARNING_EXPERIENCE):
        for j in matrix.columns_of(component):
            a[i, j] = unit.get(int(j), 0.0)
    upper = matrix.row_upper.copy()
    upper[i] += curve_model.learning.fixed_gusd - constant
    integer = matrix.integer.copy()
    integer[matrix.columns_of(Var.LEARNING_SEGMENT_ACTIVE)] = False
    return replace(matrix, a=sp.csc_matrix(a), row_upper=upper, integer=integer)


def _row(matrix: Matrix, i: int) -> Floats:
    return sp.csr_matrix(matrix.a)[[i]].toarray().ravel()
