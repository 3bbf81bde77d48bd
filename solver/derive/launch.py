"""Coefficients of launch, fleet, sites and production lines."""

from __future__ import annotations

import math
from collections.abc import Mapping

from formulations.coefficients import Launch, Lines, Ramp, WindowKey
from solver.derive.context import EPS, Context, max_in_window, whole
from solver.economics import refuelling, unit_costs
from solver.economics.residual import wear_share
from solver.horizon import ramps
from solver.horizon.ramps import first_flight, first_order
from solver.horizon.windows import windows
from solver.instance.transport import Fleet, Vehicle
from solver.plan import CashFlow, Design

DAYS_PER_YEAR = 365.25


def nodes_per_flight(vehicle: Vehicle, design: Design) -> int:
    """Return the integer number of nodes of a design on one flight: the lesser of the limits of mass and volume."""
    payload = vehicle.payload_t.get(design.shell, 0.0)
    fits = payload / design.mass_t
    if design.stowed_m3 > 0:
        fits = min(fits, vehicle.volume_m3 / design.stowed_m3)
    return math.floor(fits + 1e-9)


def derive_launch(x: Context) -> Launch:
    """Derive the coefficients of launch and fleet, with finite bounds on all variables."""
    vehicles = {v: x.instance.vehicles[v] for v in x.instance.use.vehicles}
    flying = {v: x.flying(v) for v in vehicles}
    ramps = {
        v: x.ramp(d.flights_per_year, first_flight(x.instance, x.horizon, v), d.background_flights)
        for v, d in vehicles.items()
        if d.flights_per_year is not None and flying[v]
    }
    owned = [v for v, d in vehicles.items() if d.fleet is not None and flying[v]]
    production = _production(x, owned)
    made = _max_made(x, owned, flying, production)
    arriving = _arriving(x, made)
    pads_ready, pad_orders = _pads(x)
    max_subannual = _max_subannual(x, flying)
    most = _max_flights(x, flying, ramps, max_subannual, made)
    max_ordered = {
        (v, q): count if v in production else whole(useful_orders(x, v, q, most) + 1) for (v, q), count in made.items()
    }
    life_left = _life_left(x, max_ordered)
    routes = [
        (v, s, t)
        for v in vehicles
        for s in x.instance.use.shells
        if vehicles[v].payload_t.get(s, 0.0) > 0
        for t in flying[v]
    ]
    flights_each = {(v, s): refuelling.flights_each(vehicles[v], s) for v, s, _ in routes}
    launches = [
        (v, l, t)
        for v in vehicles
        for l in vehicles[v].sites
        for t in sorted(set(flying[v]) & set(x.usable(x.instance.sites[l].available_from)))
    ]
    sites = sorted({l for _, l, _ in launches})
    return Launch(
        routes=tuple(routes),
        max_flights={(v, s, t): whole(most[v, t] / flights_each[v, s]) for v, s, t in routes},
        max_flown=most,
        nodes_per_flight={
            (v, d.name, d.shell): nodes_per_flight(vehicles[v], d)
            for v in vehicles
            for d in x.designs
            if nodes_per_flight(vehicles[v], d) >= 1
        },
        payload_kt={(v, s): p * x.units.mass_per_t for v, d in vehicles.items() for s, p in d.payload_t.items()},
        flights_each=flights_each,
        stays=frozenset((v, s) for v, s in flights_each if refuelling.stays(vehicles[v], s)),
        away_flights={(v, s): refuelling.away_flights(vehicles[v], s) for v, s in flights_each},
        arrives_share={v: 1 - d.loss_share for v, d in vehicles.items()},
        ramp=ramps,
        max_subannual=max_subannual,
        owned=tuple(owned),
        initial={v: _fleet(vehicles[v]).initial for v in owned},
        flights_per_vehicle={
            (v, t): x.horizon.years(t) * DAYS_PER_YEAR / _fleet(vehicles[v]).turnaround_days
            for v in owned
            for t in flying[v]
        },
        reuse_flights={v: _fleet(vehicles[v]).reuse_flights for v in owned},
        initial_worn={v: _fleet(vehicles[v]).initial * _fleet(vehicles[v]).initial_flown_share for v in owned},
        wear_share={v: wear_share(_fleet(vehicles[v]).reuse_flights, vehicles[v].loss_share) for v in owned},
        life_left=life_left,
        loss_share={v: d.loss_share for v, d in vehicles.items()},
        orders=tuple(max_ordered),
        arriving=arriving,
        max_ordered=max_ordered,
        production=production,
        sites=tuple(sites),
        launches=tuple(launches),
        pad_days={v: d.pad_days for v, d in vehicles.items()},
        pads={l: x.instance.sites[l].pads for l in sites},
        max_pads={l: x.instance.sites[l].max_pads for l in sites},
        pad_orders=tuple(o for o in pad_orders if o[0] in sites),
        pads_ready=pads_ready,
        polar=frozenset(s for s in x.instance.use.shells if x.instance.shells[s].polar),
        polar_sites=frozenset(l for l in sites if x.instance.sites[l].polar),
        licence={(l, h): most for l in sites for h, most in _licence(x, l).items()},
        flies_cargo=x.instance.target.kind == "mass_to_orbit" or any(d.upkeep_t_per_year > 0 for d in x.designs),
        flight_cost=x.cost(
            ((v, s, t), unit_costs.of_flight(x.prices, v, t) * flights_each[v, s]) for v, s, t in routes
        ),
        order_cost=x.cost(((v, t), unit_costs.of_vehicle(x.prices, v, t)) for v, t in max_ordered),
        standing_cost=x.cost(((v, q), unit_costs.of_standing(x.prices, v, q)) for v, q in life_left),
        pad_cost=x.cost(((l, t), unit_costs.of_pad(x.prices, l, t)) for l, t in pad_orders if l in sites),
    )


