"""Segments of learning curves in a matrix: error of the chord over the open ones, and where to branch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from formulations.names import Row, Var
from solver.milp.matrix import Floats, Indices, Matrix


@dataclass(frozen=True, eq=False, slots=True)
class SegmentedCurve:
    """Segments of one curve in one period, in order: columns, lengths, costs; all but the last have ``active``."""

    component: str
    fill: Indices
    active: Indices
    length: Floats
    cost: Floats

    def error(self, x: Floats) -> float:
        """Compute the chord error at a point: cost of its experience on the curve less the cost of its segments."""
        filled = x[self.fill]
        return float(self.cost @ (self._in_order(filled) - filled))

    def reached(self, x: Floats) -> int:
        """Count the segments that the experience of a point fills completely."""
        return int((self._in_order(x[self.fill]) >= 1.0 - 1e-9).sum())

    def _in_order(self, filled: Floats) -> Floats:
        before = np.cumsum(self.length) - self.length
        return np.clip((self.length @ filled - before) / self.length, 0.0, 1.0)


def segmented_curves(matrix: Matrix) -> list[SegmentedCurve]:
    """Collect the curves and periods of a matrix with more than one segment."""
    by_row, fills = sp.csr_matrix(matrix.a), set(matrix.columns_of(Var.LEARNING_SEGMENT_FILL).tolist())
    curves = []
    for row in matrix.rows_of(Row.LEARNING_SEGMENT).tolist():
        entries = slice(by_row.indptr[row], by_row.indptr[row + 1])
        length = {int(j): abs(float(a)) for j, a in zip(by_row.indices[entries], by_row.data[entries], strict=True)}
        fill = np.array(sorted(fills & length.keys()), dtype=np.int64)
        active = [
            matrix.column(Var.LEARNING_SEGMENT_ACTIVE, *matrix.column_names.indices[j]) for j in fill[:-1].tolist()
        ]
        if active:
            component = str(matrix.row_names.indices[row][0])
            lengths = np.array([length[j] for j in fill.tolist()])
            curves.append(SegmentedCurve(component, fill, np.array(active, dtype=np.int64), lengths, matrix.cost[fill]))
    return curves
