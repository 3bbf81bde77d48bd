"""Improvement of the dual bound by branch and bound on a growing set of integer columns.

A relaxation with fewer integer columns bounds the full model from below. The investments come first: they are few
columns and most of the LP's integrality gap. Ranges are narrowed first against the incumbent (``narrowing.py``), and
columns that stay wide are continuous until the last levels. On small models, from flights on, their totals by period
are columns to branch on (``core/cumulative_columns.py``). Where flights came to their end there, the last level is
next, as a level without wide flights bounds less; if it does not end with totals, it is run without them. The bound
carries the certificate ``solver``, as HiGHS alone vouches for it. Where the tightened model is infeasible, the
incumbent is optimal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formulations.names import Var
from solver.milp.limits import LARGEST_INTEGER, Limits
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.solution import Certificate, Solution, Status, Termination
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import integer_columns, solve_sub_mip, solve_with_totals
from solver.search.dual.narrowing import WIDE, narrowed, wide
from solver.search.dual.tree import Tree
from solver.search.primal.investments import INVESTMENTS
from solver.search.primal.rounding import with_investments

NODES = 10_000
LEVELS: tuple[tuple[str, ...], ...] = (
    INVESTMENTS,
    (
        *INVESTMENTS,
        Var.FLEET_ORDERED,
        Var.LANDINGS_LANDINGS,
        Var.LANDINGS_TANKER_FLIGHTS,
        Var.LEARNING_SEGMENT_ACTIVE,
        Var.LAUNCH_FLIGHTS,
    ),
)
"""Variables whose columns are integer, level by level."""
WIDTHS = (30.0, WIDE, np.inf)
"""Range up to which columns are integer, on the levels after those: HiGHS closes the first one soonest."""
ROUGH_SHARE = 0.15
"""Share of the open gap within which such a level before the last is solved: the next one begins anew."""
LAST = len(LEVELS) + len(WIDTHS) - 1
TOTALS_UP_TO_INTEGERS = 2_000
"""Integer columns up to which totals of flights are added: larger models hardly leave the root, which is slower so."""
LAST_SHARE = 0.75
"""Share of the time left for the last level of a small model without totals, whose runs from scratch are long."""
MIN_TIME_RATIO, MAX_TIME_RATIO = 1.2, 2.0
"""Time limits of a run as multiples of the time of the unfinished run before it on the same level: least and most."""


@dataclass(slots=True)
class BoundImprover:
    """Improvement of the dual bound: the current level of integer columns, from the investments to all of them."""

    state: SearchState
    lp: Solution
    settings: Settings
    tree: Tree | None = None
    level: int = 0
    nodes: int = NODES
    last_seconds: float = 0.0
    totals: bool = True
    infeasible: Termination | None = None

    def expected_gain(self) -> tuple[float, float]:
        """Return the estimates before the first run: the gain, a share of the objective, and the effort it may take."""
        effort = self.state.step_effort(self.settings.bound_share, self.nodes)
        return self.settings.bound_expected_gain * min(1.0, self.state.gap), effort

    @property
    def has_time(self) -> bool:
        """Availability of time: whether another run, which starts from scratch, may take longer than the last one."""
        seconds = self._time_limit()
        return self.state.by_work or seconds is None or seconds >= MIN_TIME_RATIO * self.last_seconds

    def step(self) -> None:
        """Branch and bound on one level after another, until one is unfinished or improves the bound or the plan."""
        if self.level == 0 and (
            not self._columns(self.state.matrix).any() or (self.tree is not None and self.tree.has_integral_investments)
        ):
            self.level = 1
        before = self.state.bound, self.state.objective
        while (
            not self.state.finished and self.infeasible is None and (self.state.bound, self.state.objective) == before
        ):
            level = self.level
            self._run()
            if level == self.level:
                break

    def _time_limit(self) -> float | None:
        """Return the time limit of a run: its share of the time left, or a multiple of the last run's time."""
        share = self.settings.bound_share if self.totals else max(LAST_SHARE, self.settings.bound_share)
        seconds, left = self.state.limits(share, 0.0).seconds, self.state.limits(1.0, 0.0).seconds
        return None if seconds is None or left is None else max(seconds, min(left, MAX_TIME_RATIO * self.last_seconds))

    def _run(self) -> None:
        """Run branch and bound once and pass its bound and plan to the search state."""
        state = self.state
        matrix = state.matrix if self.tree is None else self.tree.narrowed_hull()
        tightened, duals = matrix, self.lp.row_dual
        if state.x is not None and duals is not None:
            tightened = narrowed(matrix, duals, state.objective)
        while len(LEVELS) <= self.level < LAST and not wide(tightened, WIDTHS[self.level - len(LEVELS)]).any():
            self.level += 1
        gap = state.options.limits.gap * (1.0 if self.level >= len(LEVELS) else self.settings.investment_gap_share)
        if len(LEVELS) <= self.level < LAST:
            gap = max(gap, min(1.0, ROUGH_SHARE * state.gap))
        limits = replace(state.limits(self.settings.bound_share, gap, self.nodes), seconds=self._time_limit())
        start = state.x if state.x is not None and _within_bounds(tightened, state.x) else None
        result = self._branch_and_bound(tightened, limits, start)
        if result.status is Status.INFEASIBLE:
            if state.x is None:
                self.infeasible = result.termination
            else:
                state.raise_bound(state.objective, Certificate.SOLVER, "bound")
            return
        # The tightened model excludes plans no better than the incumbent: its bound may lie above the incumbent.
        state.raise_bound(min(result.bound, state.objective), result.certificate, "bound")
        self._submit(result, tightened)
        if result.termination.limit is None:
            # It came to its end, if need be with a weaker bound than that of its gap: again it would do the same.
            flights_ended = self.level == len(LEVELS) - 1 and self._is_small
            self.level, self.last_seconds = LAST if flights_ended else min(LAST, self.level + 1), 0.0
        else:
            self.nodes, self.last_seconds = min(LARGEST_INTEGER, 2 * self.nodes), result.seconds
            self.totals = self.totals and not (self.level == LAST and self._is_small)

    @property
    def _is_small(self) -> bool:
        return int(self.state.matrix.integer.sum()) <= TOTALS_UP_TO_INTEGERS

    def _branch_and_bound(self, matrix: Matrix, limits: Limits, start: Floats | None) -> Solution:
        """Run branch and bound; of a small model from the level with flights on with totals of these to branch on."""
        state = self.state
        closed = np.inf if state.x is None else state.objective - state.options.limits.gap * abs(state.objective)
        with_totals = self.level > 0 and self.totals and self._is_small
        solved = solve_with_totals if with_totals else solve_sub_mip
        return solved(state, matrix, self._columns(matrix), limits, "bound", start, enough_bound=closed)

    def _submit(self, result: Solution, tightened: Matrix) -> None:
        """Submit the solution, or round it with its investments fixed where other columns are fractional."""
        if result.x is None or result.objective is None or result.objective >= self.state.objective:
            return
        if not (self.level >= len(LEVELS) and self.state.submit_solution(result.x, "bound")):
            with_investments(self.state, tightened, result.x, self.settings, "bound")

    def _columns(self, matrix: Matrix) -> Bools:
        if self.level >= len(LEVELS):
            return np.asarray(matrix.integer & ~wide(matrix, WIDTHS[self.level - len(LEVELS)]))
        return integer_columns(matrix, LEVELS[self.level])


def _within_bounds(matrix: Matrix, x: Floats) -> bool:
    return bool(((matrix.lower <= x) & (x <= matrix.upper)).all())
