"""MIP of four columns with every kind of row and bound, whose optimum is known."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from solver.milp.names import Names

INF = np.inf
OPTIMUM = 10.5
"""10 + w + 2.5 x - z / 3 at w = 1, x = 1, z = 9: row a needs 2 x + 0.1 z of 1 or more."""


def small_mip() -> Matrix:
    """Return the matrix; some of its names agree but for letters that no file takes."""
    a = sp.csc_matrix(
        np.array([[1.0, 2.0, 0.0, 0.1], [0.0, 1.0, -1.0, 0.0], [3.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]])
    )
    return Matrix(
        a=a,
        row_lower=np.array([2.0, -INF, 3.0, 1.0]),
        row_upper=np.array([INF, 4.0, 3.0, 7.5]),
        cost=np.array([1.0, 2.5, 0.0, -1.0 / 3.0]),
        cost_offset=10.0,
        sign=1,
        lower=np.array([0.0, 0.0, -INF, -2.0]),
        upper=np.array([INF, 5.0, INF, 9.0]),
        integer=np.array([False, True, False, True]),
        row_names=Names.of_pairs([("launch.lift", ("van", 0)), ("launch.lift", ("van", 1)), ("money", ()), ("d", ())]),
        column_names=Names.of_pairs([("a b", (1,)), ("a_b", (1,)), ("x", ("near-1",)), ("x", ("near+1",))]),
    )
