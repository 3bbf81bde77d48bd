"""Plant of the Moon, bounded by growth from seeds and by all that is still to be built.

The page of the family ``lunar`` has the proof. ``grown`` cuts no plan off; ``useful`` leaves a cheapest plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formulations.coefficients import Landing
from solver.derive.context import Context
from solver.derive.lunar_growth import gross_product
from solver.derive.nodes import delivered_by_period
from solver.derive.target import demand, unit_factor_of
from solver.horizon.substeps import SubPeriods, calendar_lag
from solver.instance.moon import Activity, MassDriver, Moon
from solver.physics.constants import SECONDS_PER_YEAR
from solver.physics.kardashev import mass_driver_power_gw

HOURS_PER_YEAR = SECONDS_PER_YEAR / 3600
LEAST_OVER = 2.0
"""Multiple of the largest plant at which its growth is cut, so that numbers stay finite and the limit is seen."""


@dataclass(frozen=True, slots=True)
class PlantBounds:
    """Plant by step at most, t: ``capital`` of an activity at work, ``added`` in the step in which it begins to work.

    ``launched`` bounds the nodes launched within each period, t, and ``drivers`` the mass drivers ordered in it;
    ``limited`` are the steps in which the plant could grow beyond ``moon.max_plant_kt``.
    """

    capital: Mapping[int, float]
    added: Mapping[int, float]
    launched: Mapping[int, float]
    drivers: Mapping[int, int]
    limited: tuple[int, ...]


def grown_bounds(x: Context, moon: Moon, landing: Landing) -> PlantBounds:
    """Bound plant by growth from the largest seeds alone, which cuts no plan off, whatever the objective."""
    steps = SubPeriods.of_moon(x.horizon, moon)
    grown = _grown(x, moon, landing, steps)
    limit = moon.max_plant_kt * 1000
    limited = tuple(u for u, most in grown.items() if most > limit)
    grown = {u: min(most, limit) for u, most in grown.items()}
    launched, drivers = _launches(x, moon, grown, steps)
    return PlantBounds(grown, grown, launched, drivers, limited)


def plant_bounds(x: Context, moon: Moon, landing: Landing) -> PlantBounds:
    """Bound plant, launches and mass drivers; steps before the first seed are left out."""
    steps, most_grown = SubPeriods.of_moon(x.horizon, moon), grown_bounds(x, moon, landing)
    grown, launched, drivers = most_grown.capital, most_grown.launched, most_grown.drivers
    useful = _useful(moon, grown, steps, launched, drivers)
    arrivals, capital, before = seeds_ready(x, moon, landing, steps), {}, 0.0
    for u, most in grown.items():
        seeded = len(arrivals.get(u, ())) * moon.seed.max_t
        before = min(most, max(useful.robots[u], before + seeded + useful.plant[u]))
        capital[u] = before
    handlers = [rate(moon, a) for a in moon.activities.values() if a.does == "assemble"]
    if handlers:
        launched = {
            t: min(most, sum(max(handlers) * steps.years(u) * capital.get(u, 0.0) for u in steps.within(t)))
            for t, most in launched.items()
        }
    added = {u: min(useful.added(u), most) for u, most in grown.items()}
    return PlantBounds(capital, added, launched, drivers, most_grown.limited)


def rate(moon: Moon, activity: Activity, part: str = "both") -> float:
    """Return product per plant in a calendar year, by day, at night, or both."""
    lit = moon.illumination_share
    stored = any(a.does == "storage" for a in moon.activities.values())
    night = (1 - lit) if stored else 0.0
    time = {"day": lit, "night": night, "both": lit + night}[part]
    return (activity.productivity_t_per_t_year or 0.0) * activity.availability_share * time


def light_shares(moon: Moon) -> dict[int, float]:
    """Return the light of each ground over that of the best, and none beyond the last one."""
    return dict(enumerate([*(area.light_share for area in moon.lit_area), 0.0]))


def panels_gw(moon: Moon, activity: Activity) -> list[float]:
    """Return the power of panels that fill each ground, GW in full light."""
    return [area.area_km2 / activity.area_m2_per_kw for area in moon.lit_area if activity.area_m2_per_kw]


def seeds_ready(x: Context, moon: Moon, landing: Landing, steps: SubPeriods) -> dict[int, tuple[int, ...]]:
    """Group seeds by the step in which they begin to work."""
    ready: dict[int, list[int]] = {}
    for q in landing.latest_development:
        t = x.horizon.arrival(q, moon.seed.lag_years)
        ready.setdefault(steps.within(t).start, []).append(q)
    return {u: tuple(q) for u, q in ready.items()}


def throughput_t(x: Context, moon: Moon, driver: MassDriver, t: int) -> float:
    """Return the mass that one driver launches in a period, t: by day only."""
    yearly = driver.throughput_kt_per_year * 1000 * driver.availability_share * moon.illumination_share
    return yearly * x.horizon.years(t)


def driver_periods(
    x: Context, driver: MassDriver, working: Mapping[int, float], steps: SubPeriods
) -> tuple[list[int], dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """Return the order periods of drivers, and for each period those at work and those not worn out."""
    horizon = x.horizon
    orders = [
        q
        for q in horizon.periods
        if any(u in working for u in steps.within(q)) and horizon.arrival(q, driver.lag_years) < len(horizon.periods)
    ]

    def worn(q: int, t: int) -> bool:
        return horizon.over_by(t, horizon.middle(q) + driver.lag_years, driver.life_years)

    at_work = {
        t: tuple(q for q in orders if q <= t and horizon.arrival(q, driver.lag_years) <= t and not worn(q, t))
        for t in horizon.periods
    }
    not_worn_out = {t: tuple(q for q in orders if q <= t and not worn(q, t)) for t in horizon.periods}
    return orders, at_work, not_worn_out


def _grown(x: Context, moon: Moon, landing: Landing, steps: SubPeriods) -> dict[int, float]:
    """Bound the plant at work in each step by the largest seeds, grown by robots since they landed, and its limit."""
    arrivals, most, total = seeds_ready(x, moon, landing, steps), {}, 0.0
    for u in steps.steps:
        total *= _growth(moon, steps, u)
        total = min(total + len(arrivals.get(u, ())) * moon.seed.max_t, LEAST_OVER * moon.max_plant_kt * 1000)
        if total > 0:
            most[u] = total
    return most


def _growth(moon: Moon, steps: SubPeriods, u: int) -> float:
    return float(2.0 ** (steps.apart(u) / moon.doubling_years))


def _launches(
    x: Context, moon: Moon, grown: Mapping[int, float], steps: SubPeriods
) -> tuple[dict[int, float], dict[int, int]]:
    """Bound the nodes launched in each period by throughput and demand, and the drivers ordered for them."""
    driver = moon.mass_driver
    if driver is None:
        return {}, {}
    orders, at_work, _ = driver_periods(x, driver, grown, steps)
    asked = _asked(x)
    launched = {
        t: min(throughput_t(x, moon, driver, t) * driver.max_drivers, asked[t]) for t in x.horizon.periods if at_work[t]
    }
    needed = max((math.ceil(most / throughput_t(x, moon, driver, t) - 1e-9) for t, most in launched.items()), default=0)
    return launched, dict.fromkeys(orders, min(driver.max_drivers, needed))


def _asked(x: Context) -> dict[int, float]:
    """Bound the nodes from the Moon that the demand asks of one period, t; infinite for a network or most_power."""
    if x.instance.objective.kind == "most_power" or x.instance.network is not None:
        return dict.fromkeys(x.horizon.periods, math.inf)
    most = np.array(list(demand(x).values())) * unit_factor_of(x.instance, x.units)
    asked = dict.fromkeys(x.horizon.periods, 0.0)
    for design in x.designs:
        way = x.instance.shells[design.shell].from_moon
        if not x.made_on_moon(design) or way is None:
            continue
        for t, given in delivered_by_period(x, design).items():
            there = given > 0
            nodes = float((most[there] / given[there]).max(initial=0.0)) / (1 - way.loss_share)
            asked[t] += nodes * design.mass_t
    return asked


@dataclass(frozen=True, slots=True)
class _Useful:
    """Plant of use by step, t: ``plant`` to build all that is still built, ``robots`` to add that of the next step."""

    plant: Mapping[int, float]
    robots: Mapping[int, float]

    def added(self, u: int) -> float:
        """Return the largest useful addition of plant that begins to work in a step."""
        return max(self.plant[u], self.robots[u])


def _useful(
    moon: Moon,
    grown: Mapping[int, float],
    steps: SubPeriods,
    launched: Mapping[int, float],
    drivers: Mapping[int, int],
) -> _Useful:
    """Bound the plant that is of use in each step, from the last step backwards."""
    kept = {i: 1 - a.decay_share_per_year for i, a in moon.activities.items()}
    lag = min(calendar_lag(moon, a.lag_years) for a in moon.activities.values())
    per_handled = _plant_per_handled(moon)
    heaviest = moon.mass_driver.mass_t if moon.mass_driver is not None else 0.0
    plant: dict[int, float] = {}
    robots: dict[int, float] = {}
    each = dict.fromkeys(moon.activities, 0.0)
    products = 0.0
    for u in sorted(grown, reverse=True):
        t = steps.period(u)
        products += steps.share(u) * (launched.get(t, 0.0) + heaviest * drivers.get(t, 0))
        handled = products + sum(plant[w] for w in range(steps.arrival(u, lag), len(steps.steps)))
        for i, later in each.items():
            decayed = later / kept[i] ** steps.apart(u + 1) if later else 0.0
            made = handled * per_handled[i] / steps.years(u) if handled else 0.0
            each[i] = min(grown[u], max(decayed, made))
        robots[u] = 0.0
        if u + 1 in grown:
            decayed = robots[u + 1] / min(kept.values()) ** steps.apart(u + 1)
            robots[u] = max(decayed, plant[u + 1] / (_growth(moon, steps, u + 1) - 1))
        plant[u] = min(grown[u], sum(each.values()))
    return _Useful(plant, robots)


def _plant_per_handled(moon: Moon) -> dict[str, float]:
    """Return the plant of each activity that assembles one t a year with all its materials and power, t."""
    gross = gross_product(moon, {j: largest_share(moon, j) for j in moon.commodities})
    if math.inf in gross.values():
        return dict.fromkeys(moon.activities, math.inf)
    driver = moon.mass_driver
    energy = 0.0
    launch = 0.0 if driver is None else mass_driver_power_gw(1.0, driver.speed_m_per_s, driver.efficiency_share)
    efficiency = min([1.0, *(a.efficiency_share for a in moon.activities.values() if a.does == "storage")])
    needs = dict.fromkeys(moon.activities, 0.0)
    for i, activity in moon.activities.items():
        if activity.does in ("make", "assemble"):
            made = 1.0 if activity.makes is None else gross.get(activity.makes, 0.0)
            energy += made * activity.energy_kwh_per_kg * 1000 / HOURS_PER_YEAR
            least = rate(moon, activity, "day") or rate(moon, activity, "night")
            needs[i] = made / least if least > 0 else 0.0
    for i, activity in moon.activities.items():
        if activity.does in ("power", "storage"):
            given = (activity.power_kw_per_t or 0.0) * activity.availability_share
            if activity.does == "storage":
                # At night the share of the night is made, and no driver launches.
                needs[i] = energy / given if given > 0 else 0.0
            elif given * moon.illumination_share * efficiency > 0:
                darkest = moon.illumination_share * min((area.light_share for area in moon.lit_area), default=1.0)
                needs[i] = (launch + energy / efficiency) / (given * darkest)
    return needs


def largest_share(moon: Moon, j: str) -> float:
    """Return the largest share of a commodity in any bill of materials of the Moon."""
    shares = [a.bill.get(j, 0.0) for a in moon.activities.values()]
    shares += [bill.get(j, 0.0) for bill in moon.bills.values()]
    shares.append(moon.mass_driver.bill.get(j, 0.0) if moon.mass_driver is not None else 0.0)
    return max(shares)
