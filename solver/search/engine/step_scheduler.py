"""Scheduler of the steps of a search: the kind with the largest recent gain per effort comes next.

Gains are shares of the objective, efforts are seconds or work. Past gains and efforts decay with every step of any
kind, while a small expected gain does not: so a kind without gain is tried again, and kinds without any gain share the
effort evenly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from solver.search.core.state import SearchState

DECAY = 0.7
"""Factor on past gains and efforts at every step."""
EXPECTED_GAIN = 1e-6
"""Expected gain of any step in addition to the past ones, a share of the objective."""


@dataclass(slots=True)
class StepScheduler:
    """Decayed gain and effort of each kind of step; a kind without effort was not tried yet and comes first.

    ``falling`` are kinds that gain less and less: they have no more than the rate of their last step.
    """

    gain: dict[str, float] = field(default_factory=dict)
    effort: dict[str, float] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    decay: dict[str, float] = field(default_factory=dict)
    falling: frozenset[str] = frozenset()
    last: dict[str, float] = field(default_factory=dict)

    def next(self, kinds: Iterable[str]) -> str:
        """Choose the kind with the largest gain per effort; the first of equals."""
        return max(kinds, key=self._rate)

    def expect(self, kind: str, gain: float, effort: float) -> None:
        """Set the expected gain and effort of a kind that was not tried yet; they decay like those of steps.

        So a kind whose effort is large is tried in the end, beside steps of little effort that gain nothing.
        """
        if kind not in self.tried:
            decay = self.decay.setdefault(kind, 1.0)
            self.gain[kind], self.effort[kind] = decay * gain, decay * effort

    def count(self, kind: str, gain: float, effort: float) -> None:
        """Count a step with its gain and effort, after decay of all earlier ones."""
        self.tried.add(kind)
        for of in (self.gain, self.effort, self.decay):
            for name in of:
                of[name] *= DECAY
        self.gain[kind] = self.gain.get(kind, 0.0) + gain
        self.effort[kind] = self.effort.get(kind, 0.0) + max(1e-3, effort)
        self.last[kind] = (gain + EXPECTED_GAIN) / max(1e-3, effort)

    @contextmanager
    def step(self, kind: str, state: SearchState) -> Iterator[None]:
        """Count the enclosed block as a step: its gain is the decrease of the gap of a search state on either side."""
        effort, objective, bound = state.effort_spent(), state.objective, state.bound
        yield
        gain = 0.0
        for before, after in ((objective, state.objective), (state.bound, bound)):
            if np.isfinite(before) and np.isfinite(after):
                gain += (before - after) / max(1e-12, abs(before))
        self.count(kind, gain, state.effort_spent() - effort)

    def _rate(self, kind: str) -> float:
        effort = self.effort.get(kind, 0.0)
        rate = (self.gain.get(kind, 0.0) + EXPECTED_GAIN) / effort if effort else np.inf
        return min(rate, self.last.get(kind, np.inf)) if kind in self.falling else rate
