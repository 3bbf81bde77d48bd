"""Near-optimal plans: those whose objective is within a share of the best plan's, by other objectives or restrictions.

Bounds of dominance leave only some of the best plans. A proof about all near-optimal plans drops them. A search that
only looks for plans keeps them: it may pass over plans with purchases of no use, and proves nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.loosened import without_dominance
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import WITHIN_GAP, Basis, Certificate, Incumbent, SearchEvent, Solution, Status
from solver.search.core.result import Search, SearchResult
from solver.search.core.state import SearchOptions, SearchState
from solver.search.core.tuned import tuned
from solver.search.engine.search import EXACT_BELOW_INTEGERS, search
from solver.search.primal.large_neighbourhood import LargeNeighbourhoodSearch
from solver.search.primal.path_relinking import relinked

COST_ROW = "near_optimal.cost"
GAP_SHARE = 0.1
"""Gap of a search over the slack: it ends where hardly any plan within the limit can be left."""
ENOUGH, LEAST_GAIN = 0.6, 1e-3
"""Parts of what the LP relaxation gains: at the first a search ends, below the second a plan is not another one."""
LINKED_SHARE, LINKED_NODES, LINKED_GAIN, LINKED_GAP = 0.8, 200, 0.1, 0.05
"""Limits of a search between a plan and the LP optimum: share of the time, nodes, least part of the gain, gap."""
PRIMAL = 4
"""HiGHS's number of the primal simplex: another objective leaves the last basis primal feasible."""
IDLE_STEPS = 8
"""Neighbourhoods without a better plan, after which a search ends."""
TOLERANCE, LEAST_SECONDS = 1e-9, 0.5
PRICE_SHARE = 1e-6
"""Least price of the objective, as a share of the size of the row over the objective."""


@dataclass(frozen=True)
class Opposite:
    """Opposite of a claim, forced: a near-optimal plan, or the bound on the objective of all plans with it."""

    result: SearchResult | None
    bound: float
    certificate: Certificate


