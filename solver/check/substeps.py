"""Steps of the lunar plant: each period cut into equal steps, in fractions of half months.

A step is no longer than the shortest lag of the plant over ``moon.steps_per_lag``, nor than its doubling time, so that
no plant grows from its own product within one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from solver.check.calendar import INSTANT, PER_YEAR, Calendar
from solver.instance.moon import Moon

LEAST_SHARE = 1e-6
"""Smallest illuminated share: below it lags in working time would be endless."""


def calendar_years(moon: Moon, lag_years: float) -> float:
    """Return the years from building to work: a lag is time at work, day and night only where power is stored."""
    if any(activity.does == "storage" for activity in moon.activities.values()):
        return lag_years
    return lag_years / max(LEAST_SHARE, moon.illumination_share)


def _fewest(years: float, longest_years: float) -> int:
    """Return the fewest equal parts of a length that are no longer than a limit."""
    parts = years / longest_years
    count = int(parts)
    return max(1, count + 1 if parts - count > INSTANT else count)


@dataclass(frozen=True)
class Steps:
    """Steps over the whole horizon; ``cuts`` is their number by period."""

    calendar: Calendar
    cuts: tuple[int, ...]

    @classmethod
    def of(cls, calendar: Calendar, moon: Moon) -> Steps:
        """Cut the periods of an instance that uses the Moon."""
        longest = moon.doubling_years
        for activity in moon.activities.values():
            longest = min(longest, calendar_years(moon, activity.lag_years) / moon.steps_per_lag)
        return cls(calendar, tuple(_fewest(calendar.years(t), longest) for t in calendar.periods))

    @cached_property
    def _places(self) -> tuple[tuple[int, int], ...]:
        """Period of each step, and its place in it."""
        return tuple((t, place) for t, count in enumerate(self.cuts) for place in range(count))

    @property
    def steps(self) -> range:
        """Indices of the steps."""
        return range(len(self._places))

    def within(self, t: int) -> range:
        """Return the steps of a period."""
        before = sum(self.cuts[:t])
        return range(before, before + self.cuts[t])

    def period(self, u: int) -> int:
        """Return the period of a step."""
        return self._places[u][0]

    def share(self, u: int) -> float:
        """Return the length of a step over that of its period."""
        return 1.0 / self.cuts[self.period(u)]

    def middles(self) -> Iterator[float]:
        """Yield the years from the start to the middle of each step."""
        for t, place in self._places:
            begin, end = self.calendar.edges[t], self.calendar.edges[t + 1]
            yield float((begin + (end - begin) * Fraction(2 * place + 1, 2 * self.cuts[t])) / PER_YEAR)

    def label(self, u: int) -> str:
        """Return the name of a step: that of its period, with its place if there are several."""
        t, place = self._places[u]
        return self.calendar.label(t) + (f" {place + 1}/{self.cuts[t]}" if self.cuts[t] > 1 else "")
