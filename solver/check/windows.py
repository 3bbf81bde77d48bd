"""Windows of twelve months: the periods whose months all lie within a year of the calendar."""

from __future__ import annotations

from solver.check.calendar import PER_YEAR, Calendar


def _within(calendar: Calendar, begin: int, end: int) -> list[int]:
    """Return the periods that lie between two instants, in half months from the start."""
    return [t for t in calendar.periods if begin <= calendar.edges[t] and calendar.edges[t + 1] <= end]


def year_to(calendar: Calendar, t: int) -> list[int]:
    """Return the periods within the twelve months that end with period t."""
    end = calendar.edges[t + 1]
    return _within(calendar, end - PER_YEAR, end)


def year_before(calendar: Calendar, t: int) -> list[int]:
    """Return the periods within the twelve months before the first period of that window."""
    end = calendar.edges[year_to(calendar, t)[0]]
    return _within(calendar, end - PER_YEAR, end)
