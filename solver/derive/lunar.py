"""Coefficients of the lunar industry and its mass drivers."""

from __future__ import annotations

from collections.abc import Mapping

from formulations.coefficients import Drivers, Landing, Lunar
from solver.derive.context import EPS, Context
from solver.derive.landing import sub_period_coefficients
from solver.derive.lunar_bounds import (
    PlantBounds,
    driver_periods,
    largest_share,
    light_shares,
    panels_gw,
    rate,
    seeds_ready,
    throughput_t,
)
from solver.derive.telescope import by_begin
from solver.economics import lunar_unit_costs
from solver.horizon.substeps import SubPeriods, calendar_lag
from solver.instance.moon import Moon
from solver.physics.constants import SECONDS_PER_YEAR
from solver.physics.kardashev import mass_driver_power_gw

HOURS_PER_YEAR = SECONDS_PER_YEAR / 3600


def derive_lunar(x: Context, landing: Landing, bounds: PlantBounds | None) -> Lunar:
    """Derive the industry by step; empty where the plan may not use the Moon or no seed can work."""
    moon = x.moon
    if moon is None or bounds is None or not bounds.capital:
        return Lunar()
    capital = bounds.capital
    steps, mass, power = SubPeriods.of_moon(x.horizon, moon), x.units.mass_per_t, x.units.power_per_gw
    makers = {i: a for i, a in moon.activities.items() if a.does in ("make", "assemble")}
    ready = _ready(moon, steps, capital)
    investments = sorted({(i, w) for (i, _), built in ready.items() for w in built})
    node_kt, node_bill = _nodes(x, moon)
    unlocks, unlocked_for = _unlocks(x, moon, steps, capital)
    most_need = _max_need(moon, bounds, steps)
    return Lunar(
        activities=tuple(moon.activities),
        commodities=tuple(moon.commodities),
        steps=sub_period_coefficients(steps),
        max_capital={u: t * mass for u, t in capital.items()},
        max_plant=dict.fromkeys(bounds.limited, moon.max_plant_kt * 1000 * mass),
        kept_share={
            (i, u): (1 - a.decay_share_per_year) ** steps.apart(u) for i, a in moon.activities.items() for u in capital
        },
        investments=tuple(investments),
        max_invested={(i, w): bounds.added[u] * mass for (i, u), built in ready.items() for w in built},
        ready=ready,
        seeds_ready=seeds_ready(x, moon, landing, steps),
        mix=moon.seed.mix,
        growth={u: 2.0 ** (steps.apart(u) / moon.doubling_years) for u in capital},
        makes={i: a.makes for i, a in makers.items() if a.makes is not None},
        assemblers=tuple(i for i, a in makers.items() if a.does == "assemble"),
        day={(i, u): rate(moon, a, "day") * steps.years(u) for i, a in makers.items() for u in capital},
        night={
            (i, u): rate(moon, a, "night") * steps.years(u)
            for i, a in makers.items()
            for u in capital
            if rate(moon, a, "night") > 0
        },
        energy={i: a.energy_kwh_per_kg * 1e-3 / HOURS_PER_YEAR / mass * power for i, a in makers.items()},
        power=_powers(moon, "power", moon.illumination_share, capital, steps, power / mass),
        storage=_powers(moon, "storage", 1 - moon.illumination_share, capital, steps, power / mass),
        charge=max([1.0, *(1 / a.efficiency_share for a in moon.activities.values() if a.does == "storage")]),
        light=_light(moon, capital, steps, power),
        reserve={j: d.reserve_kt * 1000 * mass for j, d in moon.commodities.items() if d.reserve_kt is not None},
        feed={(i, j): f for i, a in makers.items() for j, f in a.feed.items() if f > 0},
        bill={(i, j): b for i, a in moon.activities.items() for j, b in a.bill.items() if b > 0},
        node_kt=node_kt,
        node_bill=node_bill,
        local_share={j: d.local_share for j, d in moon.commodities.items() if d.local_share < 1 or d.unlocks},
        gains={
            (j, n.name): n.local_share - (d.unlocks[at - 1].local_share if at else d.local_share)
            for j, d in moon.commodities.items()
            for at, n in enumerate(d.unlocks)
        },
        unlocks=unlocks,
        latest_unlock=unlocked_for,
        max_need={key: t * mass for key, t in most_need.items()},
        max_stored=_max_stored(landing, moon, capital, steps, mass),
        chips_since=_chips_since(x, moon, node_bill),
        unlock_cost=x.cost(
            (
                (j, n, o),
                by_begin(
                    lambda o, j=j, n=n: lunar_unit_costs.of_unlock(x.prices, j, n, o),  # type: ignore[misc]
                    [q for k, m, q in unlocks if (k, m) == (j, n)],
                    o,
                ),
            )
            for j, n, o in unlocks
        ),
    )


