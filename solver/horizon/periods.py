"""Periods of a plan: start, end, label, lags and discounting."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from solver.instance.dates import month_text, period_ends, tail_ends
from solver.instance.fields import month_number
from solver.instance.schema import Horizon

INSTANT = 1e-6
"""Tolerance of instants, years: half a minute. Instants that lie no further apart are one."""


@dataclass(frozen=True)
class PlanningHorizon:
    """Periods 0, 1, ... of a planning horizon; years are measured from its start.

    An action of a period happens at its middle; stocks are counted at its end. Instants are integers of half months,
    divided once, so that equal instants are equal numbers. The last ``tail`` periods are planned and not reported.
    """

    first_month: int
    ends_month: tuple[int, ...]
    discount_share_per_year: float
    tail: int = 0

    @classmethod
    def of(cls, horizon: Horizon) -> PlanningHorizon:
        """Build the planning horizon of an instance."""
        tail = tail_ends(horizon)
        ends = period_ends(horizon) + tail
        return cls(month_number(horizon.start), ends, horizon.real_discount_share_per_year, len(tail))

    @property
    def periods(self) -> tuple[int, ...]:
        """Indices of the periods."""
        return tuple(range(len(self.ends_month)))

    @property
    def window(self) -> tuple[int, ...]:
        """Indices of the periods that are reported: all before the tail."""
        return self.periods[: len(self.ends_month) - self.tail]

    def starts_month(self, t: int) -> int:
        """Return the month number at which period t begins."""
        return self.first_month if t == 0 else self.ends_month[t - 1]

    def start(self, t: int) -> float:
        """Return the years from the start of the horizon to the start of period t."""
        return (self.starts_month(t) - self.first_month) / 12

    def end(self, t: int) -> float:
        """Return the years from the start of the horizon to the end of period t."""
        return (self.ends_month[t] - self.first_month) / 12

    def middle(self, t: int) -> float:
        """Return the years from the start of the horizon to the middle of period t."""
        return (self.starts_month(t) + self.ends_month[t] - 2 * self.first_month) / 24

    def years(self, t: int) -> float:
        """Return the length of period t, years."""
        return (self.ends_month[t] - self.starts_month(t)) / 12

    def age(self, q: int, t: int) -> float:
        """Return the years from the middle of period q to the end of period t; negative if t lies before q."""
        return (2 * self.ends_month[t] - self.starts_month(q) - self.ends_month[q]) / 24

    def discount(self, years: float) -> float:
        """Return the present value at the start of the horizon of one dollar spent after that many years."""
        return float((1.0 + self.discount_share_per_year) ** -years)

    def year_of(self, date: str) -> float:
        """Return the years from the start of the horizon to a date ``YYYY-MM``; negative before it."""
        return (month_number(date) - self.first_month) / 12

    def label(self, t: int) -> str:
        """Return the name of a period: 2031, 2031-H1, 2031-Q1 or 2031-04."""
        first, months = self.starts_month(t), self.ends_month[t] - self.starts_month(t)
        year, month = divmod(first, 12)
        if months == 12 and month == 0:
            return f"{year}"
        if months == 6 and month % 6 == 0:
            return f"{year}-H{month // 6 + 1}"
        if months == 3 and month % 3 == 0:
            return f"{year}-Q{month // 3 + 1}"
        return f"{year}-{month + 1:02d}" + (f"+{months}m" if months > 1 else "")

    def date(self, t: int) -> str:
        """Return the month at which period t ends, as ``YYYY-MM``."""
        return month_text(self.ends_month[t])

    def begin_date(self, t: int) -> str:
        """Return the month with which period t begins, as ``YYYY-MM``."""
        return month_text(self.starts_month(t))

    def arrival(self, q: int, lag_years: float) -> int:
        """Return the first period in which a thing ordered in period q with a lag is usable.
        Without a lag it is q itself; otherwise the first period whose middle lies at least the lag after q's middle,
        so that lags hold in years for any length of period.
        """
        return max(q, bisect_left(self.middles, self.middles[q] + lag_years - INSTANT))

    def containing(self, instant: float) -> int | None:
        """Return the period in which an instant lies, years from the start; None after the end of the horizon.
        A boundary belongs to the period that ends there, because that period counts its stocks at this instant.
        """
        at = bisect_left(self._ends, instant - INSTANT)
        return at if at < len(self._ends) else None

    def served(self, ready_years: float, life_years: float) -> list[int]:
        """Return the periods at whose end a thing works that is ready at an instant and then lasts for its life.
        It works from the instant at which it is ready on, and no more at the instant at which its life is over.
        """
        first = bisect_left(self._ends, ready_years - INSTANT)
        return list(range(first, bisect_left(self._ends, ready_years + life_years - INSTANT)))

    def over_by(self, t: int, ready_years: float, life_years: float) -> bool:
        """Return whether the life of a thing that is ready at an instant is over by the middle of period t."""
        return self.middle(t) - ready_years >= life_years - INSTANT

    @cached_property
    def _ends(self) -> tuple[float, ...]:
        return tuple(self.end(t) for t in self.periods)

    @cached_property
    def middles(self) -> tuple[float, ...]:
        """Years from the start of the horizon to the middle of each period."""
        return tuple(self.middle(t) for t in self.periods)
