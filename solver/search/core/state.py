"""Incumbent, dual bound, budget and events of the search of one matrix.

Strategies submit solutions and raise the bound; the state checks, keeps and reports them. A plan is admitted only when
it satisfies every row of the full matrix with integer counts, so a strategy may work on any smaller or changed model.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from solver.milp.limits import GAP_TOLERANCE, Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import (
    BOUND_TOLERANCE,
    WITHIN_GAP,
    Basis,
    Certificate,
    Incumbent,
    Limit,
    Proof,
    Reason,
    SearchEvent,
    Termination,
)
from solver.milp.verify import verified_point
from solver.milp.warm_lp import WarmLp
from solver.search.core.bound_proof import BoundProof, CutDerivation
from solver.search.core.integers import Budget
from solver.search.core.settings import Settings

SOLVER_TOLERANCE = 1e-5
"""Excess of a bound of the solver over a checked plan, relative to max(1, |objective|), that its tolerances explain."""
FIRST_GAP = 0.01
"""Smallest gap limit of a first plan; later steps close the rest."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Options of a search: limits, method (auto, exact or search), integrality rule, solver, and listener to events.

    ``interest_share`` is the interest over the longest period. Without ``proof`` the search ends with its first plans
    and spends nothing on the bound. ``on_event`` is called with every better plan and bound, and with progress.
    ``settings`` of None are those of the class of the matrix. With ``keep_proof`` bounds come with their proofs, which
    hold for a matrix whose costs differ from those of the searched one by ``proof_shift`` times its rows.
    """

    limits: Limits
    method: str = "auto"
    integrality: str = "auto"
    interest_share: float = 0.0
    stop: threading.Event | None = None
    on_event: Callable[[SearchEvent], None] | None = None
    proof: bool = True
    settings: Settings | None = None
    keep_proof: bool = False
    proof_shift: Floats | None = None
    solver: str = "highs"

    @property
    def stopped(self) -> bool:
        """True once a stop was requested."""
        return self.stop is not None and self.stop.is_set()

    def with_remaining(self, work_done: int, ends: float | None) -> SearchOptions:
        """Return options with the work left, and the time left until ``ends`` (monotonic), at least one second."""
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
    """Return the options of a nested search whose events are forwarded to the listener of the outer one.

    ``plan`` converts objective and point of the nested search to those of the outer one, or to None where it is no plan
    there. Bounds are forwarded with ``bounds``, up to ``cap``: the objective of a plan beyond which they do not hold.
    Other progress is forwarded without figures.
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
    """Incumbent, dual bound and budget of the search of one matrix; all values are in its minimised sense.

    ``tried`` holds the investments from which a plan was sought, so that none is tried twice. ``basis`` is that of the
    LP relaxation, from which other LPs start. ``highs_options`` are those of HiGHS in every branch and bound. ``cuts``
    are those in the last rows of the matrix.
    """

    matrix: Matrix
    options: SearchOptions
    began: float = field(default_factory=lambda: time.monotonic())
    incumbent: Incumbent = field(default_factory=Incumbent)
    work_done: int = 0
    time_limited: bool = False
    tried: set[bytes] = field(default_factory=set)
    basis: Basis | None = None
    highs_options: Mapping[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    cuts: Sequence[CutDerivation] = ()
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
        """Dual bound; -inf without one."""
        return self.incumbent.bound

    def submit_solution(self, x: Floats | None, strategy: str) -> bool:
        """Submit a point, keep it if it is a better plan than the incumbent, and return whether it was.

        Raises ModelError where its objective contradicts the bound.
        """
        if x is None or not self.matrix.value(x) < self.objective:
            return False
        plan = self.admitted(x)
        if plan is None:
            return False
        value = self.matrix.value(plan)
        if not value < self.objective:
            return False
        self.incumbent = self.incumbent.with_solution(plan, value)
        self._report(strategy, improved=True, x=plan)
        return True

    def admitted(self, x: Floats) -> Floats | None:
        """Return the plan at a point of the matrix; None where it breaks a row or a count is not integer."""
        if self._row_unit is None:
            self._row_unit = scaling_of(self.matrix).row_unit
        return verified_point(self.matrix, x, self._row_unit)

    def raise_bound(self, bound: float, certificate: Certificate, strategy: str, proof: Proof | None = None) -> None:
        """Raise the dual bound if the new one is better; raise ModelError where it contradicts the incumbent.

        A bound over the plans that are better than the incumbent may lie above it: its caller caps it there.
        """
        if not np.isfinite(bound) or self._beyond_solver(bound, certificate):
            return
        known, other = self.incumbent, self.incumbent.with_bound(bound, certificate)
        margin = 1e-9 * max(1.0, abs(known.bound)) if np.isfinite(known.bound) else 0.0
        verified = other.certificate is Certificate.LP_VERIFIED is not known.certificate
        if other.bound > known.bound + margin or (other.bound >= known.bound and verified):
            self.incumbent = other
            self._report(strategy, improved=True, proof=proof)

    def _beyond_solver(self, bound: float, certificate: Certificate) -> bool:
        """Refuse a bound of the solver that lies above the incumbent by no more than the tolerances of the solver.

        The solver's integers are integral to its tolerance only. Such a bound proves nothing and is no contradiction.
        """
        if certificate is not Certificate.SOLVER or self.x is None:
            return False
        excess = bound - self.objective
        if not BOUND_TOLERANCE * abs(self.objective) < excess <= SOLVER_TOLERANCE * max(1.0, abs(self.objective)):
            return False
        self.warnings.append(f"bound {bound:.10g} of the solver refused: a checked plan costs {self.objective:.10g}")
        return True

    def new_proof(self) -> BoundProof | None:
        """Return a proof without duals for the matrix with its cuts; None where proofs are not kept."""
        if not self.options.keep_proof:
            return None
        return BoundProof(self.matrix.rows - len(self.cuts), self.cuts, self.options.proof_shift)

    def lp_proof(self, row_dual: Floats | None) -> BoundProof | None:
        """Return the proof of an LP bound of the matrix; None where proofs are not kept."""
        proof = self.new_proof()
        if proof is None or row_dual is None:
            return None
        proof.record(0, row_dual)
        return proof

    def tighten(self, matrix: Matrix, basis: Basis | None, cuts: Sequence[CutDerivation]) -> None:
        """Replace the matrix by one with these cuts as its last rows, and the basis by one of its LP."""
        self.matrix, self.basis, self.cuts, self._row_unit = matrix, basis, cuts, None
        self.__dict__.pop("warm", None)

    @property
    def gap(self) -> float:
        """Relative gap between plan and bound; infinite without a plan."""
        return self.incumbent.gap

    @property
    def done(self) -> bool:
        """True where the plan is proven within the gap."""
        return self.gap <= self.options.limits.gap + GAP_TOLERANCE

    @cached_property
    def warm(self) -> WarmLp:
        """Warm LP relaxation, shared by the steps; a step that fixes columns unfixes them again."""
        return WarmLp(self.matrix, self.options.limits, self.options.stop, self.basis)

    def left(self) -> float | None:
        """Return the seconds left of the time limit; None without one."""
        seconds = self.options.limits.seconds
        return None if seconds is None else seconds - (time.monotonic() - self.began)

    @property
    def termination(self) -> Termination:
        """Termination if the search ends now: gap, interrupt, work, time, or its first plans."""
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
        """True where the limit of time or work is reached."""
        left, work = self.left(), self.options.limits.work
        return (left is not None and left <= 0.5) or (work is not None and self.work_done >= work)

    @property
    def short_of_time(self) -> bool:
        """True where so little time is left that a step may have been skipped."""
        left = self.left()
        return left is not None and left <= 1.0

    @property
    def finished(self) -> bool:
        """True where the gap is closed, the budget used up, or a stop requested."""
        return self.done or self.out_of_budget or self.options.stopped

    @property
    def step_gap(self) -> float:
        """Gap of a step: the gap of the options, but at least ``FIRST_GAP`` until there is a plan."""
        gap = self.options.limits.gap
        return max(gap, FIRST_GAP) if self.x is None else gap

    @property
    def by_work(self) -> bool:
        """True where effort is counted in work, so that a run that ends by work can be repeated on any machine."""
        limits = self.options.limits
        return limits.seconds is None or limits.work is not None

    def effort_spent(self) -> float:
        """Return the effort spent so far: work, or seconds on the monotonic clock."""
        if self.by_work:
            return float(self.work_done)
        self.time_limited = True
        return time.monotonic()

    def step_effort(self, share: float, nodes: int) -> float:
        """Return the effort limit of a step: a share of the total time, or a number of nodes."""
        seconds = self.options.limits.seconds
        return float(nodes) if self.by_work or seconds is None else share * seconds

    def limits(self, share: float, gap: float, nodes: int | None = None) -> Limits:
        """Return the limits of one step: a share of the time left, a gap of its own, and a number of nodes at most.

        A node limit ends a step at the same place on any machine, so that a run without a time limit can be repeated.
        """
        left, limits = self.left(), self.options.limits
        seconds = None if left is None else max(0.5, left * share)
        caps = [cap for cap in (nodes, None if limits.work is None else max(1, limits.work - self.work_done)) if cap]
        return replace(limits, seconds=seconds, gap=gap, work=min(caps, default=None))

    def budget(self, share: float) -> Budget:
        """Return the budget of a dive: a share of the time left."""
        limits, left = replace(self.options.limits, gap=self.step_gap), self.left()
        kept = 0.0 if left is None else left * (1 - share)
        return Budget(
            lambda: None if left is None else (self.left() or 0.0) - kept,
            limits, self.bound, self.options.stop,
        )  # fmt: skip

    def record_termination(self, ended: Termination) -> None:
        """Record the termination of a step; one that ends by the clock makes the run unrepeatable."""
        self.time_limited |= ended.limit is Limit.TIME

    def progress_listener(self, stage: str) -> Callable[[SearchEvent], None] | None:
        """Return a listener for the solver under a step, which reports the state of the outer search."""
        return None if self.options.on_event is None else lambda event: self._report(stage, event.nodes)

    def report_progress(self, stage: str) -> None:
        """Report the state of the search from a step whose solver reports nothing."""
        self._report(stage, self.work_done)

    def _report(
        self,
        stage: str,
        nodes: int = 0,
        improved: bool = False,
        x: Floats | None = None,
        proof: Proof | None = None,
    ) -> None:
        if self.options.on_event is None:
            return
        known, seconds = self.incumbent, time.monotonic() - self.began
        bound = known.bound if np.isfinite(known.bound) else None
        self.options.on_event(
            SearchEvent(seconds, known.objective, bound, nodes, known.certificate, stage, improved, x, proof)
        )
