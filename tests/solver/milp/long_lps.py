"""LPs that keep the simplex method busy for many seconds, built in a moment."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from tests.named import named

ROWS, COLUMNS, ENTRIES = 1500, 3000, 90_000


def packing() -> Matrix:
    """Return a random packing LP: the most weight of columns within capacities, where 0 is feasible.

    The last column, ``total``, is the weight of all others; no bound of a column is reached at any feasible point.
    """
    rng = np.random.default_rng(0)
    places = rng.integers(0, ROWS, ENTRIES), rng.integers(0, COLUMNS, ENTRIES)
    packed = sp.csc_matrix((rng.uniform(0.1, 1.0, ENTRIES), places), shape=(ROWS, COLUMNS))
    weight = rng.uniform(0.5, 1.0, COLUMNS)
    a = sp.block_array([[packed, None], [sp.csc_matrix(weight[None, :]), np.array([[-1.0]])]], format="csc")
    return Matrix(
        a=sp.csc_matrix(a),
        row_lower=np.append(np.full(ROWS, -np.inf), 0.0),
        row_upper=np.append(rng.uniform(6.0, 12.0, ROWS), 0.0),
        cost=np.append(np.zeros(COLUMNS), -1.0),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(COLUMNS + 1),
        upper=np.append(np.full(COLUMNS, 1e3), 1e6),
        integer=np.zeros(COLUMNS + 1, dtype=bool),
        row_names=named((*(f"capacity[{i}]" for i in range(ROWS)), "weight")),
        column_names=named((*(f"x[{j}]" for j in range(COLUMNS)), "total")),
    )
