"""Branching rule of the tree: date of a development, segment of a learning curve, cumulative orders, then fleets.

The candidate with the largest estimated cost beyond the LP comes first: a development started in full, or a curve in
place of its chords. Cumulative orders are branched on where no other candidate is fractional, and those of vehicles
where all others are integral: they are many, and mixed with the others they hold up the bound. Pseudo-costs served
worse, as the gains of one development differ tenfold over the tree.

The branching date of a development is the date in the incumbent or the period before it, as these leave little on
either side; otherwise the middle one of the fractional dates. The branching segment is the one next to the experience
of the LP point, in the period with the largest chord error: neither child contains the point.
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
    """Branching candidate: position among the branching columns, estimated cost increase beyond the LP."""

    position: int
    estimated_increase: float


@dataclass(slots=True)
class Branching:
    """Branching columns, in this order: paths of developments, cumulative orders, active segments of curves.

    The last ``fleets`` of the ``sums`` are orders of vehicles.
    """

    matrix: Matrix
    columns: Indices
    paths: int
    sums: int
    curves: list[SegmentedCurve]
    fleets: int = 0

    @property
    def first_fleet(self) -> int:
        """Position of the first order of vehicles."""
        return self.paths + self.sums - self.fleets

    def choose(self, x: Floats, plan: Floats | None) -> Candidate | None:
        """Choose the candidate to branch on at a point; None where all are integral. ``plan`` is the incumbent."""
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
        for first, end in ((self.paths, self.first_fleet), (self.first_fleet, self.paths + self.sums)):
            far = _fractionality(x[self.columns[first:end]])
            if far.max(initial=0.0) > INTEGRALITY:
                yield Candidate(first + int(far.argmax()), float(far.max()))
                return

    def _segments(self, x: Floats) -> Iterator[Candidate]:
        """Yield one candidate per curve: its chord error over all periods, in the period with the largest one."""
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
