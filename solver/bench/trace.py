"""Trace of a run and its figures: gap at a time, time to a gap, primal integral.

All objectives are costs to be minimised. Gaps are shares of the objective: (objective - reference) / |objective|.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.errors import EnvironmentFailure
from solver.io.files import os_error_text
from solver.milp.limits import objective_tolerance

COLUMNS = ("seconds", "objective", "bound", "strategy")


@dataclass(frozen=True, slots=True)
class TracePoint:
    """Point of a trace: seconds from its start, best plan and best bound so far, in MUSD."""

    seconds: float
    objective: float | None
    bound: float | None
    strategy: str = ""


def read_trace(path: Path) -> list[TracePoint]:
    """Read the points of a ``trace.csv`` in order of time; none without a file, EnvironmentFailure for a bad one."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            points = [
                TracePoint(
                    float(row["seconds"]), _number(row["objective"]), _number(row["bound"]), row["strategy"] or ""
                )
                for row in csv.DictReader(file)
            ]
    except OSError as error:
        raise EnvironmentFailure(f"{path}: could not be read: {os_error_text(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise EnvironmentFailure(f"{path}: found no trace, expected numbers in columns {', '.join(COLUMNS)}") from error
    return sorted(points, key=lambda point: point.seconds)


def write_rows(points: Iterable[TracePoint]) -> str:
    """Return the text of a trace file."""
    lines = [",".join(COLUMNS)]
    lines += [f"{p.seconds:.3f},{_text(p.objective)},{_text(p.bound)},{p.strategy}" for p in points]
    return "\n".join(lines) + "\n"


def objective_at(points: Iterable[TracePoint], seconds: float) -> float | None:
    """Return the objective of the best plan found by a time; None before the first."""
    return min((p.objective for p in points if p.seconds <= seconds and p.objective is not None), default=None)


def bound_at(points: Iterable[TracePoint], seconds: float) -> float | None:
    """Return the best bound proven by a time; None before the first."""
    return max((p.bound for p in points if p.seconds <= seconds and p.bound is not None), default=None)


def gap(objective: float | None, reference: float | None) -> float | None:
    """Compute the gap of a plan to a bound or a best known plan, as a share of the plan; None without either."""
    if objective is None or reference is None:
        return None
    if abs(objective - reference) <= objective_tolerance(objective):
        return 0.0
    return (objective - reference) / abs(objective) if objective else math.inf


def seconds_to(points: Iterable[TracePoint], share: float, reference: float | None) -> float | None:
    """Return the first time at which the plan's gap to the reference is within a share; None if it never is."""
    for point in points:
        reached = gap(point.objective, reference)
        if reached is not None and reached <= share:
            return point.seconds
    return None


def primal_integral(points: Iterable[TracePoint], until: float, reference: float | None) -> float | None:
    """Integrate the primal gap over time from 0 to ``until``, in seconds: small where good plans come early.

    The primal gap is 1 before the first plan, then |objective - reference| over the larger of both sizes (Berthold
    2013).
    """
    if reference is None:
        return None
    total, since, height = 0.0, 0.0, 1.0
    best = math.inf
    for point in points:
        if point.seconds >= until:
            break
        if point.objective is None or point.objective >= best:
            continue
        total += height * (point.seconds - since)
        since, best = point.seconds, point.objective
        height = _primal_gap(best, reference)
    return total + height * (until - since)


def _primal_gap(objective: float, reference: float) -> float:
    if abs(objective - reference) <= objective_tolerance(objective):
        return 0.0
    if objective * reference < 0:
        return 1.0
    return abs(objective - reference) / max(abs(objective), abs(reference))


def _number(text: str | None) -> float | None:
    number = float(text) if text else math.nan
    return number if math.isfinite(number) else None


def _text(number: float | None) -> str:
    return "" if number is None else repr(number)
