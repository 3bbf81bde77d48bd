"""Plan side of a search: first plans and neighbourhoods, in a process beside the tree and the bounds.

It begins at the LP optimum without cuts, while the other side looks for them. Cuts, bounds and the node of the tree
opened last come as messages. As in a search alone, the first neighbourhood of a first plan is such a subtree, which is
waited for. Each plan that the state admits is sent, and checked again on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from solver.io.forked import Channel
from solver.milp.matrix import Floats
from solver.milp.solution import Solution
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.dual.narrowing import Narrowing
from solver.search.engine.exchange import CutRows, Exchange, Message, Subtree
from solver.search.engine.portfolio import Portfolio
from solver.search.primal.rounding import plan_at


@dataclass
class PlanSideState(SearchState):
    """Progress of a search that sends its plans to the other side."""

    exchange: Exchange | None = None

    def submit_solution(self, x: Floats | None, strategy: str) -> bool:
        """Submit a point, and send it where it is a better plan."""
        found = super().submit_solution(x, strategy)
        if found and self.exchange is not None:
            assert self.x is not None
            self.exchange.send(plan=(self.x, strategy))
        return found


@dataclass(slots=True)
class SentSubtrees:
    """Subtrees that the other side sent: a plan is sought in the last one."""

    state: SearchState
    settings: Settings
    last: Subtree | None = None
    searched_nodes: set[int] = field(default_factory=set)

    def seek(self) -> bool:
        """Search for a plan in the subtree that came last; False without one."""
        part, self.last, matrix = self.last, None, self.state.matrix
        if part is None:
            return False
        self.searched_nodes.add(len(self.searched_nodes))
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        lower[part.columns], upper[part.columns] = part.lower, part.upper
        self.state.work_done += 1
        plan_at(self.state, matrix.with_(lower=lower, upper=upper), part.x, self.settings, "tree")
        return True


class PlanSide:
    """Plan side of the search of a state, from its LP optimum."""

    def __init__(self, state: SearchState, lp: Solution, settings: Settings, channel: Channel) -> None:
        self.exchange = Exchange(channel, state.by_work, lambda: self.state.work_done)
        options = replace(state.options, stop=None, keep_proof=False, on_event=lambda _event: self.exchange.beat())
        self.state = PlanSideState(
            state.matrix, options, state.began, state.incumbent, basis=state.basis, highs_options=state.highs_options
        )
        self.state.exchange = self.exchange
        self.portfolio = Portfolio(self.state, lp, settings)
        self.subtrees, self.waits = SentSubtrees(self.state, settings), True

    def run(self) -> None:
        """Search plans until the gap is closed as far as this side knows, or until a limit."""
        state, neighbourhoods = self.state, self.portfolio.neighbourhoods
        self.portfolio.improve_start()
        for strategy in self.portfolio.first():
            if state.x is not None or state.finished:
                break
            assert self.portfolio.lp.x is not None
            strategy(state, self.portfolio.lp.x, self.portfolio.settings)
            self._merge()
        if state.x is None:
            self.exchange.send(no_plan=True)
        while not state.finished and self.exchange.alive:
            self._merge()
            neighbourhoods.tree = None if self.subtrees.last is None else self.subtrees
            if neighbourhoods.has_steps and not (self.waits and neighbourhoods.tree is None):
                neighbourhoods.step()
            else:
                self.exchange.idle()

    def _merge(self) -> None:
        for message in self.exchange.due():
            self._take(message)

    def _take(self, message: Message) -> None:
        if message.cuts is not None:
            self._add(message.cuts)
        if message.bound is not None:
            self.state.raise_bound(*message.bound, "bound")
        if message.plan is not None:
            SearchState.submit_solution(self.state, *message.plan)
        if message.subtree is not None:
            self.subtrees.last = message.subtree
        if message.subtree is not None or message.no_subtrees:
            self.waits = False

    def _add(self, cuts: CutRows) -> None:
        """Add the cuts to the matrix, and start from the LP optimum with them."""
        state, portfolio = self.state, self.portfolio
        state.tighten(state.matrix.with_rows(cuts.rows, cuts.lower, cuts.upper, cuts.names), cuts.basis, ())
        incumbent = replace(portfolio.lp.incumbent, x=cuts.x)
        portfolio.lp = replace(portfolio.lp, incumbent=incumbent, row_dual=cuts.row_dual, basis=cuts.basis)
        portfolio.neighbourhoods.lp_x = np.asarray(cuts.x)
        portfolio.neighbourhoods.ranges = Narrowing(state, cuts.row_dual)


def run_plan_side(state: SearchState, lp: Solution, settings: Settings, channel: Channel) -> None:
    """Run the plan side in its process, and send how it ended."""
    side = PlanSide(state, lp, settings, channel)
    try:
        side.run()
    except Exception as error:
        side.exchange.end(f"{type(error).__name__}: {error}")
    else:
        side.exchange.end()