def derive_drivers(x: Context, bounds: PlantBounds | None) -> Drivers:
    """Derive the coefficients of mass drivers; empty where the Moon has none."""
    moon = x.moon
    driver = moon.mass_driver if moon is not None else None
    if moon is None or driver is None or bounds is None:
        return Drivers()
    steps = SubPeriods.of_moon(x.horizon, moon)
    orders, at_work, not_worn_out = driver_periods(x, driver, bounds.capital, steps)
    mass = x.units.mass_per_t
    return Drivers(
        orders=tuple(orders),
        max_ordered=bounds.drivers,
        at_work=at_work,
        not_worn_out=not_worn_out,
        max_drivers=driver.max_drivers,
        throughput_kt={t: throughput_t(x, moon, driver, t) * mass for t in x.horizon.periods},
        driver_kt=driver.mass_t * mass,
        bill={j: share for j, share in driver.bill.items() if share > 0},
        energy=mass_driver_power_gw(1.0, driver.speed_m_per_s, driver.efficiency_share)
        / (1e6 * mass)
        * x.units.power_per_gw,
        cost=x.cost(((t,), lunar_unit_costs.of_driver(x.prices, t)) for t in orders),
    )


def _powers(
    moon: Moon, does: str, time: float, capital: Mapping[int, float], steps: SubPeriods, unit: float
) -> dict[tuple[str, int], float]:
    """Return energy per plant within each step, in power years of the model per unit of mass; a kW per t is 1e-6 GW."""
    return {
        (i, u): (a.power_kw_per_t or 0.0) * 1e-6 * unit * a.availability_share * time * steps.years(u)
        for i, a in moon.activities.items()
        if a.does == does
        for u in capital
    }


