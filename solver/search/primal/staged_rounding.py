"""A whole plan in stages, with the structure held: what flies, and what flies it, then the nodes.

Each count may take the whole number below or above where the last step left it, or nothing where that was nothing; or
what its neighbours in time have. Without that, flights between two whole numbers were infeasible wherever ramps bind.
Launches from sites and vehicles are made whole with the flights: one after the other, vehicles or launches often had
no whole numbers in the end. A node more than the target is asked meanwhile, and a thousandth more of what failures
must leave: otherwise nodes had none, on linked instances above all (8 s with a plan became 130 s without).

Measured on instances of 72 quarters and 17,566 columns with 1, 10 and 100 launches a quarter (one thread): both stages
3.0, 1.1 and 1.4 s; HiGHS on the whole model had no plan after 60 s on any. Tried before: vehicles after the nodes
(plans 0.1 to 0.2 % dearer, but 0.3 % cheaper with one launch a quarter); whole numbers one further away (5 to 20 s for
a plan 0.03 % better); all kinds at once (20 s for a worse one); without rows that the LP optimum leaves slack (no
faster, and its points useless: fleets wear out).
"""

from __future__ import annotations

import numpy as np

from formulations.names import Row, Var
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.solution import Status
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns, largest_node, restrict_around, solve_sub_mip
from solver.search.primal.investments import NODES

STAGES: tuple[tuple[str, ...], ...] = (
    (Var.LANDINGS_LANDINGS, Var.LANDINGS_TANKER_FLIGHTS, Var.LAUNCH_FLIGHTS, Var.LAUNCH_LAUNCHES, Var.FLEET_ORDERED),
    (Var.NODES_LOADED,),
)
FREE = (Var.NODES_LOADED,)
"""Counts that may move anywhere: with flights held they are quick, and held near they may not fill them."""
RESERVE = 1e-3
"""Share beyond what failures must leave, about a node where that is a gigawatt: nodes take 2 s, not 50."""
RADII = (0, 1, 4, None)
"""Whole numbers beyond the two neighbours that a count may move to, tried in turn; at last any, and kinds not used."""


def staged_rounding(state: SearchState, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Offer a plan near a point: each kind of count is made whole in its turn and held.

    Where a kind finds no whole numbers, the kind before it is let go and both are tried together.
    """
    before, fixed = matrix, matrix
    last = np.zeros(matrix.columns, dtype=bool)
    for n, columns in enumerate(_stages(matrix)):
        model = _with_reserve(fixed, x) if n == 0 else fixed
        found = _stage(state, model, x, columns, settings, strategy)
        if found is not None:
            before, last = fixed, columns
        else:
            last = columns | last
            found = _stage(state, before, x, last, settings, strategy)
        if found is None:
            return False
        x, fixed = found, fixed_at(before, found, last)
    return state.submit_solution(x, strategy)


def _with_reserve(matrix: Matrix, x: Floats) -> Matrix:
    """The matrix with a node more asked of the target, and more left by failures: nodes may then be rounded down."""
    demand, low = matrix.rows_of(Row.TARGET_DEMAND), matrix.row_lower.copy()
    low[demand] = np.minimum(low[demand] + largest_node(matrix, demand, x), matrix.row_upper[demand])
    left = matrix.rows_of(Row.NETWORK_CONTINGENCY)
    low[left] += RESERVE * np.abs(low[left])
    return matrix.with_(row_lower=low)


def _stage(
    state: SearchState, fixed: Matrix, x: Floats, columns: Bools, settings: Settings, strategy: str
) -> Floats | None:
    free = bool(columns[integer_columns(fixed, FREE)].any())
    for radius in RADII[-1:] if free else RADII:
        if state.out_of_budget or state.options.stopped:
            return None
        limits = state.limits(settings.stage_share, state.step_gap * settings.stage_gap_share, NODES)
        model = fixed if radius is None else restrict_around(fixed, x, columns, radius)
        found = solve_sub_mip(state, model, columns, limits, strategy)
        if found.x is not None:
            return found.x
        if found.status is not Status.INFEASIBLE:
            return None
    return None


def _stages(matrix: Matrix) -> list[Bools]:
    """Whole columns that are open, by stage; what no stage names comes last."""
    open_ = matrix.integer & (matrix.lower < matrix.upper)
    named = np.zeros(matrix.columns, dtype=bool)
    found = []
    for variables in STAGES:
        columns = integer_columns(matrix, variables) & open_
        named |= columns
        found.append(columns)
    return [columns for columns in (*found, open_ & ~named) if columns.any()]
