"""The most power for a budget under learning curves: no plan may rest on what chords leave unpaid.

The model with chords bounds the factor from above, but its plan may cost more than the budget on the curves. At
tangent prices every plan that keeps the budget keeps it on the curves as well, so the plan is sought there, round by
round.
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

MOST_ROUNDS = 10
ROW = Row.MONEY_BUDGET


def search_within_budget(
    matrix: Matrix, learning: Learning, curves: Curves, options: SearchOptions, start: Incumbent | None = None
) -> SearchResult:
    """Search the largest factor whose true cost keeps the budget, with the bound of the chords.

    Events tell plans that keep the budget on the curves, and bounds of the chords; ``start`` is such a plan. The limits
    are those of all rounds.
    """
    curve_model, limits = LearningCurveModel(matrix, learning, curves), options.limits
    ends = None if limits.seconds is None else time.monotonic() + limits.seconds

    def kept_by(objective: float, x: Floats) -> tuple[float, Floats] | None:
        x = curve_model.completed(x)
        return (objective, x) if _excess(curve_model, x) <= 1e-9 else None

    top = best = search(matrix, with_forwarded_events(options, kept_by), start)
    if top.x is None:
        return top
    stats = top.stats
    path, rounds = curve_model.path(top.x), 0
    kept = _excess(curve_model, top.x) <= 1e-9
    while not (kept and rounds == 0) and rounds < MOST_ROUNDS and not options.stopped:
        rounds += 1
        at_tangents = with_forwarded_events(options.with_remaining(stats.work, ends), kept_by, bounds=False)
        found = search(_at_tangents(curve_model, path), at_tangents, start)
        stats = stats.after(found.stats)
        if found.x is None or found.objective is None:
            break
        before = best.objective if kept else None
        if before is None or found.objective < before:
            best, kept = found, True
        path = curve_model.path(found.x)
        if before is not None and before - found.objective <= 0.1 * options.limits.gap * abs(before):
            break
    stats = replace(stats, price_rounds=rounds, warnings=best.stats.warnings)
    if not kept:
        nothing = Termination(Reason.EXHAUSTED, detail="no plan keeps the budget on the learning curves")
        without = Incumbent(bound=top.bound, certificate=top.certificate)
        return SearchResult(termination_of(without, options, nothing), without, stats)
    incumbent = best.incumbent.with_bound(top.bound, top.certificate)
    ended = termination_of(incumbent, options, top.termination, otherwise="chords")
    return replace(best, termination=ended, incumbent=incumbent, stats=stats)


def _excess(curve_model: LearningCurveModel, x: Floats) -> float:
    """What a plan spends beyond the budget, on the curves."""
    i = curve_model.matrix.row(ROW)
    row = _row(curve_model.matrix, i)
    beyond = float(row @ x) - float(curve_model.matrix.row_upper[i])
    return beyond + curve_model.learned(x) - curve_model.chords(x, row)


def _at_tangents(curve_model: LearningCurveModel, path: dict[tuple[str, int], float]) -> Matrix:
    """The model with the budget counted at the tangents of a path; the cost of a unit is that of the curves there."""
    matrix = curve_model.matrix
    i = matrix.row(ROW)
    unit, constant = curve_model.tangents(path)
    a = sp.lil_matrix(matrix.a)
    for word in (Var.LEARNING_SEGMENT_FILL, Var.LEARNING_EXPERIENCE):
        for j in matrix.columns_of(word):
            a[i, j] = unit.get(int(j), 0.0)
    upper = matrix.row_upper.copy()
    upper[i] += curve_model.learning.fixed_gusd - constant
    integer = matrix.integer.copy()
    integer[matrix.columns_of(Var.LEARNING_SEGMENT_ACTIVE)] = False
    return replace(matrix, a=sp.csc_matrix(a), row_upper=upper, integer=integer)


def _row(matrix: Matrix, i: int) -> Floats:
    return sp.csr_matrix(matrix.a)[[i]].toarray().ravel()
