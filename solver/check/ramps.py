"""Ramps: limits on yearly rates by a path from the first use on, and by the rate of the year before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from solver.check.calendar import PER_YEAR
from solver.check.context import Context, compounded
from solver.check.verdict import Violation
from solver.check.windows import year_to, years_before_plan, years_ending_in
from solver.instance.fields import Growth


def ramp(
    x: Context,
    growth: Growth,
    amounts: Mapping[int, float],
    *,
    constraints: tuple[str, str],
    item: str,
    first_use: int,
    periods: Iterable[int],
    unit: str,
) -> Iterator[Violation]:
    """Check both constraints of a ramp in the years that end within each given period: the path, and the growth.

    A year that begins before the plan holds the rate practised until then for that part of it.
    """
    until_start, factor = growth.practised_per_year, 1.0 + growth.growth_share_per_year
    for t in periods:
        at = (item, x.horizon.label(t))
        reading_path = set(years_ending_in(x.horizon, t, also_bent_by_year_before=False))
        for end in years_ending_in(x.horizon, t, also_bent_by_year_before=True):
            begin = end - PER_YEAR
            done = year_to(x.horizon, amounts, end) + until_start * years_before_plan(end)
            practised = year_to(x.horizon, amounts, begin) + until_start * years_before_plan(begin)
            if end in reading_path:
                most_reached = reachable(x, growth, first_use, begin / PER_YEAR)
                yield from x.checker.at_most(constraints[0], at, done, most_reached, unit)
            limit = growth.start_per_year + factor * practised
            yield from x.checker.at_most(constraints[1], at, done, limit, unit)


def until_last(amounts: Mapping[int, float]) -> range:
    """Return the periods up to the last one with an amount."""
    return range(max((t for t, amount in amounts.items() if amount > 0), default=-1) + 1)


def reachable(x: Context, growth: Growth, first_use: int, begins: float) -> float:
    """Return the largest rate of the twelve months that begin at an instant, with growth from the first use on."""
    used = first_use in x.horizon.periods
    years = max(0.0, begins - x.horizon.start(first_use)) if used else 0.0
    share = growth.growth_share_per_year
    value = (growth.start_per_year + (1.0 + share) * growth.practised_per_year) * compounded(share, years)
    return value if growth.ceiling_per_year is None else min(value, growth.ceiling_per_year)
