"""Unit costs of the lunar decisions by period, by the rules of ``solver.economics.unit_costs``.

Plant that the Moon built from its own product has no salvage: it was never bought.
"""

from __future__ import annotations

from solver.economics.unit_costs import Prices
from solver.instance.moon import Moon
from solver.plan import CashFlow, Design

MUSD_PER_T = 1e-3
"""MUSD per t of one USD per kg."""


def moon_of(prices: Prices) -> Moon:
    """Return the Moon of an instance. ValueError if it has none."""
    if prices.instance.moon is None:
        raise ValueError("moon: found none, expected the section")
    return prices.instance.moon


def of_lander(prices: Prices, lander: str, t: int) -> list[CashFlow]:
    """Price a landing in period t, beyond its flight."""
    return [prices.paid("launch", "landers", t, moon_of(prices).landers[lander].lander_musd)]


def of_import(prices: Prices, commodity: str, t: int) -> list[CashFlow]:
    """Price one t of a commodity that arrives on the Moon in period t."""
    described = moon_of(prices).commodities[commodity]
    musd = described.import_usd_per_kg * MUSD_PER_T
    arrives = prices.horizon.middle(t)
    salvage = prices.residual("lunar", musd, arrives, arrives, described.life_years)
    return [prices.paid("lunar", "imports", t, musd), *salvage]


def of_seed(prices: Prices, t: int) -> list[CashFlow]:
    """Price one t of seed landed in period t; its residual value is the part that has not decayed."""
    moon = moon_of(prices)
    musd = moon.seed.usd_per_kg * MUSD_PER_T
    age = max(0.0, prices.horizon_years - (prices.horizon.middle(t) + moon.seed.lag_years))
    kept = musd * sum(part * (1 - moon.activities[i].decay_share_per_year) ** age for i, part in moon.seed.mix.items())
    if prices.instance.money.salvage == "delivered":
        # Service decays without end at a constant rate: after the horizon it is the whole, decayed and discounted.
        kept *= prices.horizon.discount(prices.horizon.middle(t) + age)
        return [prices.paid("lunar", "seeds", t, musd), *prices.present_salvage("lunar", kept)]
    return [prices.paid("lunar", "seeds", t, musd), *prices.salvage("lunar", kept)]


def of_begin(prices: Prices, o: int) -> list[CashFlow]:
    """Price the development of the Moon begun in period o, and operations from its end on."""
    moon, horizon = moon_of(prices), prices.horizon
    ready = horizon.arrival(o, moon.development_years)
    running = [
        prices.paid("lunar", "operations", t, moon.operations_musd_per_year * horizon.years(t))
        for t in horizon.periods[ready:]
    ]
    return [prices.paid("lunar", "development", o, moon.development_musd), *running]


def of_unlock(prices: Prices, commodity: str, name: str, o: int) -> list[CashFlow]:
    """Price an unlock whose development begins in period o."""
    unlock = next(u for u in moon_of(prices).commodities[commodity].unlocks if u.name == name)
    return [prices.paid("lunar", "unlocks", o, unlock.cost_musd)]


def of_driver(prices: Prices, t: int) -> list[CashFlow]:
    """Price a mass driver ordered in period t."""
    driver = moon_of(prices).mass_driver
    if driver is None:
        raise ValueError("moon.mass_driver: found none, expected the section")
    ready = prices.horizon.middle(t) + driver.lag_years
    salvage = prices.residual("lunar", driver.cost_musd, prices.horizon.middle(t), ready, driver.life_years)
    return [prices.paid("lunar", "mass_drivers", t, driver.cost_musd), *salvage]


def of_launched(prices: Prices, design: Design, t: int, nodes: float = 1.0) -> list[CashFlow]:
    """Price the catcher and the transfer of nodes of a design launched from the Moon in period t."""
    route = prices.instance.shells[design.shell].from_moon
    if route is None:
        raise ValueError(f"shells.{design.shell}.from_moon: found none, expected the section")
    return [prices.paid("lunar", "transfer", t, route.cost_usd_per_kg * MUSD_PER_T * design.mass_t * nodes)]
