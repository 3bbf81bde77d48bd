"""Large LPs by a few columns at a time: solve over some, price all the others in numpy, take in what pays, repeat.

Of the columns of a large model nearly all are loads of nodes, and nearly none are used. Most of them hang on a row that
defines another column (what arrives, from what was loaded): a *definition* is an equation with 0 whose one positive
coefficient belongs to the column it defines. Definitions of which no column has been taken in are left out of the small
LP; their dual is the one at which the defined column just does not pay, so that its terms are judged by their whole
worth. The duals of the last small LP, completed in this way, price every column of the model, and the bound that
``solver.milp.safe_bounds`` derives from them is one for the whole model.

Measured, LP relaxations, seconds of processor on one core, every bound derived again in numpy to 1e-9 of its value:

| columns (nonzeros) | sifting | simplex | ipx without crossover |
| --- | --- | --- | --- |
| 17 k (0.5 M), 10 launches a period | 0.5 | 1.1 | 6.5 |
| 44 k (1.0 M), with Moon and learning: too few definitions, solved whole | 27 | 27 | 31 |
| 197 k (5.0 M), 12 GW by 2054 | 9.6 | 73 | 149 |
| 197 k (5.0 M), 32 GW by 2054: infeasible, with its ray | 58 | - | no verdict after 91 |

At a million columns (25 M nonzeros, one launch a quarter) it took 108 s, and ended at 166,634 columns; the whole solve
2.9 GB. The second small LP alone took 62 s when every row might bring two columns at once, and no run was finished; a
round adds a fifth at most.
HiPO is not in the wheel of HiGHS 1.15.1. Tried and left, at 197 k: the most negative columns of all instead of the
best few of each row (the infeasible LP grew two and a half times as large, 86 s instead of 58); one of each row
instead of two (9.9 against 9.3); every LP warm (one of each row: 21; three: 36), as where the LP grows by a fifth or
more, presolve and a cold start are faster; ten times the largest cost as the price of what no term serves (no
difference).
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
FIRST_OF_ROW = 100
NEXT_OF_ROW = 2
MOST_NEXT = 5_000
COLD_SHARE = 0.2
ROUNDS = 100
DEAREST = 10.0
PRICE_TOLERANCE = 1e-7
SMALL_LP: Mapping[str, object] = {"solver": "simplex", "run_crossover": "on"}
WARM: Mapping[str, object] = {"simplex_strategy": 4}
"""Columns that come in leave a basis primal feasible."""

Solve = Callable[[Matrix, Basis | None, Mapping[str, object]], RawResult]
BASIC, AT_LOWER = 1, 0


def sift(solve: Solve, matrix: Matrix, begin: Basis | None = None) -> RawResult | None:
    """Solve an LP; None where it has no columns to leave out, or where the method does not come to an end.

    What is basic in ``begin``, a basis of an LP like it, is taken in from the beginning.
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
            # A point of the small LP says nothing of the whole one.
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
    """The columns and rows taken in so far, and the basis they were left in.

    Rows that do not hold with every column at its lower bound are given a column that pays for what is missing:
    ``infeasibility`` is what of it is still used. With ``feasibility`` only that is paid for, to find out if it can be done
    without.
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
        self.penalty = self._first()
        self.column_status = np.full(matrix.columns, AT_LOWER)
        self.row_status = np.full(matrix.rows, BASIC)
        self.penalty_status: Indices | None = None

    def _first(self) -> Floats:
        """Take in the terms that serve a broken row at the least cost; what is missing costs some times as much."""
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
                penalty[i] = DEAREST * max(float(ratio.min()), PRICE_TOLERANCE)
                self._add(terms[at[useful][np.argsort(ratio, kind="stable")[:FIRST_OF_ROW]]])
        dearest = np.nanmax(penalty, initial=DEAREST)
        return np.where(np.isnan(penalty), dearest, penalty)

    def _add(self, columns: Indices) -> None:
        definition = self.definitions.of_column[columns]
        definition = definition[definition >= 0]
        self.in_columns[columns] = True
        self.in_rows[definition] = True
        self.in_columns[self.definitions.defined[definition]] = True

    def begin(self, basis: Basis) -> None:
        """Take in what is basic, but for columns that are so only because nothing of them is loaded."""
        columns = self.movable & (basis[0] == BASIC)
        self._add(np.flatnonzero(columns & (self.definitions.of_column < 0)))
        self._add(self.definitions.terms[columns[self.definitions.terms]])

    def solve_small(self) -> RawResult:
        """Solve the small LP from where the last one ended; its duals come back for all rows."""
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
        """Duals for the definitions that are left out: what the column they define is worth by the other rows."""
        left_out = np.flatnonzero(~self.in_rows)
        head = self.definitions.defined[left_out]
        reduced = self.cost - self.matrix.a.T @ dual
        full = dual.copy()
        full[left_out] = reduced[head] / self.definitions.coefficient[head]
        return full

    def add_columns(self, reduced: Floats) -> bool:
        """Take in the best few columns of every row among those that pay; False when none does."""
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
        """From cost to feasibility when something is missing, and back when nothing is."""
        self.feasibility = self.infeasibility > PRICE_TOLERANCE
        self.cost = np.zeros(self.matrix.columns) if self.feasibility else self.matrix.cost
        if not self.feasibility:
            self.penalty = self.penalty * 1e3

    def basis(self) -> Basis:
        """A basis of the whole model at its optimum: where a definition is left out, the column it defines is basic."""
        columns, rows = self.column_status.copy(), self.row_status.copy()
        left_out = np.flatnonzero(~self.in_rows)
        columns[self.definitions.defined[left_out]], rows[left_out] = BASIC, AT_LOWER
        return columns, rows

    def expand(self, x: Floats) -> Floats:
        """The point of the small LP with every other column at rest."""
        full = np.where(np.isfinite(self.matrix.lower), self.matrix.lower, 0.0)
        columns = np.flatnonzero(self.in_columns)
        full[columns] = x[: len(columns)]
        return full
