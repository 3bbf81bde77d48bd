r"""Mixed-integer rounding: a cut from a sum of rows.

Let u'A x >= b be a sum of rows, each with what it has over its side, if that is on the wrong one, as one more s >= 0.
Where whole columns x_j >= 0 have coefficients a_j in it, all others s >= 0 coefficients c, every plan keeps, for each
d > 0 and with f = b/d - floor(b/d),

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

MIN_FRACTION, MAX_FRACTION = 0.02, 1 - 1e-6
"""Fractions f that are rounded up: below, coefficients lie too far apart; above, there is nothing to round."""
ZERO_SHARE = 1e-14
"""Share of the largest coefficient below which one is what rounding has left of 0."""
TOLERANCE = 2e-6
"""By which share of a sum its right side is lowered: rows of a plan hold to that, and 1 / f magnifies it."""


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """A row ``coefficients @ x[columns] >= least`` that every plan keeps; ``whole`` is what was rounded up to."""

    columns: Indices
    coefficients: Floats
    rhs: float
    whole: float

    def violation(self, x: Floats) -> float:
        """By which share of what was rounded up to a point falls short."""
        return (self.rhs - float(self.coefficients @ x[self.columns])) / self.whole


class AggregatedRow:
    """A sum of rows of a matrix, to be divided and rounded."""

    def __init__(self, matrix: Matrix, by_row: sp.csr_matrix, times: Floats) -> None:
        """``times`` is a multiplier for each row, ``by_row`` the coefficients of the matrix by rows."""
        row = np.flatnonzero(times)
        u = times[row]
        side = np.where(u > 0, matrix.row_lower[row], matrix.row_upper[row])
        wrong = np.flatnonzero(~np.isfinite(side))
        side[wrong] = np.where(u > 0, matrix.row_upper[row], matrix.row_lower[row])[wrong]
        total = sp.csr_matrix(sp.csr_matrix(u[None, :]) @ by_row[row])
        kept = np.abs(total.data) > ZERO_SHARE * np.abs(total.data).max(initial=0.0)
        self.columns, self.a = total.indices[kept].astype(np.int64), total.data[kept]
        self.lower, self.whole = matrix.lower[self.columns], matrix.integer[self.columns]
        self.slack_row = sp.csr_matrix(sp.csr_matrix(-u[wrong][None, :]) @ by_row[row[wrong]])
        self.slack_side = float(-u[wrong] @ side[wrong])
        finite = bool(np.isfinite(self.lower).all() and np.isfinite(side).all())
        self.shifted_rhs = float(u @ side) - float(self.a @ self.lower) if finite else -np.inf

    def rounded(self, d: float) -> Cut | None:
        """The cut of the sum divided by ``d``; None where the right side is not above 0, or as good as whole."""
        ratio = self.shifted_rhs / d
        f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
        if ratio <= 0.0 or not MIN_FRACTION <= f <= MAX_FRACTION:
            return None
        coefficient = _rounded(self.a / d, self.whole, f)
        row = sp.csr_matrix((coefficient, self.columns, [0, len(coefficient)]), shape=self.slack_row.shape)
        row = sp.csr_matrix(row + self.slack_row / (d * f))
        row.eliminate_zeros()
        whole, slack_row = float(np.ceil(ratio)), self.slack_side / (d * f)
        rhs = whole + float(coefficient @ self.lower) + slack_row
        rhs -= TOLERANCE * (abs(rhs) + abs(slack_row) + whole / f)
        return Cut(row.indices.astype(np.int64), row.data, rhs, whole)

    def most_violated(self, divisors: Iterable[float], x: Floats, minimum: float) -> tuple[float, Cut] | None:
        """Divisor and cut of which a point falls short most, and by more than ``minimum``; None where there is none."""
        at = x[self.columns]
        on = (at != 0.0) | (self.lower != 0.0)
        a, whole, above = self.a[on], self.whole[on], (at - self.lower)[on]
        slack_row = float((self.slack_row @ x)[0]) - self.slack_side
        best, most = 0.0, minimum
        for d in divisors:
            ratio, share = self.shifted_rhs / d, a / d
            f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
            if ratio > 0.0 and MIN_FRACTION <= f <= MAX_FRACTION:
                violation = 1.0 - (float(_rounded(share, whole, f) @ above) + slack_row / (d * f)) / float(
                    np.ceil(ratio)
                )
                best, most = (d, violation) if violation > most else (best, most)
        cut = self.rounded(best) if best else None
        return (best, cut) if cut is not None and cut.violation(x) > minimum else None


def _rounded(share: Floats, whole: Bools, f: float) -> Floats:
    """Coefficients of a row whose right side has the fraction ``f``, once rounded."""
    part = share - np.floor(share)
    return np.where(whole, np.floor(share) + np.minimum(1.0, part / f), np.maximum(0.0, share) / f)


def with_cuts(matrix: Matrix, cuts: Sequence[Cut], component: str) -> Matrix:
    """The matrix with cuts as rows below its own, called ``word[0]`` and so on."""
    if not cuts:
        return matrix
    lengths = [len(cut.columns) for cut in cuts]
    data, columns = (np.concatenate(parts) for parts in zip(*((c.coefficients, c.columns) for c in cuts), strict=True))
    rows = sp.csr_matrix((data, columns, np.concatenate([[0], np.cumsum(lengths)])), (len(cuts), matrix.columns))
    rhs = np.array([cut.rhs for cut in cuts])
    names = Names.of_pairs((component, (n,)) for n in range(len(cuts)))
    return matrix.with_rows(rows, rhs, np.full(len(cuts), np.inf), names)
