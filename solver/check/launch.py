"""Flights: availability, payload and packing, cadence, sites and pads.

Constraints   launch.available, launch.fit, launch.lift, launch.supplies, launch.cadence, launch.growth,
              launch.subannual_rate, launch.sites, launch.polar, launch.pads, launch.max_pads, launch.licence
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from solver.check.calendar import INSTANT
from solver.check.context import Context
from solver.check.manifests import Load, packed_flights
from solver.check.ramps import ramp, reachable
from solver.check.refuelling import all_flights
from solver.check.survival import alive
from solver.check.verdict import Violation
from solver.check.windows import Months, ends_within
from solver.instance.fields import Growth
from solver.instance.places import POLAR_DEG

DAYS_PER_YEAR = 365.25


def launch_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on flights and sites."""
    yield from _available(x)
    yield from _to_the_moon(x)
    yield from _lift(x)
    yield from _supplies(x)
    yield from _ramps(x)
    yield from _sites(x)
    yield from _polar(x)
    yield from _pads(x)
    yield from _licence(x)


def _payload_t(x: Context, v: str, s: str) -> float:
    return x.instance.vehicles[v].payload_t.get(s, 0.0)


def _available(x: Context) -> Iterator[Violation]:
    """A vehicle must be in use, able to reach the shell, and available together with its site."""
    for (v, s, t), count in x.decisions.flights.items():
        if count > 0 and not (_vehicle_there(x, v, t) and _payload_t(x, v, s) > 0):
            yield Violation("launch.available", (v, s, x.horizon.label(t)), 0.0, float(count), "flights")
    for (v, place, t), count in x.decisions.launches.items():
        served = place in x.instance.vehicles[v].sites and x.site_usable(x.instance.sites[place], t)
        if count > 0 and not (_vehicle_there(x, v, t) and served):
            yield Violation("launch.available", (v, place, x.horizon.label(t)), 0.0, float(count), "launches")


def _to_the_moon(x: Context) -> Iterator[Violation]:
    """A tanker or lander is a flight of a vehicle that must be available."""
    for (v, t), count in x.decisions.tankers.items():
        if count > 0 and not _vehicle_there(x, v, t):
            yield Violation("launch.available", (v, "depot", x.horizon.label(t)), 0.0, float(count), "flights")
    for (d, t), count in x.decisions.landings.items():
        if count > 0 and x.moon is not None and not _vehicle_there(x, x.moon.landers[d].vehicle, t):
            at = (x.moon.landers[d].vehicle, d, x.horizon.label(t))
            yield Violation("launch.available", at, 0.0, float(count), "landings")


def _vehicle_there(x: Context, v: str, t: int) -> bool:
    return v in x.instance.use.vehicles and x.vehicle_usable(x.instance.vehicles[v], t)


def _nodes_per_flight(x: Context, v: str, k: str, s: str) -> int:
    design, vehicle = x.designs[k, s], x.instance.vehicles[v]
    fits = _payload_t(x, v, s) / design.mass_t
    if design.stowed_m3 > 0:
        fits = min(fits, vehicle.volume_m3 / design.stowed_m3)
    return math.floor(fits + 1e-9)


def _lift(x: Context) -> Iterator[Violation]:
    """Loads are measured in flights; a flight carries whole nodes of any designs, and cargo where mass is left."""
    used: dict[tuple[str, str, int], float] = defaultdict(float)
    loads: dict[tuple[str, str, int], list[Load]] = defaultdict(list)
    for (v, k, s, t), count in x.decisions.loaded.items():
        fits = _nodes_per_flight(x, v, k, s)
        if fits > 0:
            used[v, s, t] += count / fits
            loads[v, s, t].append(_load(x, v, k, s, count))
        elif count > 0:
            yield Violation("launch.fit", (v, k, s, x.horizon.label(t)), 0.0, float(count), "nodes")
    for (v, s, t), mass_t in x.decisions.cargo_t.items():
        payload_t = _payload_t(x, v, s)
        if payload_t > 0:
            used[v, s, t] += mass_t / payload_t
        elif mass_t > 0:
            yield Violation("launch.available", (v, s, x.horizon.label(t)), 0.0, mass_t, "t")
    for (v, s, t), flights in sorted(used.items()):
        flown = x.decisions.flights.get((v, s, t), 0)
        heavy = list(x.checker.at_most("launch.lift", (v, s, x.horizon.label(t)), flights, flown, "flights"))
        yield from heavy or _packed(x, v, s, t, loads[v, s, t])


def _load(x: Context, v: str, k: str, s: str, count: int) -> Load:
    design, vehicle = x.designs[k, s], x.instance.vehicles[v]
    return Load(count, design.mass_t / _payload_t(x, v, s), design.stowed_m3 / vehicle.volume_m3)


def _packed(x: Context, v: str, s: str, t: int, loads: list[Load]) -> Iterator[Violation]:
    """Whole nodes of several designs can be divided over the flights; of one design they always can."""
    flown = x.decisions.flights.get((v, s, t), 0)
    if len(loads) > 1:
        needed = packed_flights(loads, flown)
        yield from x.counts.at_most("launch.fit", (v, s, x.horizon.label(t)), needed, flown, "flights")


