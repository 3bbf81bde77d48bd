"""Portfolio of strategies on one search state: a first plan, then better plans and bounds until the gap is closed.

Instances differ in which is weak, plan or bound. With hundreds of flights a period the LP bound is within a percent and
plans are the difficulty; with one flight a period a good plan comes early and the bound is weak. So after a first plan
each step goes to the strategy with the largest recent gain per effort (``step_scheduler.py``): opening nodes of the
tree, large neighbourhood search, and, when the tree is exhausted, branch and bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from solver.milp.matrix import Floats
from solver.milp.solution import Solution, Termination
from solver.search.core.settings import DEFAULT, Settings
from solver.search.core.state import SearchState
from solver.search.dual.bound_improver import BoundImprover
from solver.search.dual.narrowing import Narrowing
from solver.search.dual.tree import Tree
from solver.search.engine.step_scheduler import StepScheduler
from solver.search.primal.elastic_demand import tightness
from solver.search.primal.investment_mip import investment_mip
from solver.search.primal.large_neighbourhood import LargeNeighbourhoodSearch
from solver.search.primal.phase_one import phase_one
from solver.search.primal.rounding import rounding
from solver.search.primal.sequential_fixing import sequential_fixing
from solver.search.primal.whole_mip import of_formulations, whole_mip

NEAR = 2.0
"""Multiple of the gap limit within which a start plan is improved before anything else."""
TIGHT = 2.0
"""Worth of the demand, as a multiple of the cost, from which the target is met first: 1.4 to 1.5 for the reference
instances, 2 to 27 for those within 1 % of their largest target."""
Strategy = Callable[[SearchState, Floats, Settings], bool]


@dataclass(slots=True)
class Portfolio:
    """Strategies of one search from an LP optimum: ``run`` ends at the gap, at a limit or by an interrupt."""

    state: SearchState
    lp: Solution
    settings: Settings = DEFAULT
    bound_improver: BoundImprover = field(init=False)

    def __post_init__(self) -> None:
        self.bound_improver = BoundImprover(self.state, self.lp, self.settings)

    def run(self) -> Termination:
        """Search and return the termination."""
        state, x = self.state, self.lp.x
        assert x is not None
        neighbourhoods = LargeNeighbourhoodSearch(state, x, self.settings, ranges=Narrowing(state, self.lp.row_dual))
        if state.gap <= NEAR * state.options.limits.gap:
            neighbourhoods.run()
        for strategy in self._first():
            if state.x is not None or state.finished:
                break
            strategy(state, x, self.settings)
        if state.x is not None and not state.options.proof:
            return self._termination()
        if self._is_tight():
            neighbourhoods.without_rounding()
        if not state.finished:
            self.bound_improver.tree = neighbourhoods.tree = Tree.of(state, self.lp, self.settings)
        self._schedule_steps(neighbourhoods)
        return self._termination()

    def _schedule_steps(self, neighbourhoods: LargeNeighbourhoodSearch) -> None:
        """Schedule the tree, large neighbourhoods and branch and bound by expected gain until the search is over."""
        bound_improver, tree = self.bound_improver, self.bound_improver.tree
        scheduler, expected_gain = (
            StepScheduler(),
            {"plan": neighbourhoods.expected_gain, "bound": bound_improver.expected_gain},
        )
        if tree is not None:
            expected_gain["tree"] = tree.expected_gain
        while not self.state.finished and bound_improver.infeasible is None:
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
            "phase_one": phase_one,
            "investment_mip": investment_mip,
            "sequential_fixing": sequential_fixing,
            "whole_mip": whole_mip,
        }
        return strategies.pop(self._name_of_first()), *strategies.values()

    def _name_of_first(self) -> str:
        matrix = self.state.matrix
        if not of_formulations(matrix):
            return "whole_mip"
        return "phase_one" if self._is_tight() else self.settings.first

    def _is_tight(self) -> bool:
        return of_formulations(self.state.matrix) and tightness(self.state.matrix, self.lp) > TIGHT

    def _termination(self) -> Termination:
        return self.state.termination if self.bound_improver.infeasible is None else self.bound_improver.infeasible
