"""Context and callbacks of a running solve: limits, listeners, control of a run, and the raw result of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

import numpy as np

from solver.milp.effort import MIP_SETUP
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis, Limit, SearchEvent, Verdict

PROGRESS_SECONDS = 0.5
GRACE_SECONDS = 1.0
"""Time for a run to end once it is interrupted, before it is left behind."""
REPAIR_SECONDS = 2.0
"""Least time for the LP that repairs an incumbent."""
BETTER = 0.25
"""Share of the gap limit by which a point must be better for an impatient run to go on."""

_NOT_KEPT = (
    "non-empty integrality",
    "excessively large ratio",
    "Improve scaling",
    "Problem is badly scaled",
    "bounds on non-continuous variables",
)
"""Warnings of HiGHS that are not kept: ``conditioning`` has the rules, and 1.16 compares bounds with our tolerances."""


@dataclass(slots=True)
class SolveContext:
    """Context of one call of ``solve``: its limits over all runs, its listener, and the warnings it collects.

    ``row_unit`` is the unit of each row in the verification of a point, ``basis`` the one from which an LP starts,
    ``solver`` the one that runs branch and bound; LPs and second runs are those of HiGHS. ``patience`` is the effort
    without a better point, as a multiple of that up to the last one, after which a MIP ends.
    """

    limits: Limits
    stop: threading.Event
    on_event: Callable[[SearchEvent], None] | None
    options: dict[str, object]
    began: float
    warnings: list[str] = field(default_factory=list)
    row_unit: Floats | float = 1.0
    basis: Basis | None = None
    solver: str = "highs"
    patience: float | None = None
    enough: float = np.inf

    def left(self) -> float | None:
        """Return the seconds left of the time limit, at least half a second to confirm a result; None without one."""
        if self.limits.seconds is None:
            return None
        return max(0.5, self.began + self.limits.seconds - time.monotonic())

    def afterwards(self) -> SolveContext:
        """Return the context of the LP that repairs an incumbent: at least two seconds, and no listener."""
        left = REPAIR_SECONDS if self.stop.is_set() else self.left()
        seconds = None if left is None else max(REPAIR_SECONDS, left)
        limits = replace(self.limits, seconds=seconds, work=None)
        now = time.monotonic()
        return replace(self, limits=limits, stop=threading.Event(), on_event=None, began=now)


@dataclass(slots=True)
class RawResult:
    """Outcome of one run of HiGHS, not verified yet."""

    verdict: Verdict
    x: Floats | None = None
    bound: float = -np.inf
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    ray: Floats | None = None
    basis: Basis | None = None


class CallbackEvent(Enum):
    """Kinds of HiGHS callback in use, by HiGHS's name without its prefix."""

    LOG = "Logging"
    IMPROVING_SOLUTION = "MipImprovingSolution"
    MIP_CHECK = "MipInterrupt"
    SIMPLEX_CHECK = "SimplexInterrupt"
    IPM_CHECK = "IpmInterrupt"


_EFFORT = {CallbackEvent.SIMPLEX_CHECK: 1.5e-9, CallbackEvent.MIP_CHECK: 3e-7, CallbackEvent.IPM_CHECK: 1e-6}
"""Effort between two checks, for each nonzero; log lines come by the clock and count for nothing."""


class RunControl:
    """Control of a run: stop event, deadline and first error; set by the callback, read by the waiting thread."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.stop, self.grace = stop, GRACE_SECONDS
        self.begin(np.inf)

    def begin(self, deadline: float) -> None:
        """Begin a run that ends at a deadline (monotonic clock)."""
        self.deadline = deadline
        self.halted: Limit | None = None
        self.halted_at = np.inf
        self.effort = 0.0
        self.fault: BaseException | None = None

    def callback(self, event: CallbackEvent, message: str, out: Any) -> bool:
        """Record an event of HiGHS, and return whether the run must end now."""
        self.effort += _EFFORT.get(event, 0.0)
        try:
            self._record(event, message, out)
        except BaseException as error:
            self.fault = error
        return self.halting()

    def _record(self, event: CallbackEvent, message: str, out: Any) -> None:
        """Record the content of an event; the events of an LP have none."""

    def halt(self, limit: Limit) -> None:
        """End the run at a limit; the first limit stays."""
        if self.halted is None:
            self.halted, self.halted_at = limit, time.monotonic()

    def halting(self) -> bool:
        """Return whether the run must end now."""
        if self.halted is None:
            if self.fault is not None or (self.stop is not None and self.stop.is_set()):
                self.halt(Limit.INTERRUPT)
            elif time.monotonic() > self.deadline:
                self.halt(Limit.TIME)
        return self.halted is not None

    def overdue(self) -> bool:
        """Return whether the run should have ended longer ago than the grace time, so that it is left behind."""
        return self.halting() and time.monotonic() > self.halted_at + self.grace

    def grace_left(self) -> float:
        """Return the seconds that a run which must end now still has to do so."""
        return max(0.0, self.halted_at + self.grace - time.monotonic())

    def report(self) -> None:
        """Report progress to the listener; called by the waiting thread several times a second."""


class CallbackState(RunControl):
    """Callback state of one ``solve`` run: warnings of HiGHS, best solution, bound and nodes so far."""

    def __init__(self, context: SolveContext, matrix: Matrix) -> None:
        super().__init__(context.stop)
        self.context, self.columns = context, matrix.columns
        self.x: Floats | None = None
        self.objective: float | None = None
        self.bound, self.nodes = -np.inf, 0
        self.reported_at = time.monotonic()
        self.reported_x: Floats | None = None
        self.better, self.better_at = np.inf, 0.0

    def _record(self, event: CallbackEvent, message: str, out: Any) -> None:
        if event is CallbackEvent.LOG:
            if out.log_type.name in ("kWarning", "kError") and not any(text in message for text in _NOT_KEPT):
                self.context.warnings.append(message.strip())
        elif event is CallbackEvent.IMPROVING_SOLUTION:
            x = np.array(out.mip_solution, dtype=np.float64)
            if len(x) == self.columns:
                self.x, self.objective = x, float(out.objective_function_value)
                if self.objective < self.better - BETTER * self.context.limits.gap * abs(self.objective):
                    self.better, self.better_at = self.objective, self.effort
        elif event is CallbackEvent.MIP_CHECK:
            # Other kinds carry a bound of 0 that means nothing.
            self.bound = max(self.bound, float(out.mip_dual_bound))
            self.nodes = int(out.mip_node_count)
            if self.bound >= self.context.enough or (self.nodes and self.x is not None and self._is_impatient()):
                self.halt(Limit.WORK)

    def _is_impatient(self) -> bool:
        patience = self.context.patience
        return patience is not None and MIP_SETUP + self.effort > (1.0 + patience) * (MIP_SETUP + self.better_at)

    def report(self) -> None:
        """Report a better point at once, and progress at most every half second."""
        now, x = time.monotonic(), self.x
        better = x is not None and x is not self.reported_x
        if self.context.on_event is None or not (better or now >= self.reported_at + PROGRESS_SECONDS):
            return
        self.reported_at, self.reported_x = now, x
        bound = self.bound if np.isfinite(self.bound) else None
        event = SearchEvent(now - self.context.began, self.objective, bound, self.nodes, improved=better)
        self.context.on_event(replace(event, x=x) if better else event)


class Runner(Protocol):
    """Function that runs the solver once."""

    def __call__(
        self,
        context: SolveContext,
        matrix: Matrix,
        start: Floats | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> RawResult:
        """Run once; ``extra`` are options that override the usual ones."""
        ...