@dataclass(frozen=True, eq=False)
class NearOptimal:
    """Plans of a matrix whose objective, in the minimised sense, is at most ``limit``; ``best`` is known.

    ``search`` finds plans of the matrix, ``improve`` improves a given one, ``basis`` is one of its LP relaxation. With
    ``links`` a plan is first sought between the given one and the LP optimum; ``bases`` are those of the last LPs.
    """

    matrix: Matrix
    search: Search
    improve: Search
    best: float
    limit: float
    stop: threading.Event
    basis: Basis | None = None
    seed: int = 0
    interest_share: float = 0.0
    links: bool = True
    bases: dict[int, Basis] = field(default_factory=dict)

    def within(self, objective: float) -> bool:
        """Return whether an objective is within the limit."""
        return objective <= self.limit + TOLERANCE * max(1.0, abs(self.limit))

    def plan(self, row: Floats, start: Floats, slack_share: float, seconds: float) -> SearchResult | None:
        """Search a near-optimal plan with a small value of a row from a known one; None without a better one in time.

        The LP relaxation minimises the row within a share of the slack. Between its optimum and the known plan a small
        MIP finds a plan as a rule. Else, with the dual of that limit as the price of the row, objective and row are one
        cost. The search ends where most of what the relaxation gains is gained.
        """
        if not row.any():
            return None
        allowed = self.best + slack_share * (self.limit - self.best)
        asked = self._limited(allowed).with_(cost=row, cost_offset=0.0)
        ends, lp = time.monotonic() + seconds, self._relaxed(asked, seconds, {"simplex_strategy": PRIMAL})
        if lp.x is None or lp.row_dual is None:
            return None
        linked = self._linked(row, start, lp.x, LINKED_SHARE * seconds) if self.links else None
        if linked is not None or (self.links and int(self.matrix.integer.sum()) > EXACT_BELOW_INTEGERS):
            # The search of a large matrix with a price takes several links and found nothing where a link did not.
            return linked
        price = max(-float(lp.row_dual[-1]), PRICE_SHARE * float(np.abs(row).sum()) / max(1.0, abs(self.best)))
        priced = self.matrix.with_(cost=self.matrix.cost + row / price)
        first, possible = priced.value(start), priced.value(lp.x)
        if first - possible <= TOLERANCE * max(1.0, abs(first)):
            return None
        best: list[Floats] = []

        def enough(event: SearchEvent) -> bool:
            if event.x is None or not self.within(self.matrix.value(event.x)):
                return False
            gain = (first - priced.value(event.x)) / (first - possible)
            if gain > LEAST_GAIN:
                best[:] = [event.x]
            return gain >= ENOUGH

        self._run(
            priced,
            enough,
            ends - time.monotonic(),
            GAP_SHARE * (first - possible) / abs(first),
            Incumbent(start, first),
        )
        if not best:
            return None
        return SearchResult(WITHIN_GAP, Incumbent(best[0], self.matrix.value(best[0])), matrix=self.matrix)

    def bound_without(self, columns: Indices, seconds: float) -> Opposite:
        """Return the bound of all plans without some columns by the LP relaxation; infinite where it has none."""
        lp = self._relaxed(_closed(self.loose, columns), seconds)
        if lp.status is Status.INFEASIBLE:
            return Opposite(None, np.inf, lp.termination.certificate)
        return Opposite(None, lp.bound if lp.x is not None else -np.inf, lp.certificate)

    def without(self, columns: Indices, seconds: float) -> SearchResult | None:
        """Search a near-optimal plan without some columns; None without one in time."""
        return self._near(self._first(_closed(self.matrix, columns), seconds))

    def opposite(self, columns: Indices, seconds: float) -> Opposite:
        """Fix columns at zero: return a near-optimal plan without them, or the bound of all plans without them."""
        ends = time.monotonic() + seconds
        lp = self.bound_without(columns, seconds)
        if lp.bound > self.limit or lp.bound == -np.inf:
            return lp
        near = self.without(columns, ends - time.monotonic())
        if near is not None or time.monotonic() >= ends or self.stop.is_set():
            return replace(lp, result=near)
        # Only the matrix without bounds of dominance proves that no plan is left.
        result = self._first(_closed(self.loose, columns), ends - time.monotonic(), proof=True)
        if result.status is Status.INFEASIBLE:
            return Opposite(None, np.inf, result.termination.certificate)
        if result.bound > lp.bound:
            return Opposite(self._near(result), result.bound, result.incumbent.certificate)
        return replace(lp, result=self._near(result))

    @cached_property
    def loose(self) -> Matrix:
        """Matrix without bounds of dominance, on which proofs about all plans rest."""
        return without_dominance(self.matrix)

    def _relaxed(self, matrix: Matrix, seconds: float, warm: Mapping[str, object] | None = None) -> Solution:
        """Return the LP relaxation of a matrix, started from the last one with as many rows.

        ``warm`` are options of HiGHS where there is such a basis.
        """
        basis = self.bases.get(matrix.rows, self.basis)
        limits, options = Limits(seconds=max(seconds, LEAST_SECONDS), seed=self.seed), None if basis is None else warm
        lp = solve(matrix, limits, relax=True, stop=self.stop, basis=basis, options=options)
        if lp.basis is not None:
            self.bases[matrix.rows] = lp.basis
        return lp

    def _linked(self, row: Floats, start: Floats, lp_x: Floats, seconds: float) -> SearchResult | None:
        """Return a plan between a known one and an LP optimum, within the limit; None without enough gain."""
        first = float(row @ start)
        gain = first - float(row @ lp_x)
        if gain <= TOLERANCE * max(1.0, abs(first)):
            return None
        # The offset gives the known plan twice the gain as its value, so that the relative gap is one of the gain.
        matrix = self._limited(self.limit).with_(cost=row, cost_offset=2.0 * gain - first)
        limits = Limits(seconds=max(seconds, LEAST_SECONDS), gap=LINKED_GAP, seed=self.seed, work=LINKED_NODES)
        x = relinked(matrix, start, [lp_x], limits, self.stop, (2.0 - ENOUGH) * gain)
        value = self.matrix.value(x)
        if first - float(row @ x) <= LINKED_GAIN * gain or not self.within(value):
            return None
        return SearchResult(WITHIN_GAP, Incumbent(x, value), matrix=self.matrix)

    def _near(self, result: SearchResult) -> SearchResult | None:
        """Return the result with its objective in the matrix, if it has a plan within the limit."""
        value = np.inf if result.x is None else self.matrix.value(result.x)
        if result.x is None or not self.within(value):
            return None
        return replace(result, incumbent=Incumbent(result.x, value))

    def _limited(self, most: float) -> Matrix:
        """Return the matrix with an objective of at most a value, as its last row."""
        extra, side = sp.csr_matrix(self.matrix.cost.reshape(1, -1)), most - self.matrix.cost_offset
        names = Names.of_pairs([(COST_ROW, ())])
        return self.matrix.with_rows(extra, np.full(1, -np.inf), np.full(1, side), names)

    def _first(self, matrix: Matrix, seconds: float, proof: bool = False) -> SearchResult:
        """Search a matrix until its first plan within the limit; with ``proof`` until a bound leaves none."""

        def enough(event: SearchEvent) -> bool:
            beyond = proof and event.bound is not None and event.bound > self.limit
            return beyond or (event.x is not None and self.within(self.matrix.value(event.x)))

        gap = GAP_SHARE * abs(self.limit - self.best) / max(abs(self.best), TOLERANCE)
        return self._run(matrix, enough, seconds, gap)

    def _run(
        self,
        matrix: Matrix,
        enough: Callable[[SearchEvent], bool],
        seconds: float,
        gap: float,
        start: Incumbent | None = None,
    ) -> SearchResult:
        """Search a matrix until an event is enough, or the question is stopped."""
        done = threading.Event()

        def on_event(event: SearchEvent) -> None:
            if enough(event) or self.stop.is_set():
                done.set()

        limits, seek = Limits(seconds=max(seconds, LEAST_SECONDS), gap=gap, seed=self.seed), self.search
        if start is not None:
            seek = self.improve
        options = SearchOptions(limits, stop=done, on_event=on_event, interest_share=self.interest_share)
        result = seek(matrix, options, start, self.basis)
        return result if result.matrix is not None else replace(result, matrix=matrix)


