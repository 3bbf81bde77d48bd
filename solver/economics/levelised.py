"""Levelised cost: net present cost over the present value of the power or computing that is asked.

The demand is a constant of the instance, so that a bound on the cost over it is a bound on the levelised cost. A stock
that is asked changes in the middle of a period, as what is bought for it arrives there: half of the period counts with
the demand of the period before. Power beyond the demand does not make a plan cheaper. Numerator and denominator cover
the whole planning horizon, the tail included, and are discounted at the same rate to the same instant, so that neither
the base date nor the unit of money changes the ratio but in proportion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from solver.horizon.periods import PlanningHorizon
from solver.horizon.target_path import path_of_period
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.schema import Instance

HOURS_PER_YEAR = 8766.0
USD_PER_MUSD = 1e6
W_PER_GW = 1e9
PFLOP_PER_EFLOP = 1e3
LEVELISED_KINDS = ("power_alive", *COMPUTE_KINDS)
"""Kinds of target that ask a stock; a rate or a mass has no levelised cost."""


def asked_stocks(instance: Instance, horizon: PlanningHorizon) -> tuple[float, ...]:
    """Return the stock that the target path asks at the end of each period, GW or EFLOP/s."""
    return tuple(path_of_period(instance.target, horizon, t) for t in horizon.periods)


def present_stock_years(horizon: PlanningHorizon, stocks: Sequence[float]) -> float:
    """Return the present value of a stock over time, in its unit times years.

    ``stocks`` are those at the ends of the periods; each changes in the middle of its period, from
    zero before the first.
    """
    return math.fsum(span * stock for span, stock in zip(present_spans(horizon), stocks, strict=True))


def present_spans(horizon: PlanningHorizon) -> tuple[float, ...]:
    """Return the present value of one unit a year of the stock of each period, from its middle to that of the next."""
    middles = [*(horizon.middle(t) for t in horizon.periods), horizon.end(horizon.periods[-1])]
    return tuple(_present_years(horizon, begin, end) for begin, end in pairwise(middles))


@dataclass(frozen=True, slots=True)
class Levelised:
    """Levelised cost of what the target asks, each None where the target asks something else.

    Bounds are the least of any plan; None where that is not known. Figures of the window are those of its periods
    alone, with what stands at its end, the same where nothing is planned after it.
    """

    usd_per_w_year: float | None = None
    bound_usd_per_w_year: float | None = None
    usd_per_kwh: float | None = None
    usd_per_pflop_hour: float | None = None
    bound_usd_per_pflop_hour: float | None = None
    window_usd_per_w_year: float | None = None
    window_usd_per_pflop_hour: float | None = None


def levelised(kind: str, net_musd: float, bound_musd: float | None, present: float) -> Levelised:
    """Return the levelised cost of a target of a kind.

    ``present`` is what it asks, GW or EFLOP/s times years, discounted.
    """
    if present <= 0 or kind not in LEVELISED_KINDS:
        return Levelised()
    if kind in COMPUTE_KINDS:
        least = None if bound_musd is None else usd_per_pflop_hour(bound_musd, present)
        return Levelised(usd_per_pflop_hour=usd_per_pflop_hour(net_musd, present), bound_usd_per_pflop_hour=least)
    bound = None if bound_musd is None else usd_per_w_year(bound_musd, present)
    return Levelised(usd_per_w_year(net_musd, present), bound, usd_per_kwh(net_musd, present))


def usd_per_w_year(net_musd: float, present_gw_years: float) -> float:
    """Return the levelised cost of IT power, USD per W and year."""
    return net_musd * USD_PER_MUSD / (present_gw_years * W_PER_GW)


def usd_per_kwh(net_musd: float, present_gw_years: float) -> float:
    """Return the levelised cost of energy delivered to accelerators, USD per kWh."""
    return usd_per_w_year(net_musd, present_gw_years) * 1000 / HOURS_PER_YEAR


def usd_per_pflop_hour(net_musd: float, present_eflops_years: float) -> float:
    """Return the levelised cost of computing, USD for one PFLOP/s over an hour."""
    return net_musd * USD_PER_MUSD / (present_eflops_years * PFLOP_PER_EFLOP * HOURS_PER_YEAR)


def _present_years(horizon: PlanningHorizon, begin: float, end: float) -> float:
    """Return the present value of one unit a year between two instants, continuously discounted."""
    force = math.log1p(horizon.discount_share_per_year)
    return end - begin if force == 0 else (horizon.discount(begin) - horizon.discount(end)) / force
