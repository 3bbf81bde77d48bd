"""Elastic repair: a point that misses a little of its demand becomes a plan, by small MIPs around the periods missed.

Missed shares have a price, at first a multiple of the worth of the demand by the duals of the LP. The MIP of a window
frees all counts of the period that misses most and of those before it, which can still supply it, and fixes all others.
Where what is missed falls by little the window grows, and all prices rise: one that rose alone would only move what is
missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.milp.matrix import Bools, Floats, Matrix
from solver.search.core.integers import TOLERANCE, Budget
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, solve_sub_mip, within
from solver.search.primal.elastic_demand import ElasticDemand

PRICE, DEARER, DEAREST = 10.0, 3.0, 1e5
"""Price of a missed share as a multiple of its worth, factor on it where a window meets little more, and largest
multiple: beyond it the numbers of a window lie too far apart for HiGHS."""
LEAST_PRICE = 0.1
"""Least worth of a row as a share of the largest."""
COLUMNS, GROW = 60, 1.5
"""Integer columns of the first window at a period, and factor by which it grows where it meets little more."""
REACH = 24
"""Integers beyond those of the point that a count in a window may move to."""
SHARE, NODES, GAP = 0.1, 300, 1e-4
"""Share of the time left, node limit and gap of the MIP of a window."""
WINDOWS = 60
"""Windows of a repair at most."""
BETTER = 1e-7
"""Share of the objective from which a point is better."""
LESS = 0.1
"""Share of what is missed, by its price, by which a window that need not grow lowers it."""


@dataclass(slots=True)
class ElasticRepair:
    """Neighbourhoods of a point with missed shares; ``worth`` is that of each demand by LP duals."""

    state: SearchState
    demand: ElasticDemand
    worth: Floats
    stage: str
    elastic: Matrix = field(init=False)
    price: Floats = field(init=False)
    columns: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.elastic = self.demand.with_missed_shares()
        self.price = PRICE * self._least_worth

    def run(self, x: Floats, budget: Budget) -> Floats | None:
        """Return a plan near a point with missed shares; None where the time or the windows end before."""
        for _ in range(WINDOWS):
            missed = self.demand.missed(x)
            if missed.max() <= TOLERANCE:
                return np.asarray(x[: self.demand.matrix.columns])
            if budget.exhausted() or self.state.finished:
                break
            x = self._window(x, int(np.argmax(missed * self.price)))
        return None

    def _window(self, x: Floats, row: int) -> Floats:
        """Return the best point of the window at the period of a row; the given one without a better."""
        period = int(self.elastic.row_names.periods[self.demand.rows[row]])
        size = self.columns.setdefault(period, COLUMNS)
        priced = self._priced()
        free = self._span(period, size)
        model = within(fixed_at(priced, x, priced.integer & ~free), x, free, REACH)
        limits = self.state.limits(SHARE, GAP, NODES)
        found = solve_sub_mip(self.state, model, priced.integer, limits, self.stage, x).x
        before, missed = priced.value(x), self._worth_of_missed(x)
        if found is not None and priced.value(found) < before - BETTER * abs(before):
            x = found
        if self._worth_of_missed(x) > (1 - LESS) * missed:
            self.columns[period] = GROW * size
            self.price = np.minimum(DEARER * self.price, DEAREST * self._least_worth)
        return x

    def _worth_of_missed(self, x: Floats) -> float:
        return float(self.demand.missed(x) @ self._least_worth)

    @property
    def _least_worth(self) -> Floats:
        """Worth of each row, at least a part of the largest."""
        return np.asarray(np.maximum(self.worth, LEAST_PRICE * self.worth.max(initial=1e-9)))

    def _span(self, period: int, least: float) -> Bools:
        """Return the integer columns of a period, the next one, and so many before them that there are enough."""
        at, open_ = self.elastic.column_names.periods, self.elastic.integer & (self.elastic.lower < self.elastic.upper)
        first, last = period, period + 1
        free = open_ & (at >= first) & (at <= last)
        while free.sum() < least and (first > 0 or last < at.max()):
            first, last = first - 1, last + (first <= 0)
            free = open_ & (at >= first) & (at <= last)
        return np.asarray(free)

    def _priced(self) -> Matrix:
        matrix = self.demand.matrix
        return self.elastic.with_(cost=np.append(matrix.cost, self.price), cost_offset=matrix.cost_offset)
