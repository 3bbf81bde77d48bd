"""Bisection of an effort between one that is not enough and one that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FIRST_STEP = 0.1
CLOSE = 1e-6


@dataclass(slots=True)
class Bisection:
    """Interval of efforts from one that is not enough (``low``) to one that is (``high``).

    ``is_proven`` is whether the last effort found not to be enough was proven not to be; ``proven`` is that of low.
    """

    enough: Callable[[float], bool]
    is_proven: Callable[[], bool]
    low: float
    high: float
    proven: bool = True

    def tried(self, effort: float) -> bool:
        """Try one effort and narrow the interval to it; return whether it is enough."""
        if self.enough(effort):
            self.high = effort
            return True
        self.low, self.proven = effort, self.is_proven()
        return False

    def widen(self, late: Callable[[], bool]) -> None:
        """Look for an effort that is enough from the low end on, in steps that double."""
        step, most = FIRST_STEP, self.high
        while self.high == most and self.low + step < self.high and not late():
            self.tried(self.low + step)
            step *= 2

    def narrow(self, near: Callable[[float, float], bool], late: Callable[[], bool]) -> None:
        """Narrow the interval by halves until its ends are near each other."""
        while self.high - self.low >= CLOSE and not near(self.low, self.high) and not late():
            self.tried((self.low + self.high) / 2)
