"""Survivability by a cut loop: search, check each contingency, add the violated cuts, search again.

After a failure at the end of a period the network must deliver its share of the target: a flow from the remaining
power, through the remaining links, relays and gateways, to the ground (``solver.topology.survive``). A maximum flow
checks this for each contingency; where it is too small, its minimum cut is a new row of the matrix.

The rows and the proof of their validity are in ``solver.search.variants.failure_cuts``. Every row strengthens the
bound. There are finitely many, and one that was added is not violated again, so the loop ends.

Cuts are separated at optima of the LP relaxation first, until none is violated. Cuts of nearly violated contingencies
are added with them, and the cut behind the power of all shells for each failure of nodes, so that one integer search is
usually enough. Where it is not, the plan is repaired: integer columns that the new LP optimum leaves unchanged are
fixed, a small model decides the others, and the search continues from there. Each LP starts at the last basis.

The cost of survivability is determined afterwards. The survivable plan is feasible without that requirement as well,
so a cheaper plan is searched from it, in a restricted model and within a share of the time of the search.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Incumbent, Reason, Solution, Termination
from solver.search.core.restricted import restricted
from solver.search.core.result import Search, SearchResult, SurvivabilityStats, termination_of
from solver.search.core.state import SearchOptions, with_forwarded_events
from solver.search.engine.search import EXACT_BELOW_INTEGERS
from solver.search.primal.near_plan import REPAIR_GAP_SHARE, near_plan
from solver.search.variants.failure_cuts import ContingencyCut, FailureCutSeparator

MAX_ROUNDS, MAX_RELAXED_ROUNDS = 20, 10
PRICE_SHARE = 0.1
"""Share of the search time for a cheaper plan without survivability: in the restricted and again in the full model."""


@dataclass(frozen=True, slots=True)
class CutLoop:
    """Survivability cut loop around another search: its plan survives every contingency.

    ``warm`` means that the inner search benefits from a start plan, so that a repair is worthwhile.
    """

    instance: Instance
    derived: Derived
    inner_search: Search
    warm: bool = False

    def __call__(
        self, matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
    ) -> SearchResult:
        """Search the best survivable plan, with a bound over all such plans and the matrix with the cuts.

        Events report survivable plans; bounds are valid in every round, as cuts are valid for every such plan.
        ``start`` is a survivable plan.
        """
        separator = FailureCutSeparator(self.instance, self.derived, matrix)
        return _Loop(self, separator, options, time.monotonic()).run(matrix, start, basis)


@dataclass(slots=True)
class _Loop:
    """State of one run of a cut loop: number of cuts and rounds so far."""

    loop: CutLoop
    separator: FailureCutSeparator
    options: SearchOptions
    start_time: float
    rows: int = 0
    rounds: int = 0

    def run(self, base: Matrix, start: Incumbent | None, basis: Basis | None) -> SearchResult:
        """Search, cut and search again until a plan survives, then determine the cost of survivability."""
        separator, options = self.separator, self.options
        deadline = None if options.limits.seconds is None else self.start_time + options.limits.seconds
        survivable_options = with_forwarded_events(
            options, lambda objective, x: None if separator.violated(x) else (objective, x)
        )
        lp = solve(base, replace(options.limits, work=None), relax=True, stop=options.stop, basis=basis)
        matrix, at = self._relaxed(base, lp)
        result = self.loop.inner_search(matrix, survivable_options.with_remaining(0, deadline), start, at)
        x, stats = result.x, result.stats
        while x is not None and separator.violated(x):
            if self.rounds == MAX_ROUNDS or options.stopped:
                without = Incumbent(bound=result.bound, certificate=result.certificate)
                ended = termination_of(without, options, Termination(Reason.EXHAUSTED, detail="cut loop"))
                result = replace(result, incumbent=without, termination=ended)
                break
            matrix = self._with_cuts(matrix, separator.separate(x, first=self.rows == 0))
            self.rounds += 1
            result = _with_earlier_bound(
                self._search_again(
                    matrix, x, result.basis, survivable_options.with_remaining(stats.work, deadline), start
                ),
                result,
            )
            x, stats = result.x, result.stats.after(stats)
        seconds, priced = time.monotonic() - self.start_time, SurvivabilityStats()
        if result.x is not None and not options.stopped and (deadline is None or deadline - time.monotonic() > 1.0):
            # Plans and bounds without survivability are not those of this problem: no events.
            silent = with_forwarded_events(
                options.with_remaining(stats.work, deadline), lambda _objective, _x: None, bounds=False
            )
            priced = self._price_survivability(_without_survival_rows(base), result, lp.basis, seconds, silent)
        priced = replace(priced, rounds=self.rounds, rows=self.rows, seconds=seconds)
        return replace(result, stats=stats, matrix=matrix, survivability=priced)

    def _relaxed(self, matrix: Matrix, lp: Solution) -> tuple[Matrix, Basis | None]:
        """Add the cuts violated or nearly violated by optima of the LP relaxation; also return the last basis."""
        limits, stop = replace(self.options.limits, work=None), self.options.stop
        for _ in range(MAX_RELAXED_ROUNDS):
            if lp.x is None or not self.separator.violated(lp.x):
                break
            matrix = self._with_cuts(matrix, self.separator.separate(lp.x, first=self.rows == 0))
            lp = solve(matrix, limits, relax=True, stop=stop, basis=lp.basis)
        return matrix, lp.basis

    def _price_survivability(
        self, base: Matrix, result: SearchResult, basis: Basis | None, seconds: float, options: SearchOptions
    ) -> SurvivabilityStats:
        """Determine cost and bound of plans without survivability, from the survivable plan, and the time it took."""
        start_time = time.monotonic()
        if not self.rows and not base.rows_of(Row.NETWORK_KWORST_CAPACITY).size:
            return SurvivabilityStats(without=replace(result.incumbent, x=None))
        if not self.loop.warm or base.integer.sum() <= EXACT_BELOW_INTEGERS:
            known = self.loop.inner_search(base, options).incumbent
        else:
            known = self._cheaper_plan(base, result, basis, seconds, options)
        return SurvivabilityStats(without=replace(known, x=None), seconds_without=time.monotonic() - start_time)

    def _cheaper_plan(
        self, base: Matrix, result: SearchResult, basis: Basis | None, seconds: float, options: SearchOptions
    ) -> Incumbent:
        """Search a cheaper plan of a large model from a survivable one: in a restricted model, then in the full one."""
        assert result.x is not None
        assert result.objective is not None
        limits = options.limits
        if limits.seconds is not None or limits.work is None:
            limits = replace(limits, seconds=min(limits.seconds or np.inf, max(1.0, PRICE_SHARE * seconds)))
        lp = solve(base, replace(options.limits, work=None), relax=True, stop=options.stop, basis=basis)
        reduced = base if lp.x is None else restricted(base, np.maximum(lp.x, result.x))
        narrow = replace(limits, gap=limits.gap * REPAIR_GAP_SHARE)
        plan = solve(reduced, narrow, start=result.x, stop=options.stop)
        best = Incumbent(result.x, result.objective) if plan.x is None else Incumbent(plan.x, plan.objective)
        known = best.with_bound(lp.bound, lp.certificate)
        if known.gap > limits.gap:
            other = self.loop.inner_search(base, replace(options, limits=limits), best, lp.basis)
            if other.bound > known.bound:
                known = known.with_bound(other.bound, other.certificate)
            if other.x is not None and other.objective is not None and other.objective < known.value:
                known = known.with_solution(other.x, other.objective)
        return known

    def _with_cuts(self, matrix: Matrix, rows: list[ContingencyCut]) -> Matrix:
        """Append cuts to the matrix, each with a unique name."""
        entries = [(i, j, value) for i, row in enumerate(rows) for j, value in row.terms.items()]
        extra = sp.csr_matrix(
            ([v for _, _, v in entries], ([i for i, _, _ in entries], [j for _, j, _ in entries])),
            shape=(len(rows), matrix.columns),
        )
        names = Names.of_pairs(
            (Row.NETWORK_CONTINGENCY, (row.failure, f"cut {self.rows + n}", row.period)) for n, row in enumerate(rows)
        )
        self.rows += len(rows)
        lower = np.array([row.rhs for row in rows])
        return matrix.with_rows(extra, lower, np.full(len(rows), np.inf), names)

    def _search_again(
        self, matrix: Matrix, x: Floats, basis: Basis | None, options: SearchOptions, known: Incumbent | None
    ) -> SearchResult:
        """Search again from the last plan, repaired if that is quick, or from a known survivable one."""
        if not self.loop.warm or matrix.integer.sum() <= EXACT_BELOW_INTEGERS:
            return self.loop.inner_search(matrix, options, known, basis)
        deadline = None if options.limits.seconds is None else time.monotonic() + options.limits.seconds
        repaired = near_plan(matrix, x, basis, options)
        if repaired is None:
            return self.loop.inner_search(matrix, options.with_remaining(0, deadline), known, basis)
        start, at = repaired
        if known is not None and known.x is not None and matrix.value(known.x) < start.value:
            start, at = known, basis
        return self.loop.inner_search(matrix, options.with_remaining(0, deadline), start, at)


def _with_earlier_bound(result: SearchResult, first: SearchResult) -> SearchResult:
    """Raise the bound to that of the search before, which is valid as rows only raise it."""
    if result.x is None or first.bound <= result.bound:
        return result
    return replace(result, incumbent=result.incumbent.with_bound(first.bound, first.certificate))


def _without_survival_rows(matrix: Matrix) -> Matrix:
    """Relax the survivability rows of the matrix."""
    lower = matrix.row_lower.copy()
    lower[matrix.rows_of(Row.NETWORK_KWORST_CAPACITY)] = -np.inf
    return matrix.with_(row_lower=lower)


def survivable_search(instance: Instance, derived: Derived, inner_search: Search, warm: bool) -> Search:
    """Return the search for a survivable plan; the given search where the instance has no contingencies."""
    network = instance.network
    return (
        CutLoop(instance, derived, inner_search, warm)
        if network is not None and network.contingencies
        else inner_search
    )
