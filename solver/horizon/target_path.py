"""Target path between its milestones."""

from __future__ import annotations

from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.dates import RATE_KINDS
from solver.instance.schema import Target


def asked_at(target: Target, horizon: PlanningHorizon, t: int) -> float:
    """Return the instant at which a period reads the target path: its middle for a rate, its end for a stock."""
    return horizon.middle(t) if target.kind in RATE_KINDS else horizon.end(t)


def path_of_period(target: Target, horizon: PlanningHorizon, t: int) -> float:
    """Return the target path as a period reads it: a stock, or an amount a year; the tail stays level."""
    return path_value(target, horizon, asked_at(target, horizon, min(t, horizon.window[-1])))


def asked_by(target: Target, horizon: PlanningHorizon, date: str) -> int:
    """Return the first period that reads the target path at a date or later; the last reported one if none does."""
    year = horizon.year_of(date) - INSTANT
    return next((t for t in horizon.window if asked_at(target, horizon, t) >= year), horizon.window[-1])


def path_value(target: Target, horizon: PlanningHorizon, year: float) -> float:
    """Return the target path at a time in years from the start: 0 before and constant after its milestones."""
    years = [horizon.year_of(milestone.date) for milestone in target.milestones]
    values = [float(getattr(milestone, MILESTONE_KEY[target.kind])) for milestone in target.milestones]
    reached = sum(1 for at in years if at <= year + INSTANT)
    if reached == 0:
        return 0.0
    if reached == len(values) or target.interpolation == "step":
        return values[reached - 1]
    along = (year - years[reached - 1]) / (years[reached] - years[reached - 1])
    if target.interpolation == "geometric":
        return float(values[reached - 1] * (values[reached] / values[reached - 1]) ** along)
    return values[reached - 1] + (values[reached] - values[reached - 1]) * along
