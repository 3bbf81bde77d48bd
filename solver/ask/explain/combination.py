"""Combination of keys at the least effort: an LP whose columns are the numbers of the keys, beside those of the model.

The keys of a conflict move sides of rows. Between two matrices that differ in sides alone each side moves along a
chord with the number of its key, so that one LP gives all numbers with which the target is in reach. An effort is a
logarithm: the LP is solved again with the slopes of the efforts where it stood, which leaves few keys changed. A side
may bend, as that of a rate below its ceiling does, so that the chords are drawn anew from where it stood. The numbers
are guesses: each is tested on the instance itself, whose model is derived anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
import scipy.sparse as sp

from solver.ask.explain.levers import MOST_EFFORT, Lever
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.names import Names
from solver.milp.solution import Basis
from solver.search.variants.limit_keys import LimitKeys
from solver.search.variants.missed_target import without_cuts

ROUNDS = 6
"""Most LPs for one combination."""
GAINED = 0.01
"""Share of the efforts by which another LP lowers them where it is worth going on."""
UNMOVED = 1e-6
"""Difference of a number from that of the file, as a share, up to which the key is left as it is."""


@dataclass(slots=True)
class Combination:
    """LP of some keys of one instance, between its matrix as read and that with every key at its loosest.

    ``rows`` are the rows whose sides a key moves, ``key`` the position of that key for each. ``numbers`` are those at
    which the chords start, and ``sides`` the sides there.
    """

    levers: Sequence[Lever]
    loosest: Matrix
    rows: Indices
    key: Indices
    numbers: Floats
    sides: Floats
    basis: Basis | None = None

    @classmethod
    def of(cls, levers: Sequence[Lever], given: Matrix, loosest: Matrix, keys: LimitKeys) -> Combination | None:
        """Return the LP of some keys; None where the two matrices differ in more than sides that one key each moves."""
        given, loosest = without_cuts(given), without_cuts(loosest)
        if given.row_names != loosest.row_names or given.column_names != loosest.column_names:
            return None
        held = np.isfinite(_sides(given)) & np.isfinite(_sides(loosest))
        for component in loosest.row_names.components:
            # Cuts follow from limits: those of the loosest matrix hold for it and for every number below.
            held[loosest.rows_of(component)] &= not component.startswith("cuts.")
        changed = sp.csr_matrix(given.a - loosest.a)[np.flatnonzero(held)]
        if np.any(changed.data != 0.0) or any(lever.relaxation.month for lever in levers):
            return None
        moved = np.flatnonzero(held & (_sides(given) != _sides(loosest)))
        movers = {int(r): _mover(levers, loosest, keys, int(r)) for r in moved}
        found = {r: n for r, n in movers.items() if n is not None}
        if set(found.values()) != set(range(len(levers))):
            return None
        rows = np.array(sorted(found), dtype=np.int64)
        numbers = np.array([lever.relaxation.given for lever in levers])
        owners = np.array([found[int(r)] for r in rows], dtype=np.int64)
        return cls(levers, loosest.relaxed(), rows, owners, numbers, _sides(given)[rows])

    def efforts(
        self, tested: Callable[[list[float]], tuple[bool, Matrix | None]], limits: Callable[[], Limits | None]
    ) -> list[float] | None:
        """Return the least efforts found that are enough together; None where none were found.

        ``tested`` returns whether efforts are enough, and the matrix with them; ``limits`` are those of the next LP,
        None where no time is left.
        """
        best: list[float] | None = None
        for _ in range(ROUNDS):
            left = limits()
            numbers = None if left is None else self._solved(left)
            if numbers is None:
                break
            efforts = [self._effort(lever, number) for lever, number in zip(self.levers, numbers, strict=True)]
            enough, matrix = tested(efforts)
            if enough:
                worse = best is not None and sum(efforts) > (1 - GAINED) * sum(best)
                best = efforts if best is None or sum(efforts) < sum(best) else best
                if worse:
                    break
            if matrix is None or matrix.row_names != self.loosest.row_names:
                break
            self.numbers = np.array([lever.at(effort) for lever, effort in zip(self.levers, efforts, strict=True)])
            self.sides = _sides(matrix)[self.rows]
        return best

    def _effort(self, lever: Lever, number: float) -> float:
        """Return the effort of a number; none where it is that of the file but for tolerances."""
        given = lever.relaxation.given
        return 0.0 if abs(number - given) <= UNMOVED * max(abs(given), 1.0) else min(lever.effort(number), MOST_EFFORT)

    def _solved(self, limits: Limits) -> list[float] | None:
        """Return the numbers of the least effort, by its slopes at the present ones; None where the LP has none."""
        base, count = self.loosest, len(self.levers)
        given, far = (
            np.array([getattr(lever.relaxation, end) for lever in self.levers]) for end in ("given", "loosest")
        )
        unit = np.where(given == 0.0, 1.0, np.abs(given))
        last, way = _sides(base)[self.rows], ((far - self.numbers) / unit)[self.key]
        rise = np.divide(last - self.sides, way, out=np.zeros(len(way)), where=way != 0.0)
        start = self.sides - rise * (self.numbers / unit)[self.key]
        lower, upper = base.row_lower.copy(), base.row_upper.copy()
        for side in (lower, upper):
            side[self.rows] = np.where(side[self.rows] == last, start, side[self.rows])
        moves = sp.csc_matrix((-rise, (self.rows, self.key)), shape=(base.rows, count))
        slopes = [_slope(lever, number) for lever, number in zip(self.levers, self.numbers, strict=True)]
        wide = replace(
            base,
            a=sp.csc_matrix(sp.hstack([base.a, moves], format="csc")),
            row_lower=lower,
            row_upper=upper,
            cost=np.append(np.zeros(base.columns), np.array(slopes) * unit),
            cost_offset=0.0,
            lower=np.append(base.lower, np.minimum(given, far) / unit),
            upper=np.append(base.upper, np.maximum(given, far) / unit),
            integer=np.zeros(base.columns + count, dtype=bool),
            column_names=Names.joined(base.column_names, Names.of_pairs(("key", (n,)) for n in range(count))),
        )
        found = solve(wide, limits, basis=self.basis)
        self.basis = found.basis or self.basis
        return None if found.x is None else (found.x[base.columns :] * unit).tolist()


def _sides(matrix: Matrix) -> Floats:
    """Return the side of each row that a limit is on: the upper one where there is one."""
    return np.where(np.isfinite(matrix.row_upper), matrix.row_upper, matrix.row_lower)


def _mover(levers: Sequence[Lever], matrix: Matrix, keys: LimitKeys, row: int) -> int | None:
    """Return the position of the one key that moves the side of a row; None where no key or several do."""
    path = keys.of(matrix.row_names.component(row), matrix.row_names.indices[row]).path
    found = [n for n, lever in enumerate(levers) if fnmatchcase(path, lever.path) or fnmatchcase(lever.path, path)]
    return found[0] if len(found) == 1 else None


def _slope(lever: Lever, number: float) -> float:
    """Return by how much the effort of a key grows with its number."""
    r = lever.relaxation
    if r.given == 0:
        return 1.0 / (lever.width * (1.0 + number))
    return (1.0 if r.loosest > r.given else -1.0) / (lever.width * max(number, UNMOVED * abs(r.given)))
