"""Ramps: limits on yearly rates by a path from the first use on, and by the rate of the year before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from solver.check.context import Context, compounded
from solver.check.verdict import Violation, slack
from solver.check.windows import YEAR, Months, at_an_edge, ends_within
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
    practised_by_others: bool = False,
) -> Iterator[Violation]:
    """Check both constraints of a ramp in the twelve months that end within a period: first the path, then the growth.

    The path is read where those months begin or end with a period, the growth after every month. Of several violations
    of one period the largest is reported.
    """
    months = Months.of(x.horizon, amounts, growth.practised_per_year)
    factor = 1.0 + growth.growth_share_per_year
    for t in periods:
        ends, at = ends_within(x.horizon, t), (item, x.horizon.label(t))
        path = [
            (months.year_to(m), reachable(x, growth, first_use, (m - YEAR) / YEAR))
            for m in ends
            if at_an_edge(x.horizon, m) or at_an_edge(x.horizon, m - YEAR)
        ]
        grown = [(months.year_to(m), growth.start_per_year + factor * months.year_to(m - YEAR)) for m in ends]
        # Where others fly what the plan leaves, the rate on the path was practised without it.
        looked_at = [path] if practised_by_others else [path, grown]
        for constraint, amounts_and_limits in zip(constraints, looked_at, strict=False):
            done, limit = max(
                amounts_and_limits, key=lambda pair: pair[0] - pair[1] - slack(pair[1], x.checker.tolerance)
            )
            yield from x.checker.at_most(constraint, at, done, limit, unit)


def until_last(amounts: Mapping[int, float]) -> range:
    """Return the periods up to the last one with an amount."""
    return range(max((t for t, amount in amounts.items() if amount > 0), default=-1) + 1)


def reachable(x: Context, growth: Growth, first_use: int, begins: float) -> float:
    """Return the largest rate of the twelve months that begin at an instant, with growth from the first use on."""
    used = first_use in x.horizon.periods
    years = max(0.0, begins - x.horizon.start(first_use)) if used else 0.0
    start = growth.start_per_year + (1.0 + growth.growth_share_per_year) * growth.practised_per_year
    value = start * compounded(growth.growth_share_per_year, years)
    return value if growth.ceiling_per_year is None else min(value, growth.ceiling_per_year)
