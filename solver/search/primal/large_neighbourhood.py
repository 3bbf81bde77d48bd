"""Large neighbourhood search: a better plan from a plan, by small MIPs around it.

- Loads: frees the loads of all periods, with everything else fixed; the nodes of a first plan are rounded roughly.
- Window: frees all integer counts of some consecutive periods, within a few dozen of the plan's, and fixes all others.
- Investments: solves for investments again as ``investment_mip`` does, with the plan's routes open besides the LP's.
- Around: flights and orders may move by one or two in all periods, with investments fixed.
- Agreeing: fixes counts that are the same in LP optimum and plan, in a matrix without names of the formulations.
- Tree: seeks a plan in the subtree with the least bound. It comes first where there is a tree.

The portfolio chooses among them by their gain and effort. Alone, each is tried once, the quickest first; then the next
is drawn by score, the gain of each for its effort. A window that is solved with time to spare is
larger the next time; one that runs out of time, smaller.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from formulations.names import Var
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.solution import Limit, Status
from solver.search.core.developments import has_lunar_industry
from solver.search.core.restricted import of_used_kinds
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns, restrict_around, solve_sub_mip, within
from solver.search.primal.investments import INVESTMENTS
from solver.search.primal.rounding import with_investments
from solver.search.primal.whole_mip import of_formulations

LOADS = (Var.NODES_LOADED,)
LEAST_COLUMNS = 20
NODES = 300
EXPECTED_GAIN_SHARE, SUBTREE_GAIN_SHARE = 0.1, 0.5
"""Share of the open gap that a first step is expected to close, and that of a plan in the tree without a lunar
industry."""
RUN_SHARE, IDLE_STEPS = 0.5, 4
"""Limits of a run from a given plan: share of the time left, and number of steps without a better plan."""
REACH = 24
"""Integers beyond those of the plan that a count in a window may move to: wide ranges take HiGHS most of its time."""
AGREEING = 1e-6
"""Difference up to which a count of the plan is that of the LP optimum."""
QUICKEST_FIRST = ("loads", "window", "around", "agreeing", "investments")
"""Order of first tries: on medium instances loads and windows take tenths of a second, investments take many."""
FORGET = 0.7
"""Weight of a neighbourhood's earlier score against its last gain."""


class Ranges(Protocol):
    """Interface to narrowed ranges: the matrix with those that plans better than the incumbent need."""

    def matrix(self) -> Matrix:
        """Return the matrix of the search state with narrowed ranges."""


class PlanSeeker(Protocol):
    """Interface to the search tree: seeks a plan in the subtree with the least bound."""

    searched_nodes: set[int]

    def seek(self) -> bool:
        """Search for a plan in the next subtree; False where none is left."""


