"""Windows of twelve months: the periods whose months all lie within a year of the calendar."""

from __future__ import annotations

from solver.check.clock import PER_YEAR, Clock


def _within(clock: Clock, begin: int, end: int) -> list[int]:
    """Return the periods that lie between two instants, in half months from the start."""
    return [t for t in clock.periods if begin <= clock.edges[t] and clock.edges[t + 1] <= end]


def year_to(clock: Clock, t: int) -> list[int]:
    """Return the periods within the twelve months that end with period t."""
    end = clock.edges[t + 1]
    return _within(clock, end - PER_YEAR, end)


def year_before(clock: Clock, t: int) -> list[int]:
    """Return the periods within the twelve months before the first period of that window."""
    end = clock.edges[year_to(clock, t)[0]]
    return _within(clock, end - PER_YEAR, end)
