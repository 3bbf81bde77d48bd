"""One solve under way: what it may spend, what a run of the solver said, and who listens while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis, Limit, SearchEvent, Verdict

PROGRESS_SECONDS = 0.5
GRACE_SECONDS = 1.0
"""How long a run that was told to stop is waited for before it is left behind."""
MEND_SECONDS = 2.0


@dataclass(slots=True)
class Job:
    """One call of ``solve``: what it may spend over all its runs, and the warnings it gathers.

    ``row_unit`` is the yardstick of each row for the judge of its points, ``basis`` where an LP begins.
    """

    limits: Limits
    stop: threading.Event
    on_event: Callable[[SearchEvent], None] | None
    options: dict[str, object]
    began: float
    warnings: list[str] = field(default_factory=list)
    row_unit: Floats | float = 1.0
    basis: Basis | None = None

    def left(self) -> float | None:
        """Seconds left of the limit, at least half a one so that a confirming run has a chance."""
        if self.limits.seconds is None:
            return None
        return max(0.5, self.began + self.limits.seconds - time.monotonic())

    def afterwards(self) -> Job:
        """The same for the LP that mends an incumbent: a few seconds even when limit or user ended the search."""
        left = MEND_SECONDS if self.stop.is_set() else self.left()
        seconds = None if left is None else max(MEND_SECONDS, left)
        limits = replace(self.limits, seconds=seconds, work=None)
        now = time.monotonic()
        return replace(self, limits=limits, stop=threading.Event(), on_event=None, began=now)


@dataclass(slots=True)
class Raw:
    """What one run of HiGHS said, believed by nobody yet."""

    verdict: Verdict
    x: Floats | None = None
    bound: float = -np.inf
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    ray: Floats | None = None
    basis: Basis | None = None


class Watch:
    """State shared by the callback, which writes it, and the waiting thread, which reads it."""

    def __init__(self, job: Job, matrix: Matrix, kinds: Any) -> None:
        left = job.left()
        self.job, self.mip = job, bool(matrix.integer.any())
        self.deadline = np.inf if left is None else time.monotonic() + left
        self.grace = GRACE_SECONDS
        self.log, self.improving = int(kinds.kCallbackLogging), int(kinds.kCallbackMipImprovingSolution)
        self.mip_check, self.columns = int(kinds.kCallbackMipInterrupt), matrix.columns
        self.halted: Limit | None = None
        self.halted_at = np.inf
        self.fault: BaseException | None = None
        self.x: Floats | None = None
        self.objective: float | None = None
        self.bound, self.nodes = -np.inf, 0
        self.told_at = time.monotonic()
        self.told_x: Floats | None = None

    def callback(self, kind: Any, message: str, out: Any, into: Any, _user: Any) -> None:
        """The one function HiGHS calls, for every kind of event."""
        try:
            self._note(int(kind), message, out)
        except BaseException as error:
            self.fault = error
        if into is not None and self.halting():
            into.user_interrupt = True

    def _note(self, kind: int, message: str, out: Any) -> None:
        if kind == self.log:
            if out.log_type.name in ("kWarning", "kError") and "non-empty integrality" not in message:
                self.job.warnings.append(message.strip())
        elif kind == self.improving:
            x = np.array(out.mip_solution, dtype=np.float64)
            if len(x) == self.columns:
                self.x, self.objective = x, float(out.objective_function_value)
        elif kind == self.mip_check:
            # Other kinds carry a bound of 0 that means nothing.
            self.bound = max(self.bound, float(out.mip_dual_bound))
            self.nodes = int(out.mip_node_count)

    def halting(self) -> bool:
        """Whether the run must end now; the first reason seen stays."""
        if self.halted is None:
            ended = self.job.stop.is_set() or self.fault is not None
            if ended or time.monotonic() > self.deadline:
                self.halted, self.halted_at = Limit.INTERRUPT if ended else Limit.TIME, time.monotonic()
        return self.halted is not None

    def overdue(self) -> bool:
        """Whether HiGHS was told to stop so long ago that it is not waited for any more."""
        return self.halting() and time.monotonic() > self.halted_at + self.grace

    def tell(self) -> None:
        """Report a better point at once, progress at most every half second."""
        now, x = time.monotonic(), self.x
        better = x is not None and x is not self.told_x
        if self.job.on_event is None or not (better or now >= self.told_at + PROGRESS_SECONDS):
            return
        self.told_at, self.told_x = now, x
        bound = self.bound if np.isfinite(self.bound) else None
        event = SearchEvent(now - self.job.began, self.objective, bound, self.nodes, improved=better)
        self.job.on_event(replace(event, x=x) if better else event)


class Runner(Protocol):
    """A function that runs the solver once."""

    def __call__(
        self, job: Job, matrix: Matrix, start: Floats | None = None, extra: Mapping[str, object] | None = None
    ) -> Raw:
        """What one run said; ``extra`` are options that win over the usual ones."""
        ...
