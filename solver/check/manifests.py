"""Manifests: the nodes of one vehicle, shell and period packed into flights, each node whole, by mass and volume.

Flights hold loads of several designs. The shares of a flight that they take up are 1/n each, and such shares may add up
to two flights without a way to divide them over two: 1/2, 1/3, 1/3 and four of 1/5. Supplies and bulk cargo can be
divided, so that they fill what mass is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_STEPS = 20_000
"""Flights tried by the search, at most; then the packing counts as not found."""
ROUNDING = 1e-9
"""Share of a node by which a flight may be exceeded, as in the number of nodes of one design on a flight."""


@dataclass(frozen=True, slots=True)
class Load:
    """Nodes of one design: their number, and the shares of payload and volume of a flight that one takes up."""

    count: int
    mass_share: float
    volume_share: float

    @property
    def share(self) -> float:
        """Larger of both shares."""
        return max(self.mass_share, self.volume_share)

    def fits(self, mass_left: float = 1.0, volume_left: float = 1.0) -> int:
        """Return the number of nodes that the rest of a flight holds; the payload limits it always."""
        most = mass_left / self.mass_share
        if self.volume_share > 0:
            most = min(most, volume_left / self.volume_share)
        return max(0, math.floor(most + ROUNDING))


def packed_flights(loads: Sequence[Load], flights: int) -> int:
    """Return the number of flights of a packing: at most ``flights`` where a packing into these is found."""
    ordered = sorted((load for load in loads if load.count > 0), key=lambda load: -load.share)
    fewest = min(_by_design_first(ordered), len(_first_fit(ordered)))
    if fewest <= flights:
        return fewest
    return flights if _Search(ordered).packs(flights) else fewest


def never_packs(loads: Sequence[Load], flights: int) -> bool:
    """Return whether it is proven that no packing into so many flights exists."""
    search = _Search(sorted((load for load in loads if load.count > 0), key=lambda load: -load.share))
    return not search.packs(flights) and search.steps <= MOST_STEPS


def _by_design_first(loads: Sequence[Load]) -> int:
    """Return the flights of a packing that fills flights with one design each, and packs the rest."""
    full, rest = 0, []
    for load in loads:
        each = max(1, load.fits())
        full += load.count // each
        rest.append(Load(load.count % each, load.mass_share, load.volume_share))
    return full + len(_first_fit(rest))


def _first_fit(loads: Sequence[Load]) -> list[tuple[float, float]]:
    """Put each node, the largest first, on the first flight that holds it; return mass and volume left of each."""
    left: list[tuple[float, float]] = []
    for load in loads:
        count = load.count
        for i, (mass, volume) in enumerate(left):
            put = min(count, load.fits(mass, volume))
            left[i] = mass - put * load.mass_share, volume - put * load.volume_share
            count -= put
        while count > 0:
            put = min(count, max(1, load.fits()))
            left.append((1.0 - put * load.mass_share, 1.0 - put * load.volume_share))
            count -= put
    return left


class _Search:
    """Depth-first search for a packing: flight by flight, each with the largest node left and as full as it can be."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self.loads = loads
        self.steps = 0
        self.failed: set[tuple[int, tuple[int, ...]]] = set()

    def packs(self, flights: int) -> bool:
        """Return whether a packing into so many flights is found."""
        manifests: list[tuple[Iterator[tuple[int, ...]], tuple[int, ...]]] = []
        counts: tuple[int, ...] = tuple(load.count for load in self.loads)
        while any(counts):
            left = flights - len(manifests)
            if left > 0 and (left, counts) not in self.failed and self._holds(counts, left):
                manifests.append((self._manifests(counts), counts))
            while manifests and (put := next(manifests[-1][0], None)) is None:
                before = manifests.pop()[1]
                self.failed.add((flights - len(manifests), before))
            self.steps += 1
            if not manifests or put is None or self.steps > MOST_STEPS:
                return False
            counts = tuple(n - k for n, k in zip(manifests[-1][1], put, strict=True))
        return True

    def _holds(self, counts: tuple[int, ...], flights: int) -> bool:
        """Return whether mass and volume of the nodes left are no more than those of the flights left."""
        pairs = list(zip(self.loads, counts, strict=True))
        mass = sum(load.mass_share * n for load, n in pairs)
        return max(mass, sum(load.volume_share * n for load, n in pairs)) <= flights * (1 + ROUNDING)

    def _manifests(self, counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield the full flights that hold the largest node left; more of larger nodes first."""
        largest = next(i for i, n in enumerate(counts) if n > 0)

        def filled(i: int, mass: float, volume: float) -> Iterator[tuple[int, ...]]:
            if i == len(counts):
                yield ()
                return
            load = self.loads[i]
            most = min(counts[i], load.fits(mass, volume))
            # A flight with room for one more node of the last design is never better than with that node.
            least = most if i == len(counts) - 1 else 1 if i == largest else 0
            for put in range(most, least - 1, -1):
                rest = filled(i + 1, mass - put * load.mass_share, volume - put * load.volume_share)
                for others in rest:
                    yield (put, *others)

        return filled(0, 1.0, 1.0)
