"""Lunar: output of the plant by day and night, its power, inputs and growth, and launches by mass drivers.

Constraints   lunar.output, lunar.made_at_night, lunar.power, lunar.light, lunar.storage, lunar.balance,
              lunar.reserve, lunar.chip_age, lunar.closure, lunar.unlock, lunar.assembly, lunar.growth, lunar.max_plant,
              mass_drivers.throughput, mass_drivers.max_drivers
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from solver.check.calendar import INSTANT
from solver.check.context import Context, nodes_of
from solver.check.replay import Plant, driver_lives, generation_growth, no_shortage
from solver.check.verdict import Violation

HOURS_PER_YEAR = 8766.0
KWH_PER_J = 1 / 3.6e6
GWH_PER_KWH = 1e-6
KG_PER_T = 1000.0
T_PER_KT = 1000.0
M2_PER_KM2 = 1e6


def lunar_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on the lunar industry."""
    plant = Plant.of(x)
    if plant is None:
        return
    for u in plant.steps.steps:
        yield from _output(plant, u)
        yield from _power(plant, u)
        yield from _assembly(plant, u)
        yield from _growth(plant, u)
    for j in plant.moon.commodities:
        yield from no_shortage(x, "lunar.balance", j, plant.store(j))
        yield from _unlocks(plant, j)
        yield from _closure(plant, j)
        yield from _reserve(plant, j)
        yield from _chip_age(plant, j)
    yield from _throughput(plant)


def _output(plant: Plant, u: int) -> Iterator[Violation]:
    """Output by day and by night is within the capacity of the plant in those hours."""
    lit = plant.moon.illumination_share
    dark = 1.0 - lit if plant.works_at_night else 0.0
    for i, activity in plant.moon.activities.items():
        if activity.does not in ("make", "assemble"):
            continue
        at, made, night = (i, plant.steps.label(u)), plant.made(i, u), plant.night(i, u)
        limit = (activity.productivity_t_per_t_year or 0.0) * plant.at_work(i, u)
        yield from plant.x.checker.at_most("lunar.output", at, made - night, limit * lit, "t")
        yield from plant.x.checker.at_most("lunar.made_at_night", at, night, min(limit * dark, made), "t")


def _power(plant: Plant, u: int) -> Iterator[Violation]:
    """Power by day runs plant and drivers, and is stored for the night with losses."""
    activities, lit = plant.moon.activities, plant.moon.illumination_share
    per_t = {i: a.energy_kwh_per_kg * KG_PER_T * GWH_PER_KWH for i, a in activities.items()}
    by_night = sum(per_t[i] * plant.night(i, u) for i in activities)
    by_day = sum(per_t[i] * (plant.made(i, u) - plant.night(i, u)) for i in activities)
    supply = dict.fromkeys(("power", "storage"), 0.0)
    for i, activity in activities.items():
        if activity.does in supply:
            gw_per_t = (activity.power_kw_per_t or 0.0) * GWH_PER_KWH
            supply[activity.does] += gw_per_t * HOURS_PER_YEAR * plant.at_work(i, u)
    at = (plant.steps.label(u),)
    used = by_day + _charged(plant, by_night) + _driver_gwh(plant, u)
    yield from plant.x.checker.at_most("lunar.power", at, used, supply["power"] * lit, "GWh")
    if plant.moon.lit_area:
        yield from plant.x.checker.at_most("lunar.light", at, used, _lit_gwh(plant, u, supply["power"]), "GWh")
    if plant.works_at_night:
        yield from plant.x.checker.at_most("lunar.storage", at, by_night, supply["storage"] * (1.0 - lit), "GWh")


