"""Proof side of a search on two processors: cuts, tree and branch and bound, beside a process that seeks plans.

This side owns the result. Its bounds are those of a search alone, proven in the same way and in this process. Plans
come from the other side (``plan_side.py``) and count when the state of this side has verified them. Where that process
ends before its time, the search goes on alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from solver.io.forked import Forked, can_fork
from solver.milp.effort import effort
from solver.milp.limits import GAP_TOLERANCE
from solver.milp.matrix import Floats
from solver.milp.solution import Certificate, Proof, SearchEvent, Solution, Termination
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.dual.flight_cuts import with_flight_cuts
from solver.search.dual.tree import Tree
from solver.search.engine.exchange import CutRows, Exchange, Message, Subtree
from solver.search.engine.plan_side import run_plan_side
from solver.search.engine.portfolio import Portfolio

WORTH = 0.5
"""Effort of the root LP from which a second process is worth its start."""
SUBTREE_EFFORT = 0.5
"""Effort between two subtrees that are sent to the other side."""
DEEP = 10
"""Nodes from which subtrees are sent: in the first ones plans are sought longer and rarely found."""


class GapClosed(Exception):
    """Plan of the other side that closes the gap while a step of this side is under way."""


@dataclass
class BoundSideState(SearchState):
    """Progress of a search, with the plans of the other side before each change of its own; its changes are sent."""

    exchange: Exchange | None = None
    tree: Tree | None = None
    last_subtree_at: float = -np.inf
    awaits_plan: bool = True

    def __post_init__(self) -> None:
        self.awaits_plan = self.x is None

    def submit_solution(self, x: Floats | None, strategy: str) -> bool:
        """Submit a point, and send it where it is a better plan."""
        self.merge()
        found = super().submit_solution(x, strategy)
        if found and self.exchange is not None:
            assert self.x is not None
            self.exchange.send(plan=(self.x, strategy))
        return found

    def raise_bound(self, bound: float, certificate: Certificate, strategy: str, proof: Proof | None = None) -> None:
        """Raise the bound, and send it with the node of the tree that was opened last."""
        self.merge()
        before = self.bound
        super().raise_bound(bound, certificate, strategy, proof)
        if self.exchange is None:
            return
        if self.bound > before:
            self.exchange.send(bound=(self.bound, self.incumbent.certificate))
        tree = self.tree
        if (
            tree is not None
            and (tree.done or len(tree.history) >= DEEP)
            and effort() >= self.last_subtree_at + SUBTREE_EFFORT
        ):
            self.send_subtree(tree)

    def send_subtree(self, tree: Tree) -> None:
        """Send the node of the tree that was opened last; under learning plans come from elsewhere."""
        if self.exchange is None or tree.last is None or tree.branching.curves:
            return
        node, x = tree.last
        columns = tree.columns[: tree.paths]
        self.exchange.send(subtree=Subtree(columns, node.lower[: tree.paths], node.upper[: tree.paths], x))
        tree.last, self.last_subtree_at = None, effort()

    def merge(self) -> None:
        """Take in the plans of the other side that count by now; ``GapClosed`` where one of them closes the gap."""
        if self.exchange is None or self.done:
            return
        for message in self.exchange.due():
            if self._take(message):
                raise GapClosed

    def drain(self, exchange: Exchange, all_: bool = False) -> None:
        """Take in plans that were on their way: those that count by now, or all for an end by the clock."""
        exchange.receive_all()
        while exchange.pending and not self.done and (all_ or exchange.counts(exchange.pending[0])):
            self._take(exchange.pending.popleft())

    def listen(self, event: SearchEvent, to: Callable[[SearchEvent], None] | None) -> None:
        """Pass an event on; end the step under way where a plan has come that closes the gap."""
        if to is not None:
            to(event)
        if event.improved or self.exchange is None or self.done:
            return
        self.exchange.beat()
        self.exchange.receive_all()
        if any(self._closes(message) for message in self.exchange.pending if self.exchange.counts(message)):
            raise GapClosed

    def _take(self, message: Message) -> bool:
        """Submit the plan of a message, and return whether it closes the gap."""
        self.awaits_plan &= message.plan is None and not message.no_plan
        if message.plan is not None:
            super().submit_solution(*message.plan)
        return self.done

    def _closes(self, message: Message) -> bool:
        """Return whether the plan of a message is one, and closes the gap."""
        if message.plan is None:
            return False
        x, value = message.plan[0], self.matrix.value(message.plan[0])
        closed = self.incumbent.with_solution(x, value).gap <= self.options.limits.gap + GAP_TOLERANCE
        return closed and self.admitted(x) is not None


def is_worth(state: SearchState, threads: int, lp_effort: float) -> bool:
    """Return whether the search of a state goes on in two processes: with two threads, after a root LP of some effort.

    A limit of work is one for both sides in turn, and a large model leaves no memory for a second process.
    """
    return (
        threads > 1 and state.options.limits.work is None and state.options.proof and lp_effort >= WORTH and can_fork()
    )


def search_side_by_side(state: SearchState, lp: Solution, settings: Settings) -> tuple[SearchState, Termination] | None:
    """Search on two processors, and return the state with its termination; None where no process can be started."""
    options = state.options
    try:
        other = Forked(partial(run_plan_side, state, lp, settings))
    except OSError:
        return None
    own = BoundSideState(
        state.matrix, options, state.began, state.incumbent, state.work_done, state.time_limited,
        basis=state.basis, highs_options=state.highs_options, warnings=state.warnings,
    )  # fmt: skip
    own.exchange = Exchange(
        other.channel, own.by_work, lambda: own.work_done, lambda: own.out_of_budget or options.stopped
    )
    own.options = replace(options, on_event=lambda event: own.listen(event, options.on_event))
    side = BoundSide(own, lp, settings)
    try:
        return own, side.run()
    finally:
        other.end()


class BoundSide:
    """Proof side of the search of a state, from its LP optimum."""

    def __init__(self, state: BoundSideState, lp: Solution, settings: Settings) -> None:
        self.state, self.settings = state, settings
        self.portfolio = Portfolio(state, lp, settings)

    def run(self) -> Termination:
        """Search until the gap is closed, at a limit or by an interrupt; return the termination."""
        state, exchange = self.state, self.state.exchange
        assert exchange is not None
        try:
            self._tighten()
            self._steps(exchange)
        except GapClosed:
            pass
        state.drain(exchange, all_=state.out_of_budget or state.options.stopped)
        state.work_done += exchange.their_work
        return self.portfolio.termination()

    def _tighten(self) -> None:
        """Add cuts, send them, and build the tree at their LP optimum."""
        state, rows = self.state, self.state.matrix.rows
        lp = with_flight_cuts(state, self.portfolio.lp, self.settings.cut_passes)
        self.portfolio = Portfolio(state, lp, self.settings)
        added = np.arange(rows, state.matrix.rows)
        if added.size and lp.x is not None and state.exchange is not None:
            matrix = state.matrix
            cuts = CutRows(
                sp.csr_matrix(matrix.a)[added], matrix.row_lower[added], matrix.row_upper[added],
                matrix.row_names.take(added), lp.x, lp.row_dual, lp.basis,
            )  # fmt: skip
            state.exchange.send(cuts=cuts)

    def _steps(self, exchange: Exchange) -> None:
        state, portfolio = self.state, self.portfolio
        self._await_plan(exchange)
        if state.finished:
            return
        portfolio.build_tree()
        state.tree = portfolio.tree
        # Other neighbourhoods than those of the other side.
        portfolio.neighbourhoods.rng = np.random.default_rng([state.options.limits.seed, 1])
        while not state.finished and portfolio.bound_improver.infeasible is None:
            state.merge()
            if np.isneginf(state.last_subtree_at) and not portfolio.tree_is_open:
                state.last_subtree_at = effort()
                exchange.send(no_subtrees=True)
            if exchange.alive or exchange.pending:
                portfolio.step(plans=not portfolio.tree_is_open)
            else:
                self._go_on_alone(exchange)

    def _await_plan(self, exchange: Exchange) -> None:
        """Wait for a first plan: without its cost most nodes prove nothing, and take LPs from scratch.

        A side that has ended may have sent one that does not count yet.
        """
        state = self.state
        while state.awaits_plan and (exchange.alive or exchange.pending) and not state.finished:
            exchange.idle()
            state.merge()

    def _go_on_alone(self, exchange: Exchange) -> None:
        """Go on without the other side, whose process has ended: what it was to do is done here."""
        state = self.state
        state.exchange = None
        state.drain(exchange, all_=True)
        if exchange.failure is not None or not exchange.ended:
            # Where it was killed depends on the clock.
            state.time_limited = True
            why = exchange.failure or "it was killed"
            state.warnings.append(f"the process that seeks plans ended before its time ({why}); one process went on")
        self.portfolio.run_after_start()
