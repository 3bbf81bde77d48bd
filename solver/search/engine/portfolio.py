"""Strategies in turn on one board: first plans, then better plans and better bounds until the gap is closed.

Which is short, plan or bound, differs from instance to instance: where hundreds of flights leave in a period the LP
bound is within a percent and plans are the problem; where one leaves, the plan is soon good and the bound is not. So
after a first plan each step goes to what has closed most of the gap for its effort of late (``turns.py``): opening the
tree, a better plan, and, when the tree can prove no more, branch and bound.

Measured on instances of seed 2 after 60 s (one thread), against fixed shares of the time for each: with the Moon 1.4 %
for 4.3 %, as plans were sought at the root for 40 s before the tree had opened a hundred nodes of 0.1 s; with one
launch a quarter 1.4 % for 2.8 %, with 10 and 100 about the same (0.48 for 0.50 %, 0.34 for 0.34 %).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from solver.milp.matrix import Floats
from solver.milp.solution import Solution, Termination
from solver.search.core.settings import DEFAULT, Settings
from solver.search.core.state import SearchState
from solver.search.dual.bound_improver import Prover
from solver.search.dual.tree import Tree
from solver.search.engine.step_scheduler import Turns
from solver.search.primal.investment_mip import structured
from solver.search.primal.large_neighbourhood import Improver
from solver.search.primal.rounding import rounded
from solver.search.primal.sequential_fixing import one_by_one

NEAR = 2.0
"""Share of the gap asked within which a plan that is given is improved before anything else."""
Strategy = Callable[[SearchState, Floats, Settings], bool]


@dataclass(slots=True)
class Portfolio:
    """One search from an LP optimum: ``run`` ends with the gap, the limits, or somebody's word."""

    board: SearchState
    lp: Solution
    settings: Settings = DEFAULT
    prover: Prover = field(init=False)

    def __post_init__(self) -> None:
        self.prover = Prover(self.board, self.lp, self.settings)

    def run(self) -> Termination:
        """Search; how it ended."""
        board, x = self.board, self.lp.x
        assert x is not None
        improver = Improver(board, x, self.settings)
        if board.gap <= NEAR * board.request.limits.gap:
            improver.run()
        for strategy in self._first():
            if board.x is not None or board.over:
                break
            strategy(board, x, self.settings)
        if board.x is not None and not board.request.proof:
            return self._end()
        if not board.over:
            self.prover.tree = improver.tree = Tree.of(board, self.lp, self.settings)
        self._take_turns(improver)
        return self._end()

    def _take_turns(self, improver: Improver) -> None:
        """Opening the tree, better plans, branch and bound: whichever is worth most next, until it is over."""
        prover, tree = self.prover, self.prover.tree
        turns, hoped = Turns(), {"plan": improver.hoped, "bound": prover.hoped}
        if tree is not None:
            hoped["tree"] = tree.hoped
        while not self.board.over and prover.infeasible is None:
            for kind, of in hoped.items():
                turns.hope(kind, *of())
            open_ = {
                "tree": tree is not None and not tree.done,
                "plan": improver.has_steps,
                "bound": (tree is None or tree.done) and (prover.has_time or not improver.has_steps),
            }
            side = turns.next(name for name, is_open in open_.items() if is_open)
            with turns.step(side, self.board):
                if side == "plan":
                    improver.step()
                elif side == "bound":
                    prover.step()
                elif tree is not None:
                    tree.grow(self.settings.tree_share)

    def _first(self) -> tuple[Strategy, ...]:
        strategies: dict[str, Strategy] = {"rounded": rounded, "structured": structured, "one_by_one": one_by_one}
        return strategies.pop(self.settings.first), *strategies.values()

    def _end(self) -> Termination:
        return self.board.ended if self.prover.infeasible is None else self.prover.infeasible