@dataclass(slots=True)
class LargeNeighbourhoodSearch:
    """Neighbourhoods of the incumbent of a search state, and the score of each."""

    state: SearchState
    lp_x: Floats
    settings: Settings
    columns: float = field(init=False)
    scores: dict[str, float] = field(init=False)
    rng: np.random.Generator = field(init=False)
    untried: list[str] = field(default_factory=lambda: list(QUICKEST_FIRST))
    tree: PlanSeeker | None = None
    ranges: Ranges | None = None

    def __post_init__(self) -> None:
        self.columns = float(self.settings.window_columns)
        self.scores = {
            "window": 1.0, "investments": self.settings.investment_weight, "around": self.settings.around_weight,
            "tree": self.settings.tree_weight,
        }  # fmt: skip
        if integer_columns(self.state.matrix, LOADS).any():
            self.scores["loads"] = 1.0
        if has_lunar_industry(self.state.matrix) or not integer_columns(self.state.matrix, INVESTMENTS).any():
            # With a lunar industry branch and bound on the investments found nothing within its time.
            del self.scores["investments"]
        if not of_formulations(self.state.matrix):
            self.scores["agreeing"] = 1.0
        self.rng = np.random.default_rng(self.state.options.limits.seed)

    @property
    def has_steps(self) -> bool:
        """True where there is a plan to improve, or a subtree in which one may be sought."""
        return self.state.x is not None or (self.tree is not None and "tree" in self.scores)

    def expected_gain(self, name: str) -> tuple[float, float]:
        """Return the expected gain of a first step of a neighbourhood, a share of the gap, and its effort limit."""
        state, in_tree = self.state, name == "tree" and not has_lunar_industry(self.state.matrix)
        share = SUBTREE_GAIN_SHARE if in_tree else EXPECTED_GAIN_SHARE
        return share * min(1.0, state.gap), state.step_effort(self.settings.step_share, NODES)

    def run(self) -> None:
        """Run steps until several in a row find nothing, or half of the time left is used."""
        seconds = self.state.limits(RUN_SHARE, 0.0).seconds
        ends, idle = None if seconds is None else time.monotonic() + seconds, 0
        while not self.state.finished and idle < IDLE_STEPS and (ends is None or time.monotonic() < ends):
            idle = 0 if self.step() else idle + 1

    def step(self, name: str | None = None) -> bool:
        """Try one neighbourhood, the next one or that of a name; whether the plan got better."""
        name = self._next() if name is None else name
        before, began = self.state.objective, self.state.effort_spent()
        self._steps()[name]()
        gain = (before - self.state.objective) / max(1e-12, self.state.options.limits.gap * abs(before))
        if name in self.scores:
            self.scores[name] = FORGET * self.scores[name] + (1 - FORGET) * min(
                1.0, 10 * gain * self._unit() / max(1e-3, self.state.effort_spent() - began)
            )
        return self.state.objective < before

    @property
    def names(self) -> list[str]:
        """Neighbourhoods that may come next, the quickest first: the tree alone where it comes first."""
        if self.begins_in_tree:
            return ["tree"]
        return [name for name in (*QUICKEST_FIRST, "tree") if name in self.scores and (name != "tree" or self.tree)]

    @property
    def begins_in_tree(self) -> bool:
        """True where a plan is sought in the tree next: none was sought there yet, or there is no plan."""
        sought = self.tree is not None and bool(self.tree.searched_nodes) and self.state.x is not None
        return self.tree is not None and "tree" in self.scores and not sought

    def _next(self) -> str:
        """Choose a neighbourhood: the tree where it comes first, one that was not tried yet, or one by score."""
        if self.begins_in_tree:
            return "tree"
        while self.untried:
            name = self.untried.pop(0)
            if name in self.scores:
                return name
        names = [name for name in self.scores if name != "tree" or self.tree is not None]
        weights = np.array([self.scores[name] for name in names]) + 0.05
        return names[int(self.rng.choice(len(names), p=weights / weights.sum()))]

    def _steps(self) -> dict[str, Callable[[], None]]:
        return {
            "loads": self._loads, "window": self._window, "investments": self._investments, "around": self._around,
            "agreeing": self._agreeing, "tree": self._tree,
        }  # fmt: skip

    def _unit(self) -> float:
        """Return the effort limit of one step, so that scores do not depend on the size of the model."""
        return float(NODES) if self.state.by_work else self.state.limits(self.settings.step_share, 0.0).seconds or 1.0

    def _tree(self) -> None:
        assert self.tree is not None
        if not self.tree.seek():
            del self.scores["tree"]

    def _loads(self) -> None:
        matrix, x = self._narrow(), self._incumbent()
        open_ = self._open(matrix, x)
        loads = integer_columns(matrix, LOADS) & open_
        fixed = fixed_at(self._closed(matrix, x, open_), x, matrix.integer & ~loads)
        self._solve(within(fixed, x, loads, REACH), "loads")

    def _window(self) -> None:
        matrix, x = self._narrow(), self._incumbent()
        at, integer = matrix.column_names.periods, matrix.integer
        open_ = self._open(matrix, x)
        chosen = self._span(at, integer & open_)
        fixed = fixed_at(self._closed(matrix, x, open_), x, integer & ~chosen)
        self._solve(within(fixed, x, chosen, REACH), "window")

    def _span(self, at: Indices, integer: Bools) -> Bools:
        """Return the integer columns of consecutive periods around a random one, until there are enough.

        Without periods they are drawn at random.
        """
        last, all_ = int(at.max()), np.flatnonzero(integer)
        if not last:
            chosen = np.zeros(len(integer), dtype=bool)
            chosen[self.rng.choice(all_, min(int(self.columns), all_.size), replace=False)] = True
            return chosen
        counts = np.bincount(at[integer], minlength=last + 1)
        first = int(self.rng.integers(0, last + 1))
        low = high = first
        while counts[low : high + 1].sum() < self.columns and (low > 0 or high < last):
            low, high = max(0, low - 1), min(last, high + 1)
        return np.asarray(integer & (at >= low) & (at <= high))

    def _around(self) -> None:
        matrix, x = self._narrow(), self._incumbent()
        investments = integer_columns(matrix, INVESTMENTS)
        fixed = fixed_at(self._closed(matrix, x, self._open(matrix, x)), x, investments)
        self._solve(restrict_around(fixed, x, matrix.integer & ~investments, int(self.rng.integers(1, 3))), "around")

    def _agreeing(self) -> None:
        matrix, x = self._narrow(), self._incumbent()
        same = matrix.integer & (np.abs(self.lp_x - x) <= AGREEING)
        self._solve(fixed_at(matrix, x, same), "agreeing")

    def _investments(self) -> None:
        state, matrix, x = self.state, self._narrow(), self._incumbent()
        opened = self._closed(matrix, x, self._open(matrix, x))
        investments = integer_columns(matrix, INVESTMENTS)
        limits = state.limits(
            2 * self.settings.step_share, state.options.limits.gap * self.settings.stage_gap_share, NODES
        )
        found = solve_sub_mip(state, opened, investments, limits, "investments", start=x)
        if found.x is not None:
            with_investments(state, opened, found.x, self.settings, "investments")

    def _solve(self, matrix: Matrix, stage: str) -> None:
        state = self.state
        limits = state.limits(self.settings.step_share, state.options.limits.gap * 0.05, NODES)
        found = solve_sub_mip(state, matrix, matrix.integer, limits, stage, start=self._incumbent())
        state.submit_solution(found.x, stage)
        quick = found.status is Status.OPTIMAL and (limits.seconds is None or found.seconds < limits.seconds / 2)
        if stage == "window":
            late = found.termination.limit is Limit.TIME
            factor = self.settings.grow if quick else 1 / self.settings.grow if late else 1.0
            self.columns = max(LEAST_COLUMNS, self.columns * factor)

    def _narrow(self) -> Matrix:
        """Return the matrix with narrowed ranges."""
        return self.state.matrix if self.ranges is None else self.ranges.matrix()

    def _incumbent(self) -> Floats:
        assert self.state.x is not None
        return self.state.x

    def _open(self, matrix: Matrix, x: Floats) -> Bools:
        """Return a mask without loads and flights of kinds that neither LP nor plan uses, but for a few random ones."""
        closed = np.unique(matrix.column_names.kinds[~of_used_kinds(matrix, self.lp_x, x)])
        extra = self.rng.choice(closed, min(self.settings.extra_kinds, closed.size), replace=False)
        return of_used_kinds(matrix, self.lp_x, x, extra=extra)

    def _closed(self, matrix: Matrix, x: Floats, open_: Bools) -> Matrix:
        """Return the matrix with columns that are not open bounded above by the plan."""
        upper = matrix.upper.copy()
        upper[~open_] = np.maximum(matrix.lower, np.minimum(matrix.upper, x))[~open_]
        return matrix.with_(upper=upper)
