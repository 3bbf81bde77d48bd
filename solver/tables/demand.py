"""Demand of the target in every period, from an instance and a plan."""

from __future__ import annotations

from solver.horizon.periods import PlanningHorizon
from solver.horizon.target_path import asked_by, path_of_period, path_value
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.schema import Instance
from solver.plan import Plan

UNITS = {
    "power_alive": "GW",
    "power_added": "GW/year",
    **dict.fromkeys(COMPUTE_KINDS, "EFLOP/s"),
    "mass_to_orbit": "kt/year",
}


def stock_unit(kind: str) -> str:
    """Return the unit of the nodes and halls that are counted for a kind of target: EFLOP/s or GW."""
    return UNITS[kind] if kind in COMPUTE_KINDS else UNITS["power_alive"]


def demand(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> tuple[float, ...]:
    """Return the demand of each period in the unit of the target: stocks at its end, rates at its middle."""
    target = instance.target
    if instance.objective.kind == "earliest_date":
        final = path_value(target, horizon, horizon.year_of(target.milestones[-1].date))
        return tuple(final if t >= plan.claims.first_period else 0.0 for t in horizon.periods)
    factor = plan.claims.factor if instance.objective.kind == "most_power" else 1.0
    return tuple(path_of_period(target, horizon, t) * factor for t in horizon.periods)


def last_milestone(instance: Instance, horizon: PlanningHorizon, plan: Plan) -> int:
    """Return the first period that must meet the last milestone."""
    if instance.objective.kind == "earliest_date":
        return min(plan.claims.first_period, horizon.periods[-1])
    return asked_by(instance.target, horizon, instance.target.milestones[-1].date)
