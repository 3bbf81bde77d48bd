"""Windows of twelve months, for limits that hold in any twelve months.

Actions are spread evenly through their period, so the amount in a window is the sum over periods of the amount times
the share of the period that lies in the window. Between two instants at which a window begins or ends with a period
this amount is linear in time. So a constant limit that holds in the windows that begin or end with a period holds in
any twelve months of the plan. So does a limit by the amount of the twelve months before, if it also holds in the
windows whose year before begins with a period. Where all periods have one length, each of them ends with a period.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from solver.horizon.periods import PlanningHorizon
from solver.instance.dates import month_text

YEAR = 12
"""Months of a window."""

Shares = Mapping[int, float]
"""Share of each period that lies in a span of time; periods outside are left out."""
WindowKey = int | str
"""Period with which a window ends; of other windows the month with which they begin, as ``from_2031-04``."""


@dataclass(frozen=True, slots=True)
class Window:
    """Twelve months that end within period ``last``, and the twelve months before them.

    ``begin_years`` counts from the start of the horizon; ``history_years`` and ``history_before_years`` are the parts
    of the window and of the year before that lie ahead of it. ``reads_before`` holds for windows of which only the year
    before begins with a period: limits that do not depend on that year need none of them.
    """

    begin_years: float
    last: int
    within: Shares
    before: Shares
    history_years: float
    history_before_years: float
    reads_before: bool

    @property
    def whole(self) -> bool:
        """True if the window holds each period completely and nothing before the start."""
        return self.history_years == 0 and all(share == 1 for share in self.within.values())


@lru_cache(maxsize=64)
def windows(horizon: PlanningHorizon) -> Mapping[WindowKey, Window]:
    """Return the windows that suffice for any twelve months: those that end with a period first, by that period.

    The other windows lie completely in the horizon; those that end with a period may begin before it.
    """
    ends, first = horizon.ends_month, horizon.first_month
    edges = {first, *ends}
    found: dict[WindowKey, Window] = {t: _window(horizon, end - YEAR, t, False) for t, end in enumerate(ends)}
    by_end = set(ends)
    others = {begin: begin not in edges for edge in edges for begin in (edge, edge + YEAR)}
    for begin, reads_before in sorted(others.items()):
        if first <= begin and begin + YEAR <= ends[-1] and begin + YEAR not in by_end:
            last = horizon.containing((begin + YEAR - first) / 12)
            assert last is not None
            found[f"from_{month_text(begin)}"] = _window(horizon, begin, last, reads_before)
    return found


@lru_cache(maxsize=64)
def windows_within(horizon: PlanningHorizon) -> tuple[tuple[Window, ...], ...]:
    """Return for each period the windows that end within it, the one that ends with it first."""
    found: list[list[Window]] = [[] for _ in horizon.periods]
    for window in windows(horizon).values():
        found[window.last].append(window)
    return tuple(map(tuple, found))


def _window(horizon: PlanningHorizon, begin: int, last: int, reads_before: bool) -> Window:
    """Return the window that begins with a month."""
    first = horizon.first_month
    return Window(
        begin_years=(begin - first) / 12,
        last=last,
        within=shares(horizon, begin, begin + YEAR),
        before=shares(horizon, begin - YEAR, begin),
        history_years=min(YEAR, max(0, first - begin)) / 12,
        history_before_years=min(YEAR, max(0, first - (begin - YEAR))) / 12,
        reads_before=reads_before,
    )


def shares(horizon: PlanningHorizon, begin: int, end: int) -> Shares:
    """Return the share of each period that lies between two months."""
    found = {}
    for t in range(bisect_right(horizon.ends_month, begin), len(horizon.ends_month)):
        opens, closes = horizon.starts_month(t), horizon.ends_month[t]
        if opens >= end:
            break
        found[t] = (min(end, closes) - max(begin, opens)) / (closes - opens)
    return found
