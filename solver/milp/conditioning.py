"""Conditioning of a matrix: the spread of its numbers, checked before the solver is called.

The numbers that count are those that the solver receives, so these functions take the matrix after scaling
(``solver.milp.scaling.as_handed_over``). With the numbers of the model they describe the model without scaling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.errors import RangeError
from solver.milp.matrix import Floats, Matrix, row_ratios

# HiGHS drops coefficients at or below this with a warning only.
DROPPED_COEFFICIENT = 1e-9
# Coefficients of 1e10 were seen to give a false "infeasible" and, without presolve, a false optimum.
LARGEST_COEFFICIENT = 1e9
LARGEST_MATRIX_RATIO = 1e9
TARGET_MATRIX_RATIO = 1e7
LARGEST_ROW_RATIO = 1e6
LARGEST_SIDE = 1e6


@dataclass(frozen=True, slots=True)
class Extent:
    """Smallest and largest absolute value of some numbers, without zeros and infinities; both 0 when none is left."""

    smallest: float
    largest: float

    @property
    def ratio(self) -> float:
        """Ratio of largest to smallest; 1 when there is nothing to compare."""
        return self.largest / self.smallest if self.smallest > 0 else 1.0

    def __str__(self) -> str:
        return f"{self.smallest:.0e} to {self.largest:.0e}".replace("e+0", "e").replace("e-0", "e-")


@dataclass(frozen=True, slots=True)
class Ranges:
    """Extents of a matrix's numbers, and the row with the largest ratio of coefficients with its two columns."""

    matrix: Extent
    cost: Extent
    bounds: Extent
    rhs: Extent
    worst_row: str
    worst_row_ratio: float
    worst_row_smallest_column: str
    worst_row_largest_column: str

    def __str__(self) -> str:
        return f"ranges {self.matrix}"


def ranges(matrix: Matrix) -> Ranges:
    """Measure the ranges of a matrix, in a few passes over its nonzeros."""
    row, ratio, smallest, largest = _worst_row(matrix)
    return Ranges(
        matrix=_extent(matrix.a.data),
        cost=_extent(matrix.cost),
        bounds=_extent(np.concatenate([matrix.lower, matrix.upper])),
        rhs=_extent(np.concatenate([matrix.row_lower, matrix.row_upper])),
        worst_row=row,
        worst_row_ratio=ratio,
        worst_row_smallest_column=smallest,
        worst_row_largest_column=largest,
    )


def check_ranges(matrix: Matrix) -> list[str]:
    """Return warnings about coefficients and sides of doubtful accuracy; raise ``RangeError`` beyond the limits.

    Refused: a coefficient that HiGHS would drop (1e-9 or less) or that is above 1e9, and a matrix whose largest
    coefficient is more than 1e9 times its smallest. Warned of: a matrix whose coefficients lie more than 1e7 apart, a
    row whose coefficients lie more than 1e6 apart, and a right-hand side above 1e6.
    """
    if not matrix.a.nnz:
        return []
    size = np.abs(matrix.a.data)
    low, high = int(np.argmin(size)), int(np.argmax(size))
    if size[low] <= DROPPED_COEFFICIENT:
        text = f"{_entry(matrix, low)}: HiGHS drops coefficients of 1e-9 or less, scaling or not"
        raise RangeError(text, (_place(matrix, low),))
    if size[high] > LARGEST_COEFFICIENT:
        text = f"{_entry(matrix, high)}: coefficients above 1e9 give false answers, scaling or not"
        raise RangeError(text, (_place(matrix, high),))
    apart, ends = size[high] / size[low], f"smallest {_entry(matrix, low)}; largest {_entry(matrix, high)}"
    if apart > LARGEST_MATRIX_RATIO:
        text = f"coefficients lie {apart:.0e} times apart, expected at most 1e9: {ends}"
        raise RangeError(text, (_place(matrix, low), _place(matrix, high)))
    wide = apart > TARGET_MATRIX_RATIO
    warnings = [f"coefficients lie {apart:.0e} times apart, expected at most 1e7: {ends}"] if wide else []
    return [*warnings, *_row_warnings(matrix), *_side_warnings(matrix)]


def _row_warnings(matrix: Matrix) -> list[str]:
    measured = ranges(matrix)
    if measured.worst_row_ratio <= LARGEST_ROW_RATIO:
        return []
    return [
        f"row {measured.worst_row}: coefficients lie {measured.worst_row_ratio:.0e} times apart, expected at most 1e6: "
        f"smallest on {measured.worst_row_smallest_column}, largest on {measured.worst_row_largest_column}"
    ]


def _side_warnings(matrix: Matrix) -> list[str]:
    sides = np.maximum(_finite(matrix.row_lower), _finite(matrix.row_upper))
    if not len(sides) or sides.max() <= LARGEST_SIDE:
        return []
    row = int(np.argmax(sides))
    return [f"row {matrix.row_names[row]}: right-hand side {sides[row]:.0e}, expected at most 1e6"]


def _place(matrix: Matrix, entry: int) -> tuple[str, str, float]:
    column = int(np.searchsorted(matrix.a.indptr, entry, side="right")) - 1
    return matrix.row_names[matrix.a.indices[entry]], matrix.column_names[column], float(matrix.a.data[entry])


def _entry(matrix: Matrix, entry: int) -> str:
    row, column, coefficient = _place(matrix, entry)
    return f"row {row}, coefficient {coefficient:.3g} of {column}"


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), np.abs(values), 0.0)


def _extent(values: Floats) -> Extent:
    size = np.abs(values[np.isfinite(values) & (values != 0.0)])
    return Extent(float(size.min()), float(size.max())) if size.size else Extent(0.0, 0.0)


def _worst_row(matrix: Matrix) -> tuple[str, float, str, str]:
    """Return the name of the row with the largest ratio, the ratio, and its smallest and largest columns."""
    if not matrix.a.nnz:
        return "", 1.0, "", ""
    ratio = row_ratios(matrix.a)
    worst = int(np.argmax(ratio))
    entries = np.flatnonzero(matrix.a.indices == worst)
    size = np.abs(matrix.a.data[entries])
    columns = np.searchsorted(matrix.a.indptr, entries, side="right") - 1
    names = matrix.column_names
    return matrix.row_names[worst], float(ratio[worst]), names[columns[size.argmin()]], names[columns[size.argmax()]]
