"""A whole plan from any LP point within seconds: whole counts are held one after another in warm LPs.

In the LP optimum few counts are fractional (some 300 of 6,000 where a lunar industry is in play) and most of those are
large. Each is held at a whole number beside it, the early ones first, and an LP lets all the others give way; one LP
from the last basis takes hundredths of a second. The steps of the descent are those of ``dive.py``; before it

- yes/no paths are held where the LP steps first (``paths.py``): early steps only open room;
- the target may be missed at a price, so that an LP speaks where a strict one is infeasible;
- a little more is asked of the target until nodes are made whole, so that they may be rounded down.

A point that misses any of the target is no plan: another order of kinds is tried, or more is asked. What a descent
ends with is solved and judged anew by ``solver.milp.highs``.

Measured (share above the LP bound, one thread of two busy cores): the reference of hundreds of terawatts 0.09 % after
17 s, where branch and bound kind by kind ended without a plan after 600 s; terawatt 0.43 % after 13 s (0.6 % in 50 s);
gigawatt 1.9 % after 30 s (the restricted model: 1 % in 16 s, so that comes first where no lunar industry is in play);
hundred-gigawatt 0.02 % in 0.1 s. By order of kinds on terawatt: fleet after flights 0.43 %, last 0.49 %, with them
0.82 %, before them no plan.
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
from solver.search.primal.dive import MOST_UNFIXINGS, Dive, Kinds

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
Try = tuple[Order, float]
TRIES: tuple[Try, ...] = ((FLEET_AFTER, 4.0), (FLEET_LAST, 4.0), (FLEET_WITH, 4.0), (FLEET_AFTER, 16.0))
"""Orders in which kinds of whole counts are held, with the nodes, of the largest design in use, that are asked for
beyond the target until all nodes are whole."""
SHORTFALL_PENALTY = 20.0
"""Price of a missed unit of the target, over what the LP pays for the dearest one."""
INTEGERS_FIXED = Termination(Reason.EXHAUSTED, detail="integer counts")
RISE_SHARE = 0.6
"""Share of the gap asked by which cost may rise before other whole numbers are looked at."""


def round_up_dive(
    matrix: Matrix,
    lp_x: Floats,
    budget: Budget,
    basis: Basis | None = None,
    submit_solution: Callable[[Floats], object] = lambda _: None,
    tries: Sequence[Try] = TRIES,
    unfixings: int = MOST_UNFIXINGS,
) -> Solution | None:
    """A whole point near an LP point: the first that lies within the gap asked of the bound, or the best of all tries.

    None if no descent reached one in the time given. ``basis`` is that of the LP point, where the descents begin;
    ``submit_solution`` is given every point as it is found.
    """
    fixed, best = fix_developments(matrix, lp_x), None
    good_enough = budget.cost_within_gap()
    for order, extra_nodes in tries:
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
    fixed: Matrix, lp_x: Floats, budget: Budget, basis: Basis | None, attempt: Try, unfixings: int
) -> Dive | None:
    """A dive at its first LP optimum, with more asked than the target; None if there is none."""
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
    lp.set_costs(
        shortfall,
        np.full(len(shortfall), SHORTFALL_PENALTY * max(np.abs(strict.row_dual[demand]).max(initial=0.0), 1e-9)),
    )
    lp.set_bounds(shortfall, np.zeros(len(shortfall)), np.full(len(shortfall), np.inf))
    demanded = fixed.row_lower[demand]
    spare = extra_nodes * largest_node(fixed, demand, lp_x)
    lp.set_row_lower(demand, demanded + spare)
    point = lp.solve(budget.seconds())
    if point is None:
        return None
    rise = RISE_SHARE * budget.limits.gap * abs(strict.value)
    return Dive(
        lp, fixed, Kinds.of(fixed, order), budget, point, rise, spare, lambda: lp.set_row_lower(demand, demanded), len(order) - 1,
        unfixings,
    )  # fmt: skip


def _elastic(matrix: Matrix, demand: Indices) -> Matrix:
    """The matrix with columns for what is missed of the target, closed and free of charge as yet."""
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
    """The best point with the whole counts of x; None if that is no point of the matrix."""
    integer = matrix.integer
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[integer] = upper[integer] = np.rint(x[integer])
    found = solve(matrix.with_(lower=lower, upper=upper), budget.limits, relax=True, stop=budget.stop)
    if found.x is None:
        return None
    return replace(found, incumbent=Incumbent(found.x, found.objective), termination=INTEGERS_FIXED)
