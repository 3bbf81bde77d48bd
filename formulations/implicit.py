"""Columns outside a Pyomo model: arrays, and the terms of its placeholder variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formulations.names import Row, Var

Index = tuple[Any, ...]
SUM = "sum_"
"""Begin of the name of a placeholder variable, within the block of nodes."""


@dataclass(eq=False, slots=True)
class ImplicitColumns:
    """Columns with lower bound 0, rows over them (equal to 0), and the sums of them that the Pyomo model uses.

    ``columns`` and ``row_names`` are their names, as component and indices. ``sums`` holds the name of a placeholder
    variable, its indices and, row by row, its terms over these columns.
    """

    columns: list[tuple[Var, Sequence[Index]]]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    rows: sp.csr_matrix
    row_names: list[tuple[Row, Sequence[Index]]]
    sums: list[tuple[str, list[Index], sp.csr_matrix]] = field(default_factory=list)
