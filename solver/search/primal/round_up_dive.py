"""Round-up dive: an integral plan from an LP point within seconds, by fixing counts one after another in warm LPs.

In the LP optimum few counts are fractional and most of those are large. Each is fixed at a neighbouring integer, the
early ones first, and an LP adapts all the others. The steps are those of ``solver.search.primal.dive``; before them

- binary paths are fixed where the LP steps first (``solver.search.core.developments``): early steps only add capacity;
- the target may be missed at a penalty, so that the LP stays feasible and shows by how much it is missed;
- a little more than the target is demanded until nodes are integral, so that they may be rounded down.

A point with a shortfall is no plan: another order of kinds is tried, or more is demanded. ``solver.milp.highs`` solves
and verifies the end of each dive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Incumbent, Reason, Solution, Termination
from solver.milp.warm_lp import WarmLp
from solver.search.core.developments import fix_developments
from solver.search.core.integers import Budget
from solver.search.core.sub_mip import largest_node
from solver.search.primal.dive import MOST_UNFIXINGS, Dive, FixingOrder

SEEDS = (Var.LANDINGS_SEED_LANDED, Var.LANDINGS_DEVELOPMENT_STARTED, Var.LUNAR_UNLOCK_STARTED)
CAPACITY, OPENED = (
    (Var.LINES_ORDERED, Var.LAUNCH_PADS_ORDERED, Var.MASS_DRIVERS_ORDERED),
    (Var.LINES_DEVELOPMENT_STARTED,),
)
FLYING, FLEET = (Var.LANDINGS_LANDINGS, Var.LANDINGS_TANKER_FLIGHTS, Var.LAUNCH_FLIGHTS), (Var.FLEET_ORDERED,)
NODES, SITES = (Var.NODES_LOADED,), (Var.LAUNCH_LAUNCHES,)

Order = tuple[tuple[str, ...], ...]
FLEET_AFTER: Order = (SEEDS, CAPACITY, OPENED, FLYING, FLEET, NODES, SITES)
FLEET_WITH: Order = (SEEDS, CAPACITY, OPENED, (*FLEET, *FLYING), NODES, SITES)
FLEET_LAST: Order = (SEEDS, CAPACITY, OPENED, FLYING, NODES, FLEET, SITES)
Attempt = tuple[Order, float]
ATTEMPTS: tuple[Attempt, ...] = ((FLEET_AFTER, 4.0), (FLEET_LAST, 4.0), (FLEET_WITH, 4.0), (FLEET_AFTER, 16.0))
"""Orders of fixing, each with the number of nodes, of the largest design in use, that are demanded beyond the target
until all nodes are integral."""
SHORTFALL_PENALTY = 20.0
"""Penalty of a unit of shortfall, as a multiple of the largest demand dual of the LP."""
INTEGERS_FIXED = Termination(Reason.EXHAUSTED, detail="integer counts")
RISE_SHARE = 0.6
"""Share of the gap by which cost may rise before other integers are tried."""


def round_up_dive(
    matrix: Matrix,
    lp_x: Floats,
    budget: Budget,
    basis: Basis | None = None,
    submit_solution: Callable[[Floats], object] = lambda _: None,
    attempts: Sequence[Attempt] = ATTEMPTS,
    unfixings: int = MOST_UNFIXINGS,
) -> Solution | None:
    """Return a plan near an LP point: the first within the gap of the bound, or the best of all attempts.

    None if no dive reached one in time. ``basis`` is that of the LP point, where the dives start; ``submit_solution``
    is called with every point as it is found.
    """
    fixed, best = fix_developments(matrix, lp_x), None
    good_enough = budget.cost_within_gap()
    for order, extra_nodes in attempts:
        if budget.exhausted():
            break
        dive = _dive_from(fixed, lp_x, budget, basis, (order, extra_nodes), unfixings)
        if dive is None:
            break
        found = _solved(matrix, dive.x, budget) if dive.run() else None
        if found is None or found.objective is None:
            continue
        if found.x is not None:
            submit_solution(found.x)
        if best is None or best.objective is None or found.objective < best.objective:
            best = found
        if good_enough is not None and found.objective <= good_enough:
            break
    return best


def _dive_from(
    fixed: Matrix, lp_x: Floats, budget: Budget, basis: Basis | None, attempt: Attempt, unfixings: int
) -> Dive | None:
    """Return a dive at its first LP optimum, with more demanded than the target; None if there is none."""
    order, extra_nodes = attempt
    demand = fixed.rows_of(Row.TARGET_DEMAND)
    elastic = _elastic(fixed, demand)
    shortfall = np.arange(fixed.columns, elastic.columns)
    if basis is not None:
        basis = np.concatenate([basis[0], np.zeros(len(shortfall), dtype=np.int64)]), basis[1]
    lp = WarmLp(elastic, budget.limits, budget.stop, basis)
    strict = lp.solve(budget.seconds())
    if strict is None:
        return None
    penalty = SHORTFALL_PENALTY * max(np.abs(strict.row_dual[demand]).max(initial=0.0), 1e-9)
    lp.set_costs(shortfall, np.full(len(shortfall), penalty))
    lp.set_bounds(shortfall, np.zeros(len(shortfall)), np.full(len(shortfall), np.inf))
    demanded = fixed.row_lower[demand]
    spare = extra_nodes * largest_node(fixed, demand, lp_x)
    lp.set_row_lower(demand, demanded + spare)
    point = lp.solve(budget.seconds())
    if point is None:
        return None
    rise = RISE_SHARE * budget.limits.gap * abs(strict.value)
    return Dive(
        lp, fixed, FixingOrder.of(fixed, order), budget, point, rise, spare,
        restore_demand=lambda: lp.set_row_lower(demand, demanded),
        restore_at=len(order) - 1,
        unfixings=unfixings,
    )  # fmt: skip


def _elastic(matrix: Matrix, demand: Indices) -> Matrix:
    """Return the matrix with shortfall columns for the target, closed and free of cost as yet."""
    n = len(demand)
    shortfall = sp.csc_matrix((np.ones(n), (demand, np.arange(n))), shape=(matrix.rows, n))
    names = Names.of_pairs(("missed", matrix.row_names.indices[r]) for r in demand)
    return replace(
        matrix,
        a=sp.csc_matrix(sp.hstack([matrix.a, shortfall], format="csc")),
        cost=np.append(matrix.cost, np.zeros(n)),
        lower=np.append(matrix.lower, np.zeros(n)),
        upper=np.append(matrix.upper, np.zeros(n)),
        integer=np.append(matrix.integer, np.zeros(n, dtype=bool)),
        column_names=Names.joined(matrix.column_names, names),
    )


def _solved(matrix: Matrix, x: Floats, budget: Budget) -> Solution | None:
    """Return the best point with the integer counts of x; None if they are infeasible."""
    integer = matrix.integer
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[integer] = upper[integer] = np.rint(x[integer])
    found = solve(matrix.with_(lower=lower, upper=upper), budget.limits, relax=True, stop=budget.stop)
    if found.x is None:
        return None
    return replace(found, incumbent=Incumbent(found.x, found.objective), termination=INTEGERS_FIXED)
