"""Data of a replay: flights, loads and rates of a plan by period as arrays, in the reported window."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from solver.design import vintages
from solver.economics import unit_costs
from solver.economics.halls import Hall
from solver.economics.learning import mean_factors
from solver.economics.refuelling import flights_each, refuelled_t
from solver.economics.unit_costs import Prices
from solver.horizon import ramps
from solver.instance.dates import COMPUTE_KINDS, RATE_KINDS
from solver.instance.transport import Vehicle
from solver.milp.matrix import Floats
from solver.plan import CashFlow
from solver.tables import PlanState

DAYS_PER_YEAR = 365.25
UNLIMITED = 1e9
"""Flights of a period without any limit."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Flights of one vehicle to one shell by period, with the nodes on them by design; bulk cargo in kt.

    Flights are those of tankers, too: ``flights_each`` for a ship, which waits for the propellant of so many
    ``tankers_needed`` that arrive.
    """

    shell: str
    flights: Floats
    loaded: dict[str, Floats]
    cargo_kt: Floats
    flights_each: int = 1
    tankers_needed: float = 0.0

    @property
    def flights_per_node(self) -> float:
        """Flights of the plan over its nodes, the need of a node that is flown again."""
        nodes = sum(float(count.sum()) for count in self.loaded.values())
        return float(self.flights.sum()) / nodes if nodes else 0.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Fleet of one vehicle: its streams, its rates, and the flights that cadence, pads, licences and stock allow.

    ``most`` are the flights of a period that cadence, pads and licences allow; ``per_vehicle`` the flights of an owned
    one in a period, and ``stock`` the fleet at its end; without a fleet both are infinite. ``answered[t]`` is the last
    period whose orders have arrived by t, -1 before.
    """

    vehicle: str
    loss_share: float
    grounded_years: float
    streams: tuple[Stream, ...]
    most: Floats
    per_vehicle: Floats
    stock: Floats
    answered: tuple[int, ...]
    flight_musd: Floats
    vehicle_musd: Floats

    @property
    def flights(self) -> Floats:
        """Flights of the plan by period."""
        return np.asarray(np.sum([stream.flights for stream in self.streams], axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Nodes of one design in one shell: output of a living one and survival from period to period, by vintage.

    ``output[q][t - q]`` is in the unit of the target; ``survives[q][t - q]`` the share of the nodes alive one period
    earlier (of those that arrived, in period q itself) that is alive at the end of t. ``added[q]`` is the output of a
    node that counts once, at its arrival.
    """

    output: tuple[Floats, ...]
    survives: tuple[Floats, ...]
    added: Floats
    node_musd: Floats


@dataclass(frozen=True, slots=True)
class ReplayData:
    """Plan as a replay needs it. ``fixed`` is what the plan delivers without random events, by period."""

    years: Floats
    ends: Floats
    target: Floats
    planned: Floats
    fixed: Floats
    fleets: tuple[Fleet, ...]
    cohorts: dict[tuple[str, str], Cohort]
    fixed_nodes: dict[tuple[str, str], Floats] = field(default_factory=dict)
    rate: bool = False
    unit: str = "GW"


def replay_data(state: PlanState, unit: str) -> ReplayData:
    """Collect the data of a replay from the state of a plan."""
    horizon, rate = state.horizon, state.instance.target.kind in RATE_KINDS
    count = len(horizon.periods)
    years = np.array([horizon.years(t) for t in horizon.periods])
    launched = {(k, s) for k, s, _ in state.launched}
    from_moon = {column: np.zeros(count) for column in launched}
    for k, s, q in state.launched:
        from_moon[k, s][q] = state.placed[k, s, q] - _arrived(state, k, s, q)
    return ReplayData(
        years=years,
        ends=np.array([horizon.first_month / 12 + horizon.end(t) for t in horizon.periods]),
        target=np.array(state.target[:count]),
        planned=np.array(state.delivered[:count]),
        fixed=_ground(state),
        fleets=tuple(_fleet(state, v) for v in state.instance.use.vehicles if _flies(state, v)),
        cohorts={column: _cohort(state, *column) for column in state.designs},
        fixed_nodes=from_moon,
        rate=rate,
        unit=unit,
    )


def _arrived(state: PlanState, k: str, s: str, q: int) -> float:
    """Return the nodes expected to arrive from the Earth."""
    vehicles = state.instance.vehicles
    return sum(
        (1 - vehicles[v].loss_share) * count
        for (v, design, shell, t), count in state.plan.decisions.loaded.items()
        if (design, shell, t) == (k, s, q)
    )


def _flies(state: PlanState, vehicle: str) -> bool:
    return any(v == vehicle for v, _, _ in state.plan.decisions.flights)


def _fleet(state: PlanState, vehicle: str) -> Fleet:
    horizon, described = state.horizon, state.instance.vehicles[vehicle]
    decisions, count = state.plan.decisions, len(state.horizon.periods)
    streams = []
    for shell in dict.fromkeys(s for v, s, _ in decisions.flights if v == vehicle):
        each = flights_each(described, shell)
        flights, cargo = np.zeros(count), np.zeros(count)
        loaded: dict[str, Floats] = defaultdict(lambda: np.zeros(count))
        for (v, s, t), flown in decisions.flights.items():
            flights[t] += each * flown if (v, s) == (vehicle, shell) else 0
        for (v, s, t), tonnes in decisions.cargo_t.items():
            cargo[t] += tonnes / 1000 if (v, s) == (vehicle, shell) else 0
        for (v, k, s, t), nodes in decisions.loaded.items():
            if (v, s) == (vehicle, shell):
                loaded[k][t] += nodes
        streams.append(Stream(shell, flights, dict(loaded), cargo, each, _tankers_needed(described, shell)))
    planned = np.sum([stream.flights for stream in streams], axis=0)
    other = np.array([state.flown.get((vehicle, t), 0) for t in horizon.periods]) - planned
    years = np.array([horizon.years(t) for t in horizon.periods])
    prices = _prices(state)
    per_vehicle, stock, lead, price = np.full(count, np.inf), np.full(count, np.inf), 0.0, np.zeros(count)
    if described.fleet is not None and described.fleet.reuse_flights > 1:
        lead = described.fleet.lead_years
        price = np.array([_present(unit_costs.of_vehicle(prices, vehicle, t)) for t in horizon.periods])
        per_vehicle = years * DAYS_PER_YEAR / described.fleet.turnaround_days
        stock = np.array([state.fleets[vehicle, t].stock for t in horizon.periods])
        stock -= (other + np.array([state.fleets[vehicle, t].away for t in horizon.periods])) / per_vehicle
    return Fleet(
        vehicle,
        described.loss_share,
        described.grounded_days / DAYS_PER_YEAR,
        tuple(streams),
        np.maximum(planned, np.minimum(_cadence(state, vehicle), planned + other + _room(state, vehicle)) - other),
        per_vehicle,
        stock,
        tuple(max((q for q in range(t + 1) if horizon.arrival(q, lead) <= t), default=-1) for t in horizon.periods),
        np.array([_present(unit_costs.of_flight(prices, vehicle, t)) for t in horizon.periods]),
        price,
    )


def _tankers_needed(vehicle: Vehicle, shell: str) -> float:
    """Return the tankers that must arrive for one ship to a place, as a number with a fraction."""
    ship = vehicle.refuelled
    return 0.0 if ship is None else refuelled_t(vehicle, shell) / (ship.tanker_t * (1 - ship.transfer_loss_share))


def _cadence(state: PlanState, vehicle: str) -> Floats:
    """Return the flights of each period that the cadence allows at most; 0 where the vehicle does not fly."""
    horizon, described = state.horizon, state.instance.vehicles[vehicle]
    usable = set(ramps.flying(state.instance, horizon, vehicle))
    growth, first = described.flights_per_year, ramps.first_flight(state.instance, horizon, vehicle)
    most = np.full(len(horizon.periods), UNLIMITED)
    if growth is not None and usable:
        ramp = ramps.Ramp(horizon, growth, first, described.background_flights)
        most = np.array([ramp.rate(horizon.middle(t)) * horizon.years(t) for t in horizon.periods])
    return np.where([t in usable for t in horizon.periods], most, 0.0)


def _room(state: PlanState, vehicle: str) -> Floats:
    """Return the flights that pads and licences allow beyond the plan; vehicles that share a site share its room."""
    instance, horizon = state.instance, state.horizon
    described, rooms = instance.vehicles[vehicle], []
    for t in horizon.periods:
        room = 0.0
        for name in described.sites:
            site = instance.sites[name]
            here = {v: n for (v, l, q), n in state.plan.decisions.launches.items() if l == name and q == t}
            shared = max(1, len({*here, vehicle}))
            days = state.pads[name, t] * horizon.years(t) * DAYS_PER_YEAR
            left = days - sum(instance.vehicles[v].pad_days * n for v, n in here.items())
            flights = left / described.pad_days if described.pad_days else UNLIMITED
            if site.licence_flights_per_year is not None:
                flights = min(flights, site.licence_flights_per_year * horizon.years(t) - sum(here.values()))
            room += max(0.0, flights) / shared
        rooms.append(room)
    return np.array(rooms)


def _cohort(state: PlanState, k: str, s: str) -> Cohort:
    horizon, design = state.horizon, state.designs[k, s]
    kind, wait, prices = state.instance.target.kind, vintages.wait_years(state.instance, design), _prices(state)
    output, survives, periods = [], [], horizon.periods
    for q in periods:
        ages = [horizon.age(q, t) for t in periods[q:]]
        new = vintages.eflops_built(design, horizon.middle(q)) if kind in COMPUTE_KINDS else design.power_kw * 1e-6
        output.append(np.array([new * vintages.it_share(design, age, wait) for age in ages]))
        alive = np.array([1.0, *(vintages.alive(design, age) for age in ages)])
        survives.append(np.divide(alive[1:], alive[:-1], out=np.zeros(len(ages)), where=alive[:-1] > 0))
    working = design.power_kw * 1e-6 * (1.0 - design.infant_mortality_share) * design.sunlit_share
    each = design.mass_t / 1000 if kind == "mass_to_orbit" else working
    added = np.array([each / horizon.years(t) for t in periods])
    costs = np.array([_present(unit_costs.of_loaded(prices, design, t)) for t in periods])
    return Cohort(tuple(output), tuple(survives), added, costs)


def _ground(state: PlanState) -> Floats:
    """Return what halls on the ground deliver, by period."""
    fixed, kind = np.zeros(len(state.horizon.periods)), state.instance.target.kind
    for (g, q), gw in state.plan.decisions.ground_gw.items() if state.instance.target.where == "anywhere" else ():
        hall = Hall(state.instance.ground[g], state.horizon, q)
        if kind in RATE_KINDS:
            for t in hall.served[:1]:
                fixed[t] += gw / state.horizon.years(t)
            continue
        for t in hall.served:
            fixed[t] += gw * hall.eflops_per_gw(t) if kind in COMPUTE_KINDS else gw
    return fixed


def _prices(state: PlanState) -> Prices:
    factors = mean_factors(state.instance, state.designs.values(), state.plan.decisions)
    return Prices(state.instance, state.horizon, factors)


def _present(entries: list[CashFlow]) -> float:
    """Return the present spending of ledger entries, without salvage."""
    return sum(entry.present_musd for entry in entries if entry.item != "salvage")