def derive_lines(x: Context) -> Lines:
    """Derive the coefficients of platforms with a production line."""
    lined = {
        p: x.instance.platforms[p]
        for p in x.instance.use.platforms
        if x.instance.platforms[p].production_line is not None
    }
    orders, most, opens_for, ready, ramps = [], {}, {}, {}, {}
    for p, platform in lined.items():
        line = platform.production_line
        assert line is not None
        developed, works = x.arrivals(platform.development_years), x.arrivals(line.lead_years)
        first = developed[0]
        for t in x.horizon.periods:
            begun = [o for o in x.horizon.periods[: t + 1] if developed[o] <= t]
            if begun and works[t] < len(x.horizon.periods):
                orders.append((p, t))
                opens_for[p, t] = begun[-1]
        for t in x.horizon.periods:
            ready[p, t] = tuple(q for o, q in orders if o == p and works[q] <= t)
        window: dict[int, float] = {}
        if line.lines_per_year is not None and first < len(x.horizon.periods):
            ramps[p] = x.ramp(line.lines_per_year, first)
            window = max_in_window(ramps[p], x.horizon.periods)
        for o, t in orders:
            if o == p:
                most[p, t] = math.floor(min(line.max_lines, window.get(t, math.inf)) + EPS)
    gw = x.units.power_per_gw
    return Lines(
        platforms=tuple(lined),
        gw_per_year={p: d.production_line.mw_per_year / 1000 * gw for p, d in lined.items() if d.production_line},
        max_lines={p: d.production_line.max_lines for p, d in lined.items() if d.production_line},
        orders=tuple(orders),
        max_ordered=most,
        latest_development=opens_for,
        ready=ready,
        ramp=ramps,
        cost=x.cost(((p, t), unit_costs.of_line(x.prices, p, t)) for p, t in orders),
        development_cost=x.cost(_development_steps(x, list(lined))),
    )


