"""Bisection of an effort between one that is not enough and one that is, led by how much of the target each reaches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

FIRST_STEP, FACTOR = 0.25, 4.0
CLOSE = 1e-6
ASIDE = 0.4
"""Distance of a guess from the effort that the shares point to, as a part of ``step``: an end falls on each side."""
LEAST_PART = 0.02
"""Least part of the interval that a guess leaves on either side."""


@dataclass(slots=True)
class Bisection:
    """Interval of efforts from one that is not enough (``low``) to one that is (``high``).

    ``reached`` returns the share of the target in reach with an effort; 1 or more is enough. ``is_proven`` is whether
    the last effort found not to be enough was proven not to be; ``proven`` is that of low. ``low_share`` and
    ``high_share`` are the shares at the ends, 0 and infinite where they are not known. ``step`` is a distance of two
    efforts that are near each other; 0 where the shares are no guide, and the interval is halved.
    """

    reached: Callable[[float], float]
    is_proven: Callable[[], bool]
    low: float
    high: float
    proven: bool = True
    low_share: float = 0.0
    high_share: float = math.inf
    step: float = 0.0

    def tried(self, effort: float) -> bool:
        """Try one effort and narrow the interval to it; return whether it is enough."""
        share = self.reached(effort)
        if share >= 1.0:
            self.high, self.high_share = effort, share
            return True
        self.low, self.low_share, self.proven = effort, share, self.is_proven()
        return False

    def widen(self, late: Callable[[], bool]) -> None:
        """Look for an effort that is enough from the low end on, in steps that grow."""
        step, most = FIRST_STEP, self.high
        while self.high == most and self.low + step < self.high and not late():
            self.tried(self.low + step)
            step *= FACTOR

    def narrow(self, near: Callable[[float, float], bool], late: Callable[[], bool]) -> None:
        """Narrow the interval until its ends are near each other, by guesses from the shares and by halves."""
        width, high_last = math.inf, False
        while self.high - self.low >= CLOSE and not near(self.low, self.high) and not late():
            # A guess that leaves most of the interval is followed by a half.
            halved = self.high - self.low > 0.5 * width
            width = self.high - self.low
            high_last = self.tried((self.low + self.high) / 2 if halved else self._guess(high_last))

    def _guess(self, high_last: bool) -> float:
        """Return the effort at which the logarithm of the share comes to 0, a little to the side that is open."""
        middle = (self.low + self.high) / 2
        if not (self.step > 0.0 and self.low_share > 0.0 and 1.0 <= self.high_share < math.inf):
            return middle
        low, high = math.log(self.low_share), math.log(self.high_share)
        width = self.high - self.low
        aside = ASIDE * self.step * (-1.0 if high_last else 1.0)
        guess = self.low + width * -low / (high - low) + aside
        least = LEAST_PART * width
        return min(max(guess, self.low + least), self.high - least)
