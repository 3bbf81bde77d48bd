"""LP relaxation without some columns: lower bounds of all such plans, each solved from the optimum with all columns.

Two claims differ in the columns that are closed, so that a few steps of the dual simplex lead from the optimum to each.
Its objective only rises, and it ends where that passes the limit clearly. Every bound is derived again from the duals.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices
from solver.milp.safe_bounds import lp_bound, tighten_column_bounds
from solver.milp.warm_lp import LpPoint, WarmLp
from solver.search.variants.near_optimal import NearOptimal

BEYOND = 1.0
"""Distance beyond the limit up to which bounds are followed, as a multiple of the slack."""


@dataclass(slots=True)
class ClaimBounds:
    """Warm LP relaxation of the plans of a study, without bounds of dominance, and its optimum.

    ``lower`` and ``upper`` hold for the columns of all plans that cost ``most`` or less, in the minimised sense.
    """

    near: NearOptimal
    most: float = field(init=False)
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)
    lp: WarmLp = field(init=False)
    root: LpPoint | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Propagate the limit through the rows, once for all claims."""
        near = self.near
        self.most = near.limit + BEYOND * (near.limit - near.best)
        self.lower, self.upper = tighten_column_bounds(near.loose, cutoff=self.most)
        self.lp = WarmLp(near.loose, Limits(seed=near.seed), near.stop)

    def without(self, columns: Indices, seconds: float) -> float:
        """Return a proven bound of all plans without some columns; infinite where there are none, -inf without one.

        A plan without the columns costs at least so much, or more than ``most``.
        """
        point = self._closed(columns, seconds)
        bound = -np.inf if point is None else self._proven(columns, point)
        if point is None or (point.unfinished and self.near.within(bound)):
            return self.near.bound_without(columns, seconds).bound
        return bound

    def optimum(self, columns: Indices, seconds: float) -> LpPoint | None:
        """Return the optimum of the LP relaxation without some columns; None without one in time."""
        point = self._closed(columns, seconds)
        return None if point is None or point.unfinished else point

    def cheap_together(self, closings: list[Indices], most: float, seconds: float) -> list[int]:
        """Return the numbers of sets of columns that can be closed together at a cost of ``most`` in the LP relaxation.

        They are added in the order given; the first one is there at any cost.
        """
        taken, columns = [0], closings[0]
        for n, more in enumerate(closings[1:], start=1):
            if self.near.stop.is_set():
                break
            both = np.union1d(columns, more)
            point = self._closed(both, seconds, most)
            if point is not None and not point.unfinished and point.value <= most:
                taken, columns = [*taken, n], both
        return taken

    def _closed(self, columns: Indices, seconds: float, most: float | None = None) -> LpPoint | None:
        """Return the optimum with some columns closed, or where its duals pass a limit; None without one in time."""
        loose, lp = self.near.loose, self.lp
        if self.root is None:
            self.root = lp.solve(seconds)
        if self.root is None:
            return None
        low = loose.lower[columns]
        lp.restart_from(self.root)
        lp.set_bounds(columns, low, low)
        point = lp.solve(seconds, cutoff=self.most if most is None else most)
        lp.set_bounds(columns, low, loose.upper[columns])
        return point

    def _proven(self, columns: Indices, point: LpPoint) -> float:
        """Return the bound that the duals of a point prove, ``most`` at the highest."""
        lower, upper = self.lower, self.upper.copy()
        upper[columns] = np.minimum(upper[columns], self.near.loose.lower[columns])
        if np.any(lower > upper):
            return self.most
        return float(min(self.most, lp_bound(self.near.loose, point.row_dual, lower, upper)))
