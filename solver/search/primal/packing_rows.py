"""Packing rows: a matrix in which loads that whole nodes cannot be divided over their flights do not come again.

Loads n_k of the designs k of one route do not fit on F flights node by node; then neither do at least as many nodes of
each design on at most F flights. So every plan has fewer nodes of one of these designs, or more flights:

  nodes_k + (most_k - n_k + 1) fewer_k <= most_k   each design k       flights >= (F + 1) more
  more + sum_k fewer_k >= 1                                            fewer_k, more binary
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Var
from solver.milp.matrix import Floats, Matrix
from solver.milp.names import Names
from solver.search.primal.more_flights import Route


def without_loads(matrix: Matrix, x: Floats, routes: Iterable[Route]) -> Matrix | None:
    """Return the matrix in which the loads of a plan on some routes need fewer nodes or more flights.

    None where the nodes of a route have no bound.
    """
    for route in routes:
        v, s, t = route
        index = matrix.column_names.indices
        loads = [
            j
            for j in matrix.columns_of(Var.NODES_LOADED).tolist()
            if (index[j][0], index[j][2], index[j][3]) == (v, s, t) and x[j] > 0.5
        ]
        flights = matrix.find_column(Var.LAUNCH_FLIGHTS, *route)
        if flights is None or not np.isfinite(matrix.upper[loads]).all():
            return None
        matrix = _with_choice(matrix, x, loads, flights, route)
    return matrix


def _with_choice(matrix: Matrix, x: Floats, loads: list[int], flights: int, route: Route) -> Matrix:
    count, first = len(loads), matrix.columns
    label = f"packing_{matrix.rows}"
    wide = replace(
        matrix,
        a=sp.csc_matrix(sp.hstack([matrix.a, sp.csc_matrix((matrix.rows, count + 1))], format="csc")),
        cost=np.append(matrix.cost, np.zeros(count + 1)),
        lower=np.append(matrix.lower, np.zeros(count + 1)),
        upper=np.append(matrix.upper, np.ones(count + 1)),
        integer=np.append(matrix.integer, np.ones(count + 1, dtype=bool)),
        column_names=Names.joined(
            matrix.column_names, Names.of_pairs([(f"{label}_choice", (*route, n)) for n in range(count + 1)])
        ),
    )
    a = sp.lil_matrix((count + 2, wide.columns))
    lower, upper = np.full(count + 2, -np.inf), np.full(count + 2, np.inf)
    for n, j in enumerate(loads):
        a[n, j], a[n, first + n], upper[n] = 1.0, matrix.upper[j] - np.rint(x[j]) + 1.0, matrix.upper[j]
    a[count, flights], a[count, first + count], lower[count] = 1.0, -np.rint(x[flights]) - 1.0, 0.0
    a[count + 1, first:], lower[count + 1] = 1.0, 1.0
    names = Names.of_pairs([(label, (*route, n)) for n in range(count + 2)])
    return wide.with_rows(sp.csr_matrix(a), lower, upper, names)