def neighbourhood_search(
    matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
) -> SearchResult:
    """Improve a plan by large neighbourhoods alone: nothing is spent on a bound; small models are solved as ever."""
    if start is None or matrix.integer.sum() <= EXACT_BELOW_INTEGERS:
        return search(matrix, options, start, basis)
    lp = solve(matrix, replace(options.limits, work=None), relax=True, stop=options.stop, basis=basis)
    if lp.x is None:
        return SearchResult(lp.termination, start)
    settings = options.settings or tuned(matrix, lp.x, options.limits.gap)
    state = SearchState(matrix, options, basis=lp.basis, highs_options=settings.highs)
    state.submit_solution(start.x, "start")
    state.raise_bound(lp.bound, lp.certificate, "LP")
    neighbourhoods, idle = LargeNeighbourhoodSearch(state, lp.x, settings), 0
    while not state.finished and idle < IDLE_STEPS:
        idle = 0 if neighbourhoods.step() else idle + 1
    return SearchResult(state.termination, state.incumbent, basis=lp.basis)


def _closed(matrix: Matrix, columns: Indices) -> Matrix:
    """Return the matrix with some columns at their lower bounds."""
    upper = matrix.upper.copy()
    upper[columns] = matrix.lower[columns]
    return matrix.with_(upper=upper)
