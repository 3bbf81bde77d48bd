"""Numbers that no solver can be trusted with are refused before the solver sees them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from solver.errors import ModelError
from solver.milp.conditioning import check_ranges, ranges
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from tests.named import named


def matrix_of(a: list[list[float]], rhs: float = 10.0) -> Matrix:
    """Rows ``shells.slots[0]``... with ``a @ x <= rhs`` and columns ``x[0]``... from 0 to 5."""
    rows, columns = np.shape(a)
    return Matrix(
        a=sp.csc_matrix(np.array(a)),
        row_lower=np.full(rows, -np.inf),
        row_upper=np.full(rows, rhs),
        cost=np.full(columns, -2.0),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(columns),
        upper=np.full(columns, 5.0),
        integer=np.zeros(columns, dtype=bool),
        row_names=named(f"shells.slots[{i}]" for i in range(rows)),
        column_names=named(f"x[{j}]" for j in range(columns)),
    )


def test_ranges_are_measured_without_zeros_and_infinities() -> None:
    """Extents hold the smallest and largest absolute value; the worst row is named with its two columns."""
    measured = ranges(matrix_of([[0.004, 1.0, 0.0], [0.0, -2000.0, 4.0]]))
    assert (measured.matrix.smallest, measured.matrix.largest) == (0.004, 2000.0)
    assert (measured.cost.smallest, measured.cost.largest) == (2.0, 2.0)
    assert (measured.bounds.smallest, measured.bounds.largest) == (5.0, 5.0)
    assert (measured.rhs.smallest, measured.rhs.largest) == (10.0, 10.0)
    assert (measured.worst_row, measured.worst_row_ratio) == ("shells.slots[1]", 500.0)
    assert (measured.worst_row_smallest_column, measured.worst_row_largest_column) == ("x[2]", "x[1]")
    assert str(measured) == "ranges 4e-3 to 2e3"


def test_good_numbers_pass_in_silence() -> None:
    """A matrix within the trusted ranges, or without rows, draws no warning."""
    assert check_ranges(matrix_of([[0.004, 1.0], [2000.0, 4.0]])) == []
    assert check_ranges(matrix_of([[0.0, 0.0]])) == []


def test_wide_matrix_is_warned_of() -> None:
    """Coefficients more than 1e7 apart in all, though no row is wide, are named by their ends."""
    (warning,) = check_ranges(matrix_of([[1e-4, 0.0], [0.0, 5e3]]))
    assert "5e+07 times apart, expected at most 1e7: smallest row shells.slots[0]" in warning
    assert "largest row shells.slots[1], coefficient 5e+03 of x[1]" in warning


def test_ranges_repaired_by_scaling_give_no_warning() -> None:
    """Numbers refused as they stand pass in silence as they are handed over."""
    wild = matrix_of([[1e-10, 0.0], [0.0, 3e10]]).with_(upper=np.array([1e12, 1e-8]))
    with pytest.raises(ModelError):
        check_ranges(wild)
    assert check_ranges(as_handed_over(wild)) == []


def test_wide_row_is_warned_of() -> None:
    """A row whose coefficients lie more than 1e6 apart is named with both columns."""
    (warning,) = check_ranges(matrix_of([[1.0, 1.0], [1e-4, 1e3]]))
    assert "shells.slots[1]" in warning
    assert "smallest on x[0], largest on x[1]" in warning


def test_large_side_is_warned_of() -> None:
    """A right-hand side above 1e6 is named."""
    (warning,) = check_ranges(matrix_of([[1.0]], rhs=3e6))
    assert "shells.slots[0]: right-hand side 3e+06" in warning


@pytest.mark.parametrize(
    ("a", "named"),
    [
        ([[1e-9, 1.0]], r"row shells.slots\[0\], coefficient 1e-09 of x\[0\]: HiGHS drops"),
        ([[1.0], [-2e9]], r"row shells.slots\[1\], coefficient -2e\+09 of x\[0\]: .* false"),
        ([[1e-5, 0.0], [0.0, 2e4]], r"smallest row shells.slots\[0\].*of x\[0\]; largest row shells.slots\[1\]"),
    ],
)
def test_numbers_no_solver_can_be_trusted_with_are_refused(a: list[list[float]], named: str) -> None:
    """Dropped, huge and too far spread coefficients are refused with row, coefficient and column."""
    with pytest.raises(ModelError, match=named):
        check_ranges(matrix_of(a))
