"""What a run finds, when: every better plan and bound from the start of the command, for its trace and checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from solver.milp.limits import relative_gap
from solver.milp.matrix import Floats
from solver.milp.solution import Progress
from solver.search.core.state import Mark

COLUMNS = ("seconds", "objective", "bound", "bound_kind", "strategy")


@dataclass(frozen=True, slots=True)
class Step:
    """What was known from a time on, in the unit of the outcome; ``strategy`` is what found it."""

    seconds: float
    objective: float | None
    bound: float | None
    bound_kind: str
    strategy: str


@dataclass(slots=True)
class Record:
    """The best plan and bound of a whole run, in the minimised sense of the matrix, and the steps that led there.

    ``factor`` leads from that sense to the unit of the outcome, ``began`` is the monotonic time of the command's start,
    ``before`` the seconds of the runs that this one goes on from. For an earliest date the objective is a period, and
    of two plans for one period the later one told is kept.
    """

    began: float
    factor: float
    before: float = 0.0
    steps: list[Step] = field(default_factory=list)
    on_better: Callable[[bool], None] = lambda _plan: None
    x: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    bound_kind: str = "solver"

    def hear(self, mark: Mark) -> None:
        """Keep a plan or a bound that is better than the one known; ``on_better`` is told whether it was a plan."""
        plan = mark.x is not None and mark.objective is not None and mark.objective <= self.objective
        news = plan and mark.objective != self.objective
        if plan and mark.objective is not None:
            self.x, self.objective = mark.x, mark.objective
        bound = -np.inf if mark.bound is None else min(mark.bound, self.objective)
        verified = bound == self.bound and mark.bound_kind == "lp_verified" != self.bound_kind
        if np.isfinite(bound) and (bound > self.bound or verified):
            self.bound, self.bound_kind, news = bound, mark.bound_kind, True
        if news:
            objective, best = (None if not np.isfinite(v) else v * self.factor for v in (self.objective, self.bound))
            self.steps.append(Step(self.elapsed(), objective, best, self.bound_kind, mark.strategy))
        if news or plan:
            self.on_better(plan)

    def elapsed(self) -> float:
        """Seconds since the start of the command, those of the runs before included."""
        return self.before + time.monotonic() - self.began

    def shown(self, progress: Progress) -> Progress:
        """Where the whole run stands, in the unit of the outcome, while a step of it reports its own progress."""
        objective = None if self.x is None else self.objective
        bound = self.bound if np.isfinite(self.bound) else None
        gap = None if objective is None or bound is None else relative_gap(objective, bound)
        told = [None if value is None else value * self.factor for value in (objective, bound)]
        return replace(progress, objective=told[0], bound=told[1], gap=gap)


def trace_text(steps: Iterable[Step]) -> str:
    """The text of ``trace.csv``."""
    lines = [",".join(COLUMNS)]
    for s in steps:
        objective, bound = ("" if value is None else repr(float(value)) for value in (s.objective, s.bound))
        lines.append(f"{s.seconds:.3f},{objective},{bound},{s.bound_kind},{s.strategy}")
    return "\n".join(lines) + "\n"
