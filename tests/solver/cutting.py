"""Optimum of a model with cuts, from the optimal point of the model without them."""

from __future__ import annotations

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Solution


def optimum_under(cut: Matrix, bare: Solution) -> float | None:
    """Objective of the model with cuts: that of the bare optimum where this meets every cut, else by solving.

    Rows only take points away, so an optimal point that keeps them all stays optimal.
    """
    assert bare.x is not None
    if cut.violation(bare.x).relative <= 1e-6:
        return bare.objective
    return solve(cut, Limits(gap=0.0)).objective
