"""Patterns of links inside a shell: ring, +Grid, brick, motif, chosen pairs. Nodes are numbered plane by plane.

Each function returns pairs of nodes, each pair once, the smaller number first, in order: an array of links x 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]


def ring(planes: int, slots: int) -> Pairs:
    """Link each plane into a ring of neighbours along the orbit."""
    return _offsets(planes, slots, ((0, 1),), closed=True, twist=0)


def plus_grid(planes: int, slots: int, closed: bool = True, twist: int = 0) -> Pairs:
    """Link a +Grid: each node to the next slot in its plane and to the same slot in the next plane.

    A closed shell links its last plane with its first, ``twist`` slots on: its phasing, summed over all planes.
    """
    return _offsets(planes, slots, ((0, 1), (1, 0)), closed, twist)


def brick(planes: int, slots: int, closed: bool = True, twist: int = 0) -> Pairs:
    """Link a brick pattern of three links a node: along the plane, and to the next plane from every other node.

    The last plane is linked with the first only where the alternation closes; else some node would have four links.
    """
    plane, slot = np.divmod(np.arange(planes * slots), slots)
    even = closed and (planes + twist) % 2 == 0 and (twist == 0 or slots % 2 == 0)
    across = (plane + slot) % 2 == 0 if even else ((plane + slot) % 2 == 0) & (plane < planes - 1)
    rounds, to_plane = np.divmod(plane + 1, planes)
    there = to_plane * slots + (slot + rounds * twist) % slots
    pairs = np.column_stack((np.arange(planes * slots), there))[across] if planes > 1 else np.empty((0, 2), np.int64)
    return each_once(np.concatenate((ring(planes, slots), pairs)))


def motif(planes: int, slots: int, offsets: Sequence[tuple[int, int]]) -> Pairs:
    """Link every node of a closed shell by the same (plane, slot) offsets (Bhattacherjee and Singla 2019).

    ValueError for an offset from a node to itself.
    """
    for plane, slot in offsets:
        if plane % planes == 0 and slot % slots == 0:
            raise ValueError(f"motif: offset ({plane}, {slot}) links a node to itself")
    return _offsets(planes, slots, offsets, closed=True, twist=0)


def chosen(pairs: Iterable[tuple[int, int]], count: int) -> Pairs:
    """Return the given pairs in order, each once; ValueError for a link of a node to itself or an unknown node."""
    given = list(pairs)
    for a, b in given:
        if a == b:
            raise ValueError(f"link {a}, {b}: a link of a node to itself")
        if not (0 <= a < count and 0 <= b < count):
            raise ValueError(f"link {a}, {b}: found a node outside 0 to {count - 1}")
    return each_once(np.array(given, dtype=np.int64).reshape(-1, 2))


def _offsets(planes: int, slots: int, offsets: Sequence[tuple[int, int]], closed: bool, twist: int) -> Pairs:
    plane, slot = np.divmod(np.arange(planes * slots), slots)
    found = []
    for plane_step, slot_step in offsets:
        rounds, to_plane = np.divmod(plane + plane_step, planes)
        to_slot = (slot + slot_step + rounds * twist) % slots
        pairs = np.column_stack((np.arange(planes * slots), to_plane * slots + to_slot))
        found.append(pairs if closed or plane_step == 0 else pairs[rounds == 0])
    return each_once(np.concatenate(found)) if found else np.empty((0, 2), dtype=np.int64)


def each_once(pairs: Pairs) -> Pairs:
    """Return pairs in order, each once, the smaller number first; pairs of a node with itself are left out."""
    ordered = np.sort(pairs, axis=1)
    ordered = ordered[ordered[:, 0] != ordered[:, 1]]
    size = int(ordered.max(initial=0)) + 1
    first, second = np.divmod(np.unique(ordered[:, 0] * size + ordered[:, 1]), size)
    return np.asarray(np.column_stack((first, second)), dtype=np.int64)
