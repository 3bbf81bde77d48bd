"""Columns that a Pyomo model does not hold: arrays, and what its placeholders stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formulations.names import Row, Var

Index = tuple[Any, ...]


@dataclass(eq=False, slots=True)
class ImplicitColumns:
    """Columns that are all at least 0, with rows of their own (equal to 0) and the sums of them that the model meets.

    ``columns`` and ``row_names`` are their names, as component and indices. ``sums`` holds the name of a placeholder
    variable, its indices and, row by row, what they stand for over these columns.
    """

    columns: list[tuple[Var, Sequence[Index]]]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: sp.csr_matrix
    row_names: list[tuple[Row, Sequence[Index]]]
    sums: list[tuple[str, list[Index], sp.csr_matrix]] = field(default_factory=list)
