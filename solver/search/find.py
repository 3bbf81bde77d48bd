"""Matrix -> the best whole plan found, with the best bound proven: LP, then branch and bound, then whole counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from solver.highs import solve
from solver.limits import Limits
from solver.matrix import Bools, Floats, Matrix
from solver.search.integrality import kept_whole
from solver.search.paths import has_paths
from solver.search.restricted import restricted
from solver.search.round_up import round_up
from solver.search.whole import Budget, is_whole, make_whole
from solver.solution import Progress, Solution, Status

SHARE_FOR_WHOLE = 0.15
"""Share of the time limit kept back for making counts whole."""
MAIN_GAP_SHARE = 0.9
"""Share of the gap asked that branch and bound may use up where counts are made whole afterwards."""
FIRST_SHARE, FIRST_GAP_SHARE, FIRST_GAP = 0.45, 0.4, 0.01
"""Shares of time and gap for the first plan; its gap is against the restricted model, so it must be the smaller.
A gap below ``FIRST_GAP`` is left to the whole model: asked of the first plan it would only come later, or never."""
SMALL = 400
"""Whole columns below which the whole model is solved at once."""
GAP_TOLERANCE = 1e-6
"""Share by which a gap may pass the one asked: a bound derived again from duals stays that much below an optimum."""


@dataclass(frozen=True, slots=True)
class Request:
    """How to search: the limits, the method (auto or exact), the rule for whole counts, and who listens.

    ``interest_share`` is what money costs over the longest period. Without ``proof`` a large model is not searched
    beyond the first plan.
    """

    limits: Limits
    method: str = "auto"
    integrality: str = "auto"
    interest_share: float = 0.0
    stop: threading.Event | None = None
    on_progress: Callable[[str, Progress], None] | None = None
    proof: bool = True

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the search to end."""
        return self.stop is not None and self.stop.is_set()


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome in the matrix's minimised sense.

    ``lp_bound`` is the bound of the LP relaxation, ``bound`` the better of it and branch and bound, with its kind:
    ``lp_verified`` when re-derived from LP duals, ``solver`` when branch and bound alone vouches for it. ``rounds``
    counts the prices tried under learning curves.
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


def find(matrix: Matrix, request: Request, start: Solution | None = None) -> Found:
    """The best plan of a matrix within the limits; every whole count of it is whole.

    ``start`` is a whole plan that is known already; no first plan is then sought.
    """
    began = time.monotonic()

    def left() -> float | None:
        seconds = request.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - began)

    # Work is counted in nodes where counts are whole; the LP below them is finished, or there is nothing to search.
    limits = replace(request.limits, work=None) if matrix.integer.any() else request.limits
    lp = solve(matrix, limits, relax=True, stop=request.stop, on_progress=_label(request, "LP"))
    if lp.x is None or lp.objective is None:
        return _without_lp(matrix, request, lp)
    if not matrix.integer.any():
        return _found(lp, lp, lp, request, 0)
    if request.method == "exact":
        rule = "all" if request.integrality == "auto" else request.integrality
    else:
        rule = request.integrality
    if rule == "auto" and matrix.integer.sum() <= SMALL:
        rule = "all"
    kept = kept_whole(matrix, lp.x, lp.objective, request.limits.gap, rule, request.interest_share)
    search = _Search(matrix, kept, request, lp.x, lp.bound, left)
    first = start
    hard = kept.sum() > SMALL or (has_paths(matrix) and matrix.integer.sum() > SMALL)
    if first is None and request.method != "exact" and hard:
        first = search.first_plan(lp.objective, rule)
        if first is not None and not request.proof:
            return _found(lp, lp, first, request, int(kept.sum()))
    main = search.whole_model(first, lp, spare=first is None or first is start)
    best, proof = search.with_whole_counts(main, first)
    return _found(lp, proof, best, request, int(kept.sum()))


