"""Tables over build periods and later periods, held as arrays and read like nested mappings.

What becomes of a node depends on its age, so designs that age alike share one table and differ by a scale. As plain
dictionaries the tables of a thousand designs over eighty periods took 1 GB and most of the derivation's time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Vintages(Mapping[int, Mapping[int, float]]):
    """``table[q][t]`` is what one unit built in period q comes to in period t; where it comes to nothing t is absent."""

    __slots__ = ("_scale", "_share", "built")

    def __init__(self, share: Floats, built: Sequence[int], scale: Floats | float = 1.0) -> None:
        """``share[q,t]`` times ``scale``, or ``scale[q]``, for the periods in which the thing can be built."""
        self._share = share
        self._scale = np.broadcast_to(np.asarray(scale, dtype=np.float64), (len(share),))
        self.built = np.asarray(built, dtype=np.int64)

    def __getitem__(self, q: int) -> dict[int, float]:
        if q not in self.built:
            raise KeyError(q)
        row = self._share[q]
        there = np.flatnonzero(row)
        return dict(zip(there.tolist(), (self._scale[q] * row[there]).tolist(), strict=True))

    def __iter__(self) -> Iterator[int]:
        return iter(self.built.tolist())

    def __len__(self) -> int:
        return len(self.built)

    def rows(self, built: NDArray[np.int64]) -> Floats:
        """The table as an array, one row for each of some build periods and a column for every period."""
        return np.asarray(self._share[built] * self._scale[built, None], dtype=np.float64)

    def at(self, q: int, t: int) -> float:
        """One entry; 0 where there is none."""
        return float(self._share[q, t] * self._scale[q])

    def met(self) -> NDArray[np.bool_]:
        """Periods in which any build period comes to anything."""
        return np.asarray((self._share[self.built] != 0.0).any(axis=0))
