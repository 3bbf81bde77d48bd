"""Statistics of a solve: learning curves and size of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from solver.derive.learning import Curves
from solver.milp.conditioning import ranges
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over


@dataclass(frozen=True, slots=True)
class LearningSummary:
    """Statistics of learning curves: mode, price iterations, and for the mode segments two more.

    These are the segments by component, and the largest share by which their chords understate the cost of a plan.
    """

    mode: str
    rounds: int
    segments: Mapping[str, int]
    chord_error_share: float | None

    @classmethod
    def of(cls, curves: Curves, rounds: int) -> LearningSummary | None:
        """Return the statistics of the curves of an instance; None where nothing learns."""
        if not curves.curve:
            return None
        if curves.mode == "fixed_point":
            return cls(curves.mode, rounds, {}, None)
        return cls(curves.mode, rounds, curves.segments, max(curves.chord_error_share.values(), default=0.0))


@dataclass(frozen=True, slots=True)
class ModelSize:
    """Dimensions of a compiled model, and the ranges of its numbers as scaled for the solver."""

    rows: int = 0
    columns: int = 0
    integers: int = 0
    ranges: str = ""

    @classmethod
    def of(cls, matrix: Matrix) -> ModelSize:
        """Return the size of a matrix."""
        ranged = str(ranges(as_handed_over(matrix)))
        return cls(matrix.rows, matrix.columns, int(matrix.integer.sum()), ranged)
