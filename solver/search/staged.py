"""A whole plan in stages: one kind of count after another, between two whole numbers.

What is developed, ordered and built (the structure) is few columns and most of what an LP gets wrong; flights and
nodes are many and nearly free. So the structure is decided by branch and bound with all other counts left fractional,
in a model that knows only the ways of flying and the designs that LP optima use. With the structure held, each kind of
count in turn may take the whole number below or above where the last step left it, or nothing where that was nothing.

A count may also move to a period beside its own. Without that, flights between two whole numbers were infeasible
wherever ramps bind; with vehicles rounded first they were so wherever vehicles wear out. A node more than the target
is asked while flights are made whole, and launches from sites go with them: otherwise nodes (on linked instances) or
launches (where cadences bind) had no whole numbers at the end, and 8 s with a plan became 130 s without.

Measured on instances of 80 quarters and 22,665 columns with 1, 10 and 100 launches a quarter (two loaded cores): HiGHS
on the whole model had no plan after 60 s on any; the structure took 1 to 3 s (12 s for the last), each stage 0.2 to
0.9 s. Whole numbers one further away took 5 to 20 s for a plan 0.03 % better; all kinds at once took 20 s for a worse
one. Rows that the LP optimum leaves slack, left out of a stage, made it no faster and its points useless (fleets wear
out).
"""

from __future__ import annotations

import numpy as np

from solver.matrix import Bools, Floats, Matrix
from solver.search.board import Board
from solver.search.part import held_at, largest_node, near, solve_part, whole_columns
from solver.search.settings import Settings
from solver.search.structure import NODES
from solver.solution import Status

STAGES: tuple[tuple[str, ...], ...] = (
    ("landings.landings", "landings.tankers", "launch.flights", "launch.launches", "fleet.ordered"),
    ("nodes.loaded",),
)
FREE = ("nodes.loaded",)
"""Counts that may move anywhere: with flights held they are quick, and held near they may not fill them."""
MORE_LEFT = 1e-3
"""Share beyond what failures must leave, about a node where that is a gigawatt: nodes take 2 s, not 50."""
ROOMS = (0, 1, 4)
"""Whole numbers beyond the two neighbours that a count may move to, tried in turn."""


def make_whole(board: Board, matrix: Matrix, x: Floats, settings: Settings, strategy: str) -> bool:
    """Offer a plan near a point: each kind of count is made whole in its turn and held.

    Where a kind finds no whole numbers, the kind before it is let go and both are tried together.
    """
    before, held = matrix, matrix
    last = np.zeros(matrix.columns, dtype=bool)
    for n, columns in enumerate(_stages(matrix)):
        asked = _more_asked(held, x) if n == 0 else held
        found = _stage(board, asked, x, columns, settings, strategy)
        if found is not None:
            before, last = held, columns
        else:
            last = columns | last
            found = _stage(board, before, x, last, settings, strategy)
        if found is None:
            return False
        x, held = found, held_at(before, found, last)
    return board.offer(x, strategy)


def _more_asked(matrix: Matrix, x: Floats) -> Matrix:
    """The matrix with a node more asked of the target, and more left by failures: nodes may then be rounded down."""
    demand, low = matrix.rows_of("target.demand"), matrix.row_lower.copy()
    low[demand] = np.minimum(low[demand] + largest_node(matrix, demand, x), matrix.row_upper[demand])
    left = matrix.rows_of("network.survive")
    low[left] += MORE_LEFT * np.abs(low[left])
    return matrix.with_(row_lower=low)


def _stage(board: Board, held: Matrix, x: Floats, columns: Bools, settings: Settings, strategy: str) -> Floats | None:
    free = bool(columns[whole_columns(held, FREE)].any())
    for room in (None,) if free else ROOMS:
        if board.late or board.request.stopped:
            return None
        limits = board.limits(settings.stage_share, board.step_gap * settings.stage_gap_share, NODES)
        model = held if room is None else near(held, x, columns, room)
        found = solve_part(board, model, columns, limits, strategy)
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
    for words in STAGES:
        columns = whole_columns(matrix, words) & open_
        named |= columns
        found.append(columns)
    return [columns for columns in (*found, open_ & ~named) if columns.any()]
