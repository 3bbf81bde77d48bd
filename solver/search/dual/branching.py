"""On which column a tree branches: a date of a development, a segment of a learning curve, a sum of orders.

What costs most beyond the LP comes first: a development begun in full, or a curve in the place of its chords; sums of
orders where neither is left. Measured with the Moon and learning (46,153 columns, 300 s): the bound came from 344.2 to
387.6, of a plan of 396.2. By what branching on each had gained so far (pseudo-costs) it came to 382.6: gains of one
development differ tenfold over the tree.

The date branched on is the one that the best plan has, and the one before it, which leaves little on either side; else
the one in the middle. By the first date of which the LP takes a third, the bound rose by a period for each node. The
segment is the one that the point has reached, in the period where its chord leaves out most: neither side keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solver.milp.matrix import Floats, Indices, Matrix
from solver.search.core.developments import STEP
from solver.search.dual.segments import SegmentedCurve

INTEGRALITY = 1e-5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place among the columns branched on, and its estimated cost beyond the LP."""

    position: int
    estimated_increase: float


@dataclass(slots=True)
class Branching:
    """Columns that are branched on, in this order: paths of developments, sums of orders, passed segments."""

    matrix: Matrix
    columns: Indices
    paths: int
    sums: int
    curves: list[SegmentedCurve]

    def choose(self, x: Floats, plan: Floats | None) -> Candidate | None:
        """The candidate to branch on at a point; None where all is whole. ``plan`` is the best one known."""
        first = [*self._dates(x, plan), *self._segments(x)] or [*self._sums(x)]
        return max(first, key=lambda candidate: candidate.estimated_increase, default=None)

    def _dates(self, x: Floats, plan: Floats | None) -> Iterator[Candidate]:
        kinds = self.matrix.column_names.kinds[self.columns[: self.paths]]
        for kind in np.unique(kinds):
            positions = np.flatnonzero(kinds == kind)
            path = x[self.columns[positions]]
            fractional = np.flatnonzero(_fractionality(path) > INTEGRALITY)
            if fractional.size:
                cost = np.abs(self.matrix.cost[self.columns[positions]])
                estimated_increase = float(cost @ np.where(path > STEP, 1 - path, 0.0))
                yield Candidate(int(positions[self._branching_date(positions, fractional, plan)]), estimated_increase)

    def _sums(self, x: Floats) -> Iterator[Candidate]:
        far = _fractionality(x[self.columns[self.paths : self.paths + self.sums]])
        if far.max(initial=0.0) > INTEGRALITY:
            yield Candidate(self.paths + int(far.argmax()), float(far.max()))

    def _segments(self, x: Floats) -> Iterator[Candidate]:
        """Of each curve, by what its chords leave out in all periods, the period with the largest share."""
        total: dict[str, float] = {}
        largest: dict[str, tuple[float, int]] = {}
        first = self.paths + self.sums
        for curve in self.curves:
            of, error = curve.component, curve.error(x)
            total[of] = total.get(of, 0.0) + error
            open_ = np.flatnonzero(_fractionality(x[curve.active]) > INTEGRALITY)
            if open_.size and error > largest.get(of, (0.0, 0))[0]:
                largest[of] = error, first + int(open_[np.argmin(np.abs(open_ - curve.reached(x)))])
            first += len(curve.active)
        for of, (_, position) in largest.items():
            yield Candidate(position, total[of])

    def _branching_date(self, positions: Indices, fractional: Indices, plan: Floats | None) -> int:
        if plan is not None:
            begun = int((plan[self.columns[positions]] < 0.5).sum())
            for date in (begun, begun - 1):
                if date in fractional:
                    return date
        return int(fractional[len(fractional) // 2])


def _fractionality(x: Floats) -> Floats:
    return np.asarray(np.abs(x - np.rint(x)))
