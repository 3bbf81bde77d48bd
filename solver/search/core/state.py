"""State of the search of one matrix: incumbent, dual bound, budget, and the events it reports.

Strategies submit solutions and raise the bound; the state checks, keeps and reports them. A plan is admitted only when
it satisfies every row of the whole matrix with integer counts, so a strategy may work on any smaller or changed model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from solver.milp.limits import GAP_TOLERANCE, Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import WITHIN_GAP, Basis, Certificate, Incumbent, Limit, Reason, SearchEvent, Termination
from solver.milp.verify import verified_point
from solver.milp.warm_lp import WarmLp
from solver.search.core.integers import Budget
from solver.search.core.settings import Settings

FIRST_GAP = 0.01
"""A first plan is not sought closer than this: that is left to what follows."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Search options: limits, method (auto, exact or search), rule for integer counts, and the listener to events.

    ``interest_share`` is what money costs over the longest period. Without ``proof`` the search ends with its first
    plans and spends nothing on the bound. ``on_event`` is called with every better plan and bound, and with progress.
    ``settings`` of None are those of the class of the matrix.
    """

    limits: Limits
    method: str = "auto"
    integrality: str = "auto"
    interest_share: float = 0.0
    stop: threading.Event | None = None
    on_event: Callable[[SearchEvent], None] | None = None
    proof: bool = True
    settings: Settings | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the search to end."""
        return self.stop is not None and self.stop.is_set()

    def with_remaining(self, work_done: int, ends: float | None) -> SearchOptions:
        """The request less work done, with the time left until ``ends`` (monotonic), at least one second."""
        limits = self.limits
        if limits.work is not None:
            limits = replace(limits, work=max(1, limits.work - work_done))
        if ends is not None:
            limits = replace(limits, seconds=max(1.0, ends - time.monotonic()))
        return replace(self, limits=limits)


def with_forwarded_events(
    options: SearchOptions,
    plan: Callable[[float, Floats], tuple[float, Floats] | None],
    bounds: bool = True,
    cap: float = np.inf,
) -> SearchOptions:
    """Return the options of a search within another, whose plans are reported as plans of the whole question.

    ``plan`` turns objective and point of one into those of the whole, or into None where it is no plan there; bounds
    are passed on where they hold for the whole, up to ``cap``: the objective of a plan beyond which they do not. Other
    progress is passed on without figures.
    """
    listener = options.on_event
    if listener is None:
        return options

    def forwarded(event: SearchEvent) -> None:
        if event.x is not None and event.objective is not None:
            converted = plan(event.objective, event.x)
            if converted is not None:
                listener(replace(event, objective=converted[0], bound=None, x=converted[1]))
        bound = min(event.bound, cap) if bounds and event.bound is not None else None
        if bound is not None or not event.improved:
            listener(replace(event, objective=None, bound=bound, x=None))

    return replace(options, on_event=forwarded)


