"""Levelised cost of a plan."""

from __future__ import annotations

from solver.economics.levelised import Levelised, levelised, present_stock_years
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Instance
from solver.plan import Plan
from solver.tables.demand import demand


def levelised_of(instance: Instance, plan: Plan | None, bound: float | None) -> Levelised:
    """Return the levelised cost of a plan over the whole planning horizon, nothing without a plan.

    ``bound`` is that of the objective. It bounds the levelised cost where the demand does not depend on the plan.
    """
    if plan is None:
        return Levelised()
    horizon = PlanningHorizon.of(instance.horizon)
    present = present_stock_years(horizon, demand(instance, horizon, plan))
    least = bound if instance.objective.kind == "least_cost" else None
    return levelised(instance.target.kind, plan.claims.cost_musd - plan.claims.salvage_musd, least, present)
