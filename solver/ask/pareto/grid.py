"""Levels of a grid in their order: towards the tightest one with a plan by halves, then those below it."""

from __future__ import annotations

from collections.abc import Sequence


def following(count: int, tried: Sequence[int], tightest: int) -> int:
    """Return the next of so many levels, which rise in tightness; ``tightest`` is the last one with a plan.

    The last one; then half-way to the first one without a plan; then those below it, the tightest first; then the
    others.
    """
    if not tried:
        return count - 1
    failed = min((n for n in tried if n > tightest), default=count)
    middle = (tightest + failed) // 2
    if middle > tightest and middle not in tried:
        return middle
    left = [n for n in range(count) if n not in tried]
    return max((n for n in left if n < tightest), default=left[0])
