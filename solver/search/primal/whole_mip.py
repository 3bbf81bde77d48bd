"""Whole MIP: branch and bound on the full model until a first plan, whatever its columns are called.

It comes first for a matrix of which no column is one of the formulations, as all other strategies rest on their names.
There it ends at its share of the time only if it has a plan: so there is one wherever HiGHS has one in the same time.
Elsewhere it comes last: no instance ends without a plan because the order of fixing did not fit it.
"""

from __future__ import annotations

import threading

import numpy as np

from formulations.names import Var
from solver.milp.highs import solve
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import SearchEvent
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState

SHARE = 0.7
"""Share of the time left."""
ENOUGH = 0.7
"""Share of the gap beyond the bound within which a first plan ends it."""
STAGE = "whole model"


def of_formulations(matrix: Matrix) -> bool:
    """Return whether a matrix has columns of the formulations."""
    return not set(Var).isdisjoint(matrix.column_names.components)


def whole_mip(state: SearchState, _lp_x: Floats, _settings: Settings) -> bool:
    """Submit the plans of branch and bound on the full model; return whether there is one."""
    budget, stop = state.budget(SHARE), threading.Event()

    def relay(event: SearchEvent) -> None:
        state.submit_solution(event.x, STAGE)
        if budget.exhausted() and (state.x is not None or state.options.stopped):
            stop.set()
        state.report_progress(STAGE)

    enough = state.bound + ENOUGH * state.step_gap * abs(state.bound)
    limits = state.limits(SHARE if of_formulations(state.matrix) else 1.0, state.step_gap)
    found = solve(
        state.matrix, limits, stop=stop, on_event=relay, options=state.highs_options,
        good_enough=enough if np.isfinite(enough) else None,
    )  # fmt: skip
    state.work_done += max(1, found.nodes)
    state.time_limited |= stop.is_set()
    state.record_termination(found.termination)
    state.submit_solution(found.x, STAGE)
    return state.x is not None
