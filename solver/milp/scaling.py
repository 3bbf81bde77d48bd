"""Scaling by powers of two: brings a model's numbers within the solver's reach, exactly and reversibly.

HiGHS holds rows and bounds to an absolute 1e-6 and reduced costs to 1e-7, so a stock of 1e-4 kt may be wrong by a
percent and grow from there, and one of 1e6 kt lies beyond the bounds it trusts. With factors r for rows and c for
continuous columns it receives r A c, x / c and sides times r. A power of two changes no digit, so unscaling is exact.
Integer columns keep the factor one.

Method. The bounds of this model are per variable and period, so they play the part of a reference path x = bound * k.
From there a few sweeps take each row, and then each column, to a geometric mean of one (after Curtis and Reid, On the
automatic scaling of matrices for Gaussian elimination, J. Inst. Maths Applics 10, 1972), while each column's bound is
kept within a window around one. Of several windows the narrowest is taken that leaves the coefficients at most 1e7
apart. A well-sized model is passed unscaled: there scaling brings nothing.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from solver.milp.matrix import Bools, Floats, Matrix, row_ratios
from solver.milp.row_content import content_factors

Positions = NDArray[np.integer[Any]]

TARGET_RATIO = 1e7
"""Largest coefficient over smallest that is looked for."""
WELL_SIZED = (1e-2, 1e6)
"""Bounds of continuous columns and sides of rows that need no scaling; HiGHS warns from 1e6."""
LEAST_COST = 1e-4
"""Cost below which HiGHS warns."""
WIDEST_ROW = 1e6
"""Coefficients of one row that lie further apart are scaled, and warned of if that does not help."""
WINDOWS = ((1e-2, 1e2), (1e-2, 1e4), (1e-3, 1e5), (1e-3, 5e5))
"""Where scaled bounds may lie, narrowest first; HiGHS warns outside the last."""
SWEEPS = 8
PART = 4_000_000
KEPT_FROM_COLUMNS = 15_000
_last: list[tuple[weakref.ref[sp.csc_matrix], Scaling]] = []


@dataclass(frozen=True, eq=False, slots=True)
class Scaling:
    """Scaling factors of rows, columns and objective, all powers of two."""

    row: Floats
    column: Floats
    cost: float = 1.0

    def scaled(self, matrix: Matrix) -> Matrix:
        """Scale a matrix for the solver; infinite bounds and sides stay infinite."""
        if self.plain:
            return matrix.with_(cost=matrix.cost * self.cost, cost_offset=matrix.cost_offset * self.cost)
        a = matrix.a
        data = a.data * self.row[a.indices]
        data *= np.repeat(self.column, np.diff(a.indptr))
        return replace(
            matrix,
            a=sp.csc_matrix((data, a.indices, a.indptr), shape=a.shape),
            row_lower=matrix.row_lower * self.row,
            row_upper=matrix.row_upper * self.row,
            cost=matrix.cost * self.column * self.cost,
            cost_offset=matrix.cost_offset * self.cost,
            lower=matrix.lower / self.column,
            upper=matrix.upper / self.column,
        )

    def scale_point(self, x: Floats) -> Floats:
        """Convert a point of the matrix to the solver's units."""
        return x / self.column

    def unscale_point(self, x: Floats) -> Floats:
        """Convert a point of the solver to the matrix's units."""
        return x * self.column

    def row_dual(self, dual: Floats) -> Floats:
        """Convert row duals of the solver, or a ray, to the matrix's units."""
        return dual * self.row / self.cost

    def column_dual(self, dual: Floats) -> Floats:
        """Convert reduced costs of the solver to the matrix's units."""
        return dual / self.column / self.cost

    @property
    def plain(self) -> bool:
        """True where rows and columns keep a factor of one."""
        return bool((self.row == 1.0).all() and (self.column == 1.0).all())

    @property
    def row_unit(self) -> Floats:
        """Unit of each row in a verification, at most one: that of the scaled row where it is the finer measure."""
        return np.minimum(1.0, 1.0 / self.row)


