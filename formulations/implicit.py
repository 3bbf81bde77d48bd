"""Columns that a Pyomo model does not hold: arrays, and what its placeholders stand for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(eq=False, slots=True)
class ImplicitColumns:
    """Columns that are all at least 0, with rows of their own (equal to 0) and the sums of them that the model meets.

    ``sums`` holds the names of placeholder variables and, row by row, what they stand for over these columns.
    """

    names: list[str]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: sp.csr_matrix
    row_names: list[str]
    sums: list[tuple[list[str], sp.csr_matrix]] = field(default_factory=list)
