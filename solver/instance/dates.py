"""Months of a horizon: the boundaries of its periods, from the groups of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.instance.fields import month_number

if TYPE_CHECKING:
    from solver.instance.schema import Horizon

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def period_ends(horizon: Horizon) -> tuple[int, ...]:
    """Return the month number at which each period ends."""
    month, ends = month_number(horizon.start), []
    for group in horizon.periods:
        for _ in range(group.count):
            month += MONTHS[group.length]
            ends.append(month)
    return tuple(ends)
