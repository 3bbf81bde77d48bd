"""Matrix -> the best whole plan found, with the best bound proven.

``exact`` is HiGHS alone on the whole model: the honest baseline. ``search`` is a portfolio of strategies. ``auto``
takes the first for small models and the second for all others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from solver.milp.highs import solve
from solver.milp.limits import GAP_TOLERANCE
from solver.milp.limits import gap_share as gap_of
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.solution import Basis, Progress, Solution, Status
from solver.search.core.integrality import kept_whole
from solver.search.core.settings import DEFAULT
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import held_at
from solver.search.core.tuned import tuned
from solver.search.dual.flight_cuts import with_whole_flights
from solver.search.engine.column_subset_search import NARROW_FROM_COLUMNS, Narrow
from solver.search.engine.portfolio import Portfolio
from solver.search.primal.staged_rounding import make_whole

SMALL = 400
"""Whole columns below which the whole model is solved at once."""
MAIN_SHARE = 0.85
"""Share of time and gap for branch and bound where some counts are made whole after it."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The outcome in the matrix's minimised sense.

    ``lp_bound`` is the bound of the LP relaxation, ``bound`` the best one proven, with its kind: ``lp_verified`` when
    re-derived from LP duals, ``solver`` when branch and bound alone vouches for it. ``rounds`` counts the prices tried
    under learning curves. ``clocked`` says that a step was cut short by the clock, so that another run may differ;
    ``spent`` is the work done, ``basis`` that of the LP relaxation.
    """

    status: Status
    reason: str
    x: Floats | None = None
    objective: float | None = None
    bound: float = -np.inf
    bound_kind: str = "solver"
    lp_bound: float = -np.inf
    gap: float | None = None
    searched_whole: int = 0
    warnings: list[str] = field(default_factory=list)
    rounds: int = 0
    clocked: bool = False
    spent: int = 0
    basis: Basis | None = None


def search(matrix: Matrix, request: SearchOptions, start: Solution | None = None) -> SearchResult:
    """The best plan of a matrix within the limits; every whole count of it is whole.

    ``start`` is a whole plan that is known already, what is known of the bound, and a basis at which the LP begins; a
    point that is no plan of the matrix is passed over.
    """
    board = SearchState(matrix, request)
    if start is not None:
        board.submit_solution(start.x, "start")
        board.raise_bound(start.bound, start.bound_kind, "start")
    # Work is counted where counts are whole; the LP below them is finished, or there is nothing to search.
    limits = replace(request.limits, work=None) if matrix.integer.any() else request.limits
    basis = None if start is None else start.basis
    lp = solve(matrix, limits, relax=True, stop=request.stop, on_progress=board.tell("LP"), basis=basis)
    if lp.x is None or lp.objective is None:
        return _without_lp(matrix, request, lp) if board.x is None else _found(board, lp, lp.reason)
    board.warnings.extend(lp.warnings)
    board.raise_bound(lp.bound, lp.bound_kind, "LP")
    board.basis = lp.basis
    if not matrix.integer.any():
        board.submit_solution(lp.x, "LP")
        return _found(board, lp, lp.reason)
    if request.method == "exact" or (request.method == "auto" and matrix.integer.sum() <= SMALL):
        return _found(board, lp, _exact(board, lp))
    settings = request.settings or tuned(matrix, lp.x, request.limits.gap)
    board.options = settings.highs
    tight = with_whole_flights(board, lp, settings.cut_passes) if request.proof else lp
    side = Narrow if matrix.columns >= NARROW_FROM_COLUMNS else Portfolio
    return _found(board, lp, side(board, tight, settings).run())


def _exact(board: SearchState, lp: Solution) -> str:
    """Branch and bound on the whole model, or on what must stay whole, with the rest made whole after it."""
    matrix, request = board.matrix, board.request
    rule = "all" if request.integrality == "auto" else request.integrality
    assert lp.x is not None
    assert lp.objective is not None
    kept = kept_whole(matrix, lp.x, lp.objective, request.limits.gap, rule, request.interest_share)
    if board.done:
        return "gap"
    if kept.sum() < matrix.integer.sum():
        found = _branched(board, kept, MAIN_SHARE) if kept.any() else lp
        if found.x is not None and not board.submit_solution(found.x, "branch and bound"):
            make_whole(board, held_at(matrix, found.x, kept), found.x, DEFAULT, "whole counts")
        if found.status is Status.INFEASIBLE or board.over:
            return found.reason
    found = _branched(board, matrix.integer, 1.0)
    board.submit_solution(found.x, "branch and bound")
    return found.reason


def _branched(board: SearchState, whole: Bools, share: float) -> Solution:
    """One run of branch and bound with some columns whole; its bound goes to the board."""
    limits, told = board.limits(share, board.request.limits.gap * share), board.tell("branch and bound")

    def heard(progress: Progress) -> None:
        if progress.bound is not None:
            board.raise_bound(min(progress.bound, board.objective), "solver", "branch and bound")
        if told is not None:
            told(progress)

    found = solve(
        board.matrix.with_(integer=whole), limits, start=board.x, stop=board.request.stop, on_progress=heard,
        on_plan=lambda x: board.submit_solution(x, "branch and bound"),
    )  # fmt: skip
    board.warnings.extend(found.warnings)
    board.spent += found.nodes
    board.cut_short(found.reason)
    if found.status is not Status.INFEASIBLE:
        board.raise_bound(found.bound, found.bound_kind, "branch and bound")
    return found


def _found(board: SearchState, lp: Solution, reason: str) -> SearchResult:
    warnings = list(dict.fromkeys(board.warnings))
    common = SearchResult(
        Status.NO_PLAN, reason, lp_bound=lp.bound, bound=board.bound, bound_kind=board.bound_kind, warnings=warnings,
        searched_whole=int(board.matrix.integer.sum()), clocked=board.clocked or board.short_of_time, spent=board.spent,
        basis=lp.basis,
    )  # fmt: skip
    if board.x is None:
        if reason.startswith("infeasible"):
            return replace(common, status=Status.INFEASIBLE)
        return replace(common, status=Status.INTERRUPTED if board.request.stopped else Status.NO_PLAN)
    gap = gap_of(board.objective, min(board.bound, board.objective))
    status, why = _ended(gap, reason, board.request)
    return replace(
        common, status=status, reason=why, x=board.x, objective=board.objective,
        bound=min(board.bound, board.objective), gap=gap,
    )  # fmt: skip


def _ended(gap: float, reason: str, request: SearchOptions) -> tuple[Status, str]:
    """Whether a plan is proven within the gap asked, and if not, what stopped the search."""
    if gap <= request.limits.gap + GAP_TOLERANCE:
        return Status.OPTIMAL, "gap"
    if request.stopped:
        return Status.INTERRUPTED, "interrupt"
    return Status.FEASIBLE, reason if reason != "gap" else "whole counts"


def _without_lp(matrix: Matrix, request: SearchOptions, lp: Solution) -> SearchResult:
    """An LP that gave no point: infeasible for all, or no time was left to say."""
    if lp.status is Status.NO_PLAN and lp.reason == "time" and matrix.integer.any():
        return SearchResult(Status.NO_PLAN, "time", warnings=lp.warnings)
    status = Status.INTERRUPTED if request.stopped else lp.status
    return SearchResult(status, lp.reason, warnings=lp.warnings)


__all__ = ["GAP_TOLERANCE", "SMALL", "SearchOptions", "SearchResult", "gap_of", "search"]
