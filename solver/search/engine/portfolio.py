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
from solver.search.dual.bound_improver import BoundImprover
from solver.search.dual.tree import Tree
from solver.search.engine.step_scheduler import StepScheduler
from solver.search.primal.investment_mip import investment_mip
from solver.search.primal.large_neighbourhood import LargeNeighbourhoodSearch
from solver.search.primal.rounding import rounding
from solver.search.primal.sequential_fixing import sequential_fixing

NEAR = 2.0
"""Share of the gap asked within which a plan that is given is improved before anything else."""
Strategy = Callable[[SearchState, Floats, Settings], bool]


@dataclass(slots=True)
class Portfolio:
    """One search from an LP optimum: ``run`` ends with the gap, the limits, or somebody's word."""

    state: SearchState
    lp: Solution
    settings: Settings = DEFAULT
    bound_improver: BoundImprover = field(init=False)

    def __post_init__(self) -> None:
        self.bound_improver = BoundImprover(self.state, self.lp, self.settings)

    def run(self) -> Termination:
        """Search; how it ended."""
        state, x = self.state, self.lp.x
        assert x is not None
        neighbourhoods = LargeNeighbourhoodSearch(state, x, self.settings)
        if state.gap <= NEAR * state.options.limits.gap:
            neighbourhoods.run()
        for strategy in self._first():
            if state.x is not None or state.over:
                break
            strategy(state, x, self.settings)
        if state.x is not None and not state.options.proof:
            return self._termination()
        if not state.over:
            self.bound_improver.tree = neighbourhoods.tree = Tree.of(state, self.lp, self.settings)
        self._schedule_steps(neighbourhoods)
        return self._termination()

    def _schedule_steps(self, neighbourhoods: LargeNeighbourhoodSearch) -> None:
        """Opening the tree, better plans, branch and bound: whichever is worth most next, until it is over."""
        bound_improver, tree = self.bound_improver, self.bound_improver.tree
        scheduler, expected_gain = (
            StepScheduler(),
            {"plan": neighbourhoods.expected_gain, "bound": bound_improver.expected_gain},
        )
        if tree is not None:
            expected_gain["tree"] = tree.expected_gain
        while not self.state.over and bound_improver.infeasible is None:
            for kind, of in expected_gain.items():
                scheduler.expect(kind, *of())
            open_ = {
                "tree": tree is not None and not tree.done,
                "plan": neighbourhoods.has_steps,
                "bound": (tree is None or tree.done) and (bound_improver.has_time or not neighbourhoods.has_steps),
            }
            kind = scheduler.next(name for name, is_open in open_.items() if is_open)
            with scheduler.step(kind, self.state):
                if kind == "plan":
                    neighbourhoods.step()
                elif kind == "bound":
                    bound_improver.step()
                elif tree is not None:
                    tree.grow(self.settings.tree_share)

    def _first(self) -> tuple[Strategy, ...]:
        strategies: dict[str, Strategy] = {
            "rounding": rounding,
            "investment_mip": investment_mip,
            "sequential_fixing": sequential_fixing,
        }
        return strategies.pop(self.settings.first), *strategies.values()

    def _termination(self) -> Termination:
        return self.state.ended if self.bound_improver.infeasible is None else self.bound_improver.infeasible
