"""Purchases of a plan: their present prices by column, and the plan with the fewest of them at equal cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from formulations.coefficients import Coefficients
from formulations.names import Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.result import SearchResult
from solver.search.primal.least_spending import least_spending


def without_idle_purchases(
    result: SearchResult, instance: Instance, derived: Derived, matrix: Matrix, limits: Limits
) -> SearchResult:
    """Return the result with a plan of least spending among those of equal cost; bound and termination are kept."""
    if result.x is None:
        return result
    # Rows of contingencies are added only where a plan breaks them, so that another plan might break others.
    survives = instance.network is not None and bool(instance.network.contingencies)
    prices = purchase_prices(derived.coefficients, network=not survives)
    searched = matrix if result.matrix is None else result.matrix
    return replace(result, incumbent=least_spending(searched, result.incumbent, prices, limits))


def purchase_prices(c: Coefficients, *, network: bool = True) -> Mapping[str, Mapping[tuple[object, ...], float]]:
    """Return the present price of one unit of each purchase, by variable and index."""
    prices: dict[str, Mapping[tuple[object, ...], float]] = {
        Var.FLEET_ORDERED: c.launch.order_cost.spent,
        Var.LAUNCH_PADS_ORDERED: c.launch.pad_cost.spent,
        Var.LINES_ORDERED: c.lines.cost.spent,
        Var.LINES_DEVELOPMENT_STARTED: c.lines.development_cost.spent,
        Var.MASS_DRIVERS_ORDERED: c.drivers.cost.spent,
        Var.GROUND_BUILT: c.ground.cost.spent,
        Var.LUNAR_UNLOCK_STARTED: c.lunar.unlock_cost.spent,
    }
    return {**prices, Var.NETWORK_ORDERED: c.network.cost.spent} if network else prices
