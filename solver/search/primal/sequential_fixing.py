"""Sequential fixing: a plan by fixing integer counts one after another, kind by kind, with an LP after each step."""

from __future__ import annotations

from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Basis
from solver.search.core.integers import Budget
from solver.search.core.restricted import restricted
from solver.search.core.settings import Settings
from solver.search.core.state import SearchState
from solver.search.core.sub_mip import SubMip
from solver.search.primal.round_up_dive import ATTEMPTS, round_up_dive

SHARE = 0.6
"""Share of the time left for a first plan from the LP optimum."""
FIRST_INVESTED_SHARE, INVESTED_SHARE = 0.75, 0.4
"""The same from a point with integral investments: until there is a plan, and beside one."""
UNFIXINGS = 25
"""Times that fixed counts are unfixed there; where more are needed, stages do better."""


def sequential_fixing(state: SearchState, lp_x: Floats, _settings: Settings) -> bool:
    """Submit a plan from the LP optimum, with developments begun where the LP first uses them."""
    small = restricted(state.matrix, lp_x)
    budget = state.budget(SHARE)
    found = round_up_dive(
        small, lp_x, budget, state.basis, lambda x: state.submit_solution(x, "sequential fixing"), ATTEMPTS
    )
    _record_time(state, budget)
    return found is not None


def fixed_sequentially(state: SearchState, matrix: Matrix, x: Floats, basis: Basis | None, strategy: str) -> bool:
    """Submit a plan from an LP optimum of a matrix with fixed investments: the first of two orders of kinds."""
    part = SubMip.of(matrix)
    budget = state.budget(INVESTED_SHARE if state.x is not None else FIRST_INVESTED_SHARE)
    accepted: list[bool] = []
    for attempt in ATTEMPTS[:2]:
        round_up_dive(
            part.matrix, x[part.columns], budget, part.basis(basis),
            lambda found: accepted.append(state.submit_solution(part.expand(found), strategy)), (attempt,), UNFIXINGS,
        )  # fmt: skip
        if accepted or budget.exhausted():
            break
    _record_time(state, budget)
    return any(accepted)


def _record_time(state: SearchState, budget: Budget) -> None:
    if state.options.limits.seconds is not None and budget.exhausted():
        state.time_limited = True
