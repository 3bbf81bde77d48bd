"""What all hand computations share: discounting, whole numbers, ramps."""

from __future__ import annotations

import math
from itertools import product

NEVER = math.inf


def at(rate: float, years: float) -> float:
    """Present value of 1 after some years."""
    return math.pow(1 + rate, -years)


def whole(number: float) -> int:
    """The next whole number, forgiving rounding."""
    return math.ceil(number - 1e-9)


def ramped(most: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Counts per year, each at most as given and at most 1 + 2 x the year before."""
    return [
        counts
        for counts in product(*(range(n + 1) for n in most))
        if all(now <= 1 + 2 * before for before, now in zip((0, *counts), counts, strict=False))
    ]
