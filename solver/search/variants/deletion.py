"""Deletion filter: an irreducible part of a list of relaxations that is still enough for a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def irreducible(
    items: Sequence[T],
    enough: Callable[[Sequence[T]], bool],
    late: Callable[[], bool],
    on_fewer: Callable[[Sequence[T]], None] = lambda _kept: None,
    singly: bool = False,
) -> tuple[list[T], bool]:
    """Return a part of items that are enough together and no longer without any one, and whether time sufficed.

    Halves are dropped while the rest is enough, then quarters, down to single items; those that come first are dropped
    first. ``on_fewer`` is called with the rest after each trial. ``singly`` leaves out the halves, where most items are
    needed.
    """
    kept, size = list(items), 1 if singly else max(1, len(items) // 2)
    while not late():
        at = 0
        while at < len(kept) and not late():
            fewer = kept[:at] + kept[at + size :]
            if fewer and enough(fewer):
                kept = fewer
            else:
                at += size
            on_fewer(kept)
        if size == 1 and at >= len(kept):
            return kept, True
        size = max(1, size // 2)
    return kept, len(kept) == 1
