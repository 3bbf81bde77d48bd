"""Levelised cost of a plan."""

from __future__ import annotations

from solver.economics.levelised import Levelised, levelised, present_stock_years
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Instance
from solver.plan import Plan
from solver.tables.demand import demand
from solver.tables.plan_state import PlanState


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


def present_cost_by_place(state: PlanState) -> list[tuple[str, float, float, float | None]]:
    """Return place, present cost (MUSD, salvage subtracted), present GW years and USD per W and year.

    The places are orbit and ground; only for a target of power alive, and none where all power is in one place.
    """
    instance, periods = state.instance, state.horizon.periods
    if instance.target.kind != "power_alive" or not state.ground_gw:
        return []
    ledger = state.plan.claims.ledger
    ground_musd = sum(entry.present_musd for entry in ledger if entry.family == "ground")
    orbit_musd = sum(entry.present_musd for entry in ledger) - ground_musd
    rows = []
    for place, musd, power in (
        ("orbit", orbit_musd, [state.orbit_gw(t) for t in periods]),
        ("ground", ground_musd, [state.on_ground_gw(t) for t in periods]),
    ):
        gw_years = present_stock_years(state.horizon, power)
        rows.append((place, musd, gw_years, musd / gw_years * 1e-3 if gw_years > 0 else None))
    return rows
