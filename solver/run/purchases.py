"""Plan with the least purchases and retirements at equal cost, as a step of a run after the search."""

from __future__ import annotations

from dataclasses import replace

from solver.derive import Derived
from solver.derive.purchases import purchase_prices
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.search.core.result import SearchResult
from solver.search.primal.least_spending import least_retired, least_spending


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
    lean = least_spending(searched, result.incumbent, prices, limits)
    return replace(result, incumbent=least_retired(searched, lean, limits))
