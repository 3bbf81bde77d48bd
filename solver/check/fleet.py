"""Fleet: stock of owned vehicles from order to wear-out.

Constraints   fleet.balance (negative stock), fleet.turnaround, fleet.expendable_stock, fleet.wear, fleet.cap,
              fleet.growth
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.check.context import Context
from solver.check.landings import away_flights, expended
from solver.check.ramps import ramp, until_last
from solver.check.verdict import Violation
from solver.instance.transport import Fleet, Vehicle

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class FleetPeriod:
    """Fleet of one vehicle in one period: stock before flights and at the end, flows, and sums since the start.

    ``away``: time of landers on the Moon, in flights that could have been flown meanwhile. ``worn_so_far`` counts the
    flights that wear the fleet: all except those of expended landers, which are new vehicles.
    """

    t: int
    before: float
    flown: float
    away: float
    retired: float
    stock: float
    worn_so_far: float
    retired_so_far: float


def fleet_history(x: Context, v: str, fleet: Fleet) -> list[FleetPeriod]:
    """Return the fleet of a vehicle in all periods, from orders, losses and retirements."""
    loss, reused = x.instance.vehicles[v].loss_share, fleet.reuse_flights > 1
    arriving = dict.fromkeys(x.horizon.periods, 0.0)
    for (o, q), count in x.decisions.ordered.items():
        due = x.horizon.arrival(q, fleet.lead_years)
        if o == v and due in arriving:
            arriving[due] += count
    stock, worn_so_far, retired_so_far = float(fleet.initial), 0.0, 0.0
    history = []
    for t in x.horizon.periods:
        flown, retired = x.flown.get((v, t), 0.0), x.decisions.retired.get((v, t), 0.0)
        left_there = expended(x, v, t) if reused else 0.0
        before = stock + arriving[t]
        stock = before - retired - loss * flown - (1.0 - loss) * left_there
        worn_so_far, retired_so_far = worn_so_far + flown - left_there, retired_so_far + retired
        away = away_flights(x, v, t, fleet.turnaround_days)
        history.append(FleetPeriod(t, before, flown, away, retired, stock, worn_so_far, retired_so_far))
    return history


def fleet_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on owned vehicles."""
    for v in x.instance.use.vehicles:
        vehicle = x.instance.vehicles[v]
        if vehicle.fleet is None:
            continue
        for year in fleet_history(x, v, vehicle.fleet):
            yield from _one_period(x, v, vehicle.fleet, year)
        if vehicle.fleet.production_per_year is not None:
            ordered = {t: count for (o, t), count in x.decisions.ordered.items() if o == v}
            yield from ramp(
                x,
                vehicle.fleet.production_per_year,
                ordered,
                constraints=("fleet.cap", "fleet.growth"),
                item=v,
                first_use=_first_order(x, vehicle, vehicle.fleet),
                periods=until_last(ordered),
                unit="vehicles",
            )


def _first_order(x: Context, vehicle: Vehicle, fleet: Fleet) -> int:
    """Return the first period in which an order is useful: the vehicle arrives when its type can fly."""
    flies = x.first_use(vehicle)
    return next((t for t in x.horizon.periods if x.horizon.arrival(t, fleet.lead_years) >= flies), 0)


def _one_period(x: Context, v: str, fleet: Fleet, year: FleetPeriod) -> Iterator[Violation]:
    at, loss = (v, x.horizon.label(year.t)), x.instance.vehicles[v].loss_share
    yield from x.checker.at_least("fleet.balance", at, year.stock, 0.0, "vehicles")
    if fleet.reuse_flights <= 1:
        yield from x.checker.at_most("fleet.expendable_stock", at, year.flown, year.before, "flights")
        yield from x.checker.equal("fleet.wear", at, year.retired, (1.0 - loss) * year.flown, "vehicles retired")
        return
    turnarounds = x.horizon.years(year.t) * DAYS_PER_YEAR / fleet.turnaround_days
    busy = year.flown + year.away
    yield from x.checker.at_most("fleet.turnaround", at, busy, turnarounds * max(0.0, year.stock), "flights")
    # Living vehicles have flown half their life on average.
    allowed = year.retired_so_far + year.stock / 2
    yield from x.checker.at_most("fleet.wear", at, lives_worn(loss, fleet, year), allowed, "vehicles worn out")


def lives_worn(loss: float, fleet: Fleet, year: FleetPeriod) -> float:
    """Return the lives flown so far by the vehicles that are not lost: lost ones have flown half theirs, and never all
    flights."""
    by_lost = min(1.0, loss * fleet.reuse_flights / 2)
    before_plan = fleet.initial * fleet.initial_flown_share
    return before_plan + year.worn_so_far * (1.0 - by_lost) / fleet.reuse_flights
