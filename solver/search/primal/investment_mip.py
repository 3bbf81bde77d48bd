"""A plan whose structure comes from branch and bound, with all other counts left fractional while it is sought."""

from __future__ import annotations

from solver.milp.matrix import Floats
from solver.search.core.restricted import restricted
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import solve_part, whole_columns
from solver.search.primal.investments import NODES, STRUCTURE
from solver.search.primal.rounding import with_structure
from solver.search.primal.staged_rounding import make_whole


def structured(board: SearchState, lp_x: Floats, settings: Settings) -> bool:
    """Offer a plan whose structure comes from branch and bound on what the LP uses; whether there was one."""
    matrix = board.matrix
    structure = whole_columns(matrix, STRUCTURE)
    if not structure.any():
        return make_whole(board, matrix, lp_x, settings, "structured")
    limits = board.limits(settings.structure_share, board.step_gap * settings.structure_gap_share, NODES)
    found = solve_part(board, restricted(matrix, lp_x), structure, limits, "structure")
    if found.x is None:
        return False
    return with_structure(board, matrix, found.x, settings, "structured")
