"""Survivability by a row loop: search, look at what each failure leaves, add the cuts that are broken, search again.

What survives a failure at the end of a period must deliver its share of the target: a flow from the power that is
left, through links, relays and gateways that are left, to the ground (``solver.topology.surviving_flow``). Whether
there is one is asked of the plan; where there is none, the least cut of the flow is a new row of the matrix.

Rows and the proof that they hold for every plan that survives: ``solver.search.variants.failure_cuts``. Every row
enters the bound; there are finitely many, and one that was added is not broken again: the loop ends.

Rows are sought at optima of the relaxation until one breaks none, and where one failure breaks it, cuts of all that
nearly break it come along, with the cut right behind the power of all shells for every loss of nodes: so that one
search of whole plans is enough as a rule (with rows of the first optimum alone it took two on the reference gigawatt,
24 s instead of 19). Where it is not, the plan found is mended: what the optimum of the relaxation with the new rows
leaves as it is stays, a small model moves the rest, and the search goes on from there. LPs begin at the basis of the
one before, 0.2 s instead of 5.

What surviving costs is known afterwards. The plan that survives is also a plan without that rule, and a good one: a
cheaper one is sought from there, in a smaller model and a share of the time that the search took. Tried the other way
round, the plan without first, on the reference gigawatt: its plan could not be mended, and the second search took
longer than the first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Incumbent, Reason, Solution, Termination
from solver.search.core.restricted import restricted
from solver.search.core.result import Search, SearchResult, SurvivabilityStats, termination_of
from solver.search.core.state import SearchOptions, relayed
from solver.search.engine.search import SMALL
from solver.search.variants.failure_cuts import ContingencyCut, Reader

MOST_ROUNDS, MOST_RELAXED = 20, 10
KEPT_WITHIN = 0.5
"""A whole count stays in mending where the relaxation with the new rows has it within this."""
REPAIR_SHARE, REPAIR_GAP_SHARE = 0.25, 0.4
"""Shares of the time left and of the gap asked for mending a plan."""
PRICE_SHARE = 0.1
"""Share of the time of the search in which a cheaper plan is sought that need not survive: first among the ways that
look worth it, and as long again among all."""


@dataclass(frozen=True, slots=True)
class CutLoop:
    """Search for a plan that survives every failure asked, by cuts on the matrix of another search.

    Where that is ``warm``, a whole plan known before is worth mending for it.
    """

    instance: Instance
    derived: Derived
    seek: Search
    warm: bool = False

    def __call__(
        self, matrix: Matrix, options: SearchOptions, start: Incumbent | None = None, basis: Basis | None = None
    ) -> SearchResult:
        """Search the best plan that survives, with a bound over all such plans, and the matrix with the cuts found.

        Events tell plans that survive; bounds hold in any round, because its cuts hold for every such plan. ``start``
        is a plan that survives.
        """
        reader = Reader(self.instance, self.derived, matrix)
        return _Loop(self, reader, options, time.monotonic()).run(matrix, start, basis)


@dataclass(slots=True)
class _Loop:
    """One run of a cut loop: cuts and rounds so far."""

    of: CutLoop
    reader: Reader
    options: SearchOptions
    began: float
    rows: int = 0
    rounds: int = 0

    def run(self, bare: Matrix, start: Incumbent | None, basis: Basis | None) -> SearchResult:
        """Search, cut and search again until a plan survives, then price what surviving costs."""
        reader, options = self.reader, self.options
        ends = None if options.limits.seconds is None else self.began + options.limits.seconds
        asked = relayed(options, lambda objective, x: None if reader.broken(x) else (objective, x))
        lp = solve(bare, replace(options.limits, work=None), relax=True, stop=options.stop, basis=basis)
        matrix, at = self._relaxed(bare, lp)
        found = self.of.seek(matrix, asked.less(0, ends), start, at)
        x, stats = found.x, found.stats
        while x is not None and reader.broken(x):
            if self.rounds == MOST_ROUNDS or options.stopped:
                without = Incumbent(bound=found.bound, certificate=found.certificate)
                ended = termination_of(without, options, Termination(Reason.EXHAUSTED, detail="cut loop"))
                found = replace(found, incumbent=without, termination=ended)
                break
            matrix = self._with(matrix, reader.cuts(x, first=self.rows == 0))
            self.rounds += 1
            found = _no_lower(self._again(matrix, x, found.basis, asked.less(stats.work, ends), start), found)
            x, stats = found.x, found.stats.after(stats)
        seconds, priced = time.monotonic() - self.began, SurvivabilityStats()
        if found.x is not None and not options.stopped and (ends is None or ends - time.monotonic() > 1.0):
            # Plans that need not survive are no plans of this question, nor are their bounds bounds of it.
            silent = relayed(options.less(stats.work, ends), lambda _objective, _x: None, bounds=False)
            priced = self._without(_without_lost(bare), found, lp.basis, seconds, silent)
        priced = replace(priced, rounds=self.rounds, rows=self.rows, seconds=seconds)
        return replace(found, stats=stats, matrix=matrix, survivability=priced)

    def _relaxed(self, matrix: Matrix, lp: Solution) -> tuple[Matrix, Basis | None]:
        """The matrix with the rows that optima of its relaxation break or nearly break, and the basis of the last."""
        limits, stop = replace(self.options.limits, work=None), self.options.stop
        for _ in range(MOST_RELAXED):
            if lp.x is None or not self.reader.broken(lp.x):
                break
            matrix = self._with(matrix, self.reader.cuts(lp.x, first=self.rows == 0))
            lp = solve(matrix, limits, relax=True, stop=stop, basis=lp.basis)
        return matrix, lp.basis

    def _without(
        self, bare: Matrix, found: SearchResult, basis: Basis | None, seconds: float, options: SearchOptions
    ) -> SurvivabilityStats:
        """Cost and bound of plans that need not survive, from the plan that does, and the seconds it took."""
        began = time.monotonic()
        if not self.rows and not bare.rows_of(Row.NETWORK_KWORST_CAPACITY).size:
            return SurvivabilityStats(without=replace(found.incumbent, x=None))
        if not self.of.warm or bare.integer.sum() <= SMALL:
            known = self.of.seek(bare, options).incumbent
        else:
            known = self._cheaper(bare, found, basis, seconds, options)
        return SurvivabilityStats(without=replace(known, x=None), seconds_without=time.monotonic() - began)

    def _cheaper(
        self, bare: Matrix, found: SearchResult, basis: Basis | None, seconds: float, options: SearchOptions
    ) -> Incumbent:
        """A cheaper plan of a large model from one that survives: among the ways that are worth it, then among all."""
        assert found.x is not None
        assert found.objective is not None
        limits = options.limits
        if limits.seconds is not None or limits.work is None:
            limits = replace(limits, seconds=min(limits.seconds or np.inf, max(1.0, PRICE_SHARE * seconds)))
        lp = solve(bare, replace(options.limits, work=None), relax=True, stop=options.stop, basis=basis)
        ways = bare if lp.x is None else restricted(bare, np.maximum(lp.x, found.x))
        narrow = replace(limits, gap=limits.gap * REPAIR_GAP_SHARE)
        plan = solve(ways, narrow, start=found.x, stop=options.stop)
        best = Incumbent(found.x, found.objective) if plan.x is None else Incumbent(plan.x, plan.objective)
        known = best.with_bound(lp.bound, lp.certificate)
        if known.gap > limits.gap:
            other = self.of.seek(bare, replace(options, limits=limits), best, lp.basis)
            if other.bound > known.bound:
                known = known.with_bound(other.bound, other.certificate)
            if other.x is not None and other.objective is not None and other.objective < known.value:
                known = known.with_solution(other.x, other.objective)
        return known

    def _with(self, matrix: Matrix, rows: list[ContingencyCut]) -> Matrix:
        """The matrix with more rows, each under a name of its own."""
        entries = [(i, j, value) for i, row in enumerate(rows) for j, value in row.terms.items()]
        extra = sp.csr_matrix(
            ([v for _, _, v in entries], ([i for i, _, _ in entries], [j for _, j, _ in entries])),
            shape=(len(rows), matrix.columns),
        )
        names = Names.of_pairs(
            (Row.NETWORK_CONTINGENCY, (row.failure, f"cut {self.rows + n}", row.period)) for n, row in enumerate(rows)
        )
        self.rows += len(rows)
        lower = np.array([row.least for row in rows])
        return matrix.with_rows(extra, lower, np.full(len(rows), np.inf), names)

    def _again(
        self, matrix: Matrix, x: Floats, basis: Basis | None, options: SearchOptions, known: Incumbent | None
    ) -> SearchResult:
        """Search on from the plan before, mended if that is quick, or from the one known that survives."""
        if not self.of.warm or matrix.integer.sum() <= SMALL:
            return self.of.seek(matrix, options, known, basis)
        ends = None if options.limits.seconds is None else time.monotonic() + options.limits.seconds
        repaired = _repaired(matrix, x, basis, options)
        if repaired is None:
            return self.of.seek(matrix, options.less(0, ends), known, basis)
        start, at = repaired
        if known is not None and known.x is not None and matrix.value(known.x) < start.value:
            start, at = known, basis
        return self.of.seek(matrix, options.less(0, ends), start, at)


def _no_lower(found: SearchResult, first: SearchResult) -> SearchResult:
    """Rows only raise the bound, so that of the search before holds as well."""
    if found.x is None or first.bound <= found.bound:
        return found
    return replace(found, incumbent=found.incumbent.with_bound(first.bound, first.certificate))


def _without_lost(matrix: Matrix) -> Matrix:
    """The matrix before anything has to be survived."""
    lower = matrix.row_lower.copy()
    lower[matrix.rows_of(Row.NETWORK_KWORST_CAPACITY)] = -np.inf
    return matrix.with_(row_lower=lower)


def _repaired(
    matrix: Matrix, x: Floats, basis: Basis | None, options: SearchOptions
) -> tuple[Incumbent, Basis | None] | None:
    """A whole plan near one that breaks new rows, with a basis: what the relaxation leaves as it is stays so."""
    limits = options.limits
    lp = solve(matrix, replace(limits, work=None), relax=True, stop=options.stop, basis=basis)
    if lp.x is None:
        return None
    whole = np.round(x)
    kept = matrix.integer & (np.abs(whole - lp.x) < KEPT_WITHIN)
    kept[matrix.columns_of(Var.NODES_LOADED)] = False
    ways = restricted(matrix, np.maximum(x, lp.x))
    near = ways.with_(
        lower=np.where(kept, np.maximum(whole, matrix.lower), matrix.lower),
        upper=np.where(kept, np.minimum(whole, ways.upper), ways.upper),
    )
    seconds = None if limits.seconds is None else limits.seconds * REPAIR_SHARE
    repaired = solve(near, replace(limits, seconds=seconds, gap=limits.gap * REPAIR_GAP_SHARE), stop=options.stop)
    return None if repaired.x is None else (Incumbent(repaired.x, repaired.objective), lp.basis)


def survivable_search(instance: Instance, derived: Derived, seek: Search, warm: bool) -> Search:
    """Return the search that ends with a plan that survives; the one given where nothing has to be survived."""
    network = instance.network
    return CutLoop(instance, derived, seek, warm) if network is not None and network.contingencies else seek