def _lit_gwh(plant: Plant, u: int, left_gwh: float) -> float:
    """Return the energy of panels in a step, which stand on the best ground that is free, GWh.

    ``left_gwh``: what they would give in light without end.
    """
    activity = next(a for a in plant.moon.activities.values() if a.does == "power")
    hours = HOURS_PER_YEAR * plant.x.horizon.years(plant.period[u]) * plant.share(u) * activity.availability_share
    lit = 0.0
    for ground in plant.moon.lit_area:
        full_gwh = ground.area_km2 * M2_PER_KM2 / (activity.area_m2_per_kw or 1.0) * GWH_PER_KWH * hours
        standing = min(left_gwh, full_gwh)
        lit += standing * plant.moon.illumination_share * ground.light_share
        left_gwh -= standing
    return lit


def _chip_age(plant: Plant, j: str) -> Iterator[Violation]:
    """Each node takes chips from periods as near as its design says, the next to be launched first."""
    if plant.moon.commodities[j].accelerators_kg_per_kw is None:
        return
    x, uses = plant.x, list(_chip_uses(plant, j))
    for q in x.horizon.periods:
        left = sum(plant.output_t(j, u) + x.decisions.imported_t.get((j, u), 0.0) for u in plant.steps.within(q))
        for use in sorted((use for use in uses if use.since <= q <= use.t), key=lambda use: use.t):
            taken = min(left, use.lacking_t)
            left, use.lacking_t = left - taken, use.lacking_t - taken
    for use in uses:
        at, found_t = (use.name, use.shell, x.horizon.label(use.t)), use.needed_t - use.lacking_t
        yield from x.checker.at_least("lunar.chip_age", at, found_t, use.needed_t, "t")


@dataclass(slots=True)
class _ChipUse:
    """Use of chips by the nodes of a design launched in a period, t, from those of period ``since`` on."""

    name: str
    shell: str
    t: int
    since: int
    needed_t: float
    lacking_t: float


def _chip_uses(plant: Plant, j: str) -> Iterator[_ChipUse]:
    x = plant.x
    for (k, s, t), gw in sorted(x.decisions.mass_driver_launched_gw.items()):
        design = x.designs[k, s]
        if generation_growth(x.instance, design.platform) > 0.0:
            parts = (kg / 1000 * plant.moon.bills.get(part, {}).get(j, 0.0) for part, kg in design.mass_kg.items())
            mass_t = nodes_of(design, gw) * sum(parts)
            oldest = x.horizon.middle(t) - design.chip_years - INSTANT
            since = min(q for q in x.horizon.periods if q == t or x.horizon.middle(q) >= oldest)
            yield _ChipUse(k, s, t, since, mass_t, mass_t)


def _reserve(plant: Plant, j: str) -> Iterator[Violation]:
    """All that is made of a commodity is within its reserve."""
    reserve_kt = plant.moon.commodities[j].reserve_kt
    if reserve_kt is not None:
        makers = [i for i, activity in plant.moon.activities.items() if activity.makes == j]
        made = sum(plant.made(i, u) for i in makers for u in plant.steps.steps)
        yield from plant.x.checker.at_most("lunar.reserve", (j,), made, reserve_kt * T_PER_KT, "t")


def _charged(plant: Plant, by_night: float) -> float:
    """Return the energy stored by day for the night, at the efficiency of the worst store."""
    back_share = min((a.efficiency_share for a in plant.moon.activities.values() if a.does == "storage"), default=1.0)
    if by_night == 0.0:
        return 0.0
    return by_night / back_share if back_share > 0 else math.inf


def _driver_gwh(plant: Plant, u: int) -> float:
    """Return the energy of the mass drivers for a step's share of the nodes, GWh."""
    driver = plant.moon.mass_driver
    if driver is None:
        return 0.0
    mass_kg = plant.share(u) * plant.launched_t.get(plant.period[u], 0.0) * KG_PER_T
    return mass_kg * driver.speed_m_per_s**2 / 2 / driver.efficiency_share * KWH_PER_J * GWH_PER_KWH


def _assembly(plant: Plant, u: int) -> Iterator[Violation]:
    """All that is built is assembled, if assembly is a plant of its own."""
    yards = [i for i, activity in plant.moon.activities.items() if activity.does == "assemble"]
    if yards:
        t = plant.period[u]
        goods_t = plant.share(u) * (plant.launched_t.get(t, 0.0) + plant.drivers_t(t))
        built_t = sum(mass_t for _, mass_t in plant.invested(u)) + goods_t
        limit = sum(plant.made(i, u) for i in yards)
        yield from plant.x.checker.at_most("lunar.assembly", (plant.steps.label(u),), built_t, limit, "t")


