"""Refuelled ships: propellant of a trip, tanker flights for it, and the flights of all vehicles together."""

from __future__ import annotations

import math

from solver.instance.schema import Instance
from solver.instance.transport import RefuelledPlace, Vehicle
from solver.physics.ascent import round_trip_propellant
from solver.plan import Decisions

EPS = 1e-9


def place_of(vehicle: Vehicle, shell: str) -> RefuelledPlace | None:
    """Return how a vehicle reaches a place refuelled; None where it flies there without."""
    return None if vehicle.refuelled is None else vehicle.refuelled.places.get(shell)


def refuelled_t(vehicle: Vehicle, shell: str) -> float:
    """Return the propellant that a ship takes on in orbit for a place, t; 0 where it takes none."""
    ship, place = vehicle.refuelled, place_of(vehicle, shell)
    if ship is None or place is None:
        return 0.0
    up, back = place.delta_v_m_per_s, place.return_delta_v_m_per_s
    return round_trip_propellant(ship.dry_t, vehicle.payload_t.get(shell, 0.0), up, back, ship.isp_s)


def tankers(vehicle: Vehicle, shell: str) -> int:
    """Return the tanker flights for one ship to a place: the expected propellant of so many fills it."""
    ship = vehicle.refuelled
    if ship is None:
        return 0
    brought_t = ship.tanker_t * (1 - ship.transfer_loss_share) * (1 - vehicle.loss_share)
    return math.ceil(refuelled_t(vehicle, shell) / brought_t - EPS)


def flights_each(vehicle: Vehicle, shell: str) -> int:
    """Return the flights of a vehicle for one ship to a place: its own and those of its tankers."""
    return 1 + tankers(vehicle, shell)


def stays(vehicle: Vehicle, shell: str) -> bool:
    """Return whether a refuelled ship of a reusable vehicle stays at a place."""
    place, fleet = place_of(vehicle, shell), vehicle.fleet
    reused = fleet is not None and fleet.reuse_flights > 1
    return reused and place is not None and place.return_delta_v_m_per_s is None


def away_flights(vehicle: Vehicle, shell: str) -> float:
    """Return the flights that a refuelled ship could have made in the days it is away beyond its turnaround."""
    place, fleet = place_of(vehicle, shell), vehicle.fleet
    if place is None or fleet is None or place.return_delta_v_m_per_s is None:
        return 0.0
    return place.away_days / fleet.turnaround_days


def tanker_flights(instance: Instance, decisions: Decisions) -> dict[tuple[str, int], int]:
    """Count the tanker flights for refuelled ships, by vehicle and period."""
    flown: dict[tuple[str, int], int] = {}
    for (v, s, t), count in decisions.flights.items():
        each = tankers(instance.vehicles[v], s)
        if each:
            flown[v, t] = flown.get((v, t), 0) + each * count
    return flown
