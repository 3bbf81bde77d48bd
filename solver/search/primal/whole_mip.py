"""Whole MIP: branch and bound on the full model until a first plan, whatever its columns are called.

It comes first for a matrix of which no column is one of the formulations, as all other strategies rest on their names.
Elsewhere it comes last: no instance ends without a plan because the order of fixing did not fit it.
"""

from __future__ import annotations

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Floats, Matrix
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import solve_sub_mip

SHARE = 0.7
"""Share of the time left."""
ENOUGH = 0.7
"""Share of the gap beyond the bound within which a first plan ends it."""


def of_formulations(matrix: Matrix) -> bool:
    """Return whether a matrix has columns of the formulations."""
    return not set(Var).isdisjoint(matrix.column_names.components)


def whole_mip(state: SearchState, _lp_x: Floats, _settings: Settings) -> bool:
    """Submit the best plan of branch and bound on the full model; return whether there is one."""
    enough = state.bound + ENOUGH * state.step_gap * abs(state.bound)
    limits = state.limits(SHARE, state.step_gap)
    found = solve_sub_mip(
        state, state.matrix, state.matrix.integer, limits, "whole model",
        good_enough=enough if np.isfinite(enough) else None,
    )  # fmt: skip
    return state.submit_solution(found.x, "whole model")