def _development_steps(x: Context, platforms: list[str]) -> list[tuple[tuple[object, ...], list[CashFlow]]]:
    """Return the cost of ``development_started`` by period, so that a 0-1 step sums to the payment at the step."""
    entries: list[tuple[tuple[object, ...], list[CashFlow]]] = []
    for p in platforms:
        for t in x.horizon.periods:
            now = unit_costs.of_development(x.prices, p, t)[0]
            later = 0.0
            if t + 1 < len(x.horizon.periods):
                later = unit_costs.of_development(x.prices, p, t + 1)[0].present_musd
            step = CashFlow("lines", "development", t, now.musd, now.present_musd - later)
            entries.append(((p, t), [step]))
    return entries


def _fleet(vehicle: Vehicle) -> Fleet:
    assert vehicle.fleet is not None
    return vehicle.fleet


def _production(x: Context, owned: list[str]) -> dict[str, Ramp]:
    ramps = {}
    for v in owned:
        fleet = _fleet(x.instance.vehicles[v])
        if fleet.production_per_year is not None:
            ramps[v] = x.ramp(fleet.production_per_year, first_order(x.instance, x.horizon, v))
    return ramps


def _max_made(
    x: Context, owned: list[str], flying: Mapping[str, list[int]], production: Mapping[str, Ramp]
) -> dict[tuple[str, int], float]:
    """Bound the vehicles made for orders of each period, by the ramp of production; infinite without one.

    An order that arrives after the last flight is left out.
    """
    most: dict[tuple[str, int], float] = {}
    for v in owned:
        first = first_order(x.instance, x.horizon, v)
        window = max_in_window(production[v], x.horizon.periods[first:]) if v in production else {}
        for t in x.horizon.periods[first:]:
            if x.horizon.arrival(t, _fleet(x.instance.vehicles[v]).lead_years) > flying[v][-1]:
                break
            most[v, t] = whole(window.get(t, math.inf))
    return most


def useful_orders(x: Context, v: str, q: int, most: Mapping[tuple[str, int], float]) -> float:
    """Bound the useful orders of a vehicle without a ramp of production in one period.

    ``most`` bounds flights by vehicle and period. The page of the family ``fleet`` has the proof.
    """
    vehicle, fleet = x.instance.vehicles[v], _fleet(x.instance.vehicles[v])
    arrives = x.horizon.arrival(q, fleet.lead_years)
    flights = {t: count for (o, t), count in most.items() if o == v}
    left = {t: count for t, count in flights.items() if t >= arrives}
    if math.inf in flights.values():
        return math.inf
    if fleet.reuse_flights <= 1:
        return sum(left.values())
    landers = [d for d in x.moon.landers.values() if d.vehicle == v] if x.moon is not None else []
    trips = [*landers, *(vehicle.refuelled.places.values() if vehicle.refuelled is not None else ())]
    stays = any(d.return_delta_v_m_per_s is None for d in trips)
    away = max((d.away_days for d in trips if d.return_delta_v_m_per_s is not None), default=0.0)
    lost = sum(left.values()) * (1.0 if stays else vehicle.loss_share)
    worn = fleet.initial * fleet.initial_flown_share + sum(flights.values()) / fleet.reuse_flights
    days = fleet.turnaround_days + away
    busy = max((count * days / (x.horizon.years(t) * DAYS_PER_YEAR) for t, count in left.items()), default=0.0)
    return lost + worn + 2 + max(busy, 2 * worn)


def _pad_flights(x: Context, v: str, t: int) -> float:
    """Bound the flights in a period by all pads of all sites of the vehicle."""
    vehicle = x.instance.vehicles[v]
    pads = sum(x.instance.sites[l].max_pads for l in vehicle.sites)
    if vehicle.pad_days == 0:
        return math.inf
    return pads * x.horizon.years(t) * DAYS_PER_YEAR / vehicle.pad_days


