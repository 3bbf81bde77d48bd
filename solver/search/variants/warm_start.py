"""Warm start of LPs that are alike: the protocol of who keeps the basis of the last one."""

from __future__ import annotations

from typing import Protocol

from solver.milp.matrix import Matrix
from solver.milp.solution import Basis


class WarmStart(Protocol):
    """Keeper of the basis of the last LP, for the next one that is alike."""

    def basis(self, matrix: Matrix) -> Basis | None:
        """Return the last basis for a matrix whose rows and columns may be other ones in part; None without one."""

    def keep(self, matrix: Matrix, basis: Basis | None) -> None:
        """Keep the basis of a matrix that was solved, if it has one."""
