"""Staged rounding: an integral plan with fixed investments, in stages: flights and fleets first, then nodes.

Each count may take the integer below or above its value after the last stage, or the value of its neighbours in time
where it is 0; otherwise flights would be infeasible wherever ramps bind. Launches from sites and vehicles are made
integral with the flights, because one after the other they often have no integral solution. Meanwhile one node more
than the target is demanded, or some where they are a small share of it, and a thousandth more of the capacity under
contingencies, so that nodes can be rounded down in the last stage.

On a matrix with a wide range of numbers, the solver may return a point that misses a demand by some millionths. Such a
stage is solved again with that much more demanded, and its counts are kept: an LP at the end finds the rest.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Row, Var
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.solution import Status
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns, largest_node, restrict_around, solve_sub_mip
from solver.search.primal.elastic_demand import ElasticDemand
from solver.search.primal.investments import NODES

STAGES: tuple[tuple[str, ...], ...] = (
    (Var.LANDINGS_LANDINGS, Var.LANDINGS_TANKER_FLIGHTS, Var.LAUNCH_FLIGHTS, Var.LAUNCH_LAUNCHES, Var.FLEET_ORDERED),
    (Var.NODES_LOADED,),
)
UNRESTRICTED = (Var.NODES_LOADED,)
"""Counts that may take any value: with flights fixed they solve quickly; narrow ranges may not fill flights."""
RESERVE = 1e-3
"""Share of the capacity under contingencies demanded in addition: about a node where that capacity is a gigawatt."""
SPARE_NODES, SMALL_SHARE = 3.0, 0.01
"""Nodes demanded in addition where they are a smaller share of the demand: with one, whole flights hardly ever hold the
right nodes of several designs, and the last stage searches long."""
MARGIN = 1e-6
"""Share of each demand that is demanded in addition where a point misses some of it by more than the tolerance."""
ENOUGH, FIRST_SHARE = 0.7, 0.4
"""Share of the gap up to the proven bound within which a stage of a first plan ends, and share of the time left for it:
on a busy machine a smaller one may end without a point, and there is nothing else to spend the time on."""
PATIENCE = 2.0
"""Effort without a better point, as a multiple of that up to the last one, after which a stage of a first plan ends:
neighbourhoods of the plan gain more in that time."""
RADII = (0, 1, 4, None)
"""Integers beyond the two neighbours that a count may move to, tried in turn; None allows any, and unused kinds."""


def staged_rounding(state: SearchState, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Submit a plan near a point: each kind of count is made integral in turn and fixed.

    Where a kind has no integral solution, the kind before it is unfixed and both are solved together.
    """
    before, fixed = matrix, matrix
    last = np.zeros(matrix.columns, dtype=bool)
    for n, columns in enumerate(_stages(matrix)):
        found = _first(state, fixed, x, columns, settings, strategy) if n == 0 else None
        if found is None:
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
    return state.submit_solution(x, strategy) or _submit_counts(state, fixed, x, strategy)


def _first(
    state: SearchState, fixed: Matrix, x: Floats, columns: Bools, settings: Settings, strategy: str
) -> Floats | None:
    """Solve the first stage with spare nodes; None where flights next to the point do not carry them."""
    model = _with_reserve(fixed, x, SPARE_NODES)
    return _stage(state, model, x, columns, settings, strategy, radii=RADII[:1])


def _submit_counts(state: SearchState, fixed: Matrix, x: Floats, strategy: str) -> bool:
    """Submit the cheapest plan with the integer counts of a point."""
    counts = fixed_at(fixed, x, fixed.integer)
    none = np.zeros(fixed.columns, dtype=bool)
    found = solve_sub_mip(state, counts, none, state.limits(0.5, 0.0), strategy)
    return found.x is not None and state.submit_solution(found.x, strategy)


def _with_reserve(matrix: Matrix, x: Floats, nodes: float = 1.0) -> Matrix:
    """Return the matrix with so many nodes more demanded where they are few, and more capacity under contingencies."""
    demand, low = matrix.rows_of(Row.TARGET_DEMAND), matrix.row_lower.copy()
    node = largest_node(matrix, demand, x)
    spare = np.where(nodes * node <= SMALL_SHARE * low[demand], nodes, 1.0) * node
    low[demand] = np.minimum(low[demand] + spare, matrix.row_upper[demand])
    left = matrix.rows_of(Row.NETWORK_CONTINGENCY)
    low[left] += RESERVE * np.abs(low[left])
    return matrix.with_(row_lower=low)


def _stage(
    state: SearchState,
    fixed: Matrix,
    x: Floats,
    columns: Bools,
    settings: Settings,
    strategy: str,
    radii: tuple[int | None, ...] = RADII,
) -> Floats | None:
    free = bool(columns[integer_columns(fixed, UNRESTRICTED)].any())
    for radius in RADII[-1:] if free else radii:
        if state.out_of_budget or state.options.stopped:
            return None
        share = settings.stage_share if state.x is not None else max(FIRST_SHARE, settings.stage_share)
        limits, enough = state.limits(share, state.step_gap * settings.stage_gap_share, NODES), _enough(state)
        patience = PATIENCE if state.x is None else None
        model = fixed if radius is None else restrict_around(fixed, x, columns, radius)
        found = solve_sub_mip(state, model, columns, limits, strategy, good_enough=enough, patience=patience)
        if found.refused is not None:
            demand = ElasticDemand.of(model).raised(MARGIN)
            found = solve_sub_mip(state, demand.matrix, columns, limits, strategy, good_enough=enough)
        point = found.refused if found.x is None else found.x
        if point is not None:
            return point
        if found.status is not Status.INFEASIBLE:
            return None
    return None


def _enough(state: SearchState) -> float | None:
    """Return the cost at which a stage of a first plan ends; None without a bound, and beside a plan."""
    if state.x is not None or not np.isfinite(state.bound):
        return None
    return state.bound + ENOUGH * state.step_gap * abs(state.bound)


def _stages(matrix: Matrix) -> list[Bools]:
    """Return the open integer columns by stage; columns that no stage names come last."""
    open_ = matrix.integer & (matrix.lower < matrix.upper)
    named = np.zeros(matrix.columns, dtype=bool)
    found = []
    for variables in STAGES:
        columns = integer_columns(matrix, variables) & open_
        named |= columns
        found.append(columns)
    return [columns for columns in (*found, open_ & ~named) if columns.any()]