def _light(
    moon: Moon, capital: Mapping[int, float], steps: SubPeriods, unit: float
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the light of each ground over the best, and what full grounds before it add, power years of the model."""
    light = light_shares(moon)
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for a in (a for a in moon.activities.values() if a.area_m2_per_kw is not None and moon.lit_area):
        yearly = [a.availability_share * moon.illumination_share * unit * gw for gw in panels_gw(moon, a)]
        for n in range(1, len(light)):
            gained = sum((light[m] - light[n]) * yearly[m] for m in range(n))
            found |= {(n, u): (light[n], gained * steps.years(u)) for u in capital}
    return found


def _ready(moon: Moon, steps: SubPeriods, capital: Mapping[int, float]) -> dict[tuple[str, int], tuple[int, ...]]:
    """Return the steps whose investment begins to work in each step."""
    ready: dict[tuple[str, int], list[int]] = {}
    for i, a in moon.activities.items():
        for w in capital:
            u = steps.arrival(w, calendar_lag(moon, a.lag_years))
            if u < len(steps.steps):
                ready.setdefault((i, u), []).append(w)
    return {key: tuple(built) for key, built in ready.items()}


def _nodes(x: Context, moon: Moon) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str, str], float]]:
    """Return the mass of nodes made on the Moon per unit of power, in total and by commodity."""
    mass, bill = {}, {}
    for d in x.designs:
        if not x.made_on_moon(d):
            continue
        unit = x.units.mass_per_t * 1e-3 * 1e6 / d.power_kw / x.units.power_per_gw
        mass[d.name, d.shell] = sum(d.mass_kg.values()) * unit
        for j in moon.commodities:
            part = sum(kg * moon.bills.get(p, {}).get(j, 0.0) for p, kg in d.mass_kg.items()) * unit
            if part > 0:
                bill[d.name, d.shell, j] = part
    return mass, bill


def _unlocks(
    x: Context, moon: Moon, steps: SubPeriods, capital: Mapping[int, float]
) -> tuple[tuple[tuple[str, str, int], ...], dict[tuple[str, str, int], int]]:
    """Return the periods in which each unlock may begin, and for each step the last that is early enough."""
    starts: list[tuple[str, str, int]] = []
    in_time: dict[tuple[str, str, int], int] = {}
    for j, described in moon.commodities.items():
        for unlock in described.unlocks:
            usable = x.usable(unlock.available_from)
            for u in capital:
                t = steps.period(u)
                early = [o for o in usable if o <= t and x.horizon.arrival(o, unlock.development_years) <= t]
                if early:
                    in_time[j, unlock.name, u] = early[-1]
            last = max((o for (k, n, _), o in in_time.items() if (k, n) == (j, unlock.name)), default=-1)
            starts += [(j, unlock.name, o) for o in usable if o <= last]
    return tuple(starts), in_time


def _max_need(moon: Moon, bounds: PlantBounds, steps: SubPeriods) -> dict[tuple[str, int], float]:
    """Bound the need for each commodity in each step, t: all plant that can be built in it, nodes and drivers."""
    handlers = [a for a in moon.activities.values() if a.does == "assemble"]
    best = max((rate(moon, a) for a in handlers), default=0.0)
    in_nodes = {j: max((bill.get(j, 0.0) for bill in moon.bills.values()), default=0.0) for j in moon.commodities}
    driver = moon.mass_driver
    most = {}
    for u, at_work in bounds.capital.items():
        built = {
            i: bounds.added.get(steps.arrival(u, calendar_lag(moon, a.lag_years)), 0.0)
            for i, a in moon.activities.items()
        }
        share, t = steps.share(u), steps.period(u)
        launched_t = bounds.launched.get(t, 0.0) * share
        drivers_t = share * driver.mass_t * bounds.drivers.get(t, 0) if driver is not None else 0.0
        for j in moon.commodities:
            plant_t = sum(a.bill.get(j, 0.0) * built[i] for i, a in moon.activities.items())
            ordered_t = drivers_t * (driver.bill.get(j, 0.0) if driver is not None else 0.0)
            most[j, u] = plant_t + in_nodes[j] * launched_t + ordered_t
            if handlers:
                most[j, u] = min(most[j, u], best * steps.years(u) * at_work * largest_share(moon, j))
    return most


def _chips_since(
    x: Context, moon: Moon, node_bill: Mapping[tuple[str, str, str], float]
) -> dict[tuple[str, str, str, int], int]:
    """Return the first period whose chips may go into a node made on the Moon, where their generation counts."""
    counted = {d.platform for d in x.designs if d.chip_years > 0}
    chips = [j for j, commodity in moon.commodities.items() if commodity.accelerators_kg_per_kw is not None]
    middles, found = [x.horizon.middle(t) for t in x.horizon.periods], {}
    for d in (d for d in x.designs if d.platform in counted):
        for j in (j for j in chips if (d.name, d.shell, j) in node_bill):
            for t in x.horizon.periods:
                oldest = middles[t] - d.chip_years - EPS
                found[j, d.name, d.shell, t] = next(q for q in x.horizon.periods if q == t or middles[q] >= oldest)
    return found


def _max_stored(
    landing: Landing, moon: Moon, capital: Mapping[int, float], steps: SubPeriods, mass: float
) -> dict[tuple[str, int], float]:
    """Bound the stock of a commodity by everything landed or made so far."""
    most: dict[tuple[str, int], float] = {}
    makers = {j: [a for a in moon.activities.values() if a.makes == j] for j in moon.commodities}
    for j in moon.commodities:
        total = 0.0
        for u in steps.steps:
            total += landing.max_imported.get((j, u), 0.0)
            total += sum(rate(moon, a) * steps.years(u) * capital.get(u, 0.0) * mass for a in makers[j])
            # Imports before the first plant works are stored.
            if u in capital or (total > 0 and capital):
                most[j, u] = total
    return most
