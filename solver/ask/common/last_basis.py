"""Basis of the last LP of a question, from which the next one starts."""

from __future__ import annotations

from dataclasses import dataclass

from solver.ask.common.mapped_basis import mapped_basis
from solver.milp.matrix import Matrix
from solver.milp.solution import Basis


@dataclass(slots=True)
class LastBasis:
    """Keeper of the basis of the last LP that was solved, for models of one file with other values."""

    last: tuple[Basis, Matrix] | None = None

    def basis(self, matrix: Matrix) -> Basis | None:
        """Return the last basis for a matrix whose rows and columns may be other ones in part; None without one."""
        return None if self.last is None else mapped_basis(self.last[0], self.last[1], matrix)

    def keep(self, matrix: Matrix, basis: Basis | None) -> None:
        """Keep the basis of a matrix that was solved, if it has one."""
        self.last = self.last if basis is None else (basis, matrix)
