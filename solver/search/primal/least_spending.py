"""Least spending: of plans with equal cost the one that buys least, by a small MIP over the purchases of a plan.

Everything else of the plan is fixed: nodes, plant and what it makes. Purchases, flights among them, may only fall, and
no cost may rise.
Without discounting an idle purchase can be sold again at nearly its price, and a search that stops within its gap keeps
idle purchases too; both are dropped here. The bound is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from formulations.names import Var
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.scaling import scaling_of
from solver.milp.solution import Incumbent
from solver.milp.verify import verified_point
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.sub_mip import solve_sub_mip

STOCKS = (
    Var.FLEET_STOCK,
    Var.FLEET_RETIRED,
    Var.FLEET_STANDING,
    Var.MASS_DRIVERS_BUILT_MASS,
    Var.NETWORK_KWORST_THRESHOLD,
    Var.NETWORK_KWORST_EXCESS,
    Var.LAUNCH_LAUNCHES,
    Var.LANDINGS_PROPELLANT,
    Var.LANDINGS_LANDED,
    Var.LANDINGS_ACCELERATORS,
    Var.LEARNING_EXPERIENCE,
    Var.LEARNING_SEGMENT_FILL,
    Var.LEARNING_SEGMENT_ACTIVE,
)
"""Variables that follow from purchases, and move with them."""
SMALLEST_SHARE = 1e-4
"""Least weight of a purchase as a share of the largest: one without a price is dropped as well."""
EQUAL = 1e-9
"""Relative difference up to which two costs are equal."""

Prices = Mapping[str, Mapping[tuple[object, ...], float]]
"""Present price of one unit of each purchase, by variable and index."""


def least_spending(matrix: Matrix, incumbent: Incumbent, prices: Prices, limits: Limits) -> Incumbent:
    """Return the incumbent with the least purchases that its other decisions need, at no higher cost."""
    x = incumbent.x
    weight = None if x is None else _weights(matrix, x, prices)
    if x is None or weight is None:
        return incumbent
    bought = np.flatnonzero(weight)
    state = SearchState(matrix, SearchOptions(limits))
    moving = np.zeros(matrix.columns, dtype=bool)
    for variable in STOCKS:
        moving[matrix.columns_of(variable)] = True
    lower = np.where(moving, matrix.lower, x)
    upper = np.where(moving, matrix.upper, x)
    lower[bought] = matrix.lower[bought]
    fixed = matrix.with_(lower=lower, upper=upper)
    scale = max(abs(matrix.value(x)), np.finfo(float).tiny)
    extra = sp.csr_matrix(matrix.cost[None, :] / scale)
    most = np.array([(matrix.value(x) - matrix.cost_offset) / scale])
    limited = fixed.with_rows(extra, np.array([-np.inf]), most, Names.of_pairs([("least_spending", ())]))
    found = solve_sub_mip(
        state, limited.with_(cost=weight, cost_offset=0.0), matrix.integer, state.limits(0.5, 0.0), ""
    )
    if found.x is None or float(weight @ found.x) >= float(weight @ x) - EQUAL * weight.max():
        return incumbent
    lower[bought] = upper[bought] = np.where(matrix.integer[bought], np.rint(found.x[bought]), found.x[bought])
    fixed = matrix.with_(lower=lower, upper=upper)
    # The cost row allows the tolerance of the solver: the cost is minimised again, with the purchases found.
    best = solve_sub_mip(state, fixed, matrix.integer, state.limits(1.0, 0.0), "")
    plan = verified_point(matrix, best.x, scaling_of(matrix).row_unit)
    if plan is None or matrix.value(plan) > matrix.value(x) + EQUAL * scale:
        return incumbent
    return incumbent.with_solution(plan, max(matrix.value(plan), min(incumbent.bound, matrix.value(x))))


def least_retired(matrix: Matrix, incumbent: Incumbent, limits: Limits) -> Incumbent:
    """Return the incumbent with the fewest vehicles retired that its other decisions need, at no higher cost."""
    x = incumbent.x
    retired = matrix.columns_of(Var.FLEET_RETIRED)
    if x is None or not (x[retired] > EQUAL).any():
        return incumbent
    weight, moving = np.zeros(matrix.columns), np.zeros(matrix.columns, dtype=bool)
    weight[retired] = 1.0
    for variable in (Var.FLEET_RETIRED, Var.FLEET_STOCK):
        moving[matrix.columns_of(variable)] = True
    at = np.where(matrix.integer, np.rint(x), x)
    lower, upper = np.where(moving, matrix.lower, at), np.where(moving, matrix.upper, at)
    state = SearchState(matrix, SearchOptions(limits))
    fixed = matrix.with_(lower=lower, upper=upper, cost=weight, cost_offset=0.0)
    found = solve_sub_mip(state, fixed, matrix.integer, state.limits(1.0, 0.0), "")
    plan = verified_point(matrix, found.x, scaling_of(matrix).row_unit)
    if plan is None or matrix.value(plan) > matrix.value(x) or weight @ plan >= weight @ x - EQUAL:
        return incumbent
    return incumbent.with_solution(plan, max(matrix.value(plan), min(incumbent.bound, matrix.value(x))))


def _weights(matrix: Matrix, x: Floats, prices: Prices) -> Floats | None:
    """Return the weight of each purchase of the plan, and 0 for all other columns; None if it buys nothing."""
    weight = np.zeros(matrix.columns)
    bought = []
    for variable, price in prices.items():
        for j in matrix.columns_of(variable):
            if x[j] > EQUAL:
                weight[j] = price.get(matrix.column_names.indices[j], 0.0)
                bought.append(j)
    if not bought:
        return None
    largest = float(weight.max(initial=0.0))
    weight[bought] = np.maximum(weight[bought], SMALLEST_SHARE * largest if largest > 0 else 1.0)
    return weight
