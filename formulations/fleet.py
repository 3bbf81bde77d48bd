"""Fleet: vehicles the planner owns, from order to wear-out.

Variables
  ordered[v,t]  integer vehicles ordered in period t
  retired[v,t]  vehicles retired in period t (an expectation, not integer)
  stock[v,t]    vehicles at the end of period t (an expectation, as losses are)
  standing[v,q]  vehicles ordered in period q that are in the fleet at the end and have salvage (where it is counted)
Parameters  initial[v], initial_worn[v] (lives that the initial vehicles have flown, together), arriving[v,t] (order periods whose vehicles come in t), loss_share[v], reuse_flights[v],
            wear_share[v] = max(0, 1 / reuse_flights[v] - 1/2 loss_share[v]) (part of a life that one flight takes from the
            vehicles that are not lost), life_left[v,q] (salvage of a vehicle ordered in q over that of an unused one at the
            end), flights_per_vehicle[v,t]; production[v], a ramp with its window[h,q], before[h,q], cap[v,h], start[v,h], factor[v]
            away_flights[d], away_flights[v,s] (turnarounds that a lander, or a refuelled ship, is away beyond its own),
            stays (routes of refuelled ships that do not return)
Uses        launch.flown[v,t], launch.flights[v,s,t], landings.landings[d,t]
Constraints
  balance           stock[v,t] = stock[v,t-1] + sum_{q in arriving[v,t]} ordered[v,q] - retired[v,t] - loss_share[v] flown[v,t]
                    - (1 - loss_share[v]) expended[v,t]                                             each v, t
  turnaround        flown[v,t] + sum_d away_flights[d] landings[d,t] + sum_s away_flights[v,s] flights[v,s,t]
                    <= flights_per_vehicle[v,t] stock[v,t]                                          each v, t, reusable
  expendable_stock  flown[v,t] <= stock[v,t-1] + sum_{q in arriving[v,t]} ordered[v,q]              each v, t, expendable
  wear              initial_worn[v] + wear_share[v] sum_{q<=t} worn[v,q] <= sum_{q<=t} retired[v,q] + 1/2 stock[v,t]   each v, t
                    with worn[v,t] = flown[v,t] - expended[v,t], as a lander that stays is a new vehicle,
                    with expended[v,t] = sum of landings[d,t] over landers d that are vehicle v, reusable, and stay, and of
                    flights[v,s,t] over stays
  bought            standing[v,q] <= ordered[v,q]                                                   each v, q with salvage
  last_stock        sum_q standing[v,q] <= stock[v, last t]                                         each v with salvage
  flights_left      sum_q life_left[v,q] standing[v,q] <= stock[v, last t] + sum_t retired[v,t] - initial_worn[v] - wear_share[v] sum_t worn[v,t]
                                                                                                    each v with salvage, reusable
  cap               sum_q window[h,q] ordered[v,q] <= cap[v,h]                                          each v with a ramp, h
  growth            sum_q window[h,q] ordered[v,q] <= start[v,h] + factor[v] sum_q before[h,q] ordered[v,q]   same
Exports     ordered, retired, stock, standing
Bounds
  ordered   dominance: max_ordered[v,q]. With a ramp of production: the largest window that ends with q (rows cap and growth, by
            induction over periods), which is feasibility. Without one, with F[t] the bound of launch.flown[v,t], a the period of
            arrival and B as follows, an order of B or more can be one less. Expendable: B = sum_{t>=a} F[t] + 1; the stock
            before flights of any t >= a is at least ordered - sum_{a<=u<t} F[u] >= F[t] + 1, so one vehicle never flies.
            Reusable: B = L + W + 2 + max(U, 2 W), with L = the sum over t >= a of what is lost or stays at its place, W =
            initial_worn[v] + sum_t F[t] / reuse_flights, at least what row wear asks for, and U = the most of F[t] and days away over flights_per_vehicle[v,t] that row turnaround asks for. Let R[t] be retirements since a; replace them
            by max(min(R[t], W), R[t] - 1), which falls by at most one. Until R exceeds W the stock is one less, but at
            least ordered - L - W - 1 >= 1 + max(U, 2 W), so turnaround holds, and wear by half the stock; between W and W + 1 the
            stock is at least ordered - L - W - 2 >= U, and wear holds by R >= W; from W + 1 on the stock is as before. One
            vehicle less is bought, and at most one less is in the fleet at the end or retired. Infinite where F is
  retired   dominance: initial[v] plus the bounds of all orders: sum of rows balance, stock and losses >= 0
  stock     dominance: the same: sum of rows balance, retired and losses >= 0
  standing  dominance: max_ordered[v,q]: row bought
Salvage     the lesser of years and of flights left, of vehicles that were bought: the initial ones go first, so the youngest
            bought ones stand. Lost vehicles, landers and ships that stay took their whole lives with them: flights_left has on its
            right all lives begun less these and those flown. Each order adds at most its own price, so no purchase pays by
            itself, and scrapping a vehicle adds nothing
Source      design note: a stock without ages, wear bounded on average
Tightness   wear allows an active vehicle half its life flown on average: exact for a fleet whose ages are spread, on the safe
            side for a young one. An expendable vehicle (reuse_flights 1) has no half-worn state: there
            retired[v,t] = (1 - loss_share[v]) flown[v,t] replaces wear
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations import ramps
from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.landings import LandingVars
from formulations.launch import LaunchVars


@dataclass(frozen=True, slots=True)
class FleetVars:
    """Variables of the fleet for other families."""

    ordered: pyo.Var
    retired: pyo.Var
    stock: pyo.Var
    standing: pyo.Var


def fleet_by_stock(m: pyo.ConcreteModel, c: Coefficients, launch: LaunchVars, landings: LandingVars) -> FleetVars:
    """Build the family of fleet: vehicles of a type are a stock without ages; wear is bounded on average."""
    b = m.fleet = pyo.Block()
    index = [(v, t) for v in c.launch.owned for t in c.time.periods]
    most = {
        v: c.launch.initial[v] + sum(c.launch.max_ordered[o] for o in c.launch.orders if o[0] == v)
        for v in c.launch.owned
    }
    b.ordered = columns(
        list(c.launch.orders), domain=pyo.NonNegativeIntegers, bounds=lambda _, *o: (0, c.launch.max_ordered[o])
    )
    b.retired = columns(index, bounds=lambda _, v, t: (0, most[v]))
    b.stock = columns(index, bounds=lambda _, v, t: (0, most[v]))
    trips = _Trips(c, launch, landings)
    _stock_rows(b, c, launch, trips, index)
    _wear_rows(b, c, launch, trips, index)
    orders = set(c.launch.orders)

    def rate(v: str) -> ramps.Rate:
        return lambda q: b.ordered[v, q] if (v, q) in orders else 0.0

    ramp = c.launch.production
    limited = ramps.windows({v: ramp[v].windows for v in ramp}, c.launch.orders)
    b.cap = rows(ramps.capped(limited, ramp), rule=lambda _, v, h: ramps.cap(ramp[v], rate(v), h))
    b.growth = rows(limited, rule=lambda _, v, h: ramps.growth(ramp[v], rate(v), h))
    _salvage_rows(b, c, launch, trips)
    return FleetVars(b.ordered, b.retired, b.stock, b.standing)


class _Trips:
    """Trips of reusable vehicles by their effect on the fleet: turnaround (``away``) or loss (``expended``)."""

    def __init__(self, c: Coefficients, launch: LaunchVars, landings: LandingVars) -> None:
        self.away: dict[tuple[str, int], Any] = {}
        self.expended: dict[tuple[str, int], Any] = {}
        for d, t in c.landing.landings:
            away, stays = c.landing.away_flights[d], d in c.landing.expended
            self._add(c, c.landing.vehicle[d], t, landings.landings[d, t], away, stays)
        for v, s, t in c.launch.routes:
            away, stays = c.launch.away_flights.get((v, s), 0.0), (v, s) in c.launch.stays
            if away or stays:
                self._add(c, v, t, launch.flights[v, s, t], away, stays)

    def _add(self, c: Coefficients, v: str, t: int, trips: Any, away: float, stays: bool) -> None:
        if c.launch.reuse_flights.get(v, 1) <= 1:
            return
        self.away[v, t] = self.away.get((v, t), 0.0) + away * trips
        if stays:
            self.expended[v, t] = self.expended.get((v, t), 0.0) + trips


def _stock_rows(b: pyo.Block, c: Coefficients, launch: LaunchVars, trips: _Trips, index: list[tuple[str, int]]) -> None:
    def before(v: str, t: int) -> Any:
        arrived = pyo.quicksum(b.ordered[v, q] for q in c.launch.arriving.get((v, t), ()))
        return (b.stock[v, t - 1] if t > 0 else c.launch.initial[v]) + arrived

    def balance(b: pyo.Block, v: str, t: int) -> Any:
        lost = c.launch.loss_share[v] * _flown(launch, v, t)
        lost += (1 - c.launch.loss_share[v]) * trips.expended.get((v, t), 0.0)
        return b.stock[v, t] == before(v, t) - b.retired[v, t] - lost

    def turnaround(b: pyo.Block, v: str, t: int) -> Any:
        busy = launch.flown[v, t] + trips.away.get((v, t), 0.0)
        return busy <= c.launch.flights_per_vehicle[v, t] * b.stock[v, t]

    def expendable_stock(_b: pyo.Block, v: str, t: int) -> Any:
        return launch.flown[v, t] <= before(v, t)

    flying = [i for i in index if i in launch.flown]
    b.balance = rows(index, rule=balance)
    b.turnaround = rows([i for i in flying if c.launch.reuse_flights[i[0]] > 1], rule=turnaround)
    b.expendable_stock = rows([i for i in flying if c.launch.reuse_flights[i[0]] <= 1], rule=expendable_stock)


def _wear_rows(b: pyo.Block, c: Coefficients, launch: LaunchVars, trips: _Trips, index: list[tuple[str, int]]) -> None:
    def wear(b: pyo.Block, v: str, t: int) -> Any:
        if c.launch.reuse_flights[v] <= 1:
            return b.retired[v, t] == (1 - c.launch.loss_share[v]) * _flown(launch, v, t)
        retired = pyo.quicksum(b.retired[v, q] for q in range(t + 1))
        return _worn(c, launch, trips, v, t) <= retired + 0.5 * b.stock[v, t]

    b.wear = rows(index, rule=wear)


def _worn(c: Coefficients, launch: LaunchVars, trips: _Trips, v: str, t: int) -> Any:
    """Return the lives flown until the end of a period by the vehicles that are not lost, also before the start."""
    flown = pyo.quicksum(_flown(launch, v, q) - trips.expended.get((v, q), 0.0) for q in range(t + 1))
    return c.launch.initial_worn[v] + c.launch.wear_share[v] * flown


def _salvage_rows(b: pyo.Block, c: Coefficients, launch: LaunchVars, trips: _Trips) -> None:
    last = c.time.periods[-1]
    valued = list(c.launch.life_left)
    b.standing = columns(valued, bounds=lambda _, *o: (0, c.launch.max_ordered[o]))
    orders = {v: [q for o, q in valued if o == v] for v in c.launch.owned}
    fleets = [v for v in c.launch.owned if orders[v]]

    def flights_left(b: pyo.Block, v: str) -> Any:
        left = pyo.quicksum(c.launch.life_left[v, q] * b.standing[v, q] for q in orders[v])
        retired = pyo.quicksum(b.retired[v, t] for t in c.time.periods)
        return left <= b.stock[v, last] + retired - _worn(c, launch, trips, v, last)

    b.bought = rows(valued, rule=lambda b, v, q: b.standing[v, q] <= b.ordered[v, q])
    b.last_stock = rows(fleets, rule=lambda b, v: pyo.quicksum(b.standing[v, q] for q in orders[v]) <= b.stock[v, last])
    b.flights_left = rows([v for v in fleets if c.launch.reuse_flights[v] > 1], rule=flights_left)


def _flown(launch: LaunchVars, v: str, t: int) -> Any:
    return launch.flown[v, t] if (v, t) in launch.flown else 0.0  # noqa: SIM401 - a Pyomo expression has no get
