"""Cost of capital of the checker: what an asset of a class costs beyond its price, written again with annuities."""

from __future__ import annotations

from solver.check.calendar import real_rate
from solver.check.context import Context


def beyond_price(x: Context, of_class: str, life_years: float | None) -> float:
    """Return cost of capital and fees over the price: an annuity at the rate of the class, valued at the plan's."""
    given = getattr(x.instance.money.capital_cost_share_per_year, of_class)
    fees = 1.0 + x.instance.money.fees_share
    if given is None or life_years is None:
        return fees - 1.0
    rate = real_rate(given, x.instance.horizon.inflation_share_per_year)
    return _annuity(x.horizon.rate, life_years) / _annuity(rate, life_years) * fees - 1.0


def insured_beyond_loss(x: Context, vehicle: str) -> float:
    """Return the premium over the value on a flight, less the share of flights that is lost; never below zero."""
    asked, lost = x.instance.money.insurance_share, x.instance.vehicles[vehicle].loss_share
    return asked - lost if asked > lost else 0.0


def _annuity(rate: float, years: float) -> float:
    """Return the present value of one a year over a life, paid at the end of each year."""
    return years if rate == 0.0 else (1.0 - (1.0 + rate) ** -years) / rate
