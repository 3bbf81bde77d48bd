"""Search of one matrix: the best integer plan found, with the best bound proven.

``exact`` is HiGHS alone on the whole model: the baseline. ``search`` is a portfolio of strategies. ``auto``
takes the first for small models and the second for all others.
"""

from __future__ import annotations

from dataclasses import replace

from solver.milp.highs import solve
from solver.milp.matrix import Bools, Matrix
from solver.milp.solution import WITHIN_GAP, Basis, Incumbent, SearchEvent, Solution, Status, Termination
from solver.search.core.integrality import decided_integers
from solver.search.core.result import SearchResult, SearchStats, termination_of
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import fixed_at
from solver.search.core.tuned import tuned
from solver.search.dual.flight_cuts import with_flight_cuts
from solver.search.engine.column_subset_search import SUBSET_FROM_COLUMNS, ColumnSubsetSearch
from solver.search.engine.portfolio import Portfolio
from solver.search.primal.staged_rounding import staged_rounding

SMALL = 400
"""Whole columns below which the whole model is solved at once."""
MAIN_SHARE = 0.85
"""Share of time and gap for branch and bound where some counts are made whole after it."""


def search(
    matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
) -> SearchResult:
    """Search the best plan of a matrix within the limits; every integer count of it is integer.

    ``start`` is a plan that is known already with what is known of the bound; a point that is no plan of the matrix is
    passed over. The LP begins at ``basis``.
    """
    state = SearchState(matrix, options)
    if start is not None:
        state.submit_solution(start.x, "start")
        state.raise_bound(start.bound, start.certificate, "start")
    # Work is counted where counts are whole; the LP below them is finished, or there is nothing to search.
    limits = replace(options.limits, work=None) if matrix.integer.any() else options.limits
    lp = solve(matrix, limits, relax=True, stop=options.stop, on_event=state.progress_listener("LP"), basis=basis)
    if lp.x is None or lp.objective is None:
        if state.x is None:
            ended = termination_of(Incumbent(), options, lp.termination)
            return SearchResult(ended, stats=SearchStats(warnings=tuple(lp.warnings)))
        return _result(state, lp, lp.termination)
    state.warnings.extend(lp.warnings)
    state.raise_bound(lp.bound, lp.certificate, "LP")
    state.basis = lp.basis
    if not matrix.integer.any():
        state.submit_solution(lp.x, "LP")
        return _result(state, lp, lp.termination)
    if options.method == "exact" or (options.method == "auto" and matrix.integer.sum() <= SMALL):
        return _result(state, lp, _exact(state, lp))
    settings = options.settings or tuned(matrix, lp.x, options.limits.gap)
    state.highs_options = settings.highs
    tight = with_flight_cuts(state, lp, settings.cut_passes) if options.proof else lp
    side = ColumnSubsetSearch if matrix.columns >= SUBSET_FROM_COLUMNS else Portfolio
    return _result(state, lp, side(state, tight, settings).run())


def _exact(state: SearchState, lp: Solution) -> Termination:
    """Branch and bound on the whole model, or on what must stay whole, with the rest made whole after it."""
    matrix, options = state.matrix, state.options
    rule = "all" if options.integrality == "auto" else options.integrality
    assert lp.x is not None
    assert lp.objective is not None
    kept = decided_integers(matrix, lp.x, lp.objective, options.limits.gap, rule, options.interest_share)
    if state.done:
        return WITHIN_GAP
    if kept.sum() < matrix.integer.sum():
        found = _branched(state, kept, MAIN_SHARE) if kept.any() else lp
        if found.x is not None and not state.submit_solution(found.x, "branch and bound"):
            staged_rounding(state, fixed_at(matrix, found.x, kept), found.x, DEFAULT, "integer counts")
        if found.status is Status.INFEASIBLE or state.finished:
            return found.termination
    found = _branched(state, matrix.integer, 1.0)
    state.submit_solution(found.x, "branch and bound")
    return found.termination


def _branched(state: SearchState, whole: Bools, share: float) -> Solution:
    """One run of branch and bound with some columns whole; its bound goes to the search state."""
    limits, told = state.limits(share, state.options.limits.gap * share), state.progress_listener("branch and bound")

    def received(event: SearchEvent) -> None:
        state.submit_solution(event.x, "branch and bound")
        if event.bound is not None:
            state.raise_bound(event.bound, event.certificate, "branch and bound")
        if told is not None:
            told(event)

    found = solve(state.matrix.with_(integer=whole), limits, start=state.x, stop=state.options.stop, on_event=received)
    state.warnings.extend(found.warnings)
    state.work_done += found.nodes
    state.record_termination(found.termination)
    if found.status is not Status.INFEASIBLE:
        state.raise_bound(found.bound, found.certificate, "branch and bound")
    return found


def _result(state: SearchState, lp: Solution, ended: Termination) -> SearchResult:
    stats = SearchStats(
        lp_bound=lp.bound, integers=int(state.matrix.integer.sum()), work=state.work_done,
        time_limited=state.time_limited or state.short_of_time, warnings=tuple(dict.fromkeys(state.warnings)),
    )  # fmt: skip
    return SearchResult(termination_of(state.incumbent, state.options, ended), state.incumbent, stats, lp.basis)
