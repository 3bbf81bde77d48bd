"""Ground: accepted grid offers and their power.

Constraints   ground.queue, ground.supply
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.check.calendar import INSTANT
from solver.check.context import Context, compounded
from solver.check.verdict import Violation
from solver.instance.places import Ground


def ground_rules(x: Context) -> Iterator[Violation]:
    """Yield a violation for each period in which offers exceed the interconnection queue, or servers those on sale."""
    for (g, t), gw in x.decisions.ground_gw.items():
        region = x.instance.ground[g]
        open_ = x.in_use(t, region.available_from)
        limit = x.path_per_year(region.queue_gw, x.horizon.middle(t)) * x.horizon.years(t) if open_ else 0.0
        yield from x.checker.at_most("ground.queue", (g, x.horizon.label(t)), gw, limit, "GW")
    bought: dict[tuple[str, int], float] = defaultdict(float)
    for (g, q), gw in x.decisions.ground_gw.items():
        for t in x.horizon.periods[q:]:
            bought[g, t] += gw * servers_taken(x, x.instance.ground[g], q, t)
    for (g, t), gw in bought.items():
        on_sale = x.instance.ground[g].accelerators_gw
        if on_sale is not None:
            limit = x.path_per_year(on_sale, x.horizon.middle(t)) * x.horizon.years(t)
            yield from x.checker.at_most("ground.supply", (g, x.horizon.label(t)), gw, limit, "GW")


def power_on_years(x: Context, region: Ground, q: int) -> float:
    """Return the years from the start of the horizon to the first power of an offer accepted in period q."""
    return x.horizon.middle(q) + region.build_years


def powered(x: Context, region: Ground, q: int, t: int) -> bool:
    """Return whether an offer accepted in period q delivers power at the end of period t."""
    since = x.horizon.end(t) - power_on_years(x, region, q)
    return -INSTANT <= since < region.facility_life_years - INSTANT


def server_purchases(x: Context, region: Ground, q: int) -> Iterator[tuple[int, float]]:
    """Yield period and instant of each purchase of servers for an offer accepted in period q.

    The first at power-on, then one whenever their life ends before the facility stops and before the plan ends. A
    purchase at the instant at which a period ends belongs to that period, which counts the power at this instant.
    """
    begins, last = power_on_years(x, region, q), x.horizon.end(x.horizon.periods[-1])
    stops, at, period = min(begins + region.facility_life_years, last), begins, 0
    while at <= last + INSTANT and (at == begins or at < stops - INSTANT):
        while x.horizon.end(period) < at - INSTANT:
            period += 1
        yield period, at
        at += region.it_life_years


def working_part(x: Context, region: Ground, q: int, t: int) -> tuple[float, float]:
    """Return the years of period t in which an offer accepted in period q has power, and the middle of that part."""
    begins = power_on_years(x, region, q)
    since = max(begins, x.horizon.start(t))
    until = min(begins + region.facility_life_years, x.horizon.end(t))
    return max(0.0, until - since), (since + until) / 2


def server_price(region: Ground, years: float) -> float:
    """Return the price of the servers of one GW, MUSD, at an instant in years from the start of the horizon."""
    return region.it_usd_per_w * 1000 * compounded(region.it_price_change_share_per_year, years)


def servers_taken(x: Context, region: Ground, q: int, t: int) -> float:
    """Return the servers bought in period t for an offer accepted in period q, over those that it has at work."""
    sets = sum(1.0 for period, _ in server_purchases(x, region, q) if period == t)
    return sets + region.it_failure_share_per_year * working_part(x, region, q, t)[0]


def eflops_at_hand(x: Context, region: Ground, q: int, t: int) -> float:
    """Return the computing of one GW of an offer accepted in period q by its servers at the end of period t."""
    bought = max((at for _, at in server_purchases(x, region, q) if at <= x.horizon.end(t) + INSTANT), default=None)
    if bought is None:
        return 0.0
    return (region.eflops_per_gw or 0.0) * compounded(region.eflops_growth_share_per_year, bought)


def first_powered(x: Context, region: Ground, q: int, t: int) -> bool:
    """Return whether t is the first period at whose end an offer accepted in q delivers power."""
    return powered(x, region, q, t) and (t == 0 or not powered(x, region, q, t - 1))
