"""Twelve months of the plan: amounts of periods spread evenly over their months, and added up month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from solver.check.calendar import Calendar

YEAR = 12


@dataclass(frozen=True, slots=True)
class Months:
    """Amounts by month, exact: ``until[m]`` is the sum of the first m months. Before the start a rate was practised."""

    until: tuple[Fraction, ...]
    practised_per_year: Fraction

    @classmethod
    def of(cls, calendar: Calendar, amounts: Mapping[int, float], practised_per_year: float = 0.0) -> Months:
        """Divide the amounts of periods evenly between their months."""
        spread: list[Fraction] = []
        for t in calendar.periods:
            count = len(ends_within(calendar, t))
            spread += [Fraction(amounts.get(t, 0)) / count] * count
        return cls((Fraction(0), *accumulate(spread)), Fraction(practised_per_year))

    def year_to(self, month: int) -> float:
        """Return the amount of the twelve months that end after so many months of the plan."""
        return float(self._until(month) - self._until(month - YEAR))

    def _until(self, month: int) -> Fraction:
        return self.until[month] if month >= 0 else self.practised_per_year * month / YEAR


def ends_within(calendar: Calendar, t: int) -> range:
    """Return the months of the plan after which a window can end within period t: its end included, not its begin."""
    return range(calendar.edges[t] // 2 + 1, calendar.edges[t + 1] // 2 + 1)


def at_an_edge(calendar: Calendar, month: int) -> bool:
    """Return whether a period begins or ends after so many months of the plan."""
    return 2 * month in calendar.edges
