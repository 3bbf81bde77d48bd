"""Most power within a budget under learning curves: plans at tangent prices, bound from chords.

The model with chords bounds the factor from above, but its plan may exceed the budget on the curves. At tangent prices
every plan within the budget is within it on the curves as well, so plans are searched there, round by round.
"""

from __future__ import annotations

import time
from dataclasses import replace

import scipy.sparse as sp

from formulations.coefficients import Learning
from formulations.names import Row, Var
from solver.derive.learning import Curves
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Incumbent, Reason, Termination
from solver.search.core.result import SearchResult, termination_of
from solver.search.core.state import SearchOptions, with_forwarded_events
from solver.search.engine.search import search
from solver.search.variants.learning_curve_model import LearningCurveModel

MAX_ROUNDS = 10
ROW = Row.MONEY_BUDGET


def search_within_budget(
    matrix: Matrix, learning: Learning, curves: Curves, options: SearchOptions, start: Incumbent | None = None
) -> SearchResult:
    """Search the largest factor whose cost on the curves is within the budget, with the bound of the chords.

    Events report plans within the budget on the curves, and bounds of the chords; ``start`` is such a plan. The limits
    hold for all rounds together.
    """
    curve_model, limits = LearningCurveModel(matrix, learning, curves), options.limits
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds

    def within_budget(objective: float, x: Floats) -> tuple[float, Floats] | None:
        x = curve_model.with_consistent_experience(x)
        return (objective, x) if _budget_excess(curve_model, x) <= 1e-9 else None

    on_chords = best = search(matrix, with_forwarded_events(options, within_budget), start)
    if on_chords.x is None:
        return on_chords
    stats = on_chords.stats
    path, rounds = curve_model.path(on_chords.x), 0
    within = _budget_excess(curve_model, on_chords.x) <= 1e-9
    while not (within and rounds == 0) and rounds < MAX_ROUNDS and not options.stopped:
        rounds += 1
        at_tangents = with_forwarded_events(options.with_remaining(stats.work, deadline), within_budget, bounds=False)
        result = search(_with_budget_at_tangents(curve_model, path), at_tangents, start)
        stats = stats.after(result.stats)
        if result.x is None or result.objective is None:
            break
        before = best.objective if within else None
        if before is None or result.objective < before:
            best, within = result, True
        path = curve_model.path(result.x)
        if before is not None and before - result.objective <= 0.1 * options.limits.gap * abs(before):
            break
    stats = replace(stats, price_rounds=rounds, warnings=best.stats.warnings)
    if not within:
        nothing = Termination(Reason.EXHAUSTED, detail="no plan keeps the budget on the learning curves")
        without = Incumbent(bound=on_chords.bound, certificate=on_chords.certificate)
        return SearchResult(termination_of(without, options, nothing), without, stats)
    incumbent = best.incumbent.with_bound(on_chords.bound, on_chords.certificate)
    ended = termination_of(incumbent, options, on_chords.termination, otherwise="chords")
    return replace(best, termination=ended, incumbent=incumbent, stats=stats)


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
