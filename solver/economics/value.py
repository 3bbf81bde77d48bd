"""Value of what a plan delivers to a market: prices by workload and period, and the demand that they are paid for.

Value counts up to the demand of a workload; a surplus has none. A stock counts from the middle of its period to the
middle of the next, as in the levelised cost, so that at a constant price of the levelised cost a plan that meets its
demand has a net present value of zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from solver.economics.levelised import HOURS_PER_YEAR, PFLOP_PER_EFLOP, USD_PER_MUSD, W_PER_GW, present_spans
from solver.horizon.periods import INSTANT, PlanningHorizon
from solver.horizon.target_path import path_of_period
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.links import share_at
from solver.instance.market import Market
from solver.instance.market_rules import PRICE_KEY
from solver.instance.schema import Instance

WorkloadPeriod = tuple[str, int]
MUSD_PER_UNIT = {
    "power_alive": W_PER_GW / USD_PER_MUSD,
    **dict.fromkeys(COMPUTE_KINDS, PFLOP_PER_EFLOP * HOURS_PER_YEAR / USD_PER_MUSD),
}
"""MUSD a year for one unit of the target at a price of one, by kind of target."""


def market_demand(instance: Instance, horizon: PlanningHorizon) -> dict[WorkloadPeriod, float]:
    """Return the demand of each workload of the market at the end of each period, GW or EFLOP/s; none where it is 0."""
    demand = {}
    for t in horizon.periods:
        size = path_of_period(instance.target, horizon, t)
        for w in instance.market:
            amount = size * _share(instance, horizon, w, t)
            if amount > 0:
                demand[w, t] = amount
    return demand


def unit_values(instance: Instance, horizon: PlanningHorizon) -> dict[WorkloadPeriod, float]:
    """Return the present value of one unit of the target delivered to a workload in a period, MUSD."""
    spans, unit = present_spans(horizon), MUSD_PER_UNIT.get(instance.target.kind, 0.0)
    return {
        (w, t): unit * spans[t] * _price(instance, horizon, market, t)
        for w, market in instance.market.items()
        for t in horizon.periods
    }


def market_musd(instance: Instance, horizon: PlanningHorizon) -> float:
    """Return the present value of the whole market, MUSD."""
    values = unit_values(instance, horizon)
    return sum(values[index] * amount for index, amount in market_demand(instance, horizon).items())


def forgone_musd(instance: Instance, horizon: PlanningHorizon, unserved: Mapping[WorkloadPeriod, float]) -> float:
    """Return the present value of the demand that is not served, MUSD."""
    values = unit_values(instance, horizon)
    return sum(values[index] * amount for index, amount in unserved.items())


def _share(instance: Instance, horizon: PlanningHorizon, workload: str, t: int) -> float:
    """Return the share of a workload in the target at the end of a period."""
    network = instance.network
    if network is not None and workload in network.workloads:
        return share_at(network.workloads[workload], horizon.ends_month[t])
    given = instance.market[workload].share
    return 1.0 if given is None else given


def _price(instance: Instance, horizon: PlanningHorizon, market: Market, t: int) -> float:
    """Return the price that a period reads at its end; the tail stays level, and nothing is paid before ``from``."""
    year = horizon.end(min(t, horizon.window[-1]))
    if market.from_ is not None and horizon.end(t) < horizon.year_of(market.from_) - INSTANT:
        return 0.0
    key = PRICE_KEY[instance.target.kind]
    points = [(horizon.year_of(price.date), float(getattr(price, key))) for price in market.prices]
    for (first, low), (last, high) in pairwise(points):
        if first <= year < last:
            return low + (high - low) * (year - first) / (last - first)
    return points[0][1] if year < points[0][0] else points[-1][1]
