"""Cost of capital by class of asset, fees and insurance, as shares on top of a price.

An asset of a class is paid as an annuity at the rate of the class over its life. Discounted at the rate of the plan,
that annuity is worth CRF(class rate, life) / CRF(plan rate, life) of the price. Fees come on top of both. An insurer's
premium is charged beyond the losses of flights, which the plan bears already as nodes and vehicles bought again.
"""

from __future__ import annotations

from typing import Literal

from solver.instance.schema import Instance

AssetClass = Literal["nodes", "vehicles", "pads", "lines", "facilities", "servers", "gateways"]


def capital_recovery(rate: float, years: float) -> float:
    """Return the capital recovery factor: the payment a year that repays one over a life, each year's at its end."""
    return 1.0 / years if rate == 0.0 else rate / (1.0 - (1.0 + rate) ** -years)


def extra_share(instance: Instance, kind: AssetClass, life_years: float | None) -> float:
    """Return the cost of capital beyond the discount rate and of fees, over the price of an asset."""
    money, horizon = instance.money, instance.horizon
    given, factor = getattr(money.capital_cost_share_per_year, kind), 1.0
    if given is not None and life_years is not None:
        base = horizon.real_discount_share_per_year
        factor = capital_recovery(horizon.real(given), life_years) / capital_recovery(base, life_years)
    return factor * (1.0 + money.fees_share) - 1.0


def premium_share(instance: Instance, vehicle: str) -> float:
    """Return the insurance of nodes on a flight beyond its expected loss, over their price."""
    return max(0.0, instance.money.insurance_share - instance.vehicles[vehicle].loss_share)
