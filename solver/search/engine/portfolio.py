"""Portfolio of strategies on one search state: a first plan, then better plans and bounds until the gap is closed.

Instances differ in which is weak, plan or bound. With hundreds of flights a period the LP bound is within a percent and
plans are the difficulty; with one flight a period a good plan comes early and the bound is weak. So after a first plan
each step goes to the strategy with the largest recent gain per effort (``step_scheduler.py``): opening nodes of the
tree, each of the large neighbourhoods, and, when the tree is exhausted, branch and bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from solver.milp.matrix import Floats
from solver.milp.solution import Solution, Termination
from solver.search.core.developments import has_lunar_industry
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
    neighbourhoods: LargeNeighbourhoodSearch = field(init=False)
    scheduler: StepScheduler = field(init=False)

    def __post_init__(self) -> None:
        self.bound_improver = BoundImprover(self.state, self.lp, self.settings)
        # With a lunar industry nodes go on to raise the bound, and a subtree seldom has a plan.
        falling = frozenset[str]() if has_lunar_industry(self.state.matrix) else frozenset({"nodes"})
        self.scheduler = StepScheduler(falling=falling)
        ranges = Narrowing(self.state, self.lp.row_dual)
        self.neighbourhoods = LargeNeighbourhoodSearch(self.state, np.asarray(self.lp.x), self.settings, ranges=ranges)

    def run(self) -> Termination:
        """Search and return the termination."""
        self.improve_start()
        return self.run_after_start()

    def improve_start(self) -> None:
        """Improve a plan that is known at the start, where it is nearly good enough."""
        if self.state.gap <= NEAR * self.state.options.limits.gap:
            self.neighbourhoods.run()

    def run_after_start(self) -> Termination:
        """Find a first plan where there is none, then schedule steps until the search is over."""
        state = self.state
        self.find_first()
        if state.x is not None and not state.options.proof:
            return self.termination()
        if not state.finished and self.tree is None:
            self.build_tree()
        while not state.finished and self.bound_improver.infeasible is None:
            self.step()
        return self.termination()

    def find_first(self) -> None:
        """Find a first plan where there is none, by one strategy after another."""
        state, x = self.state, self.lp.x
        assert x is not None
        for strategy in self.first():
            if state.x is not None or state.finished:
                break
            strategy(state, x, self.settings)

    @property
    def tree(self) -> Tree | None:
        """Tree over developments; None before it is built, and without developments."""
        return self.bound_improver.tree

    @property
    def tree_is_open(self) -> bool:
        """True where nodes of the tree are left to open."""
        return self.tree is not None and not self.tree.done

    def build_tree(self) -> None:
        """Build the tree at the LP optimum."""
        self.bound_improver.tree = self.neighbourhoods.tree = Tree.of(self.state, self.lp, self.settings)

    def step(self, plans: bool = True) -> None:
        """Run the step with the largest expected gain: tree, branch and bound, or with ``plans`` a neighbourhood."""
        bound_improver, neighbourhoods, tree = self.bound_improver, self.neighbourhoods, self.tree
        expected_gain = {name: neighbourhoods.expected_gain(name) for name in neighbourhoods.names}
        kinds = list(expected_gain) if plans and neighbourhoods.has_steps else []
        expected_gain["bound"] = bound_improver.expected_gain()
        if tree is not None and self.tree_is_open:
            expected_gain["nodes"] = tree.expected_gain()
            kinds.insert(0, "nodes")
        elif bound_improver.has_time or not kinds:
            kinds.append("bound")
        for kind, (gain, effort) in expected_gain.items():
            self.scheduler.expect(kind, gain, effort)
        kind = self.scheduler.next(kinds)
        with self.scheduler.step(kind, self.state):
            if kind == "bound":
                bound_improver.step()
            elif kind == "nodes" and tree is not None:
                tree.grow(self.settings.tree_share)
            else:
                neighbourhoods.step(kind)

    def first(self) -> tuple[Strategy, ...]:
        """Return the strategies for a first plan in their order."""
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
        return "phase_one" if tightness(matrix, self.lp) > TIGHT else self.settings.first

    def termination(self) -> Termination:
        """Return the termination of a search that ends now."""
        return self.state.termination if self.bound_improver.infeasible is None else self.bound_improver.infeasible
