"""Rows of the tables on transport: flights, launches, fleet, pads."""

from __future__ import annotations

from collections.abc import Iterator

from solver.economics.refuelling import tanker_flights
from solver.tables.figures import freight, propellant
from solver.tables.plan_state import PlanState

Row = tuple[object, ...]
DAYS_PER_YEAR = 365.25
DEPOT, MOON = "(depot)", "(Moon)"
"""Destinations of tankers and landers, in the column of shells."""


def start_month(state: PlanState, t: int) -> str:
    """Return the first month of a period, as ``YYYY-MM``."""
    return state.horizon.begin_date(t)


def flight_rows(state: PlanState) -> Iterator[Row]:
    """Yield flights of each vehicle to each shell, as tankers and to the Moon, with the mass and nodes on them."""
    flights: dict[tuple[str, str, int], int] = dict(state.plan.decisions.flights)
    mass_t: dict[tuple[str, str, int], float] = dict(state.plan.decisions.cargo_t)
    mass_t |= {(v, DEPOT, t): tonnes for (v, t), tonnes in propellant(state).items()}
    mass_t |= {(v, MOON, t): tonnes for (v, t), tonnes in freight(state).items()}
    flights |= {(v, DEPOT, t): count for (v, t), count in state.plan.decisions.tankers.items()}
    for (v, t), count in tanker_flights(state.instance, state.plan.decisions).items():
        flights[v, DEPOT, t] = flights.get((v, DEPOT, t), 0) + count
    landers = state.instance.moon.landers if state.instance.moon is not None else {}
    for (d, t), count in state.plan.decisions.landings.items():
        vehicle = landers[d].vehicle
        flights[vehicle, MOON, t] = flights.get((vehicle, MOON, t), 0) + count
    nodes: dict[tuple[str, str, int], int] = {}
    for (v, k, s, t), count in state.plan.decisions.loaded.items():
        mass_t[v, s, t] = mass_t.get((v, s, t), 0.0) + count * state.designs[k, s].mass_t
        nodes[v, s, t] = nodes.get((v, s, t), 0) + count
    used = {key for table in (flights, mass_t, nodes) for key, amount in table.items() if amount}
    for v, s, t in sorted(used, key=lambda key: (key[2], key[0], key[1])):
        yield (
            state.horizon.label(t),
            start_month(state, t),
            state.horizon.date(t),
            v,
            s,
            flights.get((v, s, t), 0),
            mass_t.get((v, s, t), 0.0),
            nodes.get((v, s, t), 0),
        )


def launch_rows(state: PlanState) -> Iterator[Row]:
    """Yield the same flights by launch site."""
    launches = state.plan.decisions.launches
    for v, l, t in sorted(launches, key=lambda key: (key[2], key[0], key[1])):
        if launches[v, l, t]:
            yield state.horizon.label(t), v, l, launches[v, l, t]


def fleet_rows(state: PlanState) -> Iterator[Row]:
    """Yield the fleet in every period; where the Moon may be used the last column has vehicles expended there."""
    for (v, t), fleet in sorted(state.fleets.items(), key=lambda item: (item[0][1], item[0][0])):
        yield (
            state.horizon.label(t),
            v,
            fleet.ordered,
            fleet.arrived,
            fleet.retired,
            fleet.lost,
            fleet.stock,
            state.flown.get((v, t), 0),
            *((fleet.expended,) if state.lunar is not None else ()),
        )


def pad_rows(state: PlanState) -> Iterator[Row]:
    """Yield the pads of every site in use, and the share of time they are busy."""
    for t in state.horizon.periods:
        for l in state.sites:
            launches = {v: n for (v, site, q), n in state.plan.decisions.launches.items() if (site, q) == (l, t)}
            busy_years = sum(n * state.instance.vehicles[v].pad_days / DAYS_PER_YEAR for v, n in launches.items())
            pads = state.pads[l, t]
            busy_share = busy_years / (pads * state.horizon.years(t)) if pads else 0.0
            yield (
                state.horizon.label(t),
                l,
                state.plan.decisions.pads.get((l, t), 0),
                pads,
                sum(launches.values()),
                busy_share,
            )
