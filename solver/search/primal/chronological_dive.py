"""Chronological dive: a plan of a tight target, period by period, in an LP whose demand may be missed at a price.

Growth limits look back, so what is rounded early decides what can be built later. Developments are fixed first, then
orders of lines and pads (or with the rest), then all counts of a period before those of the next one. A fractional
count is fixed at the neighbour at which the LP over all later periods is cheaper, missed demand included: the LP
foresees what a count too low costs later.

Whole nodes do not fill every flight. Until the counts of a period are fixed, its demand is raised by a share that the
packing is expected to lose; from then on only demand itself counts. A raise beyond what the limits leave room for, by
the LP, is cut down to a part of that room.

The counts whose fixing made the LP miss demand, or left it no point, come first in the next dive, before the ones that
left them no room (the squeaky wheel of Joslin and Clements, Journal of Artificial Intelligence Research 10, 1999).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.warm_lp import LpPoint, WarmLp
from solver.search.core.developments import DEVELOPMENTS
from solver.search.core.integers import TOLERANCE, Budget
from solver.search.core.state import SearchState
from solver.search.primal.elastic_demand import ElasticDemand

FIRST: tuple[tuple[str, ...], ...] = (
    (*DEVELOPMENTS, Var.LANDINGS_SEED_LANDED),
    (Var.LINES_ORDERED, Var.LAUNCH_PADS_ORDERED, Var.MASS_DRIVERS_ORDERED, Var.NETWORK_ORDERED),
)
"""Kinds of counts that are fixed in all periods before any other; the second one with the others on demand."""
KINDS: tuple[tuple[str, ...], ...] = (
    (Var.FLEET_ORDERED,),
    (Var.LANDINGS_LANDINGS, Var.LANDINGS_TANKER_FLIGHTS, Var.LAUNCH_FLIGHTS),
    (Var.LAUNCH_LAUNCHES,),
    (Var.NODES_LOADED,),
)
"""Kinds of the other counts in the order in which those of a period are fixed; what no kind names comes last."""
PRICE = 20.0
"""Price of a missed share as a multiple of its worth by the duals of the LP."""
LEAST_PRICE = 0.01
"""Least worth of a row as a share of the largest."""
LITTLE = 2e-5
"""Share of the LP's value by which it may rise at the nearest integer before the other neighbour is tried too."""
BLAMED = 2e-3
"""Price of the demand that a fixing made the LP miss, as a share of its value, from which the count comes first."""
ROOM_SHARE, FITS = 0.6, 6
"""Share of the raise for which limits leave room that is taken, and LPs in which it is found."""


