"""Ramps: limits on yearly rates by a path from the first use on, and by the rate of the year before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from solver.check.context import Context, compounded
from solver.check.verdict import Violation
from solver.check.windows import year_before, year_to
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
    """Check both constraints of a ramp at the end of each given period: first the path, then the growth."""
    for t in periods:
        now, before = year_to(x.horizon, t), year_before(x.horizon, t)
        done = sum(amounts.get(q, 0.0) for q in now)
        most_reached = reachable(x, growth, first_use, x.horizon.start(now[0]))
        practised = sum(amounts.get(q, 0.0) for q in before)
        limit = growth.start_per_year + (1.0 + growth.growth_share_per_year) * practised
        at = (item, x.horizon.label(t))
        yield from x.checker.at_most(constraints[0], at, done, most_reached, unit)
        yield from x.checker.at_most(constraints[1], at, done, limit, unit)


def until_last(amounts: Mapping[int, float]) -> range:
    """Return the periods up to the last one with an amount."""
    return range(max((t for t, amount in amounts.items() if amount > 0), default=-1) + 1)


def reachable(x: Context, growth: Growth, first_use: int, begins: float) -> float:
    """Return the largest rate of the twelve months that begin at an instant, with growth from the first use on."""
    used = first_use in x.horizon.periods
    years = max(0.0, begins - x.horizon.start(first_use)) if used else 0.0
    value = growth.start_per_year * compounded(growth.growth_share_per_year, years)
    return value if growth.ceiling_per_year is None else min(value, growth.ceiling_per_year)
