"""Calendar of the checker: periods, lags, dates and discounting, written a second time in half months.

A half month is the largest unit in which the begin, the middle and the end of every period are integers, so that
instants are compared exactly; only lengths that the instance gives in years are compared within ``INSTANT``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from solver.instance.schema import Horizon

INSTANT = 1e-6
"""Tolerance of instants, years: half a minute."""

HALF_MONTHS = {"month": 2, "quarter": 6, "half_year": 12, "year": 24}
PER_YEAR = HALF_MONTHS["year"]

SUFFIXES = {
    (24, 0): "",
    **{(12, month): f"-H{1 + month // 6}" for month in (0, 6)},
    **{(6, month): f"-Q{1 + month // 3}" for month in (0, 3, 6, 9)},
}
"""Endings of the label of a period that is a calendar year, half year or quarter, by half months and first month."""


def calendar_months(date: str) -> int:
    """Return the months from year 0 to the begin of a month ``YYYY-MM``."""
    year, month = date.split("-")
    return 12 * int(year) + int(month) - 1


def real_rate(nominal: float, inflation: float) -> float:
    """Return the rate that is left of a nominal one after inflation: that of the quotient of both growths."""
    return (nominal - inflation) / (1.0 + inflation)


@dataclass(frozen=True)
class Calendar:
    """Calendar of a plan: ``edges`` are the half months from the start to the begin of each period, and to the end.

    Periods after ``last_reported`` are those of the tail, a year each.
    """

    start_month: int
    edges: tuple[int, ...]
    rate: float
    last_reported: int

    @classmethod
    def of(cls, horizon: Horizon) -> Calendar:
        """Build the calendar of an instance."""
        edges = [0]
        for group in horizon.periods:
            edges += [edges[-1] + HALF_MONTHS[group.length] * (n + 1) for n in range(group.count)]
        last = len(edges) - 2
        edges += [edges[-1] + PER_YEAR * (n + 1) for n in range(horizon.tail_years)]
        rate = real_rate(horizon.discount_share_per_year, horizon.inflation_share_per_year)
        return cls(calendar_months(horizon.start), tuple(edges), rate, last)

    @cached_property
    def periods(self) -> range:
        """Indices of the periods."""
        return range(len(self.edges) - 1)

    @cached_property
    def halves(self) -> tuple[int, ...]:
        """Half months from the start to the middle of each period."""
        return tuple((begin + end) // 2 for begin, end in zip(self.edges, self.edges[1:], strict=False))

    def start(self, t: int) -> float:
        """Return the years from the start to the begin of a period."""
        return self.edges[t] / PER_YEAR

    def middle(self, t: int) -> float:
        """Return the years from the start to the middle of a period: the instant of all that is done in it."""
        return self.halves[t] / PER_YEAR

    def end(self, t: int) -> float:
        """Return the years from the start to the end of a period: the instant at which stocks are counted."""
        return self.edges[t + 1] / PER_YEAR

    def years(self, t: int) -> float:
        """Return the length of a period, years."""
        return (self.edges[t + 1] - self.edges[t]) / PER_YEAR

    def age(self, q: int, t: int) -> float:
        """Return the age, at the end of period t, of a thing placed in period q."""
        return (self.edges[t + 1] - self.halves[q]) / PER_YEAR

    def arrival(self, q: int, lag_years: float) -> int:
        """Return the first period in which a thing begun in period q is ready; the number of periods if none."""
        if lag_years <= INSTANT:
            return q
        later = (t for t in self.periods[q:] if (self.halves[t] - self.halves[q]) / PER_YEAR >= lag_years - INSTANT)
        return next(later, len(self.periods))

    def discount(self, years: float) -> float:
        """Return the present value at the start of one dollar paid that many years later."""
        return math.exp(-years * math.log1p(self.rate))

    def year_of(self, date: str) -> float:
        """Return the years from the start to the begin of a month; negative for an earlier month."""
        return (calendar_months(date) - self.start_month) / 12

    def end_month(self, t: int) -> int:
        """Return the months from year 0 to the end of a period."""
        return self.start_month + self.edges[t + 1] // 2

    def label(self, t: int) -> str:
        """Return the name of a period: its year, half year or quarter, or else its first month and its length."""
        length = self.edges[t + 1] - self.edges[t]
        year, month = divmod(self.start_month + self.edges[t] // 2, 12)
        named = f"-{month + 1:02d}" + (f"+{length // 2}m" if length > 2 else "")
        return f"{year}" + SUFFIXES.get((length, month), named)
