"""Elastic demand: the rows of a matrix that demand something, each of which may be missed by a share at a penalty."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import Solution

CUTS = (Row.CUTS_FLIGHTS, Row.CUTS_LINES, Row.CUTS_DEVELOPMENTS, Row.CUTS_DELIVERED, Row.CUTS_FLIGHT_ROUNDING)
USED = 1e-6
"""Loads of an LP point above which a route counts as used."""
MOST_FACTOR = 10.0
"""Largest share of the demand that a point may meet: room above one lets branch and bound move on."""


@dataclass(frozen=True, eq=False, slots=True)
class ElasticDemand:
    """Elastic demand: a matrix, and the rows of it that demand something."""

    matrix: Matrix
    rows: Indices

    @classmethod
    def of(cls, matrix: Matrix) -> ElasticDemand:
        """Return the elastic demand of a matrix; its cuts are no demand, and are relaxed where demand is missed."""
        return cls(matrix, np.flatnonzero(demanding(without_cuts(matrix))))

    @property
    def sides(self) -> Floats:
        """Side of each row."""
        low = self.matrix.row_lower[self.rows]
        return np.where(low > 0, low, self.matrix.row_upper[self.rows])

    def raised(self, share: Floats | float) -> ElasticDemand:
        """Return the same with every demand raised by a share of its own."""
        low, high, sides = self.matrix.row_lower.copy(), self.matrix.row_upper.copy(), self.sides * (1 + share)
        low[self.rows] = np.where(sides > 0, sides, low[self.rows])
        high[self.rows] = np.where(sides < 0, sides, high[self.rows])
        return ElasticDemand(self.matrix.with_(row_lower=low, row_upper=high), self.rows)

    def with_missed_shares(self) -> Matrix:
        """Return the matrix with a column for the missed share of each row, whose sum is the objective."""
        matrix, n = without_cuts(self.matrix), len(self.rows)
        shares = sp.csc_matrix((self.sides, (self.rows, np.arange(n))), shape=(matrix.rows, n))
        pairs = ((f"missed {matrix.row_names.component(int(r))}", matrix.row_names.indices[r]) for r in self.rows)
        return replace(
            matrix,
            a=sp.csc_matrix(sp.hstack([matrix.a, shares], format="csc")),
            cost=np.append(np.zeros(matrix.columns), np.ones(n)),
            cost_offset=0.0,
            lower=np.append(matrix.lower, np.zeros(n)),
            upper=np.append(matrix.upper, np.ones(n)),
            integer=np.append(matrix.integer, np.zeros(n, dtype=bool)),
            column_names=Names.joined(matrix.column_names, Names.of_pairs(pairs)),
        )

    def with_factor(self, most_cost: float = np.inf) -> Matrix:
        """Return the matrix with a column for the share of all demand that is met, the larger the better.

        A point costs no more than ``most_cost``.
        """
        matrix, n = without_cuts(self.matrix), len(self.rows)
        low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
        low[self.rows], high[self.rows] = np.minimum(low[self.rows], 0.0), np.maximum(high[self.rows], 0.0)
        share = sp.csc_matrix((-self.sides, (self.rows, np.zeros(n, dtype=np.int64))), shape=(matrix.rows, 1))
        elastic = replace(
            matrix,
            a=sp.csc_matrix(sp.hstack([matrix.a, share], format="csc")),
            row_lower=low,
            row_upper=high,
            cost=np.append(np.zeros(matrix.columns), -1.0),
            cost_offset=0.0,
            lower=np.append(matrix.lower, 0.0),
            upper=np.append(matrix.upper, MOST_FACTOR),
            integer=np.append(matrix.integer, False),
            column_names=Names.joined(matrix.column_names, Names.of_pairs([("share met", ())])),
        )
        if not np.isfinite(most_cost):
            return elastic
        row = sp.csr_matrix(np.append(matrix.cost, 0.0))
        most = np.array([most_cost - matrix.cost_offset])
        return elastic.with_rows(row, np.array([-np.inf]), most, Names.of_pairs([("cost_cap", ())]))

    def missed(self, x: Floats) -> Floats:
        """Return the missed share of each row at a point with missed shares."""
        return np.maximum(0.0, x[self.matrix.columns :])

    def missing(self, x: Floats) -> Floats:
        """Compute the share of each demand that a point of the matrix misses."""
        given = np.asarray(sp.csr_matrix(self.matrix.a)[self.rows] @ x)
        return np.clip(1.0 - given / self.sides, 0.0, 1.0)

    def packing_loss(self, x: Floats) -> Floats:
        """Return the share of each demand that whole nodes leave unserved: half the smallest on each route in use.

        ``x`` is the LP point whose routes are used. Workloads of a network lose the share of their period.
        """
        matrix, names = self.matrix, self.matrix.column_names
        arrival, placed = matrix.rows_of(Row.NODES_ARRIVAL), matrix.columns_of(Var.NODES_PLACED)
        loaded = matrix.columns_of(Var.NODES_LOADED)
        loaded = loaded[x[loaded] > USED]
        lost = np.zeros(len(self.rows))
        if not loaded.size:
            return lost
        by_row = sp.csr_matrix(matrix.a)
        given = -(by_row[self.rows][:, placed] @ by_row[arrival][:, loaded]).toarray()
        route: dict[tuple[object, ...], list[int]] = {}
        for at, index in enumerate(names.indices[loaded].tolist()):
            route.setdefault((index[0], *index[2:]), []).append(at)
        for columns in route.values():
            least = np.where(given[:, columns] > 0, given[:, columns], np.inf).min(axis=1)
            lost += np.where(np.isfinite(least), least, 0.0) / 2
        return self._with_workloads(np.minimum(1.0, lost / np.abs(self.sides)))

    def _with_workloads(self, share: Floats) -> Floats:
        """Return shares in which the workloads of a period have that of its target."""
        names = self.matrix.row_names
        target = np.isin(self.rows, self.matrix.rows_of(Row.TARGET_DEMAND))
        periods = names.periods[self.rows]
        of_period = dict(zip(periods[target].tolist(), share[target].tolist(), strict=True))
        workload = np.isin(self.rows, self.matrix.rows_of(Row.NETWORK_WORKLOAD_DEMAND))
        same = np.array([of_period.get(t, 0.0) for t in periods.tolist()])
        return np.where(workload, same, share)


def without_cuts(matrix: Matrix) -> Matrix:
    """Return the matrix with its cuts relaxed: integral points keep them anyway, and they too demand something."""
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    for family in CUTS:
        rows = matrix.rows_of(family)
        low[rows], high[rows] = -np.inf, np.inf
    return matrix.with_(row_lower=low, row_upper=high)


def tightness(matrix: Matrix, lp: Solution) -> float:
    """Return the worth of all demand by the duals of an LP optimum, as a multiple of its cost.

    It is about one where all supply can grow, and the larger the more of that worth limits take: there another node of
    demand costs many times its share.
    """
    demand = ElasticDemand(matrix, np.flatnonzero(demanding(matrix)))
    if lp.row_dual is None or not lp.objective:
        return 0.0
    return float(np.abs(demand.sides * lp.row_dual[demand.rows]).sum() / abs(lp.objective))


def demanding(matrix: Matrix) -> Bools:
    """Return a mask of the rows that demand something: inequalities that a point of zeros violates."""
    low, high = matrix.row_lower, matrix.row_upper
    return np.asarray(((low > 0) & np.isinf(high)) | ((high < 0) & np.isinf(low)))
