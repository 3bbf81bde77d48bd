"""Sifting of large LPs: solve over some columns, price all others in numpy, add the attractive ones, repeat.

Of the columns of a large model nearly all are loads of nodes, and nearly none are used. Most of them are terms of a row
that defines another column (arrivals, from loads): a *definition* is an equation with 0 whose one positive coefficient
belongs to the column it defines. Definitions without any column in the small LP are left out of it. Their dual is the
one at which the defined column has reduced cost 0, so that its terms are priced at their full value. The duals of the
last small LP, completed in this way, price every column of the model, and the bound that ``solver.milp.safe_bounds``
derives from them holds for the full model.

Two columns per row and round, and growth by a fifth at most, keep the small LPs small. An LP that grew by more is
solved from scratch, as presolve and a cold start are then faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from solver.milp.callbacks import RawResult
from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis, Verdict

SIFT_FROM_COLUMNS = 15_000
"""Columns from which an LP is sifted."""
SIFT_AGAIN_FROM_COLUMNS = 100_000
"""Columns from which it is sifted even where a basis is known: the simplex prices all of them in every step."""
LONGEST_DEFINITION = 20
"""Entries of the longest row that may count as a definition."""
FIRST_OF_ROW, NEXT_OF_ROW = 100, 2
"""Columns of one row in the first small LP, and added to it in each later round."""
MOST_NEXT = 5_000
"""Columns that a round may add in any case; more only within ``COLD_SHARE``."""
COLD_SHARE = 0.2
"""Relative growth of the small LP beyond which it is solved from scratch."""
ROUNDS = 100
PENALTY_FACTOR = 10.0
"""Penalty of infeasibility in a row, as a multiple of the least cost at which a column repairs it."""
PRICE_TOLERANCE = 1e-7
SMALL_LP: Mapping[str, object] = {"solver": "simplex", "run_crossover": "on"}
WARM: Mapping[str, object] = {"simplex_strategy": 4}
"""Columns that come in leave a basis primal feasible."""

Solve = Callable[[Matrix, Basis | None, Mapping[str, object]], RawResult]
BASIC, AT_LOWER = 1, 0


def sift(solve: Solve, matrix: Matrix, begin: Basis | None = None) -> RawResult | None:
    """Solve an LP by sifting; None where it has too few columns to leave out, or where the method does not converge.

    The basic columns of ``begin``, a basis of a similar LP, are in the first small LP.
    """
    definitions = _Definitions.of(matrix)
    if definitions.terms.size < matrix.columns // 2:
        return None
    sifted = _SiftedLp(solve, matrix, definitions)
    if begin is not None:
        sifted.begin(begin)
    for _ in range(ROUNDS):
        raw = sifted.solve_small()
        if raw.verdict is not Verdict.OPTIMAL or raw.x is None or raw.row_dual is None:
            # A point of the small LP proves nothing for the full one.
            return RawResult(raw.verdict) if raw.verdict.halted else None
        dual = sifted.complete_duals(raw.row_dual)
        reduced = sifted.cost - matrix.a.T @ dual
        if sifted.add_columns(reduced):
            continue
        if sifted.feasibility and sifted.infeasibility > PRICE_TOLERANCE:
            return RawResult(Verdict.INFEASIBLE, ray=dual)
        if not sifted.feasibility and sifted.infeasibility <= PRICE_TOLERANCE:
            x = sifted.expand(raw.x)
            return RawResult(
                Verdict.OPTIMAL, x, matrix.value(x), row_dual=dual, column_dual=reduced, basis=sifted.basis()
            )
        sifted.switch_phase()
    return None


@dataclass(frozen=True, eq=False, slots=True)
class _Definitions:
    """Rows that define a column: for each column its definition (-1: none) and its coefficient there."""

    is_definition: Bools
    of_column: Indices
    coefficient: Floats
    defined: Indices  # by row; -1 where it defines none
    terms: Indices  # columns that are a term of a definition
    home: Indices  # of each column, its shortest row that is no definition

    @classmethod
    def of(cls, matrix: Matrix) -> _Definitions:
        a = matrix.a
        column = np.repeat(np.arange(matrix.columns), np.diff(a.indptr))
        length = np.bincount(a.indices, minlength=matrix.rows)
        positive = np.bincount(a.indices[a.data > 0], minlength=matrix.rows)
        is_definition = (
            (matrix.row_lower == 0.0)
            & (matrix.row_upper == 0.0)
            & (positive == 1)
            & (length > 1)
            & (length <= LONGEST_DEFINITION)
        )
        # Where a column may be negative, leaving it out is no bound.
        is_definition[a.indices[(matrix.lower < 0.0)[column]]] = False
        # A column in two definitions would have its worth counted twice: those are ordinary rows.
        inside = is_definition[a.indices]
        often = np.bincount(column[inside], minlength=matrix.columns)
        is_definition[a.indices[inside & (often[column] > 1)]] = False
        inside = is_definition[a.indices]
        of_column, coefficient = np.full(matrix.columns, -1), np.zeros(matrix.columns)
        of_column[column[inside]], coefficient[column[inside]] = a.indices[inside], a.data[inside]
        defined = np.full(matrix.rows, -1)
        heads = np.flatnonzero((of_column >= 0) & (coefficient > 0))
        defined[of_column[heads]] = heads
        # The shortest row by one reduction: length first, then the row itself, in one number.
        code = length[a.indices].astype(np.int64) * matrix.rows + a.indices
        code[inside] = np.iinfo(np.int64).max
        home, filled = np.full(matrix.columns, -1), np.flatnonzero(np.diff(a.indptr))
        shortest = np.minimum.reduceat(code, a.indptr[filled])
        home[filled] = np.where(shortest == np.iinfo(np.int64).max, -1, shortest % matrix.rows)
        terms = np.flatnonzero((of_column >= 0) & (coefficient < 0))
        return cls(is_definition, of_column, coefficient, defined, terms, home)


class _SiftedLp:
    """Small LP of a sifting: the columns and rows added so far, and their last basis.

    Rows that are violated with every column at its lower bound get a penalty column. ``infeasibility`` is the sum of
    the penalty columns in the last optimum. With ``feasibility`` (phase 1) only the penalties are minimised.
    """

    def __init__(self, solve: Solve, matrix: Matrix, definitions: _Definitions) -> None:
        self.solve, self.matrix, self.definitions = solve, matrix, definitions
        self.cost, self.feasibility, self.infeasibility, self.known = matrix.cost, False, 0.0, 0
        self.by_row = sp.csr_matrix(matrix.a)
        self.in_columns = definitions.of_column < 0
        self.in_rows = ~definitions.is_definition
        self.movable = matrix.upper > matrix.lower
        self._add(np.flatnonzero((matrix.lower != 0.0) & ~self.in_columns))
        at_rest = matrix.a @ np.where(np.isfinite(matrix.lower), matrix.lower, 0.0)
        short, over = at_rest < matrix.row_lower, at_rest > matrix.row_upper
        self.violated = np.flatnonzero((short | over) & self.in_rows)
        self.sense = np.where(short[self.violated], 1.0, -1.0)
        self.penalty = self._first_columns()
        self.column_status = np.full(matrix.columns, AT_LOWER)
        self.row_status = np.full(matrix.rows, BASIC)
        self.penalty_status: Indices | None = None

    def _first_columns(self) -> Floats:
        """Add the terms that serve a violated row at the least cost, and return the penalty of each such row."""
        d, terms = self.definitions, self.definitions.terms
        head = d.defined[d.of_column[terms]]
        unit = -d.coefficient[terms] / d.coefficient[head]
        full_cost = self.cost[terms] + unit * self.cost[head]
        rows = self.by_row[self.violated]
        serves = sp.csr_matrix(rows[:, head].multiply(unit[None, :]) + rows[:, terms])
        penalty = np.full(len(self.violated), np.nan)
        for i in range(len(self.violated)):
            at, amount = (part[serves.indptr[i] : serves.indptr[i + 1]] for part in (serves.indices, serves.data))
            useful = (amount * self.sense[i] > 0) & self.movable[terms[at]]
            if useful.any():
                ratio = full_cost[at[useful]] / np.abs(amount[useful])
                penalty[i] = PENALTY_FACTOR * max(float(ratio.min()), PRICE_TOLERANCE)
                self._add(terms[at[useful][np.argsort(ratio, kind="stable")[:FIRST_OF_ROW]]])
        dearest = np.nanmax(penalty, initial=PENALTY_FACTOR)
        return np.where(np.isnan(penalty), dearest, penalty)

    def _add(self, columns: Indices) -> None:
        definition = self.definitions.of_column[columns]
        definition = definition[definition >= 0]
        self.in_columns[columns] = True
        self.in_rows[definition] = True
        self.in_columns[self.definitions.defined[definition]] = True

    def begin(self, basis: Basis) -> None:
        """Add the basic columns of a basis, except defined columns without any basic term."""
        columns = self.movable & (basis[0] == BASIC)
        self._add(np.flatnonzero(columns & (self.definitions.of_column < 0)))
        self._add(self.definitions.terms[columns[self.definitions.terms]])

    def solve_small(self) -> RawResult:
        """Solve the small LP from the last basis; the duals of the result cover all rows."""
        columns, rows = np.flatnonzero(self.in_columns), np.flatnonzero(self.in_rows)
        warm = len(columns) <= self.known * (1 + COLD_SHARE)
        self.known, basis = len(columns), None
        if warm and self.penalty_status is not None:
            basis = np.concatenate([self.column_status[columns], self.penalty_status]), self.row_status[rows]
        raw = self.solve(self._small(columns, rows), basis, {**SMALL_LP, **(WARM if warm else {})})
        if raw.verdict is Verdict.OPTIMAL and raw.basis is not None and raw.x is not None and raw.row_dual is not None:
            self.column_status[columns] = raw.basis[0][: len(columns)]
            self.penalty_status, self.row_status[rows] = raw.basis[0][len(columns) :], raw.basis[1]
            self.infeasibility = float(raw.x[len(columns) :].sum())
            dual = np.zeros(self.matrix.rows)
            dual[rows] = raw.row_dual
            raw.row_dual = dual
        return raw

    def _small(self, columns: Indices, rows: Indices) -> Matrix:
        m, penalties = self.matrix, len(self.violated)
        place = np.full(m.rows, -1)
        place[rows] = np.arange(len(rows))
        attractive = sp.csc_matrix(
            (self.sense, (place[self.violated], np.arange(penalties))), shape=(len(rows), penalties)
        )
        none, penalty = np.zeros(penalties), np.ones(penalties) if self.feasibility else self.penalty
        return Matrix(
            a=sp.csc_matrix(sp.hstack([m.a[:, columns][rows], attractive], format="csc")),
            row_lower=m.row_lower[rows],
            row_upper=m.row_upper[rows],
            cost=np.concatenate([self.cost[columns], penalty]),
            cost_offset=m.cost_offset,
            sign=m.sign,
            lower=np.concatenate([m.lower[columns], none]),
            upper=np.concatenate([m.upper[columns], none + np.inf]),
            integer=np.zeros(len(columns) + penalties, dtype=bool),
            row_names=Names.blank(len(rows)),
            column_names=Names.blank(len(columns) + penalties),
        )

    def complete_duals(self, dual: Floats) -> Floats:
        """Return duals with those of left-out definitions: the value of the defined column in the other rows."""
        left_out = np.flatnonzero(~self.in_rows)
        head = self.definitions.defined[left_out]
        reduced = self.cost - self.matrix.a.T @ dual
        full = dual.copy()
        full[left_out] = reduced[head] / self.definitions.coefficient[head]
        return full

    def add_columns(self, reduced: Floats) -> bool:
        """Add the best few columns of every row among those with negative reduced cost; False when there is none."""
        attractive = np.flatnonzero(~self.in_columns & self.movable & (reduced < -PRICE_TOLERANCE))
        if not attractive.size:
            return False
        home = self.definitions.home[attractive]
        order = np.lexsort((reduced[attractive], home))
        starts = np.flatnonzero(np.diff(home[order], prepend=-2))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        best = attractive[order[rank < NEXT_OF_ROW]]
        most = max(MOST_NEXT, int(COLD_SHARE * self.in_columns.sum()))
        self._add(best[np.argsort(reduced[best], kind="stable")[:most]])
        return True

    def switch_phase(self) -> None:
        """Switch to feasibility when some infeasibility is left, and back to cost when none is."""
        self.feasibility = self.infeasibility > PRICE_TOLERANCE
        self.cost = np.zeros(self.matrix.columns) if self.feasibility else self.matrix.cost
        if not self.feasibility:
            self.penalty = self.penalty * 1e3

    def basis(self) -> Basis:
        """Return a basis of the full model at its optimum: columns of left-out definitions are basic."""
        columns, rows = self.column_status.copy(), self.row_status.copy()
        left_out = np.flatnonzero(~self.in_rows)
        columns[self.definitions.defined[left_out]], rows[left_out] = BASIC, AT_LOWER
        return columns, rows

    def expand(self, x: Floats) -> Floats:
        """Return the point of the small LP with every other column at its lower bound."""
        full = np.where(np.isfinite(self.matrix.lower), self.matrix.lower, 0.0)
        columns = np.flatnonzero(self.in_columns)
        full[columns] = x[: len(columns)]
        return full
