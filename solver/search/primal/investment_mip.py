"""Investment MIP: investments by branch and bound with all other counts continuous, then a plan around them."""

from __future__ import annotations

from solver.milp.matrix import Floats
from solver.search.core.restricted import restricted
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import integer_columns, solve_sub_mip
from solver.search.primal.investments import INVESTMENTS, NODES
from solver.search.primal.rounding import with_investments
from solver.search.primal.staged_rounding import staged_rounding


def investment_mip(state: SearchState, lp_x: Floats, settings: Settings) -> bool:
    """Submit a plan with investments from branch and bound on what the LP uses; return whether one was found."""
    matrix = state.matrix
    investments = integer_columns(matrix, INVESTMENTS)
    if not investments.any():
        return staged_rounding(state, matrix, lp_x, settings, "investment MIP")
    limits = state.limits(settings.investment_share, state.step_gap * settings.investment_gap_share, NODES)
    found = solve_sub_mip(state, restricted(matrix, lp_x), investments, limits, "investments")
    if found.x is None:
        return False
    return with_investments(state, matrix, found.x, settings, "investment MIP")
