"""Chords under a learning curve: their error, and cuts that spread it evenly.

Spending is a concave function of experience, so a chord between two of its points lies below it everywhere between.
Errors are shares of the spending since the start of the curve, ``paid_before`` included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from solver.physics.learning import Curve

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
STEPS = 24
"""Iterations of the searches for the worst point and the next cut: five digits of the place, ten of the error."""
SHORT = 1e-9
"""Part of its begin up to which a chord is exact: the price changes by less over it."""
COARSE_SHARE, MAX_COARSE_SEGMENTS = 0.0025, 10_000


def chord_error_share(curve: Curve, low: float, high: float, paid_before: float = 0.0) -> float:
    """Return the largest share by which the chord from ``low`` to ``high`` understates the spending.

    The error has a single maximum, which golden-section search finds.
    """
    if high - low <= SHORT * low:
        return 0.0
    at_low = curve.spend(low)
    slope = (curve.spend(high) - at_low) / (high - low)

    def share(part: float) -> float:
        # In the square of the part, because the worst point may lie next to the start, where spending is still 0.
        beyond = (high - low) * part * part
        true = curve.spend(low + beyond) + paid_before
        return 1.0 - (at_low + paid_before + slope * beyond) / true if true > 0.0 else 1.0 - slope / curve.factor(low)

    left, right = 0.0, 1.0
    for _ in range(STEPS):
        a, b = right - GOLDEN * (right - left), left + GOLDEN * (right - left)
        if share(a) < share(b):
            left = a
        else:
            right = b
    return max(0.0, share(left), share((left + right) / 2), share(right))


def worst_share(curve: Curve, cuts: Sequence[float], paid_before: float = 0.0) -> float:
    """Return the largest error of the chords between neighbouring cuts."""
    return max((chord_error_share(curve, low, high, paid_before) for low, high in pairwise(cuts)), default=0.0)


@lru_cache(maxsize=256)
def even_cuts(curve: Curve, high: float, share: float, max_segments: int) -> tuple[float, ...]:
    """Return cuts from the start of a curve to ``high`` such that the error of each chord is at most a share.
    The number of cuts is the smallest, but at most that of ``max_segments`` segments: if these do not suffice the
    share is raised. Near the start, where little was spent, cuts lie closer than in equal doublings; far from it they
    are nearly those.
    """
    if high <= curve.start:
        return (curve.start,)
    cuts = _cut(curve, high, share, max_segments) if share > 0.0 else None
    if cuts is None:
        # The error falls with the square of the number of segments: one coarse cut estimates the smallest error.
        trial = max(share, COARSE_SHARE)
        coarse = _cut(curve, high, trial, MAX_COARSE_SEGMENTS)
        trial *= 1.0 if coarse is None else ((len(coarse) - 1) / max_segments) ** 2
        while (cuts := _cut(curve, high, trial, max_segments)) is None:
            trial *= 1.1
    return cuts


def _cut(curve: Curve, high: float, share: float, max_segments: int) -> tuple[float, ...] | None:
    """Return cuts as far apart as the share allows; None if there would be too many."""
    cuts = [curve.start]
    while cuts[-1] < high:
        if len(cuts) > max_segments:
            return None
        cuts.append(_next(curve, cuts[-1], high, share))
    return tuple(cuts)


def _next(curve: Curve, low: float, high: float, share: float) -> float:
    straight = curve.floor_reached
    if low >= straight or chord_error_share(curve, low, high) <= share:
        return high
    # The price bends where it meets its floor: beyond it a chord is exact, across it none is.
    least, end = 0.0, math.log(min(high, straight) / low)
    if straight < high and chord_error_share(curve, low, straight) <= share:
        return straight
    for _ in range(STEPS):
        middle = (least + end) / 2
        if chord_error_share(curve, low, low * math.exp(middle)) <= share:
            least = middle
        else:
            end = middle
    return low * math.exp(least) if least > 0.0 else low * math.exp(end)
