"""What the target asks in every period, read back from an instance and a plan."""

from __future__ import annotations

from solver.clock import Clock
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.schema import Instance, Target
from solver.plan import Plan

RATE_KINDS = ("power_added", "mass_to_orbit")

UNITS = {
    "power_alive": "GW",
    "power_added": "GW/year",
    "compute_alive": "EFLOP/s",
    "mass_to_orbit": "kt/year",
}


def path_value(target: Target, clock: Clock, year: float) -> float:
    """Return the target path at a time in years from the start: 0 before its first milestone, held after its last."""
    years = [clock.year_of(milestone.date) for milestone in target.milestones]
    values = [float(getattr(milestone, MILESTONE_KEY[target.kind])) for milestone in target.milestones]
    reached = sum(1 for at in years if at <= year + 1e-6)
    if reached == 0:
        return 0.0
    if reached == len(values) or target.between == "step":
        return values[reached - 1]
    along = (year - years[reached - 1]) / (years[reached] - years[reached - 1])
    if target.between == "geometric":
        return float(values[reached - 1] * (values[reached] / values[reached - 1]) ** along)
    return values[reached - 1] + (values[reached] - values[reached - 1]) * along


def demand(instance: Instance, clock: Clock, plan: Plan) -> tuple[float, ...]:
    """Return what is asked in each period in the unit of the target: stocks at its end, rates at its middle."""
    target = instance.target
    if instance.objective.kind == "earliest_date":
        final = path_value(target, clock, clock.year_of(target.milestones[-1].date))
        return tuple(final if t >= plan.claims.first_period else 0.0 for t in clock.periods)
    factor = plan.claims.factor if instance.objective.kind == "most_power" else 1.0
    when = clock.middle if target.kind in RATE_KINDS else clock.end
    return tuple(path_value(target, clock, when(t)) * factor for t in clock.periods)


def last_milestone(instance: Instance, clock: Clock, plan: Plan) -> int:
    """Return the first period that must meet the last milestone."""
    if instance.objective.kind == "earliest_date":
        return min(plan.claims.first_period, clock.periods[-1])
    year = clock.year_of(instance.target.milestones[-1].date)
    when = clock.middle if instance.target.kind in RATE_KINDS else clock.end
    return next((t for t in clock.periods if when(t) >= year - 1e-6), clock.periods[-1])
