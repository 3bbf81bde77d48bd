"""More flights: a plan whose loads are no more than its flights in sum, and cannot be divided over them node by node.

First the loads stay and flights are added, with what they need. Where limits or a budget forbid that, the plan is
searched again with fewer nodes on those flights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
from solver.search.primal.least_spending import STOCKS

Route = tuple[str, str, int]
"""Vehicle, shell and period of flights."""
FREE = (
    *STOCKS,
    Var.LAUNCH_FLIGHTS,
    Var.LAUNCH_CARGO,
    Var.LAUNCH_PADS_ORDERED,
    Var.FLEET_ORDERED,
    Var.TARGET_UNMET,
)
"""Variables that may change where flights are added to a plan."""


def with_more_flights(
    matrix: Matrix, fewer: Matrix, incumbent: Incumbent, needed: Mapping[Route, int], limits: Limits
) -> Incumbent:
    """Return the incumbent with at least so many flights on some routes, else the best of another matrix.

    ``needed`` are flights by route, more than the plan has; ``fewer`` allows fewer nodes there than the plan has. The
    bound is kept: it holds for fewer flights too. So is the incumbent where neither gives a plan.
    """
    x = incumbent.x
    if x is None:
        return incumbent
    state = SearchState(matrix, SearchOptions(limits))
    for changed in (_with_loads(matrix, x, needed), fewer):
        found = solve_sub_mip(state, changed, matrix.integer, state.limits(1.0, limits.gap), "")
        plan = verified_point(changed, found.x, scaling_of(changed).row_unit)
        if plan is not None:
            return incumbent.with_solution(plan, max(matrix.value(plan), incumbent.bound))
    return incumbent


def with_fewer_nodes(matrix: Matrix, x: Floats, routes: Iterable[Route]) -> Matrix:
    """Return the matrix in which the designs that fly on some routes in a plan have at least one node less there."""
    at: dict[Route, list[int]] = {route: [] for route in routes}
    for j in matrix.columns_of(Var.NODES_LOADED):
        v, _, s, t = matrix.column_names.indices[j]
        if (v, s, t) in at and x[j] > 0.5:
            at[v, s, t].append(int(j))
    entries = [(i, j) for i, columns in enumerate(at.values()) for j in columns]
    rows, columns = np.array(entries).T
    a = sp.csr_matrix((np.ones(len(entries)), (rows, columns)), shape=(len(at), matrix.columns))
    names = Names.of_pairs([(f"fewer_nodes_{matrix.rows}", route) for route in at])
    return matrix.with_rows(a, np.full(len(at), -np.inf), np.rint(a @ x) - 1.0, names)


def _with_loads(matrix: Matrix, x: Floats, needed: Mapping[Route, int]) -> Matrix:
    """Return the matrix with all of a plan fixed but its flights and what they need, of which there are more."""
    free = np.zeros(matrix.columns, dtype=bool)
    for variable in FREE:
        free[matrix.columns_of(variable)] = True
    at = np.where(matrix.integer, np.rint(x), x)
    lower, upper = np.where(free, matrix.lower, at), np.where(free, matrix.upper, at)
    for route, count in needed.items():
        j = matrix.find_column(Var.LAUNCH_FLIGHTS, *route)
        if j is not None:
            lower[j] = count
    return matrix.with_(lower=lower, upper=upper)
