"""A plan in stages: first the structure, then one kind of count after another between two whole numbers.

What is developed, ordered and built (the structure) is few columns and most of what an LP gets wrong; flights and nodes
are many and nearly free. So the structure is decided by branch and bound with all other counts left fractional, in a
model that knows only the ways of flying and the designs that LP optima use. With the structure held, each kind of
count in turn may take the whole number below or above where the last step left it, or nothing where that was nothing.

Measured on instances of 80 quarters and 22,665 columns with 1, 10 and 100 launches a quarter (two loaded cores): HiGHS on
the whole model had no plan after 60 s on any; the structure took 1 to 3 s (12 s for the last), each stage 0.2 to 0.9 s.
Whole numbers one further away took 5 to 20 s for a plan 0.03 % better; all kinds at once took 20 s for a worse one.
Rows that the LP optimum leaves slack, left out of a stage, made it no faster and its points useless (fleets wear out).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.highs import solve
from solver.matrix import Bools, Floats, Matrix
from solver.search.board import Board
from solver.search.part import held_at, near, solve_part, whole_columns
from solver.search.restricted import restricted
from solver.search.settings import Settings

STRUCTURE = (
    "lines.opened", "lines.ordered", "launch.pads_ordered", "drivers.ordered", "landings.begins", "landings.plants",
    "lunar.unlocks", "network.ordered",
)  # fmt: skip
STAGES: tuple[tuple[str, ...], ...] = (
    ("landings.landings", "landings.tankers", "launch.flights"),
    ("nodes.loaded",),
    ("fleet.ordered",),
    ("launch.launches",),
)
NODES = 500
"""Nodes of branch and bound that one step may take."""
ROOMS = (0, 1, 4)
"""Whole numbers beyond the two neighbours that a count may move to, tried in turn."""


def staged(board: Board, lp_x: Floats, settings: Settings) -> bool:
    """Offer a plan whose structure comes from branch and bound on what the LP uses; whether there was one."""
    matrix = board.matrix
    structure = whole_columns(matrix, STRUCTURE)
    if not structure.any():
        return make_whole(board, matrix, lp_x, settings, "staged")
    limits = board.limits(settings.structure_share, board.request.limits.gap * settings.structure_gap_share, NODES)
    found = solve_part(board, restricted(matrix, lp_x), structure, limits, "structure")
    if found.x is None:
        return False
    return with_structure(board, matrix, found.x, settings, "staged")


def with_structure(board: Board, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Offer a plan with the structure of a point, which may fly and build otherwise."""
    held = held_at(matrix, x, whole_columns(matrix, STRUCTURE))
    limits = replace(board.request.limits, seconds=board.limits(0.5, 0.0).seconds, work=None)
    lp = solve(held, limits, relax=True, stop=board.request.stop, on_progress=board.tell(strategy))
    if lp.x is None:
        return False
    if lp.bound >= board.objective:
        return False
    return make_whole(board, held, lp.x, settings, strategy)


def make_whole(board: Board, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Offer a plan near a point: each kind of count is made whole in its turn and held."""
    held = restricted(matrix, x)
    for columns in _stages(held):
        found = _stage(board, held, x, columns, settings, strategy)
        if found is None:
            return False
        x, held = found, held_at(held, found, columns)
    return board.offer(x, strategy)


def _stage(
    board: Board, held: Matrix, x: Floats, columns: Bools, settings: Settings, strategy: str
) -> Floats | None:
    for room in ROOMS:
        if board.late or board.request.stopped:
            return None
        limits = board.limits(0.3, board.request.limits.gap * settings.stage_gap_share, NODES)
        found = solve_part(board, near(held, x, columns, room), columns, limits, strategy)
        if found.x is not None:
            return found.x
    return None


def _stages(matrix: Matrix) -> list[Bools]:
    """Whole columns that are open, by stage; what no stage names comes last."""
    open_ = matrix.integer & (matrix.lower < matrix.upper)
    named = np.zeros(matrix.columns, dtype=bool)
    found = []
    for words in STAGES:
        columns = whole_columns(matrix, words) & open_
        named |= columns
        found.append(columns)
    return [columns for columns in (*found, open_ & ~named) if columns.any()]
