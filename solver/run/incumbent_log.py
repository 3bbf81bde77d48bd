"""Log of a run: every better plan and bound from the start of the command, for its trace, checkpoint and screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from solver.milp.solution import Certificate, Incumbent, SearchEvent

COLUMNS = ("seconds", "objective", "bound", "bound_kind", "strategy")


@dataclass(slots=True)
class IncumbentLog:
    """Incumbent of a whole run, in the minimised sense of the matrix, and the events that led there: the one listener.

    ``factor`` leads from that sense to the unit of the outcome, ``began`` is the monotonic time of the command's start,
    ``before`` the seconds of the runs that this one goes on from. ``trace`` is in the unit of the outcome. For an
    earliest date the objective is a period, and of two plans for one period the later one is kept. ``on_better`` is
    called after a better plan (True) or bound, ``screen`` with every event as one of the whole run.
    """

    began: float
    factor: float
    before: float = 0.0
    trace: list[SearchEvent] = field(default_factory=list)
    on_better: Callable[[bool], None] = lambda _plan: None
    screen: Callable[[SearchEvent], None] = lambda _event: None
    incumbent: Incumbent = field(default_factory=Incumbent)

    def hear(self, event: SearchEvent) -> None:
        """Keep a plan or a bound that is better than the one known, and show where the run stands."""
        before = self.incumbent
        plan = event.x is not None and event.objective is not None and event.objective <= before.value
        if plan and event.x is not None and event.objective is not None:
            self.incumbent = before.with_solution(event.x, event.objective)
        if event.bound is not None:
            self._bounded(event.bound, event.certificate)
        shown, known = self.shown(event), self.incumbent
        if (known.value, known.bound, known.certificate) != (before.value, before.bound, before.certificate):
            self.trace.append(replace(shown, improved=True))
            self.on_better(plan)
        elif plan:
            self.on_better(plan)
        self.screen(shown)

    def _bounded(self, bound: float, certificate: Certificate) -> None:
        known, other = self.incumbent, self.incumbent.with_bound(bound, certificate)
        verified = other.certificate is Certificate.LP_VERIFIED is not known.certificate
        if np.isfinite(other.bound) and (other.bound > known.bound or (other.bound == known.bound and verified)):
            self.incumbent = other

    def elapsed(self) -> float:
        """Seconds since the start of the command, those of the runs before included."""
        return self.before + time.monotonic() - self.began

    def shown(self, event: SearchEvent) -> SearchEvent:
        """An event as one of the whole run: the figures are those of its incumbent, in the unit of the outcome."""
        known = self.incumbent
        objective = None if known.objective is None else known.objective * self.factor
        bound = known.bound * self.factor if np.isfinite(known.bound) else None
        return replace(
            event, seconds=self.elapsed(), objective=objective, bound=bound, certificate=known.certificate, x=None
        )


def trace_text(events: Iterable[SearchEvent]) -> str:
    """The text of ``trace.csv``."""
    lines = [",".join(COLUMNS)]
    for e in events:
        objective, bound = ("" if value is None else repr(float(value)) for value in (e.objective, e.bound))
        lines.append(f"{e.seconds:.3f},{objective},{bound},{e.certificate},{e.stage}")
    return "\n".join(lines) + "\n"


def trace_data(events: Iterable[SearchEvent]) -> list[dict[str, object]]:
    """The rows of a trace as JSON, by the columns of ``trace.csv``."""
    return [dict(zip(COLUMNS, (e.seconds, e.objective, e.bound, e.certificate, e.stage), strict=True)) for e in events]
