"""Column subset search: models with hundreds of thousands of columns by a sequence of restricted models.

The LP optimum uses a few of the thousands of load kinds. A restricted model of those and of the kinds in the incumbent
is searched by the portfolio. The next ones have more kinds, sampled at random, each with its route, and start from the
incumbent. The bound is that of the LP with all columns. Kinds are sampled rather than chosen by reduced cost, as
thousands have a reduced cost of zero at the LP optimum.
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
"""Number of columns from which a model is searched by column subsets."""
SAMPLED_KINDS = 40
SHARE = 0.15
"""Share of the time left for one restricted model."""


class ColumnSubsetSearch:
    """Column subset search of one matrix from its LP optimum."""

    def __init__(self, state: SearchState, lp: Solution, settings: Settings) -> None:
        self.state, self.lp, self.settings = state, lp, settings
        self.rng = np.random.default_rng(state.options.limits.seed)
        self.routes = _LoadKinds(state.matrix)

    def run(self) -> Termination:
        """Search restricted models until the gap, a limit or an interrupt; return the termination."""
        state, sampled = self.state, 0
        while not state.finished:
            self._search(self.routes.sampled(self.rng, sampled))
            if state.x is not None and not state.options.proof:
                break
            sampled += SAMPLED_KINDS
        return state.termination

    def find_first(self) -> None:
        """Search the restricted model of the LP optimum until its first plans."""
        self._search(self.routes.sampled(self.rng, 0), proof=False)

    def _search(self, extra: Indices, proof: bool = True) -> None:
        state, matrix = self.state, self.state.matrix
        assert self.lp.x is not None
        points = [self.lp.x] if state.x is None else [self.lp.x, state.x]
        open_ = of_used_kinds(matrix, *points, extra=extra)
        sub_mip = SubMip.of(matrix.with_(upper=np.where(open_, matrix.upper, matrix.lower)))

        def relay(event: SearchEvent) -> None:
            if event.x is not None:
                state.submit_solution(sub_mip.expand(event.x), event.stage)
            elif not event.improved:
                state.report_progress(event.stage)

        options = replace(
            state.options,
            limits=state.limits(SHARE, state.options.limits.gap),
            on_event=relay,
            keep_proof=False,
            proof=proof and state.options.proof,
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
    """Load kinds, and the kinds of the flights that carry them."""

    def __init__(self, matrix: Matrix) -> None:
        names, self.loads = matrix.column_names, np.empty(0, dtype=np.int64)
        flights = matrix.columns_of(Var.LAUNCH_FLIGHTS)
        route = {names.indices[j][:2]: int(names.kinds[j]) for j in flights.tolist()}
        self.loads, first = np.unique(names.kinds[matrix.columns_of(Var.NODES_LOADED)], return_index=True)
        loaded = matrix.columns_of(Var.NODES_LOADED)[first].tolist()
        self.routes = np.array([route.get((at[0], at[2]), -1) for at in names.indices[loaded]])

    def sampled(self, rng: np.random.Generator, count: int) -> Indices:
        """Sample load kinds, each with the kind of its flight."""
        chosen = rng.choice(len(self.loads), min(count, len(self.loads)), replace=False)
        routes = self.routes[chosen]
        return np.unique(np.concatenate([self.loads[chosen], routes[routes >= 0]]))
