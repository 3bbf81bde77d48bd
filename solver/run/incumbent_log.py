"""Incumbent of a run and its history: every improved plan and bound, for the trace, the checkpoint and the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from solver.milp.solution import Certificate, Incumbent, Proof, SearchEvent
from solver.run.gap import Conversion

COLUMNS = ("seconds", "objective", "bound", "bound_kind", "strategy")


@dataclass(slots=True)
class IncumbentLog:
    """Incumbent of a run, in the minimised sense of the matrix, and the trace of its improvements.

    It receives all events of the searches of a run. ``to_unit`` converts from the minimised sense to the unit of the
    outcome, ``began`` is the monotonic time of the command's start, ``before`` the seconds of the runs that this one
    resumes. ``trace`` is in the unit of the outcome. For an earliest date the objective is a period, and of two plans
    for one period the later one is kept. ``proof`` is the last one given with a bound. ``on_improvement`` is called
    after an improved plan (True) or bound, ``screen`` with every event, converted to the figures of the run.
    """

    began: float
    to_unit: Conversion
    before: float = 0.0
    trace: list[SearchEvent] = field(default_factory=list)
    on_improvement: Callable[[bool], None] = lambda _plan: None
    screen: Callable[[SearchEvent], None] = lambda _event: None
    incumbent: Incumbent = field(default_factory=Incumbent)
    proof: Proof | None = None

    def record(self, event: SearchEvent) -> None:
        """Record a plan or a bound that is better than the known one, and show the state of the run."""
        before = self.incumbent
        plan = event.x is not None and event.objective is not None and event.objective <= before.value
        if plan and event.x is not None and event.objective is not None:
            self.incumbent = before.with_solution(event.x, event.objective)
        if event.bound is not None:
            self._raise_bound(event.bound, event.certificate, event.proof)
        shown, known = self.shown(event), self.incumbent
        if (known.value, known.bound, known.certificate) != (before.value, before.bound, before.certificate):
            self.trace.append(replace(shown, improved=True))
            self.on_improvement(plan)
        elif plan:
            self.on_improvement(plan)
        self.screen(shown)

    def _raise_bound(self, bound: float, certificate: Certificate, proof: Proof | None) -> None:
        known, other = self.incumbent, self.incumbent.with_bound(bound, certificate)
        verified = other.certificate is Certificate.LP_VERIFIED is not known.certificate
        if np.isfinite(other.bound) and (other.bound > known.bound or (other.bound == known.bound and verified)):
            self.incumbent = other
            self.proof = self.proof if proof is None else proof

    def elapsed(self) -> float:
        """Return the seconds since the start of the command, including those of the resumed runs."""
        return self.before + time.monotonic() - self.began

    def shown(self, event: SearchEvent) -> SearchEvent:
        """Return an event with the incumbent, bound and seconds of the run, in the unit of the outcome."""
        known = self.incumbent
        objective = None if known.objective is None else self.to_unit.shown(known.objective)
        bound = self.to_unit.shown(known.bound) if np.isfinite(known.bound) else None
        return replace(
            event,
            seconds=self.elapsed(),
            objective=objective,
            bound=bound,
            certificate=known.certificate,
            x=None,
            proof=None,
        )


def trace_text(events: Iterable[SearchEvent]) -> str:
    """Return the text of ``trace.csv``."""
    lines = [",".join(COLUMNS)]
    for e in events:
        objective, bound = ("" if value is None else repr(float(value)) for value in (e.objective, e.bound))
        lines.append(f"{e.seconds:.3f},{objective},{bound},{e.certificate},{e.stage}")
    return "\n".join(lines) + "\n"


def trace_data(events: Iterable[SearchEvent]) -> list[dict[str, object]]:
    """Return the rows of a trace as JSON, by the columns of ``trace.csv``."""
    return [dict(zip(COLUMNS, (e.seconds, e.objective, e.bound, e.certificate, e.stage), strict=True)) for e in events]
