"""Optimisation of one matrix: the best integer plan found, with the best bound proven.

``exact`` is HiGHS alone on the full model with narrowed ranges: the baseline. ``search`` is a portfolio of strategies.
``auto`` takes the first for models with few integer columns and the second for all others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.milp.effort import effort
from solver.milp.highs import solve
from solver.milp.matrix import Bools, Matrix
from solver.milp.solution import WITHIN_GAP, Basis, Incumbent, SearchEvent, Solution, Status, Termination
from solver.search.core.integrality import decided_integers
from solver.search.core.result import SearchResult, SearchStats, termination_of
from solver.search.core.settings import DEFAULT, Settings
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import fixed_at
from solver.search.core.tuned import tuned
from solver.search.dual.flight_cuts import with_flight_cuts
from solver.search.dual.narrowing import Narrowing
from solver.search.engine.bound_side import is_worth, search_side_by_side
from solver.search.engine.column_subset_search import SUBSET_FROM_COLUMNS, ColumnSubsetSearch
from solver.search.engine.portfolio import Portfolio
from solver.search.primal.staged_rounding import staged_rounding

EXACT_BELOW_INTEGERS = 400
"""Number of integer columns up to which ``auto`` solves the full model by branch and bound."""
SLOW_SHARE = 0.1
"""Share of the time left that the LP may have taken for cuts, which are as dear, to come before a first plan."""
MAIN_SHARE = 0.85
"""Share of time and gap for branch and bound where other integer columns are rounded after it."""


def search(
    matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
) -> SearchResult:
    """Search the best plan of a matrix within the limits; every integer count of it is integer.

    ``start`` is a known plan with its bound; a point that is infeasible for the matrix is ignored, and one within the
    gap ends the search. The LP starts at ``basis``. With two threads plan and bound are sought side by side;
    ``exact`` leaves all of them to the solver.
    """
    threads = options.limits.threads
    if options.method != "exact":
        options = replace(options, limits=replace(options.limits, threads=1))
    state = SearchState(matrix, options)
    if start is not None:
        state.submit_solution(start.x, "start")
        state.raise_bound(start.bound, start.certificate, "start")
        if state.done:
            return SearchResult(WITHIN_GAP, state.incumbent)
    # The work limit counts branch-and-bound nodes; the LP before them is always solved to its end.
    limits = replace(options.limits, work=None) if matrix.integer.any() else options.limits
    before = effort()
    lp = solve(matrix, limits, relax=True, stop=options.stop, on_event=state.progress_listener("LP"), basis=basis)
    lp_effort = effort() - before
    if lp.x is None or lp.objective is None:
        if state.x is None:
            ended = termination_of(Incumbent(), options, lp.termination)
            return SearchResult(ended, stats=SearchStats(warnings=tuple(lp.warnings)))
        return _result(state, lp, lp.termination)
    state.warnings.extend(lp.warnings)
    state.raise_bound(lp.bound, lp.certificate, "LP", state.lp_proof(lp.row_dual))
    state.basis = lp.basis
    if start is not None and state.done:
        return _result(state, lp, WITHIN_GAP)
    if not matrix.integer.any():
        state.submit_solution(lp.x, "LP")
        return _result(state, lp, lp.termination)
    if options.method == "exact" or (options.method == "auto" and matrix.integer.sum() <= EXACT_BELOW_INTEGERS):
        return _result(state, lp, _exact(state, lp))
    settings = options.settings or tuned(matrix, lp.x, options.limits.gap)
    state.highs_options = settings.highs
    if matrix.columns < SUBSET_FROM_COLUMNS and is_worth(state, threads, lp_effort):
        found = search_side_by_side(state, lp, settings)
        if found is not None:
            return _result(found[0], lp, found[1])
    return _result(state, lp, _portfolio(state, lp, settings))


def _portfolio(state: SearchState, lp: Solution, settings: Settings) -> Termination:
    """Search plans and bounds from the LP optimum, with cuts; a first plan comes before these where the LP is slow."""
    engine = ColumnSubsetSearch if state.matrix.columns >= SUBSET_FROM_COLUMNS else Portfolio
    proof = state.options.proof
    if _is_slow(state, lp):
        engine(state, lp, settings).find_first()
        if state.done or (state.x is not None and not proof):
            return state.termination
    tight = with_flight_cuts(state, lp, settings.cut_passes) if proof else lp
    return engine(state, tight, settings).run()


def _is_slow(state: SearchState, lp: Solution) -> bool:
    """Return whether a first plan cannot wait for cuts."""
    left = state.left()
    return state.x is None and left is not None and lp.seconds > SLOW_SHARE * left


def _exact(state: SearchState, lp: Solution) -> Termination:
    """Run branch and bound on the full model, or on the columns kept integer, and round the others after it."""
    matrix, options = state.matrix, state.options
    rule = "all" if options.integrality == "auto" else options.integrality
    assert lp.x is not None
    assert lp.objective is not None
    kept = decided_integers(matrix, lp.x, lp.objective, options.limits.gap, rule, options.interest_share)
    if state.done:
        return WITHIN_GAP
    if kept.sum() < matrix.integer.sum():
        result = _branch_and_bound(state, lp, kept, MAIN_SHARE) if kept.any() else lp
        if result.x is not None and not state.submit_solution(result.x, "branch and bound"):
            staged_rounding(state, fixed_at(matrix, result.x, kept), result.x, DEFAULT, "integer counts")
        if result.status is Status.INFEASIBLE or state.finished:
            return result.termination
    result = _branch_and_bound(state, lp, matrix.integer, 1.0)
    state.submit_solution(result.x, "branch and bound")
    return result.termination


def _branch_and_bound(state: SearchState, lp: Solution, integer: Bools, share: float) -> Solution:
    """Run branch and bound with some columns integer, on narrowed ranges; its plans and bounds go to the search state.

    It does not begin again from its first plan: on two instances of three the narrower ranges did not make up for
    another root.
    """
    limits, report = state.limits(share, state.options.limits.gap * share), state.progress_listener("branch and bound")
    ranges = Narrowing(state, lp.row_dual)
    options, matrix, most = state.options, ranges.matrix().with_(integer=integer), state.objective

    def relay(event: SearchEvent) -> None:
        state.submit_solution(event.x, "branch and bound")
        if event.bound is not None:
            # Narrowed ranges hold for plans better than the incumbent, so no bound over them lies above it.
            state.raise_bound(min(event.bound, most), event.certificate, "branch and bound")
        if report is not None:
            report(event)

    result = solve(matrix, limits, start=state.x, stop=options.stop, on_event=relay, solver=options.solver)
    state.warnings.extend(result.warnings)
    state.work_done += result.nodes
    state.record_termination(result.termination)
    bound = most if result.status is Status.INFEASIBLE else min(result.bound, most)
    if np.isfinite(bound):
        state.raise_bound(bound, result.certificate, "branch and bound")
    return result


def _result(state: SearchState, lp: Solution, ended: Termination) -> SearchResult:
    stats = SearchStats(
        lp_bound=lp.bound, integers=int(state.matrix.integer.sum()), work=state.work_done,
        time_limited=state.time_limited or state.short_of_time, warnings=tuple(dict.fromkeys(state.warnings)),
    )  # fmt: skip
    return SearchResult(termination_of(state.incumbent, state.options, ended), state.incumbent, stats, lp.basis)
