"""Survivability by a row loop: search, look at what each failure leaves, add the cuts that are broken, search again.

What survives a failure at the end of a period must deliver its share of the target: a flow from the power that is
left, through links, relays and gateways that are left, to the ground (``solver.topology.survive``). Whether there is
one is asked of the plan; where there is none, the least cut of the flow is a new row of the matrix.

Rows and the proof that they hold for every plan that survives: ``solver.search.failure_cuts``. Every row enters the
bound; there are finitely many, and one that was added is not broken again: the loop ends.

The first search asks for no proof, because its plan is only where the second one starts: what the optimum of the
relaxation with the new rows leaves as it is stays, a small model mends the rest, and the search goes on from there.
The bound of the first search holds for the second. Where one failure breaks a plan, cuts of all that nearly break it
come along, and for every loss of nodes the cut right behind them: fewer rounds for rows that cost little. Rows sought
at optima of the relaxation alone took a cold LP each, 8 s on the reference gigawatt, and saved none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp

from solver.derive import Derived
from solver.highs import solve
from solver.instance.schema import Instance
from solver.matrix import Floats, Matrix
from solver.search.failure_cuts import Reader, Row
from solver.search.find import GAP_TOLERANCE, SMALL, Found, Request, gap_of
from solver.solution import Solution, Status

MOST_ROUNDS = 20
KEPT_WITHIN = 0.5
"""A whole count stays in mending where the relaxation with the new rows has it within this."""
MENDING_SHARE, MENDING_GAP_SHARE = 0.25, 0.4
"""Shares of the time left and of the gap asked for mending a plan."""
Seek = Callable[..., Found]
"""``(matrix, request)`` to what was found; one that is ``warm`` takes a known whole plan as a third argument."""


@dataclass(slots=True)
class Survived:
    """What surviving took: rounds of search beyond the first, rows added, and cost and bound without and with them.

    Costs are in the minimised sense of the matrix; those without are of the first round, those with of the last.
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
class RowLoop:
    """A search that ends with a plan that survives; ``matrix`` is the last one searched, with the rows found."""

    instance: Instance
    derived: Derived
    seek: Seek
    warm: bool = False
    told: Survived = field(default_factory=Survived)
    matrix: Matrix | None = None

    def __call__(self, matrix: Matrix, request: Request) -> Found:
        """The best plan that survives every failure asked, with a bound over all such plans."""
        self.told, began = Survived(), time.monotonic()
        reader = Reader(self.instance, self.derived, matrix)
        self.matrix, bare = matrix, _without_lost(matrix)
        first = last = self.seek(bare, replace(request, proof=not self.warm))
        self.told.without, self.told.without_bound = first.objective, first.bound
        self.told.seconds_without = time.monotonic() - began
        done = first.x is None or (not reader.broken(first.x) and _proven(first, request))
        while not done and self.told.rounds < MOST_ROUNDS and not request.stopped:
            assert last.x is not None
            self.matrix = self._with(self.matrix, reader.cuts(last.x, first=self.told.rounds == 0))
            self.told.rounds += 1
            last = _no_lower(self._again(self.matrix, last.x, _left(request, began)), first)
            done = last.x is None or not reader.broken(last.x)
        if not done:
            stopped = (Status.INTERRUPTED, "interrupt") if request.stopped else (Status.NO_PLAN, "row loop")
            last = replace(last, x=None, objective=None, gap=None, status=stopped[0], reason=stopped[1])
        self.told.objective, self.told.bound = last.objective, last.bound
        self.told.seconds = time.monotonic() - began
        return last

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

    def _again(self, matrix: Matrix, x: Floats, request: Request) -> Found:
        """Search on from the plan before, mended if that is quick."""
        if not self.warm or matrix.integer.sum() <= SMALL:
            return self.seek(matrix, request)
        began = time.monotonic()
        start = _mended(matrix, x, request)
        return self.seek(matrix, _left(request, began), start)


def _proven(found: Found, request: Request) -> bool:
    return found.gap is not None and found.gap <= request.limits.gap + GAP_TOLERANCE


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


def _mended(matrix: Matrix, x: Floats, request: Request) -> Solution | None:
    """A whole plan near one that breaks new rows: what the optimum of the relaxation leaves as it is stays so."""
    limits = request.limits
    lp = solve(matrix, replace(limits, work=None), relax=True, stop=request.stop)
    if lp.x is None:
        return None
    whole = np.round(x)
    kept = matrix.integer & (np.abs(whole - lp.x) < KEPT_WITHIN)
    near = matrix.with_(
        lower=np.where(kept, np.maximum(whole, matrix.lower), matrix.lower),
        upper=np.where(kept, np.minimum(whole, matrix.upper), matrix.upper),
    )
    seconds = None if limits.seconds is None else limits.seconds * MENDING_SHARE
    mended = solve(near, replace(limits, seconds=seconds, gap=limits.gap * MENDING_GAP_SHARE), stop=request.stop)
    return None if mended.x is None else replace(mended, bound=-np.inf)


def _left(request: Request, began: float) -> Request:
    """The request with what is left of its time, at least a second."""
    seconds = request.limits.seconds
    if seconds is None:
        return request
    left = max(1.0, seconds - (time.monotonic() - began))
    return replace(request, limits=replace(request.limits, seconds=left))


def lasting(instance: Instance, derived: Derived, seek: Seek, warm: bool) -> RowLoop | None:
    """The search that ends with a plan that survives; None where nothing has to be survived."""
    network = instance.network
    return RowLoop(instance, derived, seek, warm) if network is not None and network.survive else None