def _growth(plant: Plant, u: int) -> Iterator[Violation]:
    """Plant grows no faster than robots can double it, apart from landed seed."""
    now = sum(plant.capital[i, u] for i in plant.moon.activities)
    before = sum(plant.capital[i, u - 1] for i in plant.moon.activities) if u > 0 else 0.0
    apart_years = plant.middle[u] - plant.middle[u - 1] if u > 0 else 0.0
    limit = 2.0 ** (apart_years / plant.moon.doubling_years) * before + plant.seeded_t.get(u, 0.0)
    yield from plant.x.checker.at_most("lunar.growth", (plant.steps.label(u),), now, limit, "t")
    yield from plant.x.checker.at_most(
        "lunar.max_plant", (plant.steps.label(u),), now, plant.moon.max_plant_kt * T_PER_KT, "t"
    )


def _unlocks(plant: Plant, j: str) -> Iterator[Violation]:
    """Unlocks begin in their order, none before its date."""
    x, ready = plant.x, 0
    for unlock in plant.moon.commodities[j].unlocks:
        at, begun = (j, unlock.name), x.decisions.unlocked.get((j, unlock.name))
        if begun is not None and not (begun >= ready and x.in_use(begun, unlock.available_from)):
            opens = (t for t in x.horizon.periods if t >= ready and x.in_use(t, unlock.available_from))
            expected = next(opens, len(x.horizon.periods))
            yield Violation("lunar.unlock", at, float(expected), float(begun), "as its period")
        ready = len(x.horizon.periods) if begun is None else max(ready, begun)


def _local_share(plant: Plant, j: str, t: int) -> float:
    """Return the largest share of a commodity's need that may be made on the Moon in a period."""
    commodity, horizon = plant.moon.commodities[j], plant.x.horizon
    share = commodity.local_share
    for unlock in commodity.unlocks:
        begun = plant.x.decisions.unlocked.get((j, unlock.name))
        if begun is not None and horizon.arrival(begun, unlock.development_years) <= t:
            share = unlock.local_share
    return share


def _closure(plant: Plant, j: str) -> Iterator[Violation]:
    """The share of a commodity that cannot yet be made on the Moon is imported, whatever the plant."""
    commodity = plant.moon.commodities[j]
    if commodity.local_share < 1.0 or commodity.unlocks:
        for u in plant.steps.steps:
            local_t = plant.output_t(j, u) - plant.feed_t(j, u)
            limit = _local_share(plant, j, plant.period[u]) * plant.need_t(j, u)
            yield from plant.x.checker.at_most("lunar.closure", (j, plant.steps.label(u)), local_t, limit, "t")


def _throughput(plant: Plant) -> Iterator[Violation]:
    """Mass drivers launch within their capacity by day, and their number is limited."""
    x, driver, lit = plant.x, plant.moon.mass_driver, plant.moon.illumination_share
    for t in x.horizon.periods:
        at, launched_t, throughput_t, existing = (x.horizon.label(t),), plant.launched_t.get(t, 0.0), 0.0, 0
        for (q,), count in x.decisions.mass_drivers.items():
            if driver is None:
                existing += count if q <= t else 0
            elif driver_lives(x, driver, q, t):
                existing += count
                works = x.horizon.arrival(q, driver.lag_years) <= t
                each_t = driver.throughput_kt_per_year * 1000 * driver.availability_share * lit * x.horizon.years(t)
                throughput_t += count * each_t if works else 0.0
        yield from x.checker.at_most("mass_drivers.throughput", at, launched_t, throughput_t, "t")
        max_drivers = driver.max_drivers if driver is not None else 0
        yield from x.counts.at_most("mass_drivers.max_drivers", at, existing, max_drivers, "mass drivers")
