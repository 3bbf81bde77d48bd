"""Target path between its milestones."""

from __future__ import annotations

from solver.horizon.periods import PlanningHorizon
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.schema import Target

RATE_KINDS = ("power_added", "mass_to_orbit")
"""Kinds of target that demand an amount a year; the others demand a stock."""


def path_value(target: Target, horizon: PlanningHorizon, year: float) -> float:
    """Return the target path at a time in years from the start: 0 before and constant after its milestones."""
    years = [horizon.year_of(milestone.date) for milestone in target.milestones]
    values = [float(getattr(milestone, MILESTONE_KEY[target.kind])) for milestone in target.milestones]
    reached = sum(1 for at in years if at <= year + 1e-6)
    if reached == 0:
        return 0.0
    if reached == len(values) or target.interpolation == "step":
        return values[reached - 1]
    along = (year - years[reached - 1]) / (years[reached] - years[reached - 1])
    if target.interpolation == "geometric":
        return float(values[reached - 1] * (values[reached] / values[reached - 1]) ** along)
    return values[reached - 1] + (values[reached] - values[reached - 1]) * along
