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

LEAST_FRACTION, MOST_FRACTION = 0.02, 1 - 1e-6
"""Fractions f that are rounded up: below, coefficients lie too far apart; above, there is nothing to round."""
NOTHING = 1e-14
"""Share of the largest coefficient below which one is what rounding has left of 0."""
TOLERANCE = 2e-6
"""By which share of a sum its right side is lowered: rows of a plan hold to that, and 1 / f magnifies it."""


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """A row ``coefficients @ x[columns] >= least`` that every plan keeps; ``whole`` is what was rounded up to."""

    columns: Indices
    coefficients: Floats
    least: float
    whole: float

    def short(self, x: Floats) -> float:
        """By which share of what was rounded up to a point falls short."""
        return (self.least - float(self.coefficients @ x[self.columns])) / self.whole


class Sum:
    """A sum of rows of a matrix, to be divided and rounded."""

    def __init__(self, matrix: Matrix, by_row: sp.csr_matrix, times: Floats) -> None:
        """``times`` is a multiplier for each row, ``by_row`` the coefficients of the matrix by rows."""
        row = np.flatnonzero(times)
        u = times[row]
        side = np.where(u > 0, matrix.row_lower[row], matrix.row_upper[row])
        wrong = np.flatnonzero(~np.isfinite(side))
        side[wrong] = np.where(u > 0, matrix.row_upper[row], matrix.row_lower[row])[wrong]
        total = sp.csr_matrix(sp.csr_matrix(u[None, :]) @ by_row[row])
        kept = np.abs(total.data) > NOTHING * np.abs(total.data).max(initial=0.0)
        self.columns, self.a = total.indices[kept].astype(np.int64), total.data[kept]
        self.low, self.whole = matrix.lower[self.columns], matrix.integer[self.columns]
        self.over = sp.csr_matrix(sp.csr_matrix(-u[wrong][None, :]) @ by_row[row[wrong]])
        self.over_side = float(-u[wrong] @ side[wrong])
        finite = bool(np.isfinite(self.low).all() and np.isfinite(side).all())
        self.right = float(u @ side) - float(self.a @ self.low) if finite else -np.inf

    def rounded(self, d: float) -> Cut | None:
        """The cut of the sum divided by ``d``; None where the right side is not above 0, or as good as whole."""
        ratio = self.right / d
        f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
        if ratio <= 0.0 or not LEAST_FRACTION <= f <= MOST_FRACTION:
            return None
        coefficient = _rounded(self.a / d, self.whole, f)
        row = sp.csr_matrix((coefficient, self.columns, [0, len(coefficient)]), shape=self.over.shape)
        row = sp.csr_matrix(row + self.over / (d * f))
        row.eliminate_zeros()
        whole, over = float(np.ceil(ratio)), self.over_side / (d * f)
        least = whole + float(coefficient @ self.low) + over
        least -= TOLERANCE * (abs(least) + abs(over) + whole / f)
        return Cut(row.indices.astype(np.int64), row.data, least, whole)

    def most_broken(self, divisors: Iterable[float], x: Floats, least: float) -> tuple[float, Cut] | None:
        """Divisor and cut of which a point falls short most, and by more than ``least``; None where there is none."""
        at = x[self.columns]
        on = (at != 0.0) | (self.low != 0.0)
        a, whole, above = self.a[on], self.whole[on], (at - self.low)[on]
        over = float((self.over @ x)[0]) - self.over_side
        best, most = 0.0, least
        for d in divisors:
            ratio, share = self.right / d, a / d
            f = ratio - np.floor(ratio) if np.isfinite(ratio) else 0.0
            if ratio > 0.0 and LEAST_FRACTION <= f <= MOST_FRACTION:
                short = 1.0 - (float(_rounded(share, whole, f) @ above) + over / (d * f)) / float(np.ceil(ratio))
                best, most = (d, short) if short > most else (best, most)
        cut = self.rounded(best) if best else None
        return (best, cut) if cut is not None and cut.short(x) > least else None


def _rounded(share: Floats, whole: Bools, f: float) -> Floats:
    """Coefficients of a row whose right side has the fraction ``f``, once rounded."""
    part = share - np.floor(share)
    return np.where(whole, np.floor(share) + np.minimum(1.0, part / f), np.maximum(0.0, share) / f)


def with_cuts(matrix: Matrix, cuts: Sequence[Cut], word: str) -> Matrix:
    """The matrix with cuts as rows below its own, called ``word[0]`` and so on."""
    if not cuts:
        return matrix
    lengths = [len(cut.columns) for cut in cuts]
    data, columns = (np.concatenate(parts) for parts in zip(*((c.coefficients, c.columns) for c in cuts), strict=True))
    rows = sp.csr_matrix((data, columns, np.concatenate([[0], np.cumsum(lengths)])), (len(cuts), matrix.columns))
    least = np.array([cut.least for cut in cuts])
    names = Names.of_pairs((word, (n,)) for n in range(len(cuts)))
    return matrix.with_rows(rows, least, np.full(len(cuts), np.inf), names)
