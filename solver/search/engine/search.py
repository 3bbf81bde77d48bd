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
    matrix: Matrix, request: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
) -> SearchResult:
    """Search the best plan of a matrix within the limits; every integer count of it is integer.

    ``start`` is a plan that is known already with what is known of the bound; a point that is no plan of the matrix is
    passed over. The LP begins at ``basis``.
    """
    board = SearchState(matrix, request)
    if start is not None:
        board.submit_solution(start.x, "start")
        board.raise_bound(start.bound, start.certificate, "start")
    # Work is counted where counts are whole; the LP below them is finished, or there is nothing to search.
    limits = replace(request.limits, work=None) if matrix.integer.any() else request.limits
    lp = solve(matrix, limits, relax=True, stop=request.stop, on_event=board.tell("LP"), basis=basis)
    if lp.x is None or lp.objective is None:
        if board.x is None:
            ended = termination_of(Incumbent(), request, lp.termination)
            return SearchResult(ended, stats=SearchStats(warnings=tuple(lp.warnings)))
        return _result(board, lp, lp.termination)
    board.warnings.extend(lp.warnings)
    board.raise_bound(lp.bound, lp.certificate, "LP")
    board.basis = lp.basis
    if not matrix.integer.any():
        board.submit_solution(lp.x, "LP")
        return _result(board, lp, lp.termination)
    if request.method == "exact" or (request.method == "auto" and matrix.integer.sum() <= SMALL):
        return _result(board, lp, _exact(board, lp))
    settings = request.settings or tuned(matrix, lp.x, request.limits.gap)
    board.options = settings.highs
    tight = with_flight_cuts(board, lp, settings.cut_passes) if request.proof else lp
    side = ColumnSubsetSearch if matrix.columns >= SUBSET_FROM_COLUMNS else Portfolio
    return _result(board, lp, side(board, tight, settings).run())


def _exact(board: SearchState, lp: Solution) -> Termination:
    """Branch and bound on the whole model, or on what must stay whole, with the rest made whole after it."""
    matrix, request = board.matrix, board.request
    rule = "all" if request.integrality == "auto" else request.integrality
    assert lp.x is not None
    assert lp.objective is not None
    kept = decided_integers(matrix, lp.x, lp.objective, request.limits.gap, rule, request.interest_share)
    if board.done:
        return WITHIN_GAP
    if kept.sum() < matrix.integer.sum():
        found = _branched(board, kept, MAIN_SHARE) if kept.any() else lp
        if found.x is not None and not board.submit_solution(found.x, "branch and bound"):
            staged_rounding(board, fixed_at(matrix, found.x, kept), found.x, DEFAULT, "integer counts")
        if found.status is Status.INFEASIBLE or board.over:
            return found.termination
    found = _branched(board, matrix.integer, 1.0)
    board.submit_solution(found.x, "branch and bound")
    return found.termination


def _branched(board: SearchState, whole: Bools, share: float) -> Solution:
    """One run of branch and bound with some columns whole; its bound goes to the search state."""
    limits, told = board.limits(share, board.request.limits.gap * share), board.tell("branch and bound")

    def received(event: SearchEvent) -> None:
        board.submit_solution(event.x, "branch and bound")
        if event.bound is not None:
            board.raise_bound(event.bound, event.certificate, "branch and bound")
        if told is not None:
            told(event)

    found = solve(board.matrix.with_(integer=whole), limits, start=board.x, stop=board.request.stop, on_event=received)
    board.warnings.extend(found.warnings)
    board.spent += found.nodes
    board.cut_short(found.termination)
    if found.status is not Status.INFEASIBLE:
        board.raise_bound(found.bound, found.certificate, "branch and bound")
    return found


def _result(board: SearchState, lp: Solution, ended: Termination) -> SearchResult:
    stats = SearchStats(
        lp_bound=lp.bound, integers=int(board.matrix.integer.sum()), work=board.spent,
        time_limited=board.clocked or board.short_of_time, warnings=tuple(dict.fromkeys(board.warnings)),
    )  # fmt: skip
    return SearchResult(termination_of(board.incumbent, board.request, ended), board.incumbent, stats, lp.basis)