@dataclass(frozen=True, slots=True)
class _Search:
    """The stages of one search on one matrix."""

    matrix: Matrix
    kept: Bools
    request: Request
    lp_x: Floats
    lp_bound: float
    left: Callable[[], float | None]

    def first_plan(self, lp_objective: float, rule: str) -> Solution | None:
        """A whole plan from the restricted model, if one is found in its share of the time."""
        if has_paths(self.matrix):
            return round_up(self.matrix, self.lp_x, self._budget(self.lp_bound))
        gap = max(self.request.limits.gap, FIRST_GAP)
        kept = kept_whole(self.matrix, self.lp_x, lp_objective, gap, rule, self.request.interest_share)
        small = restricted(self.matrix, self.lp_x)
        limits = replace(self._limits(FIRST_SHARE, 1.0), gap=gap * FIRST_GAP_SHARE)
        found = self._solve(small.with_(integer=kept), limits, "first plan")
        if found.x is None or is_whole(self.matrix, found.x):
            return found if found.x is not None else None
        budget = self._budget(self.lp_bound)
        return make_whole(small, found.x, kept, replace(budget, limits=replace(budget.limits, gap=gap)))

    def near_enough(self, plan: Solution | None) -> bool:
        """Whether a plan lies within the gap asked of the LP bound already."""
        if plan is None or plan.objective is None:
            return False
        return gap_of(plan.objective, self.lp_bound) <= self.request.limits.gap

    def whole_model(self, first: Solution | None, lp: Solution, spare: bool) -> Solution:
        """Branch and bound on the columns that stay whole, from the first plan if there is one.

        ``spare`` keeps time and gap for making its counts whole.
        """
        if self.near_enough(first) and first is not None:
            return replace(first, bound=lp.bound, bound_kind=lp.bound_kind)
        narrowed = self.matrix.with_(integer=self.kept)
        if not narrowed.integer.any():
            return lp
        relaxed_some = bool((self.matrix.integer & ~self.kept).any()) and spare
        limits = self._limits(1 - SHARE_FOR_WHOLE if relaxed_some else 1.0, MAIN_GAP_SHARE if relaxed_some else 1.0)
        return self._solve(narrowed, limits, "branch and bound", None if first is None else first.x)

    def with_whole_counts(self, main: Solution, first: Solution | None) -> tuple[Solution | None, Solution]:
        """The best plan whose counts are all whole, and the search whose bound and end count."""
        if main.x is None or is_whole(self.matrix, main.x):
            return main if main.x is not None else first, main
        rounded = make_whole(self.matrix, main.x, self.kept, self._budget(main.bound))
        plans = [plan for plan in (rounded, first) if plan is not None and plan.objective is not None]
        best = min(plans, key=lambda plan: plan.objective or 0.0, default=None)
        near = best is not None and gap_of(best.objective or 0.0, main.bound) <= self.request.limits.gap
        if near or self.request.stopped or self._late():
            return best, main
        last = self._solve(self.matrix, self._limits(1.0, 1.0), "all whole", None if best is None else best.x)
        proof = last if last.status is Status.INFEASIBLE or last.bound > main.bound else main
        return last if last.x is not None else best, proof

    def _solve(self, matrix: Matrix, limits: Limits, stage: str, start: Floats | None = None) -> Solution:
        listener = _label(self.request, stage)
        return solve(matrix, limits, start=start, stop=self.request.stop, on_progress=listener)

    def _limits(self, share_of_time: float, share_of_gap: float) -> Limits:
        left, limits = self.left(), self.request.limits
        seconds = None if left is None else max(1.0, left * share_of_time)
        return replace(limits, seconds=seconds, gap=limits.gap * share_of_gap)

    def _late(self) -> bool:
        left = self.left()
        return left is not None and left <= 1.0

    def _budget(self, bound: float) -> Budget:
        request = self.request
        return Budget(self.left, request.limits, bound, request.stop, _label(request, "whole counts"))


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
    if request.stopped:
        return Found(Status.INTERRUPTED, "interrupt")
    return Found(Status.NO_PLAN, main.reason if main.x is None else "no whole plan found")


def _ended(gap: float, main: Solution, request: Request) -> tuple[Status, str]:
    """Whether a plan is proven within the gap asked, and if not, what stopped the search."""
    if gap <= request.limits.gap + GAP_TOLERANCE:
        return Status.OPTIMAL, "gap"
    if request.stopped:
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
    status = Status.INTERRUPTED if request.stopped else lp.status
    return Found(status, lp.reason, warnings=lp.warnings)


def _label(request: Request, stage: str) -> Callable[[Progress], None] | None:
    listener = request.on_progress
    if listener is None:
        return None
    return lambda progress: listener(stage, progress)
