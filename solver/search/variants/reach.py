"""Reach of an instance: demand that nothing can serve, and the most that bounds of columns allow."""

from __future__ import annotations

import math

import numpy as np

from formulations.coefficients import Coefficients, Column
from solver.derive import Derived
from solver.derive.target import final_demand, unit_factor_of
from solver.instance.schema import Instance
from solver.milp.matrix import Floats

EARLIEST = "earliest_date"
FINITE = 1e200
"""Stand-in for an infinite bound of a column."""


def unreached(instance: Instance, derived: Derived) -> dict[int, float]:
    """Return the demand of the periods that no vehicle, design or region can serve, in the unit of the model."""
    c, horizon = derived.coefficients, derived.horizon
    if instance.target.unmet_penalty_musd is not None or instance.market:
        return {}
    if instance.objective.kind == EARLIEST and not any(c.target.demand.values()):
        last = c.time.periods[-1]
        return {last: final_demand(instance, horizon)[last] * unit_factor_of(instance, derived.units)}
    return {t: need for t, need in c.target.demand.items() if need > 0 and t not in derived.reached}


def share_by_bounds(instance: Instance, derived: Derived) -> float:
    """Return the share of the target that the bounds of columns allow, an upper bound of the share in reach."""
    c = derived.coefficients
    if instance.target.unmet_penalty_musd is not None or instance.objective.kind in ("most_power", "most_value"):
        return math.inf
    demand = np.array([c.target.demand[t] for t in c.time.periods])
    if instance.objective.kind == EARLIEST:
        demand[:-1] = 0.0
    asked = demand > 0
    return float((_largest_delivery(c)[asked] / demand[asked]).min(initial=math.inf))


def _largest_delivery(c: Coefficients) -> Floats:
    """Bound the delivery to the target of each period: every column at its own bound, as if no row held."""
    periods = len(c.time.periods)
    placed: dict[Column, Floats] = {}
    for (v, k, s, t), most in c.nodes.max_loaded.items():
        placed.setdefault((k, s), np.zeros(periods))[t] += c.nodes.arrives_share[v] * most
    for (k, s, t), most in c.nodes.max_launched.items():
        placed.setdefault((k, s), np.zeros(periods))[t] += c.nodes.arrival_share[s] * most
    # An infinite bound times nothing would be no number.
    placed = {column: np.minimum(most, FINITE) for column, most in placed.items()}
    total = np.zeros(periods)
    for column, table in c.nodes.delivers.items():
        if column in placed:
            # Without a bound a period counts as more than any demand, and still nothing where nothing is delivered.
            total += placed[column][table.built] @ table.rows(table.built)
    for g, rows in c.ground.delivers.items():
        for q, row in rows.items():
            for t, each in row.items():
                total[t] += each * c.ground.max_gw.get((g, q), 0.0)
    if c.target.counts_cargo:
        for (v, s, t), flights in c.launch.max_flights.items():
            total[t] += c.launch.arrives_share[v] * c.launch.payload_kt[v, s] * flights
    return total
