"""Exported model: the matrix of an instance as a file for other solvers, with the objective in the unit of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.errors import UsageError
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.io import escapes
from solver.milp.lp_file import lp_text
from solver.milp.matrix import Matrix
from solver.milp.mps import FileNames, mps
from solver.run.gap import UNITS
from solver.run.model_size import admitted_size
from solver.run.outcome import conversion_of
from solver.run.solve import build


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """Matrix for a file, with the comments at its head."""

    matrix: Matrix
    comments: tuple[str, ...]

    def mps(self) -> str:
        """Return the model in free MPS format."""
        return mps(self.matrix, FileNames.readable(self.matrix), self.comments)

    def lp(self) -> str:
        """Return the model in the LP format of CPLEX."""
        return lp_text(self.matrix, FileNames.readable(self.matrix), self.comments)


def exported(file: str | Path, changes: Sequence[str] = ()) -> ExportedModel:
    """Build the model of an instance file for export; InstanceError, UsageError where no one matrix is the problem."""
    loaded = read(file, changes=changes)
    instance = loaded.instance
    _require_one_matrix(file, instance)
    designs, _ = selected_designs(instance)
    admitted_size(instance, designs)
    derived = derive(instance, designs)
    matrix, _ = build(derived, instance=instance)
    factor = abs(conversion_of(instance, derived).factor)
    unit = UNITS[instance.objective.kind]
    unit += ", net cost and value forgone" if instance.objective.kind == "most_value" else ""
    comments = (
        f"{escapes.line(instance.name)}, instance {loaded.hash[:12]}, objective in {unit}",
        f"{matrix.rows} rows, {matrix.columns} columns, {int(matrix.integer.sum())} of them integer; "
        "names are those of the model: family.name(places,period)",
    )
    return ExportedModel(matrix.with_(cost=matrix.cost * factor, cost_offset=matrix.cost_offset * factor), comments)


def _require_one_matrix(file: str | Path, instance: Instance) -> None:
    """Raise UsageError where the program solves more than one matrix, each reason with its cure."""
    reasons = []
    if instance.objective.kind == "earliest_date":
        reasons.append(
            "objective.kind: found earliest_date, a search over many models; "
            "expected least_cost, most_value or most_power"
        )
    if instance.learning.components:
        reasons.append(
            "learning: found learning curves, whose prices are searched outside of the model; "
            "expected none (--set learning=null)"
        )
    if instance.network is not None and instance.network.contingencies:
        reasons.append(
            "network.contingencies: found contingencies, whose rows are added during the search; "
            "expected none (--set network.contingencies=null)"
        )
    if reasons:
        raise UsageError("\n".join(f"{file}: {reason}" for reason in reasons))
