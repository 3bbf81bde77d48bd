"""Each constraint word is held by the text of its first rows: a changed coefficient is a changed line."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from solver.milp.matrix import Matrix
from tests.formulations.rows import FOLDER, golden, row_text
from tests.named import named

FILES = sorted(path.name for path in FOLDER.glob("*.lp"))
MEND = "if the change is meant: python -m tests.formulations.rows"


@pytest.mark.parametrize("name", FILES)
def test_the_rows_of_a_word_are_the_golden_ones(name: str) -> None:
    """The model writes the same rows, coefficient for coefficient, as when a person last read them."""
    assert golden().get(name, "").splitlines() == (FOLDER / name).read_text(encoding="utf-8").splitlines(), MEND


def test_every_word_has_its_golden_file_and_no_file_is_left_over() -> None:
    """A new constraint cannot come without rows to read, nor a removed one leave its file behind."""
    assert set(FILES) == set(golden()), MEND


def test_a_row_is_written_as_planners_read_it() -> None:
    """Terms by name in the order of periods, nine digits, the right sign of the side, zeros without a minus."""
    m = _two_columns(lower=[-np.inf, 1.5, 2.0, -1.0], upper=[-0.0, np.inf, 2.0, 3.0])
    a = sp.csr_matrix(m.a)
    assert [row_text(m, a, i) for i in range(4)] == [
        "launch.lift[big,2]: + 0.333333333 x[9] - 1 x[10] <= 0",
        "launch.lift[big,3]: + 2 x[9] >= 1.5",
        "launch.lift[big,4]: + 1 x[10] = 2",
        "launch.lift[big,5]: -1 <= + 1 x[9] + 1 x[10] <= 3",
    ]


def test_a_long_row_has_one_term_on_each_line() -> None:
    """What does not fit on a line is broken so that one coefficient is one line."""
    names = [f"nodes.loaded[big,rack,leo,{t}]" for t in range(12)]
    m = Matrix(
        a=sp.csc_matrix(np.ones((1, 12))),
        row_lower=np.array([1.0]),
        row_upper=np.array([np.inf]),
        cost=np.zeros(12),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(12),
        upper=np.ones(12),
        integer=np.zeros(12, dtype=bool),
        row_names=named(["target.demand[3]"]),
        column_names=named(names),
    )
    lines = row_text(m, sp.csr_matrix(m.a), 0).splitlines()
    assert lines == ["target.demand[3]:", *(f"  + 1 {name}" for name in names), "  >= 1"]


def _two_columns(lower: list[float], upper: list[float]) -> Matrix:
    return Matrix(
        a=sp.csc_matrix(np.array([[-1.0, 1 / 3], [0.0, 2.0], [1.0, 0.0], [1.0, 1.0]])),
        row_lower=np.array(lower),
        row_upper=np.array(upper),
        cost=np.zeros(2),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(2),
        upper=np.ones(2),
        integer=np.zeros(2, dtype=bool),
        row_names=named(f"launch.lift[big,{t}]" for t in (2, 3, 4, 5)),
        column_names=named(["x[10]", "x[9]"]),
    )
