"""Targets of the search: gaps to the best proven bound within seconds, or within root LPs of the same run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from solver.bench.figures import NEAR, Cell, MeasuredRun, median_of
from solver.bench.trace import seconds_to
from solver.milp.solution import Status


@dataclass(frozen=True, slots=True)
class Target:
    """Target of a family: a gap ``share`` after a time; in root LPs where ``of_root_lp``, as machines differ.

    ``share`` infinite asks for any plan. ``count`` is the number of instances that reach it; None asks for the median.
    Instances that are proven infeasible in time count as reached.
    """

    family: str
    time: float
    share: float
    of_root_lp: bool = False
    count: int | None = None


TARGETS = (
    *(Target(family, 60.0, NEAR) for family in ("s-1", "s-10", "s-100")),
    Target("t", 20.0, math.inf, count=20),
    Target("t", 60.0, NEAR, count=18),
    *(Target(family, 4.0, NEAR, True) for family in ("m-1", "m-10", "m-100")),
    *(Target(family, 40.0, 0.002, True) for family in ("m-1", "m-10", "m-100")),
    Target("m-moon", 2.5, NEAR, True),
    Target("l-moon", 1800.0, NEAR),
    *(Target(family, 1800.0, 0.02) for family in ("xl-1", "xl-10", "xl-100")),
    Target("terawatt", 60.0, NEAR),
    Target("kardashev", 60.0, 0.02),
)
"""Targets of the search."""


def reached(target: Target, measured: Iterable[MeasuredRun]) -> dict[str, Cell] | None:
    """Return what the search reaches of a target: gap or count, the number of runs, and whether it is met.

    The dictionary has ``reached`` (median gap, or how many reach it), ``runs`` and ``met``. None without a run that
    lasted so long.
    """
    runs = [run for run in measured if run.family == target.family and run.row.method == "search"]
    timed = [(run, _seconds(target, run)) for run in runs]
    known = [(run, seconds) for run, seconds in timed if seconds is not None and run.known(seconds)]
    if not known or len(known) < len(runs):
        return None
    if target.count is not None:
        count = sum(_reaches(target, run, seconds) for run, seconds in known)
        return {"reached": count, "runs": len(known), "met": count >= target.count}
    gap = median_of(run.gap_at(seconds, run.best.bound) for run, seconds in known)
    return {"reached": gap, "runs": len(known), "met": gap is not None and gap <= target.share}


def rows(measured: Sequence[MeasuredRun]) -> list[tuple[Target, dict[str, Cell]]]:
    """Return the targets for which runs are recorded, with what is reached."""
    found = ((target, reached(target, measured)) for target in TARGETS)
    return [(target, figures) for target, figures in found if figures is not None]


def _seconds(target: Target, run: MeasuredRun) -> float | None:
    if not target.of_root_lp:
        return target.time
    lp = run.root_lp_seconds
    return None if lp is None else (run.row.build_seconds or 0.0) + target.time * lp


def _reaches(target: Target, run: MeasuredRun, seconds: float) -> bool:
    if run.row.ended == Status.INFEASIBLE:
        return run.row.total_seconds <= max(seconds, 60.0)
    if math.isinf(target.share):
        first = run.first_plan_seconds()
        return first is not None and first <= seconds
    found = seconds_to(run.trace, target.share, run.best.bound)
    return found is not None and found <= seconds
