"""Strategies in turn on one board: first plans, then better plans and better bounds until the gap is closed.

Which is short, plan or bound, differs from instance to instance: where hundreds of flights leave in a period the LP
bound is within a percent and plans are the problem; where one leaves, the plan is soon good and the bound is not. So
neighbourhoods are tried while they bring something, then branch and bound raises the bound for a while, in turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from solver.matrix import Floats
from solver.search.board import Board
from solver.search.improve import Improver
from solver.search.one_by_one import one_by_one
from solver.search.prove import Prover
from solver.search.rounding import rounded
from solver.search.settings import DEFAULT, Settings
from solver.search.structured import structured
from solver.search.tree import Tree
from solver.solution import Solution

PLANLESS_SHARE = 0.6
"""Share of the time left for branch and bound where no strategy found a plan."""
NEAR = 2.0
"""Share of the gap asked within which a plan that is given is improved before anything else."""
Strategy = Callable[[Board, Floats, Settings], bool]


@dataclass(slots=True)
class Portfolio:
    """One search from an LP optimum: ``run`` ends with the gap, the limits, or somebody's word."""

    board: Board
    lp: Solution
    settings: Settings = DEFAULT
    prover: Prover = field(init=False)

    def __post_init__(self) -> None:
        self.prover = Prover(self.board, self.lp, self.settings)

    def run(self) -> str:
        """Search; a text is why there is no plan at all, or why the search ended."""
        board, x = self.board, self.lp.x
        assert x is not None
        improver = Improver(board, x, self.settings)
        if board.gap <= NEAR * board.request.limits.gap:
            self._improve(improver)
        for strategy in self._first():
            if board.x is not None or board.over:
                break
            strategy(board, x, self.settings)
        if board.x is not None and not board.request.proof:
            return self._end()
        tree = None if board.over else Tree.of(board, self.lp, self.settings)
        self.prover.tree = tree
        if tree is not None:
            tree.grow(self.settings.tree_share)
        while not board.over and not self.prover.infeasible:
            if board.x is not None:
                self._improve(improver)
            if board.over:
                break
            if tree is not None and not tree.done:
                tree.grow(self.settings.prove_share)
            else:
                self.prover.step(self.settings.prove_share if board.x is not None else PLANLESS_SHARE)
        return self._end()

    def _first(self) -> tuple[Strategy, ...]:
        strategies: dict[str, Strategy] = {"rounded": rounded, "structured": structured, "one_by_one": one_by_one}
        return strategies.pop(self.settings.first), *strategies.values()

    def _improve(self, improver: Improver) -> None:
        seconds = self.board.limits(self.settings.improve_share, 0.0).seconds
        ends = None if seconds is None else time.monotonic() + seconds
        improver.idle = 0
        while (
            not self.board.over
            and improver.idle < self.settings.idle_steps
            and (ends is None or time.monotonic() < ends)
        ):
            improver.step()

    def _end(self) -> str:
        board = self.board
        if self.prover.infeasible:
            return self.prover.infeasible
        if board.done:
            return "gap"
        if board.request.stopped:
            return "interrupt"
        work = board.request.limits.work
        return "work" if work is not None and board.spent >= work else "time"
