"""Plans of models with hundreds of thousands of columns: searches of small models, one after another.

The LP optimum uses a handful of the thousands of kinds of loads. A model of those, and of what the best plan uses, is
searched as any other model is; then one with more kinds drawn at random, each with its route, from the best plan on.
The bound is that of the LP of all columns.

Measured on a million columns (25 M nonzeros, one launch a quarter): the LP 108 s by sifting, the first small model
28,792 columns, a plan after 260 s, within 4.7 % of the bound after 300 s and 4.2 % after half an hour, in 4.6 GB. Kinds
chosen by their reduced cost instead, eight a vehicle, were no better: at the LP optimum thousands have none. Those of
the LP of all columns with the plan's structure held, in turn with its flights, brought nothing in half an hour.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.matrix import Indices, Matrix
from solver.milp.solution import SearchEvent, Solution, Termination
from solver.search.core.restricted import of_used_kinds
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import SubMip
from solver.search.engine.portfolio import Portfolio

SUBSET_FROM_COLUMNS = 100_000
"""Columns from which a model is searched by small ones."""
SAMPLED_KINDS = 40
SHARE = 0.15
"""Share of the time left for one small model."""


class ColumnSubsetSearch:
    """One search of a large matrix from its LP optimum."""

    def __init__(self, state: SearchState, lp: Solution, settings: Settings) -> None:
        self.state, self.lp, self.settings = state, lp, settings
        self.rng = np.random.default_rng(state.options.limits.seed)
        self.routes = _LoadKinds(state.matrix)

    def run(self) -> Termination:
        """Search small models until the gap, the limits or an interrupt end it; how it ended."""
        state, sampled = self.state, 0
        while not state.over:
            self._search(self.routes.sampled(self.rng, sampled))
            if state.x is not None and not state.options.proof:
                break
            sampled += SAMPLED_KINDS
        return state.ended

    def _search(self, extra: Indices) -> None:
        state, matrix = self.state, self.state.matrix
        assert self.lp.x is not None
        points = [self.lp.x] if state.x is None else [self.lp.x, state.x]
        open_ = of_used_kinds(matrix, *points, extra=extra)
        sub_mip = SubMip.of(matrix.with_(upper=np.where(open_, matrix.upper, matrix.lower)))

        def relay(event: SearchEvent) -> None:
            if event.x is not None:
                state.submit_solution(sub_mip.outward(event.x), event.stage)
            elif not event.improved:
                state.say(event.stage)

        options = replace(
            state.options,
            limits=state.limits(SHARE, state.options.limits.gap),
            on_event=relay,
        )
        lp = solve(sub_mip.matrix, replace(options.limits, work=None), relax=True, stop=options.stop)
        if lp.x is None:
            return
        inner = SearchState(sub_mip.matrix, options, basis=lp.basis, highs_options=state.highs_options)
        inner.raise_bound(lp.bound, lp.certificate, "LP")
        if state.x is not None:
            inner.submit_solution(state.x[sub_mip.columns], "start")
        Portfolio(inner, lp, self.settings).run()
        state.work_done += max(1, inner.work_done)
        state.time_limited |= inner.time_limited


class _LoadKinds:
    """Kinds of loads, and of the flights that carry them."""

    def __init__(self, matrix: Matrix) -> None:
        names, self.loads = matrix.column_names, np.empty(0, dtype=np.int64)
        flights = matrix.columns_of(Var.LAUNCH_FLIGHTS)
        route = {names.indices[j][:2]: int(names.kinds[j]) for j in flights.tolist()}
        self.loads, first = np.unique(names.kinds[matrix.columns_of(Var.NODES_LOADED)], return_index=True)
        loaded = matrix.columns_of(Var.NODES_LOADED)[first].tolist()
        self.routes = np.array([route.get((at[0], at[2]), -1) for at in names.indices[loaded]])

    def sampled(self, rng: np.random.Generator, count: int) -> Indices:
        """Some kinds of loads, each with its route."""
        chosen = rng.choice(len(self.loads), min(count, len(self.loads)), replace=False)
        routes = self.routes[chosen]
        return np.unique(np.concatenate([self.loads[chosen], routes[routes >= 0]]))