def _licence(x: Context, l: str) -> dict[WindowKey, float]:
    """Return the flights of the plan that a licence leaves to each window, after those of the year before the plan."""
    site = x.instance.sites[l]
    most = site.licence_flights_per_year
    if most is None:
        return {}
    practised = site.practised_per_year
    return {h: max(0.0, most - practised * window.history_years) for h, window in windows(x.horizon).items()}


def _licensed(x: Context, v: str) -> float:
    """Bound the flights in a period by the licences of all sites of the vehicle."""
    licences = [x.instance.sites[l].licence_flights_per_year for l in x.instance.vehicles[v].sites]
    return sum(math.inf if licence is None else math.floor(licence + EPS) for licence in licences)


def _arriving(x: Context, max_ordered: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], tuple[int, ...]]:
    arriving: dict[tuple[str, int], list[int]] = {}
    for v, q in max_ordered:
        t = x.horizon.arrival(q, _fleet(x.instance.vehicles[v]).lead_years)
        arriving.setdefault((v, t), []).append(q)
    return {key: tuple(value) for key, value in arriving.items()}


def _life_left(x: Context, max_ordered: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """Return the salvage of a vehicle by its order over that of an unused one at the end; none where it is 0."""
    left = {}
    for v, q in max_ordered:
        present = -sum(m.present_musd for m in unit_costs.of_standing(x.prices, v, q))
        if present > 0:
            left[v, q] = present / unit_costs.present_life_musd(x.prices, v)
    return left


def _max_flights(
    x: Context,
    flying: Mapping[str, list[int]],
    ramps: Mapping[str, Ramp],
    max_subannual: Mapping[tuple[str, int], int],
    made: Mapping[tuple[str, int], float],
) -> dict[tuple[str, int], float]:
    """Bound the flights of a vehicle in a period by its pads, licences, ramp and vehicles that can have arrived."""
    most: dict[tuple[str, int], float] = {}
    for v, periods in flying.items():
        window = max_in_window(ramps[v], periods) if v in ramps else {}
        fleet = x.instance.vehicles[v].fleet
        there = [] if fleet is None else x.arrivals(fleet.lead_years)
        for t in periods:
            bound = min(_pad_flights(x, v, t), _licensed(x, v), window.get(t, math.inf))
            bound = min(bound, max_subannual.get((v, t), math.inf))
            if fleet is not None:
                vehicles = fleet.initial + sum(n for (o, q), n in made.items() if o == v and there[q] <= t)
                turn = x.horizon.years(t) * DAYS_PER_YEAR / fleet.turnaround_days if fleet.reuse_flights > 1 else 1.0
                bound = min(bound, vehicles * turn)
            most[v, t] = whole(bound)
    return most


def _max_subannual(x: Context, flying: Mapping[str, list[int]]) -> dict[tuple[str, int], int]:
    """Bound the flights in a period shorter than a year: its share of the yearly rate at its begin, rounded up."""
    max_subannual = {}
    for v, periods in flying.items():
        described = x.instance.vehicles[v]
        if described.flights_per_year is None or not periods:
            continue
        first = first_flight(x.instance, x.horizon, v)
        for t in periods:
            most = ramps.Ramp(x.horizon, described.flights_per_year, first).subannual_cap(t)
            if most is not None:
                max_subannual[v, t] = most
    return max_subannual


def _pads(x: Context) -> tuple[dict[tuple[str, int], tuple[int, ...]], list[tuple[str, int]]]:
    built = {l: x.arrivals(site.pad_lead_years) for l, site in x.instance.sites.items()}
    orders = [
        (l, t)
        for l, site in x.instance.sites.items()
        if site.max_pads > site.pads
        for t in x.horizon.periods
        if built[l][t] < len(x.horizon.periods)
    ]
    ready = {
        (l, t): tuple(q for o, q in orders if o == l and built[l][q] <= t)
        for l in x.instance.sites
        for t in x.horizon.periods
    }
    return ready, orders
