"""A better bound: branch and bound on ever more of the whole counts, in a model from which the known plan took a lot.

A model with fewer whole counts bounds the full one from below. The structure comes first: it is few columns and most
of what the LP gets wrong. The model is reduced before by what no better plan can have (``reduced.py``), and its bound
is reported as HiGHS's word (``solver``); where the reduction leaves nothing, the known plan is the best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.solution import Certificate, Solution, Status, Termination
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import integer_columns, solve_sub_mip
from solver.search.dual.reduced_cost_tightening import reduced_cost_tightening
from solver.search.dual.tree import Tree
from solver.search.primal.investments import INVESTMENTS
from solver.search.primal.rounding import with_investments

NODES = 2_000
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
    (),
)
"""Words whose counts are whole, level by level; at the last, all."""
LAST = len(LEVELS) - 1
MIN_TIME_RATIO, MAX_TIME_RATIO = 1.2, 2.0
"""How much longer than the last run on a level, which came to no end, another must be able to take, and may take."""


@dataclass(slots=True)
class BoundImprover:
    """The next level of whole counts to branch on, from the structure to all."""

    state: SearchState
    lp: Solution
    settings: Settings
    tree: Tree | None = None
    level: int = 0
    nodes: int = NODES
    last_seconds: float = 0.0
    infeasible: Termination | None = None

    def expected_gain(self) -> tuple[float, float]:
        """What a run is thought to bring before the first, a share of the open gap, and all that it may take."""
        effort = self.state.effort_of(self.settings.bound_share, self.nodes)
        return self.settings.bound_expected_gain * min(1.0, self.state.gap), effort

    @property
    def has_time(self) -> bool:
        """Whether another run may prove more than the last one, which began anew as each does."""
        seconds = self._time_limit()
        return self.state.by_work or seconds is None or seconds >= MIN_TIME_RATIO * self.last_seconds

    def step(self) -> None:
        """Branch and bound on one level after another, until one is not settled or brings something."""
        if self.level == 0 and (
            not self._columns(self.state.matrix).any() or (self.tree is not None and self.tree.has_integral_bound)
        ):
            self.level = 1
        before = self.state.bound, self.state.objective
        while not self.state.over and self.infeasible is None and (self.state.bound, self.state.objective) == before:
            level = self.level
            self._run()
            if level == self.level:
                break

    def _time_limit(self) -> float | None:
        """What a run may take: its share of the time left, or longer than the last one, which began at the same."""
        seconds, left = self.state.limits(self.settings.bound_share, 0.0).seconds, self.state.limits(1.0, 0.0).seconds
        return None if seconds is None or left is None else max(seconds, min(left, MAX_TIME_RATIO * self.last_seconds))

    def _run(self) -> None:
        """One run; what it proves and finds goes to the board."""
        state = self.state
        matrix = state.matrix if self.tree is None else self.tree.open_hull()
        tightened, duals = matrix, self.lp.row_dual
        if state.x is not None and duals is not None:
            tightened = reduced_cost_tightening(matrix, duals, state.objective)
        gap = state.options.limits.gap * (1.0 if self.level == LAST else self.settings.investment_gap_share)
        limits = replace(state.limits(self.settings.bound_share, gap, self.nodes), seconds=self._time_limit())
        start = state.x if state.x is not None and _within_bounds(tightened, state.x) else None
        result = solve_sub_mip(state, tightened, self._columns(matrix), limits, "bound", start)
        if result.status is Status.INFEASIBLE:
            if state.x is None:
                self.infeasible = result.termination
            else:
                state.raise_bound(state.objective, Certificate.SOLVER, "bound")
            return
        # The model leaves out plans that are no better than the known one: its bound may lie above that.
        state.raise_bound(min(result.bound, state.objective), result.certificate, "bound")
        self._submit(result, tightened)
        if result.status is Status.OPTIMAL:
            self.level, self.last_seconds = min(LAST, self.level + 1), 0.0
        else:
            self.nodes, self.last_seconds = self.nodes * 2, result.seconds

    def _submit(self, result: Solution, tightened: Matrix) -> None:
        """What was found with some counts fractional may lead to a better plan."""
        if result.x is None or result.objective is None or result.objective >= self.state.objective:
            return
        if self.level == LAST:
            self.state.submit_solution(result.x, "bound")
        else:
            with_investments(self.state, tightened, result.x, self.settings, "bound")

    def _columns(self, matrix: Matrix) -> Bools:
        return matrix.integer if self.level == LAST else integer_columns(matrix, LEVELS[self.level])


def _within_bounds(matrix: Matrix, x: Floats) -> bool:
    return bool(((matrix.lower <= x) & (x <= matrix.upper)).all())
