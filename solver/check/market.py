"""Market: demand that a plan leaves unserved, and the value that it claims of the rest, written a second time.

Constraints   target.market (more left of a workload than it asks), money.value, money.forgone
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from solver.check.calendar import INSTANT, calendar_months
from solver.check.context import Context
from solver.check.target import UNIT, demand
from solver.check.verdict import Violation, as_number
from solver.instance.market import Market

HOURS_PER_YEAR = 8766.0
MUSD_PER_W_YEAR = 1e3
"""MUSD a year for one GW at one USD per W and year."""
MUSD_PER_PFLOP_HOUR = HOURS_PER_YEAR * 1e3 / 1e6
"""MUSD a year for one EFLOP/s at one USD for a PFLOP/s over an hour."""


def market_rules(x: Context) -> Iterator[Violation]:
    """Yield a violation for each workload of which more is left than asked, and for a wrong value."""
    left = x.decisions.unserved
    value, forgone = 0.0, 0.0
    for w in x.instance.market:
        for t in x.horizon.periods:
            asked, missed = workload_demand(x, w, t), left.get((w, t), 0.0)
            at = (w, x.horizon.label(t))
            yield from x.checker.at_most("target.market", at, missed, asked, UNIT[x.instance.target.kind])
            worth = price_musd(x, x.instance.market[w], t) * present_years(x, t)
            value += worth * (asked - missed)
            forgone += worth * missed
    yield from x.checker.equal("money.value", (), as_number(x.claims.value_musd), value, "MUSD")
    yield from x.checker.equal("money.forgone", (), as_number(x.claims.forgone_musd), forgone, "MUSD")


def workload_demand(x: Context, workload: str, t: int) -> float:
    """Return the demand of a workload at the end of a period, in the unit of the target."""
    network, share = x.instance.network, x.instance.market[workload].share
    if network is not None and network.workloads:
        points = [(calendar_months(point.date), point.share) for point in network.workloads[workload].shares]
        share = _between(points, x.horizon.end_month(t))
    return demand(x, t) * (1.0 if share is None else share)


def price_musd(x: Context, market: Market, t: int) -> float:
    """Return the price of one unit of the target for a year, read at the end of a period; that of the tail is level."""
    month = x.horizon.end_month(min(t, x.horizon.last_reported))
    if market.from_ is not None and x.horizon.end_month(t) < calendar_months(market.from_):
        return 0.0
    if x.instance.target.kind == "power_alive":
        points = [(calendar_months(at.date), (at.usd_per_w_year or 0.0) * MUSD_PER_W_YEAR) for at in market.prices]
    else:
        each = MUSD_PER_PFLOP_HOUR
        points = [(calendar_months(at.date), (at.usd_per_pflop_hour or 0.0) * each) for at in market.prices]
    return _between(points, month)


def present_years(x: Context, t: int) -> float:
    """Return the present value of a dollar a year from the middle of a period to the middle of the next or the end."""
    last = t == x.horizon.periods[-1]
    begin, end = x.horizon.middle(t), x.horizon.end(t) if last else x.horizon.middle(t + 1)
    if x.horizon.rate <= INSTANT**2:
        return end - begin
    return (x.horizon.discount(begin) - x.horizon.discount(end)) / math.log1p(x.horizon.rate)


def _between(points: list[tuple[int, float]], month: float) -> float:
    """Return the value of a broken line at a month; level outside of its points."""
    before = [point for point in points if point[0] <= month]
    after = [point for point in points if point[0] > month]
    if not before or not after:
        return (before or after)[-1 if before else 0][1]
    (begin, low), (end, high) = before[-1], after[0]
    return low + (high - low) * (month - begin) / (end - begin)