def _supplies(x: Context) -> Iterator[Violation]:
    """The supplies that serviced nodes need in a period arrive in that period."""
    needed: dict[tuple[str, int], float] = defaultdict(float)
    for (k, s, q), placed in x.placed.items():
        design = x.designs[k, s]
        if design.upkeep_t_per_year > 0:
            for t in x.horizon.periods[q:]:
                share = alive(design, x.horizon.age(q, t))
                needed[s, t] += design.upkeep_t_per_year * x.horizon.years(t) * share * placed
    arrived: dict[tuple[str, int], float] = defaultdict(float)
    for (v, s, t), mass_t in x.decisions.cargo_t.items():
        arrived[s, t] += (1.0 - x.instance.vehicles[v].loss_share) * mass_t
    for (s, t), mass_t in sorted(needed.items()):
        yield from x.checker.at_least("launch.supplies", (s, x.horizon.label(t)), arrived[s, t], mass_t, "t")


def _ramps(x: Context) -> Iterator[Violation]:
    for v in x.instance.use.vehicles:
        vehicle = x.instance.vehicles[v]
        if vehicle.flights_per_year is None:
            continue
        sites = [x.instance.sites[name] for name in vehicle.sites]
        flying = [
            t
            for t in x.horizon.periods
            if x.vehicle_usable(vehicle, t) and any(x.site_usable(site, t) for site in sites)
        ]
        yield from ramp(
            x,
            vehicle.flights_per_year,
            {t: count for (o, t), count in x.flown.items() if o == v},
            constraints=("launch.cadence", "launch.growth"),
            item=v,
            first_use=x.first_use(vehicle),
            periods=flying,
            unit="flights",
            practised_by_others=vehicle.background_flights,
        )
        yield from _subannual_rate(x, v, vehicle.flights_per_year, flying)


def _subannual_rate(x: Context, v: str, growth: Growth, flying: list[int]) -> Iterator[Violation]:
    """A period shorter than a year holds its share of the yearly rate reached by its start, rounded up."""
    first = x.first_use(x.instance.vehicles[v])
    for t in flying:
        if x.horizon.years(t) < 1.0 - INSTANT:
            limit = math.ceil(reachable(x, growth, first, x.horizon.start(t)) * x.horizon.years(t) - INSTANT)
            at = (v, x.horizon.label(t))
            yield from x.counts.at_most("launch.subannual_rate", at, x.flown.get((v, t), 0.0), limit, "flights")


def _sites(x: Context) -> Iterator[Violation]:
    """Launches by site and flights by destination are equal."""
    launched: dict[tuple[str, int], float] = defaultdict(float)
    for (v, _, t), count in x.decisions.launches.items():
        launched[v, t] += count
    for v, t in sorted({*launched, *x.flown}):
        flown = x.flown.get((v, t), 0.0)
        yield from x.counts.equal("launch.sites", (v, x.horizon.label(t)), launched[v, t], flown, "launches")


def _polar(x: Context) -> Iterator[Violation]:
    """Flights to polar orbits, and tankers for them, leave from sites that reach them."""
    north: dict[tuple[str, int], float] = defaultdict(float)
    for (v, s, t), count in x.decisions.flights.items():
        shell = x.instance.shells[s]
        tilt = shell.inclination_deg if shell.orbit == "inclined" and shell.inclination_deg is not None else 0.0
        if shell.orbit == "dawn_dusk" or POLAR_DEG[0] <= tilt <= POLAR_DEG[1]:
            north[v, t] += all_flights(x.instance.vehicles[v], s, count)
    for (v, t), flown in sorted(north.items()):
        able = sum(
            count
            for (w, place, q), count in x.decisions.launches.items()
            if (w, q) == (v, t) and x.instance.sites[place].polar
        )
        yield from x.counts.at_most("launch.polar", (v, x.horizon.label(t)), flown, able, "polar launches")


def _pads(x: Context) -> Iterator[Violation]:
    busy: dict[tuple[str, int], float] = defaultdict(float)
    for (v, place, t), count in x.decisions.launches.items():
        busy[place, t] += x.instance.vehicles[v].pad_days / DAYS_PER_YEAR * count
    for name, site in x.instance.sites.items():
        ordered = {q: count for (o, q), count in x.decisions.pads.items() if o == name}
        total = site.pads + sum(ordered.values())
        if ordered:
            yield from x.counts.at_most("launch.max_pads", (name,), total, site.max_pads, "pads")
        for t in x.horizon.periods:
            ready = sum(count for q, count in ordered.items() if x.horizon.arrival(q, site.pad_lead_years) <= t)
            available = x.horizon.years(t) * (site.pads + ready)
            yield from x.checker.at_most(
                "launch.pads", (name, x.horizon.label(t)), busy[name, t], available, "pad years"
            )


def _licence(x: Context) -> Iterator[Violation]:
    """Any twelve months hold no more launches from a site than its licence allows."""
    flown: dict[tuple[str, int], float] = defaultdict(float)
    for (_, name, t), count in x.decisions.launches.items():
        flown[name, t] += count
    for name in sorted({site for site, _ in flown}):
        licence = x.instance.sites[name].licence_flights_per_year
        if licence is None:
            continue
        practised = x.instance.sites[name].practised_per_year
        months = Months.of(x.horizon, {t: count for (site, t), count in flown.items() if site == name}, practised)
        for t in x.horizon.periods:
            launches = max(months.year_to(m) for m in ends_within(x.horizon, t))
            yield from x.counts.at_most("launch.licence", (name, x.horizon.label(t)), launches, licence, "launches")