def scaling_of(matrix: Matrix) -> Scaling:
    """Return the scaling of a matrix: factors of one where its numbers are well sized.

    The objective keeps its factor of one. Patched copies of a large matrix, which share its coefficients, get the
    scaling computed last: any scaling is exact, and for a million columns computing one takes ten times as long as
    applying it.
    """
    large = matrix.columns >= KEPT_FROM_COLUMNS
    for coefficients, scaling in _last if large else ():
        if coefficients() is matrix.a:
            return scaling
    scaling = _found(matrix)
    if large:
        _last[:] = [(weakref.ref(matrix.a), scaling)]
    return scaling


def _found(matrix: Matrix) -> Scaling:
    if not matrix.a.nnz or _well_sized(matrix):
        return Scaling(content_factors(matrix, TARGET_RATIO), np.ones(matrix.columns))
    entries = _Entries.of(matrix)
    tried = []
    side = _size(matrix.row_lower, matrix.row_upper)
    # A side that HiGHS would warn of counts for more than the balance of its row.
    highest = np.floor(np.log2(WELL_SIZED[1] / np.where(side > 0.0, side, 1.0)))
    for low, high in WINDOWS:
        row, column = entries.balanced(np.log2(low), np.log2(high))
        nearer = entries.narrowed(row, column, np.log2(high))
        if entries.ratio(*nearer) <= entries.ratio(row, column):
            row, column = nearer
        row = entries.lowered(np.where(side > 0.0, np.minimum(row, highest), row), column)
        ratio = entries.ratio(row, column)
        tried.append((ratio, row, column))
        if ratio <= TARGET_RATIO:
            break
    ratio, row, column = min(tried, key=lambda found: found[0])
    priced = entries.priced(column, matrix.cost)
    if entries.ratio(row, priced) <= max(ratio, TARGET_RATIO):
        column = priced
    return Scaling(np.exp2(row), np.exp2(column))


def as_handed_over(matrix: Matrix) -> Matrix:
    """Return the matrix with the numbers that the solver receives."""
    return scaling_of(matrix).scaled(matrix)


