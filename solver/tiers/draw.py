"""Random draws, from the one stream that is the same in all versions of Python."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draw:
    """Random draws from a stream; random() of a text seed is the one that Python promises to keep."""

    stream: random.Random

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return low + (high - low) * self.stream.random()

    def integer(self, least: int, most: int) -> int:
        """Return an integer from least to most, both included."""
        return least + int((most - least + 1) * self.stream.random())

    def some(self, names: Iterable[str], count: int) -> list[str]:
        """Return ``count`` different names."""
        left = list(names)
        return [left.pop(self.integer(0, len(left) - 1)) for _ in range(count)]
