"""Survivability by a row loop: search, look at what each failure leaves, add the cuts that are broken, search again.

What survives a failure at the end of a period must deliver its share of the target: a flow from the power that is
left, through links, relays and gateways that are left, to the ground (``solver.topology.survive``). Whether there is
one is asked of the plan; where there is none, the least cut of the flow is a new row of the matrix.

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
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from solver.derive import Derived
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis, Solution, Status
from solver.search.core.restricted import restricted
from solver.search.core.state import relayed
from solver.search.engine.search import SMALL, Found, Request, gap_of
from solver.search.variants.failure_cuts import Reader, Row

MOST_ROUNDS, MOST_RELAXED = 20, 10
KEPT_WITHIN = 0.5
"""A whole count stays in mending where the relaxation with the new rows has it within this."""
REPAIR_SHARE, REPAIR_GAP_SHARE = 0.25, 0.4
"""Shares of the time left and of the gap asked for mending a plan."""
PRICE_SHARE = 0.1
"""Share of the time of the search in which a cheaper plan is sought that need not survive: first among the ways that
look worth it, and as long again among all."""
Seek = Callable[..., Found]
"""``(matrix, request, start)`` to what was found; one that is ``warm`` is worth a whole plan mended for it."""


@dataclass(slots=True)
class SurvivabilityStats:
    """What surviving took: rounds of search beyond the first, rows added, and cost and bound without and with them.

    Costs are in the minimised sense of the matrix; ``seconds`` are those of the search for a plan that survives,
    ``seconds_without`` those of the search for one that need not.
    """

    rounds: int = 0
    rows: int = 0
    without: float | None = None
    without_bound: float = -np.inf
    objective: float | None = None
    bound: float = -np.inf
    seconds_without: float = 0.0
    seconds: float = 0.0


@dataclass(slots=True)
class CutLoop:
    """A search that ends with a plan that survives; ``matrix`` is the last one searched, with the rows found."""

    instance: Instance
    derived: Derived
    seek: Seek
    warm: bool = False
    told: SurvivabilityStats = field(default_factory=SurvivabilityStats)
    matrix: Matrix | None = None

    def __call__(self, matrix: Matrix, request: Request, start: Solution | None = None) -> Found:
        """The best plan that survives every failure asked, with a bound over all such plans.

        Marks tell plans that survive; bounds hold in any round, because its rows hold for every such plan. ``start`` is
        a plan that survives.
        """
        self.told, began = SurvivabilityStats(), time.monotonic()
        ends = None if request.limits.seconds is None else began + request.limits.seconds
        reader = Reader(self.instance, self.derived, matrix)
        asked = relayed(request, lambda objective, x: None if reader.broken(x) else (objective, x))
        lp = solve(matrix, replace(request.limits, work=None), relax=True, stop=request.stop)
        self.matrix, basis = self._relaxed(matrix, lp, reader, request)
        found = self.seek(self.matrix, asked.less(0, ends), _at(start, basis))
        x, spent, clocked = found.x, found.spent, found.clocked
        while x is not None and reader.broken(x):
            if self.told.rounds == MOST_ROUNDS or request.stopped:
                status, reason = (Status.INTERRUPTED, "interrupt") if request.stopped else (Status.NO_PLAN, "row loop")
                found = replace(found, x=None, objective=None, gap=None, status=status, reason=reason)
                break
            self.matrix = self._with(self.matrix, reader.cuts(x, first=self.told.rows == 0))
            self.told.rounds += 1
            found = _no_lower(self._again(self.matrix, x, found.basis, asked.less(spent, ends), start), found)
            x, spent, clocked = found.x, spent + found.spent, clocked or found.clocked
        self.told.objective, self.told.bound = found.objective, found.bound
        self.told.seconds = time.monotonic() - began
        if found.x is not None and not request.stopped and (ends is None or ends - time.monotonic() > 1.0):
            self._without(_without_lost(matrix), found, lp.basis, replace(request.less(spent, ends), on_mark=None))
        return replace(found, spent=spent, clocked=clocked)

    def _relaxed(self, matrix: Matrix, lp: Solution, reader: Reader, request: Request) -> tuple[Matrix, Basis | None]:
        """The matrix with the rows that optima of its relaxation break or nearly break, and the basis of the last."""
        for _ in range(MOST_RELAXED):
            if lp.x is None or not reader.broken(lp.x):
                break
            matrix = self._with(matrix, reader.cuts(lp.x, first=self.told.rows == 0))
            lp = solve(matrix, replace(request.limits, work=None), relax=True, stop=request.stop, basis=lp.basis)
        return matrix, lp.basis

    def _without(self, bare: Matrix, found: Found, basis: Basis | None, request: Request) -> None:
        """Cost and bound of plans that need not survive, from the plan that does."""
        began, told = time.monotonic(), self.told
        if not told.rows and not bare.rows_of("network.lost").size:
            told.without, told.without_bound = found.objective, found.bound
            return
        if not self.warm or bare.integer.sum() <= SMALL:
            other = self.seek(bare, request)
            told.without, told.without_bound = other.objective, other.bound
        else:
            self._cheaper(bare, found, basis, request)
        told.seconds_without = time.monotonic() - began

    def _cheaper(self, bare: Matrix, found: Found, basis: Basis | None, request: Request) -> None:
        """A cheaper plan of a large model from one that survives: among the ways that are worth it, then among all."""
        assert found.x is not None
        told, limits = self.told, request.limits
        if limits.seconds is not None or limits.work is None:
            limits = replace(limits, seconds=min(limits.seconds or np.inf, max(1.0, PRICE_SHARE * told.seconds)))
        lp = solve(bare, replace(request.limits, work=None), relax=True, stop=request.stop, basis=basis)
        ways = bare if lp.x is None else restricted(bare, np.maximum(lp.x, found.x))
        narrow = replace(limits, gap=limits.gap * REPAIR_GAP_SHARE)
        plan = solve(ways, narrow, start=found.x, stop=request.stop)
        if plan.x is None or plan.objective is None:
            plan = Solution(Status.FEASIBLE, "", found.x, found.objective)
        told.without, told.without_bound = plan.objective, lp.bound
        if plan.objective is not None and gap_of(plan.objective, lp.bound) > limits.gap:
            other = self.seek(bare, replace(request, limits=limits), replace(plan, bound=-np.inf, basis=lp.basis))
            told.without_bound = max(told.without_bound, other.bound)
            if other.objective is not None:
                told.without = min(plan.objective, other.objective)

    def _with(self, matrix: Matrix, rows: list[Row]) -> Matrix:
        """The matrix with more rows, each under a name of its own."""
        entries = [(i, j, value) for i, row in enumerate(rows) for j, value in row.terms.items()]
        extra = sp.csr_matrix(
            ([v for _, _, v in entries], ([i for i, _, _ in entries], [j for _, j, _ in entries])),
            shape=(len(rows), matrix.columns),
        )
        names = [f"network.survive[{row.failure},cut {self.told.rows + n},{row.period}]" for n, row in enumerate(rows)]
        self.told.rows += len(rows)
        lower = np.array([row.least for row in rows])
        return matrix.with_rows(extra, lower, np.full(len(rows), np.inf), names)

    def _again(self, matrix: Matrix, x: Floats, basis: Basis | None, request: Request, known: Solution | None) -> Found:
        """Search on from the plan before, mended if that is quick, or from the one known that survives."""
        known = _at(known, basis)
        if not self.warm or matrix.integer.sum() <= SMALL:
            return self.seek(matrix, request, known)
        ends = None if request.limits.seconds is None else time.monotonic() + request.limits.seconds
        repaired = _repaired(matrix, x, basis, request)
        if repaired is None or repaired.objective is None or repaired.x is None:
            return self.seek(matrix, request.less(0, ends), known)
        if known.x is not None and matrix.value(known.x) < repaired.objective:
            repaired = known
        return self.seek(matrix, request.less(0, ends), repaired)


def _no_lower(found: Found, first: Found) -> Found:
    """Rows only raise the bound, so that of the search before holds as well."""
    if found.x is None or found.objective is None or first.bound <= found.bound:
        return found
    bound = min(first.bound, found.objective)
    return replace(found, bound=bound, bound_kind=first.bound_kind, gap=gap_of(found.objective, bound))


def _without_lost(matrix: Matrix) -> Matrix:
    """The matrix before anything has to be survived."""
    lower = matrix.row_lower.copy()
    lower[matrix.rows_of("network.lost")] = -np.inf
    return matrix.with_(row_lower=lower)


def _at(known: Solution | None, basis: Basis | None) -> Solution:
    """What is known of a search, with a basis at which its LP begins."""
    return replace(known or Solution(Status.NO_PLAN, ""), basis=basis)


def _repaired(matrix: Matrix, x: Floats, basis: Basis | None, request: Request) -> Solution | None:
    """A whole plan near one that breaks new rows: what the optimum of the relaxation leaves as it is stays so."""
    limits = request.limits
    lp = solve(matrix, replace(limits, work=None), relax=True, stop=request.stop, basis=basis)
    if lp.x is None:
        return None
    whole = np.round(x)
    kept = matrix.integer & (np.abs(whole - lp.x) < KEPT_WITHIN)
    kept[matrix.columns_of("nodes.loaded")] = False
    ways = restricted(matrix, np.maximum(x, lp.x))
    near = ways.with_(
        lower=np.where(kept, np.maximum(whole, matrix.lower), matrix.lower),
        upper=np.where(kept, np.minimum(whole, ways.upper), ways.upper),
    )
    seconds = None if limits.seconds is None else limits.seconds * REPAIR_SHARE
    repaired = solve(near, replace(limits, seconds=seconds, gap=limits.gap * REPAIR_GAP_SHARE), stop=request.stop)
    return None if repaired.x is None else replace(repaired, bound=-np.inf, basis=lp.basis)


def survivable_search(instance: Instance, derived: Derived, seek: Seek, warm: bool) -> CutLoop | None:
    """The search that ends with a plan that survives; None where nothing has to be survived."""
    network = instance.network
    return CutLoop(instance, derived, seek, warm) if network is not None and network.contingencies else None
