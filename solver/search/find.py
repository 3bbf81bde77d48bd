"""Matrix -> the best whole plan found, with the best bound proven: LP, then branch and bound, then whole counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from solver.highs import Progress, Solution, Status, solve
from solver.limits import Limits
from solver.matrix import Floats, Matrix
from solver.search.integrality import kept_whole
from solver.search.whole import Budget, is_whole, make_whole

SHARE_FOR_WHOLE = 0.15
"""Share of the time limit kept back for making counts whole."""
MAIN_GAP_SHARE = 0.9
"""Share of the gap asked that branch and bound may use up where counts are made whole afterwards."""


@dataclass(frozen=True, slots=True)
class Request:
    """How to search: the limits, the method (auto or exact), the rule for whole counts, and who listens.

    ``interest_share`` is what money costs over the longest period.
    """

    limits: Limits
    method: str = "auto"
    integrality: str = "auto"
    interest_share: float = 0.0
    stop: threading.Event | None = None
    on_progress: Callable[[str, Progress], None] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome in the matrix's minimised sense.

    ``lp_bound`` is the bound of the LP relaxation, ``bound`` the better of it and branch and bound, with its kind:
    ``lp_verified`` when re-derived from LP duals, ``solver`` when branch and bound alone vouches for it.
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


def find(matrix: Matrix, request: Request) -> Found:
    """The best plan of a matrix within the limits; every whole count of it is whole."""
    began = time.monotonic()

    def left() -> float | None:
        seconds = request.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - began)

    lp = solve(matrix, request.limits, relax=True, stop=request.stop, on_progress=_label(request, "LP"))
    if lp.x is None or lp.objective is None:
        return _without_lp(matrix, request, lp)
    exact = request.method == "exact" and request.integrality != "none"
    rule = "all" if exact else request.integrality
    kept = kept_whole(matrix, lp.x, lp.objective, request.limits.gap, rule, request.interest_share)
    if not matrix.integer.any():
        return _found(lp, lp, lp, request, 0)
    narrowed = matrix.with_(integer=kept)
    relaxed_some = bool((matrix.integer & ~kept).any())
    main = _main_search(narrowed, request, lp, left(), relaxed_some)
    best: Solution | None = main
    if main.x is not None and not is_whole(matrix, main.x):
        budget = Budget(left, request.limits, request.stop, _label(request, "whole counts"))
        best = make_whole(matrix, main.x, kept, budget)
        if best is None and not _stopped(request):
            best = _everything_whole(matrix, request, left())
    return _found(lp, main, best, request, int(kept.sum()))


def _main_search(narrowed: Matrix, request: Request, lp: Solution, left: float | None, relaxed_some: bool) -> Solution:
    """Branch and bound on the columns that stay whole; an LP if none does."""
    if not narrowed.integer.any():
        return lp
    limits = request.limits
    if relaxed_some:
        limits = replace(limits, gap=limits.gap * MAIN_GAP_SHARE)
    if left is not None:
        limits = replace(limits, seconds=max(1.0, left * (1 - SHARE_FOR_WHOLE if relaxed_some else 1.0)))
    return solve(narrowed, limits, stop=request.stop, on_progress=_label(request, "branch and bound"))


def _everything_whole(matrix: Matrix, request: Request, left: float | None) -> Solution | None:
    """The last resort: the model as it stands."""
    limits = request.limits if left is None else replace(request.limits, seconds=max(1.0, left))
    found = solve(matrix, limits, stop=request.stop, on_progress=_label(request, "all whole"))
    return found if found.x is not None else None


def _found(lp: Solution, main: Solution, best: Solution | None, request: Request, searched: int) -> Found:
    bound, kind = lp.bound, lp.bound_kind
    if main.bound > bound + 1e-9 * max(1.0, abs(bound)):
        bound, kind = main.bound, main.bound_kind
    warnings = list(dict.fromkeys([*lp.warnings, *main.warnings, *(best.warnings if best is not None else [])]))
    if best is None or best.x is None or best.objective is None:
        nothing = _nothing(main, request)
        return replace(
            nothing, bound=bound, bound_kind=kind, lp_bound=lp.bound, searched_whole=searched, warnings=warnings
        )
    bound = min(bound, best.objective)
    gap = gap_of(best.objective, bound)
    status, reason = _ended(gap, main, request)
    return Found(status, reason, best.x, best.objective, bound, kind, lp.bound, gap, searched, warnings)


def _nothing(main: Solution, request: Request) -> Found:
    """Why there is no plan."""
    if main.status is Status.INFEASIBLE:
        return Found(Status.INFEASIBLE, main.reason)
    if _stopped(request):
        return Found(Status.INTERRUPTED, "interrupt")
    return Found(Status.NO_PLAN, main.reason if main.x is None else "no whole plan found")


def _ended(gap: float, main: Solution, request: Request) -> tuple[Status, str]:
    """Whether a plan is proven within the gap asked, and if not, what stopped the search."""
    if gap <= request.limits.gap + 1e-12:
        return Status.OPTIMAL, "gap"
    if _stopped(request):
        return Status.INTERRUPTED, "interrupt"
    return Status.FEASIBLE, main.reason if main.reason != "gap" else "whole counts"


def gap_of(objective: float, bound: float) -> float:
    """|objective - bound| / |objective|; 0 when they agree."""
    difference = abs(objective - bound)
    if difference <= 1e-12 * max(1.0, abs(objective)):
        return 0.0
    return difference / abs(objective) if objective else float("inf")


def _without_lp(matrix: Matrix, request: Request, lp: Solution) -> Found:
    """An LP that gave no point: infeasible for all, or no time was left to say."""
    if lp.status is Status.NO_PLAN and lp.reason == "time" and matrix.integer.any():
        return Found(Status.NO_PLAN, "time", warnings=lp.warnings)
    status = Status.INTERRUPTED if _stopped(request) else lp.status
    return Found(status, lp.reason, warnings=lp.warnings)


def _stopped(request: Request) -> bool:
    return request.stop is not None and request.stop.is_set()


def _label(request: Request, stage: str) -> Callable[[Progress], None] | None:
    listener = request.on_progress
    if listener is None:
        return None
    return lambda progress: listener(stage, progress)