@dataclass
class SearchState:
    """State of one search on one matrix; all values are in its minimised sense.

    ``tried`` remembers structures from which a plan was sought, so that none is taken up twice; ``basis`` is that of
    the LP relaxation, at which other LPs begin; ``highs_options`` are those of HiGHS in every branch and bound.
    """

    matrix: Matrix
    options: SearchOptions
    began: float = field(default_factory=time.monotonic)
    incumbent: Incumbent = field(default_factory=Incumbent)
    work_done: int = 0
    time_limited: bool = False
    tried: set[bytes] = field(default_factory=set)
    basis: Basis | None = None
    highs_options: Mapping[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _row_unit: Floats | float | None = None

    @property
    def x(self) -> Floats | None:
        """Best plan; None without one."""
        return self.incumbent.x

    @property
    def objective(self) -> float:
        """Objective of the best plan; infinite without one."""
        return self.incumbent.value

    @property
    def bound(self) -> float:
        """Best lower bound; -inf without one."""
        return self.incumbent.bound

    def submit_solution(self, x: Floats | None, strategy: str) -> bool:
        """Keep a point if it is a plan and better than the incumbent; whether it was.

        ModelError where its objective contradicts the bound.
        """
        if x is None or not self.matrix.value(x) < self.objective:
            return False
        if self._row_unit is None:
            self._row_unit = scaling_of(self.matrix).row_unit
        plan = verified_point(self.matrix, x, self._row_unit)
        if plan is None:
            return False
        value = self.matrix.value(plan)
        if not value < self.objective:
            return False
        self.incumbent = self.incumbent.with_solution(plan, value)
        self._report(strategy, improved=True, x=plan)
        return True

    def raise_bound(self, bound: float, certificate: Certificate, strategy: str) -> None:
        """Keep a bound if it is better than the one known; ModelError where it contradicts the incumbent.

        A bound over the plans that are better than the incumbent may lie above it: its caller caps it there.
        """
        if not np.isfinite(bound):
            return
        known, other = self.incumbent, self.incumbent.with_bound(bound, certificate)
        margin = 1e-9 * max(1.0, abs(known.bound)) if np.isfinite(known.bound) else 0.0
        verified = other.certificate is Certificate.LP_VERIFIED is not known.certificate
        if other.bound > known.bound + margin or (other.bound >= known.bound and verified):
            self.incumbent = other
            self._report(strategy, improved=True)

    def tighten(self, matrix: Matrix, basis: Basis | None) -> None:
        """Go on with the same columns and more rows, which no plan breaks, from a basis of the LP with them."""
        self.matrix, self.basis, self._row_unit = matrix, basis, None
        self.__dict__.pop("warm", None)

    @property
    def gap(self) -> float:
        """Share between plan and bound; infinite without a plan."""
        return self.incumbent.gap

    @property
    def done(self) -> bool:
        """Whether the plan is proven within the gap asked."""
        return self.gap <= self.options.limits.gap + GAP_TOLERANCE

    @cached_property
    def warm(self) -> WarmLp:
        """The LP relaxation, kept between steps; who holds columns of it lets them go again."""
        return WarmLp(self.matrix, self.options.limits, self.options.stop, self.basis)

    def left(self) -> float | None:
        """Seconds left of the limit."""
        seconds = self.options.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - self.began)

    @property
    def termination(self) -> Termination:
        """How the search ends now: within the gap, by an interrupt, by work, by time, or with its first plans."""
        if self.done:
            return WITHIN_GAP
        if self.options.stopped:
            return Termination.at(Limit.INTERRUPT)
        work = self.options.limits.work
        if work is not None and self.work_done >= work:
            return Termination.at(Limit.WORK)
        return Termination.at(Limit.TIME) if self.out_of_budget else Termination(Reason.EXHAUSTED, detail="first plans")

    @property
    def out_of_budget(self) -> bool:
        """Whether the limit of time or work is reached."""
        left, work = self.left(), self.options.limits.work
        return (left is not None and left <= 0.5) or (work is not None and self.work_done >= work)

    @property
    def short_of_time(self) -> bool:
        """Whether so little time is left that a step may have gone without it."""
        left = self.left()
        return left is not None and left <= 1.0

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do, no time to do it, or nobody who wants it."""
        return self.done or self.out_of_budget or self.options.stopped

    @property
    def step_gap(self) -> float:
        """The gap asked; until there is a plan no smaller one than ``FIRST_GAP``, which would only bring it later."""
        gap = self.options.limits.gap
        return max(gap, FIRST_GAP) if self.x is None else gap

    @property
    def by_work(self) -> bool:
        """Whether effort is counted in work: a search that ends by work must not hang on how fast the machine is."""
        limits = self.options.limits
        return limits.seconds is None or limits.work is not None

    def effort_spent(self) -> float:
        """Seconds or work spent so far."""
        if self.by_work:
            return float(self.work_done)
        self.time_limited = True
        return time.monotonic()

    def step_effort(self, share: float, nodes: int) -> float:
        """Effort of a step that may take a share of the time there was at first, or so many nodes."""
        seconds = self.options.limits.seconds
        return float(nodes) if self.by_work or seconds is None else share * seconds

    def limits(self, share: float, gap: float, nodes: int | None = None) -> Limits:
        """Limits of one step: a share of the time left, a gap of its own, and at most so many nodes.

        Nodes end a step where it would end on any machine, so that a run without a limit of time can be repeated.
        """
        left, limits = self.left(), self.options.limits
        seconds = None if left is None else max(0.5, left * share)
        caps = [cap for cap in (nodes, None if limits.work is None else max(1, limits.work - self.work_done)) if cap]
        return replace(limits, seconds=seconds, gap=gap, work=min(caps, default=None))

    def budget(self, share: float) -> Budget:
        """What a descent to whole counts may spend: a share of the time left."""
        limits, left = replace(self.options.limits, gap=self.step_gap), self.left()
        kept = 0.0 if left is None else left * (1 - share)
        return Budget(
            lambda: None if left is None else (self.left() or 0.0) - kept,
            limits, self.bound, self.options.stop,
        )  # fmt: skip

    def record_termination(self, ended: Termination) -> None:
        """Note how a step ended: one that ends, or is weighed, by the clock may come out otherwise the next time."""
        self.time_limited |= ended.limit is Limit.TIME

    def progress_listener(self, stage: str) -> Callable[[SearchEvent], None] | None:
        """Return a listener for the solver under a step, which reports where the whole search stands."""
        return None if self.options.on_event is None else lambda event: self._report(stage, event.nodes)

    def report_progress(self, stage: str) -> None:
        """Report where the search stands between the steps of what runs no solver that would."""
        self._report(stage, self.work_done)

    def _report(self, stage: str, nodes: int = 0, improved: bool = False, x: Floats | None = None) -> None:
        if self.options.on_event is None:
            return
        known, seconds = self.incumbent, time.monotonic() - self.began
        bound = known.bound if np.isfinite(known.bound) else None
        self.options.on_event(
            SearchEvent(seconds, known.objective, bound, nodes, known.certificate, stage, improved, x)
        )
