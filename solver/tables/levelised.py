"""Levelised cost of a plan, its shares by part and place, and that of each cohort over its own life."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from solver.economics.cohorts import cohorts
from solver.economics.learning import mean_factors
from solver.economics.ledger import ledger
from solver.economics.levelised import Levelised, levelised, present_stock_years
from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Instance
from solver.plan import Decisions, Plan
from solver.tables.demand import demand
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row
from solver.tables.window import reported

COMMON = "common"
ROUNDING = 1e-9
"""Share of the net cost up to which nothing is common: sums of the ledger differ by rounding."""


def levelised_of(
    instance: Instance, plan: Plan | None, bound: float | None, least_net_musd: float | None = None
) -> Levelised:
    """Return the levelised cost of a plan over the whole planning horizon, nothing without a plan.

    ``bound`` is that of the objective: for least cost the demand does not depend on the plan. ``least_net_musd`` bounds
    the cost of what a plan for the most power delivers. Of a market, what is served counts.
    """
    if plan is None:
        return Levelised()
    least = bound if instance.objective.kind == "least_cost" else least_net_musd
    whole, window = _levelised(instance, plan, least), _levelised(*reported(instance, plan), None)
    return replace(
        whole,
        window_usd_per_w_year=window.usd_per_w_year,
        window_usd_per_pflop_hour=window.usd_per_pflop_hour,
    )


def _levelised(instance: Instance, plan: Plan, least: float | None) -> Levelised:
    horizon = PlanningHorizon.of(instance.horizon)
    left = dict.fromkeys(horizon.periods, 0.0)
    for (_, t), amount in plan.decisions.unserved.items():
        left[t] += amount
    served = [asked - left[t] for t, asked in enumerate(demand(instance, horizon, plan))]
    present = present_stock_years(horizon, served)
    return levelised(instance.target.kind, plan.claims.cost_musd - plan.claims.salvage_musd, least, present)


def levelised_rows(state: PlanState) -> Iterator[Row]:
    """Yield the shares of the levelised cost by part and by place; each group adds up to the headline.

    They cover the whole planning horizon. The place ``common`` has what serves several places.
    """
    instance, plan = state.planned
    whole = levelised_of(instance, plan, None)
    value, unit = whole.usd_per_w_year, "USD/(W year)"
    if value is None:
        value, unit = whole.usd_per_pflop_hour, "USD/(PFLOP/s hour)"
    net = plan.claims.cost_musd - plan.claims.salvage_musd
    if value is None or net == 0:
        return
    for group, split in (("part", _by_part(plan)), ("place", _by_place(instance, plan))):
        for name, musd in split.items():
            yield group, name, musd / net, value * musd / net, unit


def cohort_rows(state: PlanState) -> Iterator[Row]:
    """Yield what was bought in each period of the window by place and design, and its cost over its own life."""
    for cohort in cohorts(state.instance, state.plan.designs, state.plan.decisions):
        yield (
            state.horizon.label(cohort.period),
            cohort.place,
            cohort.design,
            cohort.gw,
            cohort.purchase_musd,
            cohort.launch_musd,
            cohort.running_musd,
            cohort.service_gw_years,
            cohort.usd_per_w_year,
            cohort.usd_per_kwh,
        )


def _by_part(plan: Plan) -> dict[str, float]:
    """Return net present cost by family and item, MUSD."""
    sums: dict[str, float] = {}
    for entry in plan.claims.ledger:
        name = f"{entry.family}.{entry.item}"
        sums[name] = sums.get(name, 0.0) + entry.present_musd
    return dict(sorted(sums.items()))


def _by_place(instance: Instance, plan: Plan) -> dict[str, float]:
    """Return net present cost of nodes, their flights and halls by shell and region, MUSD, and the rest."""
    factors = mean_factors(instance, plan.designs, plan.decisions)
    sums = {}
    for place in (*instance.use.shells, *instance.use.ground):
        entries = ledger(instance, plan.designs, _of_place(plan.decisions, place), factors)
        if entries:
            sums[place] = math.fsum(entry.present_musd for entry in entries)
    net = plan.claims.cost_musd - plan.claims.salvage_musd
    common = net - math.fsum(sums.values())
    return sums | {COMMON: 0.0 if abs(common) < ROUNDING * abs(net) else common}


def _of_place(decisions: Decisions, place: str) -> Decisions:
    """Return the nodes and flights to a shell, or the halls of a region, in a fixed order."""

    def kept(table: Mapping[Any, Any], at: int) -> dict[Any, Any]:
        return {key: amount for key, amount in sorted(table.items()) if key[at] == place}

    return Decisions(
        loaded=kept(decisions.loaded, 2),
        flights=kept(decisions.flights, 1),
        mass_driver_launched_gw=kept(decisions.mass_driver_launched_gw, 1),
        ground_gw=kept(decisions.ground_gw, 0),
    )
