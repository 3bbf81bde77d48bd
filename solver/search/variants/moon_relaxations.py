"""Relaxations of the lunar sections: dates, lags, seeds, landers, unlocks and mass drivers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from solver.instance.moon import Commodity, Moon, Unlock
from solver.instance.schema import Instance
from solver.search.variants.relaxation import LONG_YEARS, MANY, Relaxation, Section

SHORTEST_YEARS = 0.25
"""Shortest lag and doubling time that are tried: shorter ones cut the horizon into too many steps."""
MANY_KT, MOST_PLANT_KT = 1e12, 1e9
"""Largest reserve and plant that are tried."""


def moon_relaxations(instance: Instance) -> Iterator[Relaxation]:
    """Yield the relaxations of the lunar industry, where the plan may use it."""
    moon = instance.moon
    if not instance.use.moon or moon is None:
        return
    yield from _of_moon(instance, moon)
    yield from _of_landers(instance, moon)
    yield from _of_industry(instance, moon)
    yield from _of_drivers(instance, moon)


def _of_moon(instance: Instance, moon: Moon) -> Iterator[Relaxation]:
    at = Section(instance, "", "moon")
    yield from at.late("landings.available", moon.available_from, "available_from")
    yield from at.years("landings.development", moon.development_years, "development_years")
    yield from at.early("landings.seed", moon.seed.available_until, "seed", "available_until")
    yield from at.less("landings.seed", moon.seed.min_t, "t", "seed", "min_t", least=moon.seed.min_t * 1e-6)
    yield from at.more("landings.seed", moon.seed.max_t, "t", "seed", "max_t")
    yield from at.years("lunar.stock", moon.seed.lag_years, "seed", "lag_years", least=0.01)
    yield from at.years("lunar.growth", moon.doubling_years, "doubling_years", least=SHORTEST_YEARS)
    yield from at.more("lunar.power", moon.illumination_share, "of the year", "illumination_share", most=1.0)
    yield from at.more("lunar.max_plant", moon.max_plant_kt, "kt", "max_plant_kt", most=MOST_PLANT_KT)
    for n, ground in enumerate(moon.lit_area):
        yield from at.more("lunar.light", ground.area_km2, "km2", "lit_area", n, "area_km2")


def _of_landers(instance: Instance, moon: Moon) -> Iterator[Relaxation]:
    for d, lander in moon.landers.items():
        at = Section(instance, d, "moon", "landers", d)
        yield from at.more("landings.cargo", lander.landed_t, "t", "landed_t", most=MANY)
        yield from at.less("landings.cargo", lander.loss_share, "of landings", "loss_share")
    at = Section(instance, "", "moon", "depot")
    yield from at.more("landings.depot_capacity", moon.depot.capacity_t, "t", "capacity_t")
    for v, brought in moon.depot.tankers.items():
        tanker = Section(instance, v, "moon", "depot")
        yield from tanker.more("landings.depot_balance", brought, "t", "tankers", v, most=MANY)


def _of_industry(instance: Instance, moon: Moon) -> Iterator[Relaxation]:
    for i, activity in moon.activities.items():
        at = Section(instance, i, "moon", "activities", i)
        yield from at.years("lunar.stock", activity.lag_years, "lag_years", least=SHORTEST_YEARS)
        rate = activity.productivity_t_per_t_year
        yield from at.more("lunar.output", rate, "t a year per t", "productivity_t_per_t_year", most=MANY)
        yield from at.more("lunar.power", activity.power_kw_per_t, "kW per t", "power_kw_per_t", most=MANY)
    for j, commodity in moon.commodities.items():
        at = Section(instance, j, "moon", "commodities", j)
        yield from at.more("lunar.reserve", commodity.reserve_kt, "kt", "reserve_kt", most=MANY_KT)
        share = at.more("lunar.closure", commodity.local_share, "of the need", "local_share", most=1.0)
        yield from (replace(r, tidy=with_unlocks_in_order) for r in share)
        for n, unlock in enumerate(commodity.unlocks):
            place = f"{j}, {unlock.name}"
            of_unlock = Section(instance, place, "moon", "commodities", j, "unlocks", n)
            date = of_unlock.late("lunar.unlock", unlock.available_from, "available_from")
            yield from (replace(r, tidy=with_unlocks_in_order) for r in date)
            yield from of_unlock.years("lunar.unlock", unlock.development_years, "development_years")


def with_unlocks_in_order(instance: Instance) -> Instance:
    """Return an instance without unlocks that bring no more than stands without them, none later than the next one."""
    if instance.moon is None:
        return instance
    commodities = {name: _in_order(c) for name, c in instance.moon.commodities.items()}
    return instance.model_copy(update={"moon": instance.moon.model_copy(update={"commodities": commodities})})


def _in_order(commodity: Commodity) -> Commodity:
    unlocks, next_date = list[Unlock](), ""
    for unlock in reversed([u for u in commodity.unlocks if u.local_share > commodity.local_share]):
        next_date = min(next_date or unlock.available_from, unlock.available_from)
        unlocks.insert(0, unlock.model_copy(update={"available_from": next_date}))
    return commodity.model_copy(update={"unlocks": unlocks})


def _of_drivers(instance: Instance, moon: Moon) -> Iterator[Relaxation]:
    driver, at = moon.mass_driver, Section(instance, "", "moon", "mass_driver")
    if driver is not None:
        yield from at.years("mass_drivers.throughput", driver.lag_years, "lag_years", least=0.01)
        yield from at.more("mass_drivers.throughput", driver.life_years, "years", "life_years", most=LONG_YEARS)
        yield from at.more(
            "mass_drivers.throughput", driver.throughput_kt_per_year, "kt a year", "throughput_kt_per_year"
        )
        yield from at.more("mass_drivers.max_drivers", driver.max_drivers, "drivers", "max_drivers", integer=True)
    for s in instance.use.shells:
        way = instance.shells[s].from_moon
        if way is not None:
            of_shell = Section(instance, s, "shells", s, "from_moon")
            yield from of_shell.years("nodes.arrival", way.transfer_years, "transfer_years")
