"""Turns of kinds of steps in a search: what has closed most of the gap for its effort of late comes next.

Gains are shares of plan or bound, efforts seconds or work. All that was is forgotten a little with every step of any
kind, and a hope of gain is not: so a kind that once brought nothing comes again, and kinds that bring nothing at all
share the effort.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from solver.search.core.state import SearchState

DECAY = 0.7
"""Weight of steps before against the last one."""
EXPECTED_GAIN = 1e-6
"""Gap that any step is thought to close besides."""


@dataclass(slots=True)
class StepScheduler:
    """Gain and effort of every kind of step; one without either was not tried yet and comes first."""

    gain: dict[str, float] = field(default_factory=dict)
    effort: dict[str, float] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)

    def next(self, kinds: Iterable[str]) -> str:
        """The kind whose steps are worth most; the first of equals."""
        return max(kinds, key=self._rate)

    def expect(self, kind: str, gain: float, effort: float) -> None:
        """Say what a kind is thought to be worth before it is tried; that is forgotten as steps are."""
        if kind not in self.tried:
            self.gain[kind], self.effort[kind] = gain, effort

    def count(self, kind: str, gain: float, effort: float) -> None:
        """Count a step."""
        self.tried.add(kind)
        for of in (self.gain, self.effort):
            for name in of:
                of[name] *= DECAY
        self.gain[kind] = self.gain.get(kind, 0.0) + gain
        self.effort[kind] = self.effort.get(kind, 0.0) + max(1e-3, effort)

    @contextmanager
    def step(self, kind: str, state: SearchState) -> Iterator[None]:
        """Count what happens within as a step: what it takes off the gap of a board from either side."""
        effort, objective, bound = state.effort(), state.objective, state.bound
        yield
        gain = 0.0
        for before, after in ((objective, state.objective), (state.bound, bound)):
            if np.isfinite(before) and np.isfinite(after):
                gain += (before - after) / max(1e-12, abs(before))
        self.count(kind, gain, state.effort() - effort)

    def _rate(self, kind: str) -> float:
        effort = self.effort.get(kind, 0.0)
        return (self.gain.get(kind, 0.0) + EXPECTED_GAIN) / effort if effort else np.inf