@dataclass(slots=True)
class ChronologicalDive:
    """Chronological dives in one elastic LP; ``worth`` is that of each demand by the duals of the LP relaxation."""

    demand: ElasticDemand
    elastic: Matrix
    price: Floats
    lp: WarmLp
    front: list[int] = field(default_factory=list)
    root: LpPoint | None = None
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.lower, self.upper = self.elastic.lower.copy(), self.elastic.upper.copy()

    @classmethod
    def of(cls, state: SearchState, demand: ElasticDemand, worth: Floats) -> ChronologicalDive:
        """Return the dives of a search state, with a price on what is missed of each demand."""
        price = PRICE * np.maximum(worth, LEAST_PRICE * worth.max(initial=1e-9))
        shares, matrix = demand.with_missed_shares(), demand.matrix
        elastic = shares.with_(cost=np.append(matrix.cost, price), cost_offset=matrix.cost_offset)
        return cls(demand, elastic, price, WarmLp(elastic, state.options.limits, state.options.stop))

    def fitted(self, raised: Floats, budget: Budget) -> Floats:
        """Return a raise of each demand for which limits leave room: the given one, or a part of that room."""
        self._restart()
        cut = False
        for _ in range(FITS):
            self._raise(raised)
            point = self.lp.solve(budget.seconds())
            if point is None:
                break
            self.root = self.root or point
            beyond = point.x[self._shares] + raised
            if beyond.max(initial=0.0) <= TOLERANCE:
                break
            cut, raised = True, np.maximum(0.0, raised - 2 * beyond)
        return raised * ROOM_SHARE if cut else raised

    def run(self, raised: Floats, budget: Budget, orders_first: bool = True, most: float = np.inf) -> Floats | None:
        """Return the integral point at the end of a dive; None where it has none, costs ``most``, or time ends.

        The counts to blame for missed demand come first in the next dive.
        """
        self._restart()
        raised = raised.copy()
        self._raise(raised)
        point, blamed = self.lp.solve(budget.seconds()), list[tuple[float, int]]()
        for period, columns in self._groups(orders_first):
            while point is not None and (fractional := self._fractional(point.x, columns)).size:
                if budget.exhausted() or point.value - self.price @ point.x[self._shares] >= most:
                    return None
                point = self._fix_one(int(fractional[0]), point, budget, blamed)
            if point is None:
                break
            self._fix(columns, np.rint(point.x[columns]))
            served = (self._row_periods <= period) & (raised > 0)
            if served.any():
                raised[served] = 0.0
                self._raise(raised)
                point = self.lp.solve(budget.seconds())
        self._learn(blamed)
        return None if point is None else point.x[: self.demand.matrix.columns]

    @property
    def _shares(self) -> Indices:
        return np.arange(self.demand.matrix.columns, self.elastic.columns)

    @property
    def _row_periods(self) -> Indices:
        return self.elastic.row_names.periods[self.demand.rows]

    def _restart(self) -> None:
        self.lower, self.upper = self.elastic.lower.copy(), self.elastic.upper.copy()
        self.lp.set_bounds(np.arange(self.elastic.columns), self.lower, self.upper)
        if self.root is not None:
            self.lp.restart_from(self.root)

    def _raise(self, raised: Floats) -> None:
        """Raise every demand by a share of it: less than nothing of it can be missed without a price."""
        self.lp.set_bounds(self._shares, -raised, np.ones(len(raised)))

    def _groups(self, orders_first: bool) -> Iterator[tuple[int, Indices]]:
        """Yield the counts to fix, each with the last period whose raise ends after them.

        Those to blame come first, then developments, then orders or those with the other counts of their period.
        """
        matrix, at = self.elastic, self.elastic.column_names.periods
        open_ = matrix.integer & (matrix.lower < matrix.upper)
        first, later = (FIRST, KINDS) if orders_first else (FIRST[:1], (*FIRST[1:], *KINDS))
        kinds = np.full(matrix.columns, len(later))
        for n, variables in enumerate((*first, *later), start=-len(first)):
            for variable in variables:
                kinds[matrix.columns_of(variable)] = n
        for j in self.front:
            yield -1, np.array([j])
        for n in range(-len(first), 0):
            columns = np.flatnonzero(open_ & (kinds == n))
            yield -1, columns[np.argsort(at[columns], kind="stable")]
        for period in range(int(at.max(initial=0)) + 1):
            here = open_ & (at == period)
            for n in range(len(later) + 1):
                yield period if n == len(later) else -1, np.flatnonzero(here & (kinds == n))

    def _fractional(self, x: Floats, columns: Indices) -> Indices:
        """Return the fractional ones of some columns that are not fixed yet, by period and distance."""
        columns = columns[self.lower[columns] < self.upper[columns]]
        far = np.abs(x[columns] - np.rint(x[columns]))
        found, far = columns[far > TOLERANCE], far[far > TOLERANCE]
        return found[np.lexsort((far, self.elastic.column_names.periods[found]))]

    def _fix_one(self, j: int, point: LpPoint, budget: Budget, blamed: list[tuple[float, int]]) -> LpPoint | None:
        """Fix a column at the neighbour at which the LP is cheaper, and return its optimum; None where it has none."""
        value, column = float(point.x[j]), np.array([j])
        best: tuple[float, LpPoint] | None = None
        for at in sorted((np.floor(value), np.ceil(value)), key=lambda at: abs(at - value)):
            if not self.lower[j] <= at <= self.upper[j]:
                continue
            self.lp.set_bounds(column, np.array([at]), np.array([at]))
            found = self.lp.solve(budget.seconds())
            if found is not None and (best is None or found.value < best[1].value):
                best = at, found
            if found is not None and found.value - point.value <= LITTLE * abs(point.value):
                break
        if best is None:
            blamed.append((np.inf, j))
            return None
        at, found = best
        self._fix(column, np.array([at]))
        blame = float(self.price @ (found.x[self._shares] - point.x[self._shares]))
        if blame > BLAMED * abs(point.value):
            blamed.append((blame, j))
        return found

    def _fix(self, columns: Indices, at: Floats) -> None:
        self.lower[columns] = self.upper[columns] = at
        self.lp.set_bounds(columns, at, at)

    def _learn(self, blamed: list[tuple[float, int]]) -> None:
        """Put the counts to blame first in the next dive, the worst first; nodes leave room to one another."""
        nodes = set(self.elastic.columns_of(Var.NODES_LOADED).tolist())
        for _, j in sorted(blamed, reverse=True):
            if j not in nodes and j not in self.front:
                self.front.append(j)
