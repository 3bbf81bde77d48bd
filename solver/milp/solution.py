"""What a solve gives back, whoever solved it: status, point, bound, duals; and where a running one stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from solver.milp.matrix import Floats

Basis = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where each column and each row stands in a simplex basis, by HiGHS's numbers."""


class Status(Enum):
    """How a solve ended, in the words of ``solve --json``, and ``unbounded``."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_PLAN = "no_plan"
    INTERRUPTED = "interrupted"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running solve stands; the values are in the minimised sense, ``None`` while not known."""

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int


@dataclass(frozen=True, slots=True)
class Solution:
    """What came out of a solve; values are in the matrix's minimised sense, its offset included.

    ``reason`` says why it stopped: gap, time, interrupt, work, unbounded, a text that begins with "infeasible", or one
    that begins with "refused". ``interrupted`` may come with the best ``x`` so far. ``bound_kind`` is ``lp_verified``
    when the bound was derived again from LP duals, else ``solver``. ``gap`` is infinite without a
    bound. Duals and basis are given for an LP only.
    """

    status: Status
    reason: str
    x: Floats | None = None
    objective: float | None = None
    bound: float = -np.inf
    bound_kind: str = "solver"
    gap: float | None = None
    seconds: float = 0.0
    nodes: int = 0
    row_dual: Floats | None = None
    column_dual: Floats | None = None
    basis: Basis | None = None
    warnings: list[str] = field(default_factory=list)
