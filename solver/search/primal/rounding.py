"""Rounding: a plan around rounded investments; all other counts are made integral after them.

With a lunar industry and no network, counts are fixed one by one first, which is quick there. Otherwise, and where that
fails, they are fixed in stages.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis
from solver.search.core.developments import has_lunar_industry
from solver.search.core.restricted import restricted
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import SubMip, fixed_at, integer_columns
from solver.search.primal.investments import INVESTMENTS, Investments
from solver.search.primal.sequential_fixing import fixed_sequentially
from solver.search.primal.staged_rounding import staged_rounding


def rounding(state: SearchState, lp_x: Floats, settings: Settings) -> bool:
    """Submit a plan whose investments are rounded from the LP optimum of the state's matrix."""
    return plan_at(state, state.matrix, lp_x, settings, "rounding")


def plan_at(state: SearchState, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Submit a plan whose investments are rounded from a point of a matrix, which may fix some of them already."""
    part = SubMip.of(restricted(matrix, x))
    investments = Investments.from_lp(part, state)
    if investments is None or not investments.run():
        return False
    return with_investments(state, matrix, part.expand(investments.point.x), settings, strategy)


def with_investments(state: SearchState, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Submit a plan with the investments of a point; flights and nodes may differ from it."""
    investments = integer_columns(matrix, INVESTMENTS)
    fixed = fixed_at(matrix, x, investments)
    key = fixed.lower[investments].tobytes()
    if key in state.tried:
        return False
    state.tried.add(key)
    optimum, basis = _with_fixed(state, fixed)
    if optimum is None or state.matrix.value(optimum) >= state.objective:
        return False
    small = restricted(fixed, optimum)
    linked = bool(matrix.columns_of(Var.NETWORK_ORDERED).size)
    if has_lunar_industry(matrix) and not linked and fixed_sequentially(state, small, optimum, basis, strategy):
        return True
    return staged_rounding(state, small, optimum, settings, strategy)


def _with_fixed(state: SearchState, fixed: Matrix) -> tuple[Floats | None, Basis | None]:
    """Return the LP optimum and basis of a matrix with more columns fixed than the state's.

    The warm LP is tried first; an LP from scratch follows where it has no optimum.
    """
    moved = np.flatnonzero((fixed.lower != state.matrix.lower) | (fixed.upper != state.matrix.upper))
    lp = state.warm
    lp.set_bounds(moved, fixed.lower[moved], fixed.upper[moved])
    point = lp.solve(state.left())
    lp.set_bounds(moved, state.matrix.lower[moved], state.matrix.upper[moved])
    if point is not None:
        return point.x, point.statuses
    limits = replace(state.options.limits, seconds=state.limits(0.5, 0.0).seconds, work=None)
    found = solve(fixed, limits, relax=True, stop=state.options.stop)
    state.record_termination(found.termination)
    return found.x, found.basis
