"""Calendar of a horizon: the months at which its periods end, from the groups of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.instance.fields import month_number

if TYPE_CHECKING:
    from solver.instance.schema import Horizon

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
RATE_KINDS = ("power_added", "mass_to_orbit")
"""Kinds of target that demand an amount a year; the others demand a stock."""
COMPUTE_KINDS = ("compute_alive", "compute_delivered")
"""Kinds of target in EFLOP/s."""


def period_ends(horizon: Horizon) -> tuple[int, ...]:
    """Return the month number at which each period ends."""
    month, ends = month_number(horizon.start), []
    for group in horizon.periods:
        for _ in range(group.count):
            month += MONTHS[group.length]
            ends.append(month)
    return tuple(ends)


def tail_ends(horizon: Horizon) -> tuple[int, ...]:
    """Return the month number at which each year of the tail ends, after the periods of the file."""
    last = period_ends(horizon)[-1]
    return tuple(last + MONTHS["year"] * (n + 1) for n in range(horizon.tail_years))


def demand_months(kind: str, horizon: Horizon) -> tuple[float, ...]:
    """Return the month at which each period reads the target path: its end for a stock, its middle for a rate."""
    ends = period_ends(horizon)
    if kind not in RATE_KINDS:
        return ends
    return tuple((begin + end) / 2 for begin, end in zip((month_number(horizon.start), *ends), ends, strict=False))


def month_text(number: float) -> str:
    """Return a month number as ``YYYY-MM``, that of the month in which the instant lies."""
    return f"{int(number) // 12:04d}-{int(number) % 12 + 1:02d}"
