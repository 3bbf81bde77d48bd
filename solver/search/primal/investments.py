"""Investments by rounding: developments, their dates and orders, by a sequence of warm LPs.

- A development of which the LP takes a share is begun in full or closed. Closing is tried first, the least used first,
  and kept where the plan with all others begun in full gets cheaper.
- A development begun in full has a date: later dates are tried while they make the plan cheaper. Developments of
  negligible cost begin where the LP first uses them.
- Orders follow the LP's sum over time: a tenth now and a tenth in each later period are one order when the sum passes a
  threshold. A low threshold orders early and is nearly always feasible; a higher one is cheaper where it is feasible.
  The cheapest is kept. Where ramps bind and no threshold is feasible, orders are fixed one after another.

A trial that fails, or leads far, is not continued: the next one starts from the basis of the best.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.warm_lp import LpPoint, WarmLp
from solver.search.core.developments import DEVELOPMENTS, STEP, cost_in_full, paths
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import SubMip
from solver.search.primal.dive import Dive, FixingOrder

ORDERS = (Var.LINES_ORDERED, Var.LAUNCH_PADS_ORDERED, Var.MASS_DRIVERS_ORDERED, Var.NETWORK_ORDERED)
ONCE = (Var.LANDINGS_SEED_LANDED,)
INVESTMENTS = (*ORDERS, *DEVELOPMENTS, *ONCE)
THRESHOLDS = (0.02, 0.1, 0.3)
NODES = 500
"""Node limit of one step of branch and bound."""
FIXED_SHARE, FIXED_GAP_SHARE = 0.1, 0.3
"""Shares of the time left and of the gap for orders that no rounding fits."""
LITTLE = 0.5
"""Share of a development up to which closing it is tried."""
MATTERS = 0.02
"""Share of the gap from which the cost of a development begun in full justifies a search for its date."""
FIRST_STEP = 8
"""Periods by which a date is delayed at first."""


@dataclass(slots=True)
class Investments:
    """Developments and orders, partly rounded; ``point`` is the LP optimum with the columns fixed so far."""

    matrix: Matrix
    state: SearchState
    lp: WarmLp
    point: LpPoint
    lower: Floats
    upper: Floats
    needed: set[int] = field(default_factory=set)

    @classmethod
    def from_lp(cls, part: SubMip, state: SearchState) -> Investments | None:
        """Return the unrounded investments at the LP optimum of a sub-MIP; None where that has none."""
        matrix, options = part.matrix, state.options
        lp = WarmLp(matrix, options.limits, options.stop, part.basis(state.basis))
        point = lp.solve(state.left())
        if point is None:
            return None
        return cls(matrix, state, lp, point, matrix.lower.copy(), matrix.upper.copy())

    def run(self) -> bool:
        """Round one variable after another; False where one has no feasible rounding."""
        self._close_unused()
        self._delay_developments()
        for variable in ORDERS:
            if not self._round_orders(variable):
                return False
        return self._begin_developments()

    def _close_unused(self) -> None:
        """Close developments that the LP hardly uses, while the plan with all others in full gets cheaper."""
        best = self._in_full(self.point)
        for columns in sorted(paths(self.matrix), key=lambda js: float(self.point.x[js].max(initial=0.0))):
            used = float(self.point.x[columns].max(initial=0.0))
            if self.state.finished or used > LITTLE:
                break
            if used <= STEP or np.any(self.lower[columns] > 0) or not self._matters(columns):
                continue
            before, zero = self.point, np.zeros(len(columns))
            point = self._solve_fixed(columns, zero, best)
            if point is None:
                self.needed.add(self._kind(columns))
            else:
                self.point = point
                total = self._in_full(point)
                if total < best:
                    best = total
                    self.upper[columns] = zero
                    continue
            self.point = before
            self._release(columns)
            self.lp.restart_from(before)

    def _delay_developments(self) -> None:
        """Begin each development in full at its own date: later and later while the plan gets cheaper."""
        for columns in paths(self.matrix):
            begun = np.flatnonzero(self.point.x[columns] > STEP)
            if begun.size and not self.state.finished and self._matters(columns):
                self._choose_date(columns, int(begun[0]))

    def _kind(self, columns: Indices) -> int:
        return int(self.matrix.column_names.kinds[columns[0]])

    def _matters(self, columns: Indices) -> bool:
        """Return whether a development begun in full at the LP's first step costs enough for a search of its date."""
        x = self.point.x[columns]
        rise = float(self.matrix.cost[columns] @ ((x > STEP) - x))
        return rise > MATTERS * self.state.step_gap * abs(self.point.value)

    def _choose_date(self, columns: Indices, first: int) -> None:
        """Fix the path of one development at the best date found from a first one on."""
        best = self._begin_at(columns, first)
        if best is None:
            self._release(columns)
            self.lp.restart_from(self.point)
            return
        at, step = first, FIRST_STEP
        if self._kind(columns) not in self.needed and not self.lower[columns].any():
            never = self._begin_at(columns, len(columns), best[0])
            if never is not None and never[0] < best[0]:
                best, step = never, 0
            self.lp.restart_from(best[1])
        while step and not self.state.finished:
            later = self._begin_at(columns, at + step, best[0]) if at + step < len(columns) else None
            if later is not None and later[0] < best[0]:
                at, best = at + step, later
            else:
                step //= 2
            self.lp.restart_from(best[1])
        self.point = best[1]
        self.lower[columns] = self.upper[columns] = best[2]
        self._release(columns)

    def _begin_at(self, columns: Indices, at: int, cutoff: float = np.inf) -> tuple[float, LpPoint, Floats] | None:
        path = np.clip((np.arange(len(columns)) >= at).astype(np.float64), self.lower[columns], self.upper[columns])
        point = self._solve_fixed(columns, path, cutoff)
        return None if point is None else (self._in_full(point), point, path)

    def _in_full(self, point: LpPoint) -> float:
        """Return the value of an LP point with its partly begun developments begun in full."""
        return point.value + cost_in_full(self.matrix, point.x)

    def _round_orders(self, variable: str) -> bool:
        """Round the orders of a variable at the threshold that leads to the cheapest LP."""
        columns = self.matrix.columns_of(variable)
        columns = columns[self.matrix.integer[columns]]
        if not columns.size or not np.any(_fraction(self.point.x[columns])):
            return self._fix(columns, np.rint(self.point.x[columns]))
        best: tuple[LpPoint, Floats] | None = None
        for threshold in THRESHOLDS:
            at = self._cumulative(columns, threshold)
            point = self._solve_fixed(columns, at, np.inf if best is None else best[0].value)
            if point is not None and (best is None or point.value < best[0].value):
                best = point, at
            self._release(columns)
        if best is None:
            return self._fix_sequentially(columns)
        self.lp.restart_from(best[0])
        return self._fix(columns, best[1])

    def _fix_sequentially(self, columns: Indices) -> bool:
        """Fix orders one after another where no rounding of sums is feasible, as where ramps bind."""
        chosen = np.zeros(self.matrix.columns, dtype=bool)
        chosen[columns] = True
        open_ = self.matrix.with_(lower=self.lower, upper=self.upper, integer=chosen)
        budget = self.state.budget(FIXED_SHARE)
        rise = FIXED_GAP_SHARE * self.state.step_gap * abs(self.point.value)
        kinds = FixingOrder((columns,), self.matrix.column_names.periods.astype(np.float64))
        dive = Dive(self.lp, open_, kinds, budget, self.point, rise, np.zeros(0), lambda: None, 1)
        return dive.run() and self._fix(columns, np.rint(dive.x[columns]))

    def _cumulative(self, columns: Indices, threshold: float) -> Floats:
        """Return integers whose sum over time follows that of the LP, less one, plus a threshold, entity by entity."""
        kinds, at = self.matrix.column_names.kinds[columns], np.zeros(len(columns))
        order = np.argsort(self.matrix.column_names.periods[columns], kind="stable")
        for kind in np.unique(kinds):
            js = order[kinds[order] == kind]
            total = np.maximum.accumulate(np.floor(np.cumsum(self.point.x[columns[js]]) + 1 - threshold + 1e-9))
            at[js] = np.diff(total, prepend=0.0)
        return np.clip(at, self.matrix.lower[columns], self.matrix.upper[columns])

    def _begin_developments(self) -> bool:
        """Begin developments where the LP first steps, and seeds where it lands one."""
        for variable in (*DEVELOPMENTS, *ONCE):
            columns = self.matrix.columns_of(variable)
            if columns.size and not self._fix(columns, (self.point.x[columns] > STEP).astype(np.float64)):
                return False
        return True

    def _fix(self, columns: Indices, at: Floats) -> bool:
        if not columns.size:
            return True
        point = self._solve_fixed(columns, np.clip(at, self.lower[columns], self.upper[columns]))
        if point is None:
            return False
        self.point = point
        self.lower[columns] = self.upper[columns] = np.clip(at, self.lower[columns], self.upper[columns])
        return True

    def _solve_fixed(self, columns: Indices, at: Floats, cutoff: float = np.inf) -> LpPoint | None:
        """Return the LP optimum with some columns fixed; None where there is none better than the cutoff."""
        self.state.report_progress("investments")
        self.lp.set_bounds(columns, at, at)
        point = self.lp.solve(self.state.left(), cutoff)
        return None if point is None or point.unfinished else point

    def _release(self, columns: Indices) -> None:
        self.lp.set_bounds(columns, self.lower[columns], self.upper[columns])


def _fraction(x: Floats) -> Bools:
    return np.asarray(np.abs(x - np.rint(x)) > STEP)
