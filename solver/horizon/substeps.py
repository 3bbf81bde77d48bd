"""Sub-periods of the lunar plant: periods cut into steps no longer than the time in which plant is built.
Output of a step works from the first step whose middle lies a lag later, for all of that step, so a lag L acts as one
of ceil(L / h) h - h / 2. With steps of the lag itself plant grows by one batch a lag: as fast as a factory that
finishes all its copies at once, as in the published studies (NASA's 512 seeds to the digit), and up to a fifth faster
than one that produces them evenly. ``moon.steps_per_lag`` cuts finer; the error halves with each doubling. The
default is one step, because finer steps make the LP several times as slow. Output is not split between two steps:
that would not reproduce the batches of the published studies.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.instance.moon import Moon

EPS = INSTANT


def calendar_lag(moon: Moon, lag_years: float) -> float:
    """Return the years from building to work; a lag in working time is longer if nothing works at night."""
    works_at_night = any(a.does == "storage" for a in moon.activities.values())
    return lag_years if works_at_night else lag_years / max(moon.illumination_share, EPS)


def longest_step(moon: Moon) -> float:
    """Return the longest step, years: its part of the shortest lag, at most the doubling time of the plant."""
    lags = [a.lag_years for a in moon.activities.values()]
    return min(moon.doubling_years, calendar_lag(moon, min(lags)) / moon.steps_per_lag) if lags else moon.doubling_years


@dataclass(frozen=True)
class SubPeriods:
    """Steps 0, 1, ... over the whole horizon; ``cuts[t]`` is the number of equal steps in period t."""

    horizon: PlanningHorizon
    cuts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, horizon: PlanningHorizon, longest_years: float) -> SubPeriods:
        """Cut each period into the fewest equal steps within a length."""
        cuts = tuple(max(1, math.ceil(horizon.years(t) / longest_years - EPS)) for t in horizon.periods)
        return cls(horizon, cuts, tuple(accumulate(cuts)))

    @classmethod
    def of_moon(cls, horizon: PlanningHorizon, moon: Moon) -> SubPeriods:
        """Cut the periods into steps short enough that no plant grows from its own product within one."""
        return cls.of(horizon, longest_step(moon))

    @property
    def steps(self) -> range:
        """Indices of the steps."""
        return range(self.ends[-1])

    def within(self, t: int) -> range:
        """Return the steps of a period."""
        return range(self.ends[t] - self.cuts[t], self.ends[t])

    def period(self, u: int) -> int:
        """Return the period of a step."""
        return bisect_right(self.ends, u)

    def share(self, u: int) -> float:
        """Return the length of a step over that of its period."""
        return 1.0 / self.cuts[self.period(u)]

    def years(self, u: int) -> float:
        """Return the length of a step, years."""
        t = self.period(u)
        return self.horizon.years(t) / self.cuts[t]

    def middle(self, u: int) -> float:
        """Return the years from the start of the horizon to the middle of a step."""
        t = self.period(u)
        return self.horizon.start(t) + (u - self.within(t).start + 0.5) * self.years(u)

    def apart(self, u: int) -> float:
        """Return the years from the middle of the step before to the middle of a step; its own length for the first."""
        return self.middle(u) - self.middle(u - 1) if u > 0 else self.years(u)

    def arrival(self, u: int, lag_years: float) -> int:
        """Return the first step after u whose middle lies at least a lag later; the number of steps if none."""
        return bisect_left(self._middles, self._middles[u] + lag_years - EPS, lo=u + 1)

    @cached_property
    def _middles(self) -> tuple[float, ...]:
        return tuple(self.middle(u) for u in self.steps)

    def label(self, u: int) -> str:
        """Return the name of a step: that of its period, with its place in it if there are several."""
        t = self.period(u)
        if self.cuts[t] == 1:
            return self.horizon.label(t)
        return f"{self.horizon.label(t)} {u - self.within(t).start + 1}/{self.cuts[t]}"
