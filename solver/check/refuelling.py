"""Refuelled ships: flights of their tankers, and ships that are away or stay where they went."""

from __future__ import annotations

import math

from solver.instance.transport import Refuelled, Vehicle
from solver.physics.constants import STANDARD_GRAVITY_M_S2


def taken_on_t(ship: Refuelled, place: str, payload_t: float) -> float:
    """Return the propellant for a trip to a place, t: burnt on the way there and, of a ship that returns, home."""
    trip, exhaust_m_per_s = ship.places[place], STANDARD_GRAVITY_M_S2 * ship.isp_s
    leaves_empty_t = ship.dry_t * math.exp((trip.return_delta_v_m_per_s or 0.0) / exhaust_m_per_s)
    departs_t = (leaves_empty_t + payload_t) * math.exp(trip.delta_v_m_per_s / exhaust_m_per_s)
    return departs_t - ship.dry_t - payload_t


def all_flights(vehicle: Vehicle, place: str, ships: int) -> int:
    """Return the flights for so many ships to a place: each waits for the whole tankers that fill it alone."""
    ship = vehicle.refuelled
    if ship is None or place not in ship.places:
        return ships
    arrives_t = ship.tanker_t * (1.0 - ship.transfer_loss_share) * (1.0 - vehicle.loss_share)
    needed_t = taken_on_t(ship, place, vehicle.payload_t.get(place, 0.0))
    return ships + ships * math.ceil(needed_t / arrives_t - 1e-9)


def left_there(vehicle: Vehicle, place: str, ships: int) -> int:
    """Return the ships among so many that do not come home from a place."""
    ship = vehicle.refuelled
    if ship is None or place not in ship.places:
        return 0
    return ships if ship.places[place].return_delta_v_m_per_s is None else 0


def days_away(vehicle: Vehicle, place: str) -> float:
    """Return the days beyond its turnaround that a ship takes to a place and home; 0 for one that stays."""
    ship = vehicle.refuelled
    if ship is None or place not in ship.places or ship.places[place].return_delta_v_m_per_s is None:
        return 0.0
    return ship.places[place].away_days
