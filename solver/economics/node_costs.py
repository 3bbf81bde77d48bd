"""Unit costs of one node for all build periods at once, as arrays; the sums of ``solver.economics.unit_costs``.

Arrays are used because a large model prices hundreds of thousands of loads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.economics import learning
from solver.economics.unit_costs import Prices, operating_years, part_changes, salvage_share
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
    return np.asarray(total * _discount(horizon), dtype=np.float64)


def yearly_musd(prices: Prices, design: Design) -> Floats:
    """Compute the yearly running cost of a living node by the period in which it was bought."""
    price = sum(_part_paths(prices, design).values())
    return np.asarray(design.operations_share_per_year * price + design.upkeep_musd_per_year, dtype=np.float64)


def residual_value_musd(prices: Prices, design: Design) -> Floats:
    """Compute the residual value of a living node at the end of the horizon by the period in which it was bought."""
    horizon = prices.horizon
    age = np.array([horizon.age(q, horizon.periods[-1]) for q in horizon.periods])
    paths = _part_paths(prices, design)
    value = sum(path * salvage_share(prices, part) for part, path in paths.items())
    return np.asarray(value * np.maximum(0.0, 1.0 - age / design.life_years), dtype=np.float64)


def present_years(horizon: PlanningHorizon) -> Floats:
    """Compute the discounted years that a node placed in period q (row) may run within period t (column)."""
    run = np.array(
        [[operating_years(horizon, q, t) if t >= q else 0.0 for t in horizon.periods] for q in horizon.periods]
    )
    return np.asarray(run * _discount(horizon), dtype=np.float64)


def present_residual_value(prices: Prices) -> float:
    """Return the present value of one MUSD of salvage at the end of the horizon; 0 if salvage is not counted."""
    return -sum(m.present_musd for m in prices.salvage("nodes", 1.0))


def _part_paths(prices: Prices, design: Design) -> dict[str, Floats]:
    """Return the price of each part by build period."""
    middle = np.array([prices.horizon.middle(q) for q in prices.horizon.periods])
    changes = part_changes(prices, design)
    return {part: cost * (1 + changes[part]) ** middle for part, cost in design.cost_musd.items()}


def _discount(horizon: PlanningHorizon) -> Floats:
    return np.array([horizon.discount(horizon.middle(t)) for t in horizon.periods])
