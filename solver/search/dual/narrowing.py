"""Narrowing: ranges of integer columns that hold for every plan better than the incumbent.

Integer columns of a compiled matrix range over what slots or machines allow, hundreds or thousands, while plans use
tens. HiGHS spends most of its time on such ranges: it stores a reduced cost for each bound that a column may have.
Propagation through the rows and reduced costs against the incumbent tighten each other, so both are repeated. All
bounds are valid for every plan that costs no more than the incumbent, and the incumbent itself stays inside. Before
there is one, propagation alone gives bounds that are valid for every plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.milp.limits import objective_tolerance
from solver.milp.matrix import Bools, Floats, Matrix
from solver.milp.safe_bounds import tighten_column_bounds
from solver.search.core.state import SearchState
from solver.search.dual.reduced_cost_tightening import reduced_cost_tightening

ROUNDS = 3
MOST_NONZEROS = 3_000_000
"""Nonzeros up to which bounds are propagated: a pass over a larger matrix takes many seconds."""
AGAIN = 0.02
"""Share of the gap limit by which the incumbent must have become better for another narrowing."""
WIDE = 200.0
"""Range from which an integer column is wide: in a run for the bound it is continuous."""


def narrowed(matrix: Matrix, row_dual: Floats | None, value: float) -> Matrix:
    """Return the matrix with the ranges of its integer columns that plans up to a value need.

    ``row_dual`` are any duals of its LP relaxation. The bounds of continuous columns are those of reduced costs alone.
    """
    for _ in range(ROUNDS):
        before = matrix
        if row_dual is not None:
            matrix = reduced_cost_tightening(matrix, row_dual, value)
        matrix = _propagated(matrix, value)
        if np.array_equal(matrix.lower, before.lower) and np.array_equal(matrix.upper, before.upper):
            break
    return matrix


def wide(matrix: Matrix, width: float = WIDE) -> Bools:
    """Return a mask of the integer columns that range over more than a width."""
    return np.asarray(matrix.integer & (matrix.upper - matrix.lower > width))


def _propagated(matrix: Matrix, value: float) -> Matrix:
    """Return the matrix with propagated bounds of its integer columns; unchanged where no such plan is left."""
    if matrix.a.nnz > MOST_NONZEROS:
        return matrix
    cutoff = value + objective_tolerance(value) if np.isfinite(value) else None
    low, high = tighten_column_bounds(matrix, rounds=2, cutoff=cutoff)
    lower, upper = np.where(matrix.integer, low, matrix.lower), np.where(matrix.integer, high, matrix.upper)
    return matrix if np.any(lower > upper) else matrix.with_(lower=lower, upper=upper)


@dataclass(slots=True)
class Narrowing:
    """Narrowing of the matrix of a search state, renewed where the incumbent became better."""

    state: SearchState
    row_dual: Floats | None
    value: float = np.inf
    bounds: tuple[Floats, Floats] | None = field(default=None)

    def matrix(self) -> Matrix:
        """Return the matrix of the state with narrowed ranges."""
        state = self.state
        if self.bounds is None or (state.x is not None and state.objective < self.value - self._least()):
            self.value = state.objective
            tight = narrowed(state.matrix, None if state.x is None else self.row_dual, self.value)
            self.bounds = tight.lower, tight.upper
        lower, upper = self.bounds
        if state.x is not None:
            # Rounding errors may leave the incumbent outside.
            lower, upper = np.minimum(lower, state.x), np.maximum(upper, state.x)
        return state.matrix.with_(lower=lower, upper=upper)

    def _least(self) -> float:
        """Return the improvement of the incumbent from which ranges are narrowed again."""
        return AGAIN * self.state.options.limits.gap * abs(self.state.objective)
