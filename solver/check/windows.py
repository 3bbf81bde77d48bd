"""Windows of twelve months: amounts of periods flow evenly through their months and are summed over a year.

A sum over a window bends only where the window begins or ends with a period, and so does one over the year before;
between these instants it runs straight. Limits are therefore checked in the years that end at such instants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solver.check.calendar import PER_YEAR, Calendar


def years_ending_in(calendar: Calendar, t: int, *, also_bent_by_year_before: bool) -> Iterator[int]:
    """Yield the instants within period t, in half months, at which a year ends that has to be checked.

    These are the end of the period, and, of the years that lie in the plan, those that begin with a period or follow on
    a year that does.
    """
    opens, closes = calendar.edges[t], calendar.edges[t + 1]
    later = {edge + PER_YEAR for edge in calendar.edges}
    if also_bent_by_year_before:
        later |= {edge + 2 * PER_YEAR for edge in calendar.edges}
    yield closes
    yield from sorted(end for end in later if opens < end < closes)


def flowing(calendar: Calendar, amounts: Mapping[int, float], begin: int, end: int) -> float:
    """Return what flows between two instants, half months from the start, of amounts by period."""
    total = 0.0
    for t, amount in amounts.items():
        opens, closes = calendar.edges[t], calendar.edges[t + 1]
        total += amount * (max(0, min(end, closes) - max(begin, opens)) / (closes - opens))
    return total


def year_to(calendar: Calendar, amounts: Mapping[int, float], end: int) -> float:
    """Return what flows in the year that ends at an instant."""
    return flowing(calendar, amounts, end - PER_YEAR, end)


def cuts_a_period(calendar: Calendar, end: int) -> bool:
    """Return whether the year that ends at an instant holds a period in part, so that counts in it are no integers."""
    edges = calendar.edges
    return end not in edges or (end > PER_YEAR and end - PER_YEAR not in edges)


def years_before_plan(end: int) -> float:
    """Return the years of the year that ends at an instant which lie before the plan."""
    return min(PER_YEAR, max(0, PER_YEAR - end)) / PER_YEAR
