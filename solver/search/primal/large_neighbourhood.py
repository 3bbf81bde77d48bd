"""A better plan from a plan: large neighbourhoods, each a small MIP around it.

- A window frees all whole counts of some periods in a row and holds those of all others.
- The structure is sought anew as by ``staged``, with the plan's ways of flying open besides those of the LP.
- Around: what flies and what is ordered to fly may move by a whole number or two in all periods, structure held.
- A plan is sought in the part of the tree with the least bound. It comes first where there is a tree: with 10 launches
  a quarter the first one took the plan from 1.6 % above the bound to 0.5 % in 7 s, and the tree by then is deep enough
  to have settled what the first rounding got wrong.

Which comes next is drawn by how much each has brought for its time. A window that is solved with time to spare is
larger the next time; one that is not, smaller.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.solution import Limit, Status
from solver.search.core.developments import has_lunar_industry
from solver.search.core.restricted import of_used_kinds
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import fixed_at, integer_columns, near, solve_sub_mip
from solver.search.primal.investments import INVESTMENTS
from solver.search.primal.rounding import with_investments

LEAST_COLUMNS = 20
NODES = 300
EXPECTED_GAIN_SHARE = 0.1
"""Share of the open gap that a first step is thought to close."""
RUN_SHARE, IDLE_STEPS = 0.5, 4
"""When improving a plan that is given ends: after a share of the time left, or so many steps for nothing."""
FORGET = 0.7
"""Weight of what a neighbourhood brought before against what it brought last."""


class PlanSeeker(Protocol):
    """Search tree as seen from below: it may be asked for a plan in its part with the least bound."""

    searched_nodes: set[int]

    def seek(self) -> bool:
        """Seek a plan in the next part; False where none is left."""


@dataclass(slots=True)
class LargeNeighbourhoodSearch:
    """Neighbourhoods of the best plan of a board, and what each has been worth."""

    state: SearchState
    lp_x: Floats
    settings: Settings
    columns: float = field(init=False)
    worth: dict[str, float] = field(init=False)
    rng: np.random.Generator = field(init=False)
    tree: PlanSeeker | None = None

    def __post_init__(self) -> None:
        self.columns = float(self.settings.window_columns)
        self.worth = {
            "window": 1.0, "structure": self.settings.investment_weight, "around": self.settings.around_weight,
            "tree": self.settings.tree_weight,
        }  # fmt: skip
        if has_lunar_industry(self.state.matrix) or not integer_columns(self.state.matrix, INVESTMENTS).any():
            # With a lunar industry branch and bound on the structure found nothing in any time it was given.
            del self.worth["structure"]
        self.rng = np.random.default_rng(self.state.options.limits.seed)

    @property
    def has_steps(self) -> bool:
        """Whether there is a plan to improve, or a part of the tree in which one may be sought."""
        return self.state.x is not None or (self.tree is not None and "tree" in self.worth)

    def expected_gain(self) -> tuple[float, float]:
        """What a first step is thought to bring, a share of the open gap, and what it may take."""
        state = self.state
        return EXPECTED_GAIN_SHARE * min(1.0, state.gap), state.effort_of(self.settings.step_share, NODES)

    def run(self) -> None:
        """Neighbourhoods until several in a row brought nothing, or half of the time left is gone."""
        seconds = self.state.limits(RUN_SHARE, 0.0).seconds
        ends, idle = None if seconds is None else time.monotonic() + seconds, 0
        while not self.state.over and idle < IDLE_STEPS and (ends is None or time.monotonic() < ends):
            idle = 0 if self.step() else idle + 1

    def step(self) -> bool:
        """Try one neighbourhood; whether the plan got better."""
        names = [name for name in self.worth if name != "tree" or self.tree is not None]
        if (
            self.tree is not None
            and "tree" in self.worth
            and not (self.tree.searched_nodes and self.state.x is not None)
        ):
            names = ["tree"]
        weights = np.array([self.worth[name] for name in names]) + 0.05
        name = names[int(self.rng.choice(len(names), p=weights / weights.sum()))]
        before, began = self.state.objective, self.state.effort()
        {"window": self._window, "structure": self._structure, "around": self._around, "tree": self._tree}[name]()
        gain = (before - self.state.objective) / max(1e-12, self.state.options.limits.gap * abs(before))
        if name in self.worth:
            self.worth[name] = FORGET * self.worth[name] + (1 - FORGET) * min(
                1.0, 10 * gain * self._unit() / max(1e-3, self.state.effort() - began)
            )
        return self.state.objective < before

    def _unit(self) -> float:
        """What one step may take, so that worth does not hang on the size of the model."""
        return float(NODES) if self.state.by_work else self.state.limits(self.settings.step_share, 0.0).seconds or 1.0

    def _tree(self) -> None:
        assert self.tree is not None
        if not self.tree.seek():
            del self.worth["tree"]

    def _window(self) -> None:
        matrix, x = self.state.matrix, self._x()
        at, whole = matrix.column_names.periods, matrix.integer
        open_ = self._open(matrix, x)
        chosen = self._span(at, whole & open_)
        held = fixed_at(self._closed(matrix, x, open_), x, whole & ~chosen)
        self._solve(held, "window")

    def _span(self, at: Indices, whole: Bools) -> Bools:
        """Whole columns of periods in a row, from a period drawn, until there are enough."""
        last = int(at.max())
        counts = np.bincount(at[whole], minlength=last + 1)
        first = int(self.rng.integers(0, last + 1))
        low = high = first
        while counts[low : high + 1].sum() < self.columns and (low > 0 or high < last):
            low, high = max(0, low - 1), min(last, high + 1)
        return np.asarray(whole & (at >= low) & (at <= high))

    def _around(self) -> None:
        matrix, x = self.state.matrix, self._x()
        structure = integer_columns(matrix, INVESTMENTS)
        held = fixed_at(self._closed(matrix, x, self._open(matrix, x)), x, structure)
        self._solve(near(held, x, matrix.integer & ~structure, int(self.rng.integers(1, 3))), "around")

    def _structure(self) -> None:
        state, matrix, x = self.state, self.state.matrix, self._x()
        opened = self._closed(matrix, x, self._open(matrix, x))
        structure = integer_columns(matrix, INVESTMENTS)
        limits = state.limits(
            2 * self.settings.step_share, state.options.limits.gap * self.settings.stage_gap_share, NODES
        )
        found = solve_sub_mip(state, opened, structure, limits, "structure", start=x)
        if found.x is not None:
            with_investments(state, opened, found.x, self.settings, "structure")

    def _solve(self, matrix: Matrix, stage: str) -> None:
        state = self.state
        limits = state.limits(self.settings.step_share, state.options.limits.gap * 0.05, NODES)
        found = solve_sub_mip(state, matrix, matrix.integer, limits, stage, start=self._x())
        state.submit_solution(found.x, stage)
        quick = found.status is Status.OPTIMAL and (limits.seconds is None or found.seconds < limits.seconds / 2)
        if stage == "window":
            late = found.termination.limit is Limit.TIME
            factor = self.settings.grow if quick else 1 / self.settings.grow if late else 1.0
            self.columns = max(LEAST_COLUMNS, self.columns * factor)

    def _x(self) -> Floats:
        assert self.state.x is not None
        return self.state.x

    def _open(self, matrix: Matrix, x: Floats) -> Bools:
        """Loads and flights of the kinds that LP or plan use anywhere, and of a few drawn; all other columns."""
        closed = np.unique(matrix.column_names.kinds[~of_used_kinds(matrix, self.lp_x, x)])
        extra = self.rng.choice(closed, min(self.settings.extra_kinds, closed.size), replace=False)
        return of_used_kinds(matrix, self.lp_x, x, extra=extra)

    def _closed(self, matrix: Matrix, x: Floats, open_: Bools) -> Matrix:
        """The matrix in which what is not open stays where the plan has it."""
        upper = matrix.upper.copy()
        upper[~open_] = np.maximum(matrix.lower, np.minimum(matrix.upper, x))[~open_]
        return matrix.with_(upper=upper)
