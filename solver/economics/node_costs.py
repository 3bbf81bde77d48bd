"""Unit costs of one node for all build periods at once, as arrays; the sums of ``solver.economics.unit_costs``.

Arrays are used because a large model prices hundreds of thousands of loads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.design.vintages import wait_years
from solver.economics import learning
from solver.economics.capital import extra_share, premium_share
from solver.economics.residual import delivered_service_share
from solver.economics.unit_costs import Prices, of_carried, operating_years, part_changes, salvage_share
from solver.horizon.periods import PlanningHorizon
from solver.plan import Design

Floats = NDArray[np.float64]


def present_loaded_musd(prices: Prices, design: Design) -> Floats:
    """Compute the present price of a node by the period in which it is bought."""
    horizon = prices.horizon
    total = np.zeros(len(horizon.periods))
    for part, path in _part_paths(prices, design).items():
        component = learning.component_of_part(prices.instance, part)
        factor = 1.0 if component is None else np.array([prices.factor(component, q) for q in horizon.periods])
        total += path * factor
    total = total + extra_share(prices.instance, "nodes", design.life_years) * _price_path(prices, design)
    return np.asarray(total * _discount(horizon), dtype=np.float64)


def present_insurance_musd(prices: Prices, vehicle: str, design: Design) -> Floats:
    """Compute the present insurance of a node on a flight by the period in which it flies."""
    premium = premium_share(prices.instance, vehicle) * _price_path(prices, design)
    return np.asarray(premium * _discount(prices.horizon), dtype=np.float64)


def yearly_musd(prices: Prices, design: Design) -> Floats:
    """Compute the yearly running cost of a living node by the period in which it was bought."""
    price = _price_path(prices, design)
    return np.asarray(design.operations_share_per_year * price + design.upkeep_musd_per_year, dtype=np.float64)


def present_residual_musd(prices: Prices, design: Design, alive_share: Floats) -> Floats:
    """Compute the present residual value of a node placed, by the period in which it was bought.

    ``alive_share`` is the share alive at the end of the horizon, by that period.
    """
    horizon, rule = prices.horizon, prices.instance.money.salvage
    if rule == "none":
        return np.zeros(len(horizon.periods))
    paths = _part_paths(prices, design)
    value = np.asarray(sum(path * salvage_share(prices, part) for part, path in paths.items()), dtype=np.float64)
    value = value * (1.0 + extra_share(prices.instance, "nodes", design.life_years))
    if rule == "delivered":
        return np.asarray(value * _discount(horizon) * service_shares(prices, design), dtype=np.float64)
    age = np.array([horizon.age(q, horizon.periods[-1]) for q in horizon.periods])
    left = value * np.maximum(0.0, 1.0 - age / design.life_years) * alive_share
    return np.asarray(left * horizon.discount(prices.horizon_years), dtype=np.float64)


def service_shares(prices: Prices, design: Design) -> Floats:
    """Compute the share of discounted service after the horizon by the period in which a node was bought."""
    horizon, wait = prices.horizon, wait_years(prices.instance, design)
    ages = (horizon.age(q, horizon.periods[-1]) for q in horizon.periods)
    return np.array([delivered_service_share(design, prices.discount_rate, age, wait) for age in ages])


def present_carried_musd(prices: Prices, vehicle: str, design: Design) -> Floats:
    """Compute the present residual value of the launch of a node, by the period in which it was bought."""
    periods = prices.horizon.periods
    if prices.instance.money.salvage != "delivered":
        return np.zeros(len(periods))
    return np.array([-sum(m.present_musd for m in of_carried(prices, vehicle, design, q)) for q in periods])


def present_years(horizon: PlanningHorizon) -> Floats:
    """Compute the discounted years that a node placed in period q (row) may run within period t (column)."""
    run = np.array(
        [[operating_years(horizon, q, t) if t >= q else 0.0 for t in horizon.periods] for q in horizon.periods]
    )
    return np.asarray(run * _discount(horizon), dtype=np.float64)


def _price_path(prices: Prices, design: Design) -> Floats:
    """Return the price of a node without learning by build period."""
    return np.asarray(sum(_part_paths(prices, design).values()), dtype=np.float64)


def _part_paths(prices: Prices, design: Design) -> dict[str, Floats]:
    """Return the price of each part by build period."""
    middle = np.array(prices.horizon.middles)
    changes = part_changes(prices, design)
    return {part: cost * (1 + changes[part]) ** middle for part, cost in design.cost_musd.items()}


def _discount(horizon: PlanningHorizon) -> Floats:
    return np.array([horizon.discount(middle) for middle in horizon.middles])
