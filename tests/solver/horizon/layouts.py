"""Horizons of mixed lengths, and the calendar of months against which rules of time are counted."""

from __future__ import annotations

from hypothesis import strategies as st

from solver.horizon.periods import PlanningHorizon
from solver.instance.schema import Horizon

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
START = 2030 * 12

Lengths = list[str]


def horizon_of(lengths: Lengths, start: str = "2030-01") -> PlanningHorizon:
    """A planning horizon with one period of each length."""
    periods = [{"count": 1, "length": length} for length in lengths]
    return PlanningHorizon.of(Horizon.model_validate({"start": start, "periods": periods}))


def spans(lengths: Lengths) -> list[tuple[int, int]]:
    """First month of each period and of the one after it, from the start."""
    found, month = [], 0
    for length in lengths:
        found.append((month, month + MONTHS[length]))
        month += MONTHS[length]
    return found


LAYOUTS = st.lists(st.sampled_from(sorted(MONTHS)), min_size=1, max_size=12)
"""Months, quarters, half-years and years in any order."""
