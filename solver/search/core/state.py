"""What is known of one matrix while it is searched: the best plan, the best bound, the time that is left.

Strategies offer plans and prove bounds; the board checks, keeps, and tells whoever listens. A plan is admitted only
when it satisfies every row of the whole matrix with whole counts, so a strategy may work on any smaller or changed
model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from solver.milp.limits import GAP_TOLERANCE, Limits, gap_share
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import Basis, Progress
from solver.milp.verify import admitted
from solver.milp.warm_lp import WarmLp
from solver.search.core.integers import Budget
from solver.search.core.settings import Settings

FIRST_GAP = 0.01
"""A first plan is not sought closer than this: that is left to what follows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of a search: a better plan (``x`` given) or a better bound, in the minimised sense of the matrix."""

    objective: float | None
    bound: float | None
    bound_kind: str
    strategy: str
    x: Floats | None = None


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search: the limits, the method (auto, exact or search), the rule for whole counts, and who listens.

    ``interest_share`` is what money costs over the longest period. Without ``proof`` the search ends with its first
    plans and spends nothing on the bound. ``on_mark`` hears of every better plan and bound. ``settings`` of None are
    those of the class of the matrix.
    """

    limits: Limits
    method: str = "auto"
    integrality: str = "auto"
    interest_share: float = 0.0
    stop: threading.Event | None = None
    on_progress: Callable[[str, Progress], None] | None = None
    proof: bool = True
    on_mark: Callable[[Mark], None] | None = None
    settings: Settings | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the search to end."""
        return self.stop is not None and self.stop.is_set()

    def less(self, spent: int, ends: float | None) -> SearchOptions:
        """The request less work done, with the time left until ``ends`` (monotonic), at least one second."""
        limits = self.limits
        if limits.work is not None:
            limits = replace(limits, work=max(1, limits.work - spent))
        if ends is not None:
            limits = replace(limits, seconds=max(1.0, ends - time.monotonic()))
        return replace(self, limits=limits)


def relayed(
    request: SearchOptions, plan: Callable[[float, Floats], tuple[float, Floats] | None], bounds: bool = True
) -> SearchOptions:
    """The request of a search within another: its plans are told as what they come to in the whole question.

    ``plan`` turns objective and point of one into those of the whole, or into None where it is no plan there; bounds
    are passed on where they hold for the whole.
    """
    listener = request.on_mark
    if listener is None:
        return request

    def told(mark: Mark) -> None:
        if mark.x is not None and mark.objective is not None:
            whole = plan(mark.objective, mark.x)
            if whole is not None:
                listener(Mark(whole[0], None, mark.bound_kind, mark.strategy, whole[1]))
        if bounds and mark.bound is not None:
            listener(Mark(None, mark.bound, mark.bound_kind, mark.strategy))

    return replace(request, on_mark=told)


@dataclass
class SearchState:
    """One search on one matrix; all values are in its minimised sense.

    ``tried`` remembers structures from which a plan was sought, so that none is taken up twice; ``basis`` is that of
    the LP relaxation, at which other LPs begin; ``options`` are those of HiGHS in every branch and bound.
    """

    matrix: Matrix
    request: SearchOptions
    began: float = field(default_factory=time.monotonic)
    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    bound_kind: str = "solver"
    spent: int = 0
    clocked: bool = False
    tried: set[bytes] = field(default_factory=set)
    basis: Basis | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _row_unit: Floats | float | None = None

    def submit_solution(self, x: Floats | None, strategy: str) -> bool:
        """Keep a plan if it is one and better than the one known; whether it was."""
        if x is None or not self.matrix.value(x) < self.objective:
            return False
        if self._row_unit is None:
            self._row_unit = scaling_of(self.matrix).row_unit
        plan = admitted(self.matrix, x, self._row_unit)
        if plan is None:
            return False
        value = self.matrix.value(plan)
        if not value < self.objective:
            return False
        self.x, self.objective = plan, value
        self._mark(strategy, plan)
        return True

    def raise_bound(self, bound: float, kind: str, strategy: str) -> None:
        """Keep a bound if it is better than the one known."""
        if not np.isfinite(bound):
            return
        margin = 1e-9 * max(1.0, abs(self.bound)) if np.isfinite(self.bound) else 0.0
        if bound > self.bound + margin or (bound >= self.bound and kind == "lp_verified" != self.bound_kind):
            self.bound, self.bound_kind = bound, kind
            self._mark(strategy, None)

    def tighten(self, matrix: Matrix, basis: Basis | None) -> None:
        """Go on with the same columns and more rows, which no plan breaks, from a basis of the LP with them."""
        self.matrix, self.basis, self._row_unit = matrix, basis, None
        self.__dict__.pop("warm", None)

    @property
    def gap(self) -> float:
        """Share between plan and bound; infinite without a plan."""
        return np.inf if self.x is None else gap_share(self.objective, min(self.bound, self.objective))

    @property
    def done(self) -> bool:
        """Whether the plan is proven within the gap asked."""
        return self.gap <= self.request.limits.gap + GAP_TOLERANCE

    @cached_property
    def warm(self) -> WarmLp:
        """The LP relaxation, kept between steps; who holds columns of it lets them go again."""
        return WarmLp(self.matrix, self.request.limits, self.request.stop, self.basis)

    def left(self) -> float | None:
        """Seconds left of the limit."""
        seconds = self.request.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - self.began)

    @property
    def late(self) -> bool:
        """Whether the limit of time or work is reached."""
        left, work = self.left(), self.request.limits.work
        return (left is not None and left <= 0.5) or (work is not None and self.spent >= work)

    @property
    def short_of_time(self) -> bool:
        """Whether so little time is left that a step may have gone without it."""
        left = self.left()
        return left is not None and left <= 1.0

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do, no time to do it, or nobody who wants it."""
        return self.done or self.late or self.request.stopped

    @property
    def step_gap(self) -> float:
        """The gap asked; until there is a plan no smaller one than ``FIRST_GAP``, which would only bring it later."""
        gap = self.request.limits.gap
        return max(gap, FIRST_GAP) if self.x is None else gap

    @property
    def by_work(self) -> bool:
        """Whether effort is counted in work: a search that ends by work must not hang on how fast the machine is."""
        limits = self.request.limits
        return limits.seconds is None or limits.work is not None

    def effort(self) -> float:
        """Seconds or work spent so far."""
        if self.by_work:
            return float(self.spent)
        self.cut_short("time")
        return time.monotonic()

    def effort_of(self, share: float, nodes: int) -> float:
        """Effort of a step that may take a share of the time there was at first, or so many nodes."""
        seconds = self.request.limits.seconds
        return float(nodes) if self.by_work or seconds is None else share * seconds

    def limits(self, share: float, gap: float, nodes: int | None = None) -> Limits:
        """Limits of one step: a share of the time left, a gap of its own, and at most so many nodes.

        Nodes end a step where it would end on any machine, so that a run without a limit of time can be repeated.
        """
        left, limits = self.left(), self.request.limits
        seconds = None if left is None else max(0.5, left * share)
        caps = [cap for cap in (nodes, None if limits.work is None else max(1, limits.work - self.spent)) if cap]
        return replace(limits, seconds=seconds, gap=gap, work=min(caps, default=None))

    def budget(self, share: float, stage: str) -> Budget:
        """What a descent to whole counts may spend: a share of the time left."""
        limits, left = replace(self.request.limits, gap=self.step_gap), self.left()
        kept = 0.0 if left is None else left * (1 - share)
        return Budget(
            lambda: None if left is None else (self.left() or 0.0) - kept,
            limits, self.bound, self.request.stop, self.tell(stage),
        )  # fmt: skip

    def cut_short(self, reason: str) -> None:
        """Note why a step ended: one that ends, or is weighed, by the clock may come out otherwise the next time."""
        self.clocked |= reason == "time"

    def tell(self, stage: str) -> Callable[[Progress], None] | None:
        """A listener for the solver under a step: it passes on where the whole search stands."""
        listener = self.request.on_progress
        if listener is None:
            return None

        def told(progress: Progress) -> None:
            objective = None if self.x is None else self.objective
            bound = self.bound if np.isfinite(self.bound) else progress.bound
            gap = None if objective is None or bound is None else gap_share(objective, bound)
            listener(stage, Progress(time.monotonic() - self.began, objective, bound, gap, progress.nodes))

        return told

    def say(self, stage: str) -> None:
        """Tell where the search stands between the steps of what runs no solver that would."""
        told = self.tell(stage)
        if told is not None:
            told(Progress(0.0, None, None, None, self.spent))

    def _mark(self, strategy: str, x: Floats | None) -> None:
        if self.request.on_mark is None:
            return
        objective = None if self.x is None else self.objective
        bound = self.bound if np.isfinite(self.bound) else None
        self.request.on_mark(Mark(objective, bound, self.bound_kind, strategy, x))