@dataclass(frozen=True, eq=False, slots=True)
class _Entries:
    """Nonzeros of a matrix by row and column, with base-2 logarithms of their sizes, of bounds and of sides."""

    rows: Positions
    columns: Positions
    size: Floats
    side: Floats
    in_row: Floats
    in_column: Floats
    bound: Floats
    bounded: Bools
    scalable: Bools

    @classmethod
    def of(cls, matrix: Matrix) -> _Entries:
        a = matrix.a
        rows, columns = a.indices, np.repeat(np.arange(matrix.columns, dtype=np.int32), np.diff(a.indptr))
        size = np.abs(a.data)
        if not size.all():
            rows, columns, size = rows[size > 0.0], columns[size > 0.0], size[size > 0.0]
        side, bound = _size(matrix.row_lower, matrix.row_upper), _size(matrix.lower, matrix.upper)
        return cls(
            rows=rows,
            columns=columns,
            size=np.log2(size, out=size),
            side=_log2(side),
            # A side counts as one more entry of its row.
            in_row=np.maximum(1, np.bincount(rows, minlength=matrix.rows)) + (side > 0.0),
            in_column=np.maximum(1, np.bincount(columns, minlength=matrix.columns)),
            bound=_log2(bound),
            bounded=(bound > 0.0) & ~matrix.integer,
            scalable=~matrix.integer,
        )

    def balanced(self, low: float, high: float) -> tuple[Floats, Floats]:
        """Return integer exponents of rows and columns after a few sweeps, with scaled bounds within a window."""
        column = np.where(self.bounded, self.bound, 0.0)
        row = self._row(column)
        for _ in range(SWEEPS):
            column = -self._sum(self.columns, self.rows, row, len(column)) / self.in_column
            clipped = np.clip(column, self.bound - high, self.bound - low)
            column = np.where(self.scalable, np.where(self.bounded, clipped, column), 0.0)
            row = self._row(column)
        column = np.rint(column)
        return np.rint(self._row(column)), column

    def narrowed(self, row: Floats, column: Floats, high: float) -> tuple[Floats, Floats]:
        """Return the exponents with the largest column of each wide row moved nearer to the others of its row.

        An integer column keeps its factor, so a row with one beside a column of industrial stocks is the widest.
        """
        size = self.size + row[self.rows] + column[self.columns]
        top, bottom = np.full(len(row), -np.inf), np.full(len(row), np.inf)
        np.maximum.at(top, self.rows, size)
        np.minimum.at(bottom, self.rows, size)
        wide = np.ceil(np.where(np.isfinite(top), top - bottom, 0.0) - np.log2(WIDEST_ROW))
        largest = (size >= top[self.rows]) & (wide[self.rows] > 0) & self.scalable[self.columns]
        lowered = np.zeros(len(column))
        np.maximum.at(lowered, self.columns[largest], wide[self.rows[largest]])
        clipped = np.where(self.bounded, np.ceil(self.bound - high), -np.inf)
        column = np.where(lowered > 0, np.maximum(column - lowered, clipped), column)
        return np.rint(self._row(column)), column

    def lowered(self, row: Floats, column: Floats) -> Floats:
        """Return the exponents of rows, smaller where the largest coefficients lie beyond the ratio looked for."""
        size = self.size + row[self.rows] + column[self.columns]
        top, bottom = np.full(len(row), -np.inf), np.full(len(row), np.inf)
        np.maximum.at(top, self.rows, size)
        np.minimum.at(bottom, self.rows, size)
        lowest = float(size.min())
        beyond = np.ceil(top - lowest - np.log2(TARGET_RATIO))
        lowered: Floats = row - np.clip(beyond, 0.0, np.maximum(0.0, np.floor(bottom - lowest)))
        return lowered

    def priced(self, column: Floats, cost: Floats) -> Floats:
        """Return the exponents of columns, larger where HiGHS would warn of a small cost."""
        spent = np.abs(cost)
        missing = np.log2(LEAST_COST) - np.log2(spent, out=np.full(len(spent), np.inf), where=spent > 0.0) - column
        return np.where(self.scalable, column + np.maximum(0.0, np.ceil(missing)), column)

    def ratio(self, row: Floats, column: Floats) -> float:
        """Return the largest over the smallest scaled coefficient."""
        ends = [
            (size.min(), size.max())
            for part in self._parts()
            for size in [self.size[part] + row[self.rows[part]] + column[self.columns[part]]]
        ]
        return float(np.exp2(min(1000.0, max(high for _, high in ends) - min(low for low, _ in ends))))

    def _row(self, column: Floats) -> Floats:
        return -(self._sum(self.rows, self.columns, column, len(self.side)) + self.side) / self.in_row

    def _sum(self, where: Positions, other: Positions, shift: Floats, length: int) -> Floats:
        """Sum sizes by row or column, each shifted by the exponent of its other index."""
        total = np.zeros(length)
        for part in self._parts():
            total += np.bincount(where[part], self.size[part] + shift[other[part]], minlength=length)
        return total

    def _parts(self) -> list[slice]:
        """Return slices of a few million entries, so that no sum takes memory for all of a large matrix."""
        return [slice(i, i + PART) for i in range(0, len(self.size), PART)]


def _well_sized(matrix: Matrix) -> bool:
    size = np.abs(matrix.a.data)
    smallest = size.min(where=size > 0.0, initial=np.inf)
    if smallest == np.inf or size.max() > TARGET_RATIO * smallest:
        return bool(smallest == np.inf)
    free = ~matrix.integer
    if _widest_row(matrix) > WIDEST_ROW:
        return False
    numbers = np.concatenate([_size(matrix.lower[free], matrix.upper[free]), _size(matrix.row_lower, matrix.row_upper)])
    numbers = numbers[numbers > 0.0]
    return not numbers.size or (numbers.min() >= WELL_SIZED[0] and numbers.max() <= WELL_SIZED[1])


def _widest_row(matrix: Matrix) -> float:
    """Return the largest ratio of coefficients within one row."""
    return float(row_ratios(matrix.a).max(initial=1.0))


def _size(lower: Floats, upper: Floats) -> Floats:
    """Return the larger finite absolute value of two limits; 0 where there is none."""
    low, high = (np.where(np.isfinite(limit), np.abs(limit), 0.0) for limit in (lower, upper))
    return np.maximum(low, high)


def _log2(values: Floats) -> Floats:
    return np.log2(values, out=np.zeros(len(values)), where=values > 0.0)
