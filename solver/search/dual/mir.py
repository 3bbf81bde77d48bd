r"""Mixed-integer rounding (MIR): a cut from an aggregation of rows.

Let u'A x >= b be a weighted sum of rows, where a row used against its sense gets a slack s >= 0. Let the integer
columns x_j >= 0 have coefficients a_j in it and all other columns s >= 0 coefficients c. Then every feasible point
satisfies, for each d > 0 and with f = b/d - floor(b/d),

    sum_j G(a_j / d) x_j + sum max(0, c) s / (f d) >= ceil(b / d),    G(a) = floor(a) + min(1, (a - floor(a)) / f).

Marchand and Wolsey, Aggregation and mixed integer rounding to solve MIPs, Operations Research 49, 2001.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from solver.milp.matrix import Bools, Floats, Indices, Matrix
from solver.milp.names import Names
from solver.search.core.bound_proof import CutDerivation

MIN_FRACTION, MAX_FRACTION = 0.02, 1 - 1e-6
"""Range of the fraction f for a cut: below it coefficients differ too much in size, above it b/d is integral."""
ZERO_SHARE = 1e-14
"""Share of the largest coefficient below which a coefficient counts as a rounding error of 0."""
TOLERANCE = 2e-6
"""Relative amount by which a right-hand side is lowered: the feasibility tolerance of rows, which 1 / f magnifies."""


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """Valid inequality ``coefficients @ x[columns] >= rhs``, with ``rounded_rhs`` = ceil(b / d) and its derivation."""

    columns: Indices
    coefficients: Floats
    rhs: float
    rounded_rhs: float
    derivation: CutDerivation

    def violation(self, x: Floats) -> float:
        """Return the violation at a point as a share of the rounded right-hand side; negative where it is slack."""
        return (self.rhs - float(self.coefficients @ x[self.columns])) / self.rounded_rhs


class AggregatedRow:
    """Weighted sum of rows of a matrix, to be divided and rounded."""

    def __init__(self, matrix: Matrix, by_row: sp.csr_matrix, times: Floats) -> None:
        """Aggregate rows: ``times`` is a multiplier for each row, ``by_row`` the coefficients of the matrix by rows."""
        row = np.flatnonzero(times)
        u = times[row]
        self.rows, self.times = row, u
        side = np.where(u > 0, matrix.row_lower[row], matrix.row_upper[row])
        wrong = np.flatnonzero(~np.isfinite(side))
        side[wrong] = np.where(u > 0, matrix.row_upper[row], matrix.row_lower[row])[wrong]
        total = _weighted_sum(by_row, row, u)
        self.columns = np.flatnonzero(np.abs(total) > ZERO_SHARE * np.abs(total).max(initial=0.0))
        self.a = total[self.columns]
        self.lower, self.integer = matrix.lower[self.columns], matrix.integer[self.columns]
        self.slack_row = _weighted_sum(by_row, row[wrong], -u[wrong])
        self.slack_side = float(-u[wrong] @ side[wrong])
        finite = bool(np.isfinite(self.lower).all() and np.isfinite(side).all())
        self.shifted_rhs = float(u @ side) - float(self.a @ self.lower) if finite else -np.inf

    def rounded(self, d: float) -> Cut | None:
        """Round the sum divided by ``d``; None where the right-hand side is not above 0, or integral."""
        ratio = self.shifted_rhs / d
        f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
        if ratio <= 0.0 or not MIN_FRACTION <= f <= MAX_FRACTION:
            return None
        coefficient = _rounded(self.a / d, self.integer, f)
        row = self.slack_row / (d * f)
        row[self.columns] += coefficient
        used = np.flatnonzero(row)
        rounded_rhs, slack_row = float(np.ceil(ratio)), self.slack_side / (d * f)
        rhs = rounded_rhs + float(coefficient @ self.lower) + slack_row
        rhs -= TOLERANCE * (abs(rhs) + abs(slack_row) + rounded_rhs / f)
        derivation = CutDerivation(self.rows, self.times, d)
        return Cut(used, row[used], rhs, rounded_rhs, derivation)

    def most_violated(self, divisors: Iterable[float], x: Floats, minimum: float) -> tuple[float, Cut] | None:
        """Find the divisor and cut that a point violates most, and by more than ``minimum``; None without one."""
        at = x[self.columns]
        on = (at != 0.0) | (self.lower != 0.0)
        a, integer, above = self.a[on], self.integer[on], (at - self.lower)[on]
        slack_row = float(self.slack_row @ x) - self.slack_side
        best, most = 0.0, minimum
        for d in divisors:
            ratio, share = self.shifted_rhs / d, a / d
            f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
            if ratio > 0.0 and MIN_FRACTION <= f <= MAX_FRACTION:
                violation = 1.0 - (float(_rounded(share, integer, f) @ above) + slack_row / (d * f)) / float(
                    np.ceil(ratio)
                )
                best, most = (d, violation) if violation > most else (best, most)
        cut = self.rounded(best) if best else None
        return (best, cut) if cut is not None and cut.violation(x) > minimum else None


def _weighted_sum(by_row: sp.csr_matrix, rows: Indices, weights: Floats) -> Floats:
    """Return the weighted sum of some rows, dense: a product of sparse matrices takes ten times as long."""
    starts, lengths = by_row.indptr[rows], by_row.indptr[rows + 1] - by_row.indptr[rows]
    at = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))
    data = by_row.data[at] * np.repeat(weights, lengths)
    return np.bincount(by_row.indices[at], data, minlength=by_row.shape[1]).astype(np.float64)


def _rounded(share: Floats, integer: Bools, f: float) -> Floats:
    """Return the rounded coefficients of a row whose right-hand side has the fraction ``f``."""
    part = share - np.floor(share)
    return np.where(integer, np.floor(share) + np.minimum(1.0, part / f), np.maximum(0.0, share) / f)


def with_cuts(matrix: Matrix, cuts: Sequence[Cut], component: str) -> Matrix:
    """Append cuts to a matrix as rows ``component[0]``, ``component[1]`` and so on."""
    if not cuts:
        return matrix
    lengths = [len(cut.columns) for cut in cuts]
    data, columns = (np.concatenate(parts) for parts in zip(*((c.coefficients, c.columns) for c in cuts), strict=True))
    rows = sp.csr_matrix((data, columns, np.concatenate([[0], np.cumsum(lengths)])), (len(cuts), matrix.columns))
    rhs = np.array([cut.rhs for cut in cuts])
    names = Names.of_pairs((component, (n,)) for n in range(len(cuts)))
    return matrix.with_rows(rows, rhs, np.full(len(cuts), np.inf), names)
