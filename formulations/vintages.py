"""Tables over build periods and later periods, stored as arrays and read like nested mappings.

Coefficients of a node depend on its age, so designs with the same ageing share one array and differ by a scale. This
keeps memory low where there are many designs and periods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Vintages(Mapping[int, Mapping[int, float]]):
    """Coefficient table: ``table[q][t]`` is that of one unit built in period q for period t; zeros are absent."""

    __slots__ = ("_scale", "_share", "built")

    def __init__(self, share: Floats, built: Sequence[int], scale: Floats | float = 1.0) -> None:
        """Store ``share[q,t]`` times ``scale``, or ``scale[q]``, for the periods in which the unit can be built."""
        self._share = share
        self._scale = np.broadcast_to(np.asarray(scale, dtype=np.float64), (len(share),))
        self.built = np.asarray(built, dtype=np.int64)

    def __getitem__(self, q: int) -> dict[int, float]:
        if q not in self.built:
            raise KeyError(q)
        row = self._share[q]
        there = np.flatnonzero(row)
        return dict(zip(there.tolist(), (self._scale[q] * row[there]).tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vintages):
            return Mapping.__eq__(self, other)
        return np.array_equal(self.built, other.built) and np.array_equal(self.rows(self.built), other.rows(self.built))

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[int]:
        return iter(self.built.tolist())

    def __len__(self) -> int:
        return len(self.built)

    def rows(self, built: NDArray[np.int64]) -> Floats:
        """Return the table as an array, one row for each of some build periods and a column for every period."""
        return np.asarray(self._share[built] * self._scale[built, None], dtype=np.float64)

    def at(self, q: int, t: int) -> float:
        """Return one entry; 0 where there is none."""
        return float(self._share[q, t] * self._scale[q])

    def scaled(self, factor: float) -> Vintages:
        """Return the table with every entry times a factor."""
        return Vintages(self._share, self.built.tolist(), self._scale * factor)

    def nonzero_periods(self) -> NDArray[np.bool_]:
        """Mark the periods in which any build period has a nonzero entry."""
        return np.asarray((self._share[self.built] != 0.0).any(axis=0))
