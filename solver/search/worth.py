"""What kinds of steps of a search are worth: how much of the gap each has closed of late, for its effort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from solver.search.board import Board

FORGET = 0.7
"""Weight of steps before against the last one."""
HOPE = 1e-6
"""Gap that any step is thought to close besides: with no gains the side with less effort is next."""


@dataclass(slots=True)
class Worth:
    """Gains (shares of plan or bound) and efforts (seconds or work) of a kind of step, older ones weighing less."""

    gain: float = 0.0
    effort: float = 0.0

    @property
    def rate(self) -> float:
        """Gain for effort; infinite before the first step."""
        return (self.gain + HOPE) / self.effort if self.effort else np.inf

    def add(self, gain: float, effort: float) -> None:
        """Count one more step."""
        self.gain, self.effort = FORGET * self.gain + gain, FORGET * self.effort + max(1e-3, effort)


@contextmanager
def measured(worth: Worth, board: Board) -> Iterator[None]:
    """Count what happens within as one step: what it takes off the gap from either side."""
    effort, objective, bound = board.effort(), board.objective, board.bound
    yield
    gain = 0.0
    for before, after in ((objective, board.objective), (board.bound, bound)):
        if np.isfinite(before) and np.isfinite(after):
            gain += (before - after) / max(1e-12, abs(before))
    worth.add(gain, board.effort() - effort)


def most_worth(kinds: Mapping[str, Worth]) -> str:
    """The kind with the best rate; the first of equals."""
    return max(kinds, key=lambda name: kinds[name].rate)
