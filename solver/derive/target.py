"""Coefficients of the target and the ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from formulations.coefficients import Cost, Ground, Launch, Nodes, Target
from solver.derive.context import Context
from solver.derive.units import Units
from solver.economics import unit_costs
from solver.economics.halls import Hall
from solver.economics.value import market_demand, unit_values
from solver.horizon.periods import PlanningHorizon
from solver.horizon.target_path import path_of_period
from solver.instance.consistency import MILESTONE_KEY
from solver.instance.dates import COMPUTE_KINDS, RATE_KINDS
from solver.instance.schema import Instance


def demand(x: Context) -> dict[int, float]:
    """Return the demand of each period: stocks at its end, rates over its length.

    For the earliest date, demand is the value of the last milestone in every period; the search then finds the first
    period that can meet it.
    """
    target = x.instance.target
    if x.instance.objective.kind == "earliest_date":
        return final_demand(x.instance, x.horizon)
    rate = target.kind in RATE_KINDS
    return {t: path_of_period(target, x.horizon, t) * (x.horizon.years(t) if rate else 1.0) for t in x.horizon.periods}


def final_demand(instance: Instance, horizon: PlanningHorizon) -> dict[int, float]:
    """Return the demand of the last milestone in each period, in the unit of the target in the file."""
    target = instance.target
    last = float(getattr(target.milestones[-1], MILESTONE_KEY[target.kind]))
    return {t: last * (horizon.years(t) if target.kind in RATE_KINDS else 1.0) for t in horizon.periods}


def unit_factor_of(instance: Instance, units: Units) -> float:
    """Return model units per unit of the target in the file (GW, EFLOP/s, kt)."""
    if instance.target.kind == "mass_to_orbit":
        return 1000 * units.mass_per_t
    return 1.0 if instance.target.kind in COMPUTE_KINDS else units.power_per_gw


def reachable(x: Context, nodes: Nodes, ground: Ground, launch: Launch) -> set[int]:
    """Return the periods in which any source can supply the target."""
    orbit = {t for table in nodes.delivers.values() for t in np.flatnonzero(table.nonzero_periods()).tolist()}
    earth = {t for rows in ground.delivers.values() for row in rows.values() for t in row}
    cargo = {t for _, _, t in launch.routes} if x.instance.target.kind == "mass_to_orbit" else set()
    return orbit | earth | cargo


def derive_target(x: Context, reached: set[int]) -> Target:
    """Derive demand by period, the price of unmet demand, and the kind of objective.

    For the earliest date, demand starts after the last period without any source of supply.
    """
    demanded, factor = demand(x), unit_factor_of(x.instance, x.units)
    money, objective = x.units.money_per_musd, x.instance.objective
    if objective.kind == "earliest_date":
        empty = max((t for t in x.horizon.periods if t not in reached), default=-1)
        demanded = {t: value if t > empty else 0.0 for t, value in demanded.items()}
    unmet = {}
    if x.instance.target.unmet_penalty_musd is not None:
        for t in x.horizon.periods:
            unmet[t] = unit_costs.of_unmet(x.prices, t)[0].present_musd * money / factor
    demands, values = market_demand(x.instance, x.horizon), unit_values(x.instance, x.horizon)
    return Target(
        demand={t: value * factor for t, value in demanded.items()},
        counts_cargo=x.instance.target.kind == "mass_to_orbit",
        unmet_gusd=unmet,
        objective=objective.kind,
        budget_gusd=None if objective.budget_musd is None else objective.budget_musd * money,
        market={index: amount * factor for index, amount in demands.items()},
        unserved_gusd={index: values[index] * money / factor for index in demands},
    )


def derive_ground(x: Context) -> Ground:
    """Derive grid offers and the power they deliver."""
    offers, most, delivers, draws, supply = [], {}, {}, {}, {}
    for g in x.instance.use.ground:
        region = x.instance.ground[g]
        compute = x.instance.target.kind in COMPUTE_KINDS
        rows: dict[int, dict[int, float]] = {}
        for q in x.usable(region.available_from):
            amount = x.path_amount(region.queue_gw, q) * x.units.power_per_gw
            if amount <= 0:
                continue
            offers.append((g, q))
            most[g, q] = amount
            hall = Hall(region, x.horizon, q)
            rows[q] = {t: hall.eflops_per_gw(t) / x.units.power_per_gw if compute else 1.0 for t in hall.served}
            draws[g, q] = _summed(hall.servers())
        if region.accelerators_gw is not None:
            for t in x.horizon.periods:
                supply[g, t] = x.path_amount(region.accelerators_gw, t) * x.units.power_per_gw
        delivers[g] = rows if x.instance.target.kind not in RATE_KINDS else _first(x, rows)
    per_gw = x.cost(((g, q), unit_costs.of_ground(x.prices, g, q)) for g, q in offers)
    unit = x.units.power_per_gw
    spent = {index: value / unit for index, value in per_gw.spent.items()}
    cost = Cost(spent, {i: value / unit for i, value in per_gw.salvage.items()})
    return Ground(tuple(offers), most, delivers, draws, supply, cost)


def _summed(amounts: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Add up amounts by period."""
    sums: dict[int, float] = {}
    for t, amount in amounts:
        sums[t] = sums.get(t, 0.0) + amount
    return sums


def _first(x: Context, rows: Mapping[int, Mapping[int, float]]) -> dict[int, dict[int, float]]:
    """Return the power of each offer in the period of its connection, for a target of power added."""
    if x.instance.target.kind != "power_added":
        return {}
    return {q: {min(row): 1.0} for q, row in rows.items() if row}
