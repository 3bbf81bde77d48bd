"""Flights to orbit: nodes and cargo are carried by integer flights of vehicles that are owned or hired.

Variables
  flights[v,s,t]     integer flights of vehicle v to shell s, tankers that fill the ship on its way not counted
  launches[v,l,t]    these flights and those of tankers by launch site l, integer
  cargo[v,s,t]       supplies and bulk cargo loaded, kt
  pads_ordered[l,t]  integer pads ordered at site l
Parameters  nodes_per_flight[v,k,s], payload_kt[v,s], flights_each[v,s] (1 and the tanker flights for one ship, an integer), arrives_share[v], upkeep_kt[k,s,q,t], pad_days[v], pads[l], max_pads[l],
            pads_ready[l,t] (order periods whose pads are in use in t), licence[l,h] (less what was flown before the plan), years[t], window[h,q];
            polar (shells), polar_sites; ramp[v] with its window[h,q], before[h,q], cap[v,h], start[v,h], factor[v]; max_subannual[v,t]
Uses        nodes.loaded[v,k,s,t], nodes.placed[k,s,t], landings.tanker_flights[v,t], landings.landings[d,t]
Constraints
  lift            sum_k loaded[v,k,s,t] / nodes_per_flight[v,k,s] + cargo[v,s,t] / payload_kt[v,s] <= flights[v,s,t]
                                                                                                    each v, s, t
  supplies        sum_v arrives_share[v] cargo[v,s,t] >= sum_{k,q} upkeep_kt[k,s,q,t] placed[k,s,q]   each s, t with upkeep
  cadence         sum_q window[h,q] flown[v,q] <= cap[v,h]                                          each v with a ramp, h
  growth          sum_q window[h,q] flown[v,q] <= start[v,h] + factor[v] sum_q before[h,q] flown[v,q]   same, but for
                                                                                                    v with background flights
  subannual_rate  flown[v,t] <= max_subannual[v,t]                                                  each v, t with a ramp, t under a year
  sites           sum_l launches[v,l,t] = flown[v,t]                                                each v, t
  polar           sum_{s in polar} flights_each[v,s] flights[v,s,t] <= sum_{l in polar_sites} launches[v,l,t]   each v, t with another site
  pads            sum_v pad_days[v] launches[v,l,t] <= 365.25 years[t] (pads[l] + sum_{q in pads_ready[l,t]} pads_ordered[l,q])   each l, t
  max_pads        pads[l] + sum_q pads_ordered[l,q] <= max_pads[l]                                  each l
  licence         sum_q window[h,q] sum_v launches[v,l,q] <= licence[l,h]                           each l with a licence, h
                  with flown[v,t] = sum_s flights_each[v,s] flights[v,s,t] + tanker_flights[v,t] + sum_{d of v} landings[d,t]
Exports     flights, launches, cargo, pads_ordered
Bounds
  flights       feasibility: max_flown[v,t] / flights_each[v,s], rounded down: flown >= flights_each flights, and flown is at most the least of: all pads of all sites of v at work
                (rows sites, pads, max_pads); the licences of its sites, if all have one (rows sites and licence); the largest
                window that ends with t (rows cadence and growth, by induction over periods); max_subannual (row
                subannual_rate); flights of all vehicles that can have arrived, where production has a ramp (fleet.turnaround or
                fleet.expendable_stock, with fleet.balance, fleet.cap and fleet.growth); rounded down, as flown is
                integer. Infinite where none of them is finite, as without pad days, ramp, licence and fleet; beyond 1e12,
                where doubles stop counting, taken for infinite
  launches      feasibility: max_flown[v,t]: row sites
  cargo         feasibility: payload_kt[v,s] times the bound of flights: row lift
  pads_ordered  feasibility: max_pads[l] - pads[l]: row max_pads
Tightness   a node takes up 1 / nodes_per_flight of a flight, the floor of both payload over mass and volume over stowed volume:
            with one design a flight carries an integer number of nodes. A flight may carry several designs, and cargo, if
            their shares add up to one. Shares of several designs may add up to flights over which whole nodes cannot be
            divided (1/2, 1/3, 1/3 and four of 1/5 to less than two); one flight more suffices. The bound holds for all plans;
            the checker packs the nodes of each plan. A plan that cannot be loaded is repaired after the search, or its loads
            are excluded by rows until a plan can be loaded or none is left
            A ship beyond low orbits is filled by its own tankers, rounded up to whole flights, where one depot for all ships
            could use what is left of the last tanker: at most one tanker flight per ship more. Tankers fly in the period of
            their ship, so that no propellant is stored from one period to the next
Source      integer flights, pads and licences as in time-expanded launch campaigns (Ho, de Weck et al.; Chen and Ho)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations import ramps
from formulations.coefficients import Coefficients, WindowKey
from formulations.components import columns, rows
from formulations.landings import LandingVars
from formulations.nodes import NodeVars

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class LaunchVars:
    """Variables of the launches for other families."""

    flights: pyo.Var
    launches: pyo.Var
    cargo: pyo.Var
    pads_ordered: pyo.Var
    flown: pyo.Expression  # [v,t] flights of a vehicle, wherever they go


def launch_by_manifest(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars, landings: LandingVars) -> LaunchVars:
    """Build the family of launch: integer nodes and cargo on integer flights, by their shares of a flight."""
    b = m.launch = pyo.Block()
    b.flights = columns(
        list(c.launch.routes), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, c.launch.max_flights[i])
    )
    shells_of: dict[tuple[str, int], list[str]] = {key: [] for key in landings.flown}
    for v, s, t in c.launch.routes:
        shells_of.setdefault((v, t), []).append(s)

    each = c.launch.flights_each

    def flown(b: pyo.Block, v: str, t: int) -> object:
        near = pyo.quicksum(each[v, s] * b.flights[v, s, t] for s in shells_of[v, t])
        return near + pyo.quicksum(landings.flown.get((v, t), ()))

    b.flown = pyo.Expression(list(shells_of), rule=flown)
    b.cargo = columns(
        list(c.launch.routes) if c.launch.flies_cargo else [],
        bounds=lambda _, v, s, t: (0, c.launch.payload_kt[v, s] * c.launch.max_flights[v, s, t]),
    )
    _lift_rows(b, c, nodes)
    _cadence_rows(b, c, list(shells_of))
    _site_rows(b, c, list(shells_of))
    return LaunchVars(b.flights, b.launches, b.cargo, b.pads_ordered, b.flown)


def _lift_rows(b: pyo.Block, c: Coefficients, nodes: NodeVars) -> None:
    filled = nodes.loaded_by("filled", lambda *i: 1.0 / c.launch.nodes_per_flight[i], lambda v, _, s: (v, s))
    needed = nodes.placed_by("upkeep", c.nodes.upkeep_kt, lambda _, s: (s,))
    fly_to: dict[tuple[str, int], list[str]] = {(s, t): [] for s, t in needed}
    for v, s, t in c.launch.routes:
        if (s, t) in fly_to:
            fly_to[s, t].append(v)

    def lift(b: pyo.Block, v: str, s: str, t: int) -> object:
        used = filled.get((v, s, t), 0.0)
        if c.launch.flies_cargo:
            used += b.cargo[v, s, t] * (1.0 / c.launch.payload_kt[v, s])
        return used <= b.flights[v, s, t]

    def supplies(b: pyo.Block, s: str, t: int) -> object:
        return pyo.quicksum(c.launch.arrives_share[v] * b.cargo[v, s, t] for v in fly_to[s, t]) >= needed[s, t]

    b.lift = rows(list(c.launch.routes), rule=lift)
    b.supplies = rows(list(needed), rule=supplies)


def _cadence_rows(b: pyo.Block, c: Coefficients, flying: list[tuple[str, int]]) -> None:
    known = set(flying)

    def rate(v: str) -> ramps.Rate:
        return lambda q: b.flown[v, q] if (v, q) in known else 0.0

    ramp = c.launch.ramp
    index = ramps.windows({v: ramp[v].windows for v in ramp}, flying)
    b.cadence = rows(ramps.capped(index, ramp), rule=lambda _, v, h: ramps.cap(ramp[v], rate(v), h))
    growing = ramps.growing(index, ramp)
    b.growth = rows(growing, rule=lambda _, v, h: ramps.growth(ramp[v], rate(v), h))
    short = [key for key in flying if key in c.launch.max_subannual]
    b.subannual_rate = rows(short, rule=lambda b, v, t: b.flown[v, t] <= c.launch.max_subannual[v, t])


def _site_rows(b: pyo.Block, c: Coefficients, flying: list[tuple[str, int]]) -> None:
    sites_of: dict[tuple[str, int], list[str]] = {key: [] for key in flying}
    vehicles_at: dict[tuple[str, int], list[str]] = {}
    launches = [(v, l, t) for v, l, t in c.launch.launches if (v, t) in sites_of]
    for v, l, t in launches:
        sites_of[v, t].append(l)
        vehicles_at.setdefault((l, t), []).append(v)
    polar_of: dict[tuple[str, int], list[str]] = {}
    for v, s, t in c.launch.routes:
        if s in c.launch.polar:
            polar_of.setdefault((v, t), []).append(s)
    b.launches = columns(
        launches,
        domain=pyo.NonNegativeIntegers,
        bounds=lambda _, v, l, t: (0, c.launch.max_flown[v, t]),
    )
    b.pads_ordered = columns(
        list(c.launch.pad_orders),
        domain=pyo.NonNegativeIntegers,
        bounds=lambda _, l, t: (0, c.launch.max_pads[l] - c.launch.pads[l]),
    )

    def sites(b: pyo.Block, v: str, t: int) -> object:
        return pyo.quicksum(b.launches[v, l, t] for l in sites_of[v, t]) == b.flown[v, t]

    def polar(b: pyo.Block, v: str, t: int) -> object:
        north = pyo.quicksum(c.launch.flights_each[v, s] * b.flights[v, s, t] for s in polar_of[v, t])
        return north <= pyo.quicksum(b.launches[v, l, t] for l in sites_of[v, t] if l in c.launch.polar_sites)

    def pads(b: pyo.Block, l: str, t: int) -> object:
        busy = pyo.quicksum(c.launch.pad_days[v] * b.launches[v, l, t] for v in vehicles_at[l, t])
        ordered = pyo.quicksum(b.pads_ordered[l, q] for q in c.launch.pads_ready[l, t])
        return busy <= DAYS_PER_YEAR * c.time.years[t] * (c.launch.pads[l] + ordered)

    def max_pads(b: pyo.Block, l: str) -> object:
        return pyo.quicksum(b.pads_ordered[o] for o in c.launch.pad_orders if o[0] == l) <= (
            c.launch.max_pads[l] - c.launch.pads[l]
        )

    def licence(b: pyo.Block, l: str, h: WindowKey) -> object:
        def launched(q: int) -> Any:
            return pyo.quicksum(b.launches[v, l, q] for v in vehicles_at.get((l, q), ()))

        return ramps.total(c.time.window[h], launched) <= c.launch.licence[l, h]

    b.sites = rows(flying, rule=sites)
    b.polar = rows([k for k in polar_of if not c.launch.polar_sites.issuperset(sites_of[k])], rule=polar)
    b.pads = rows(list(vehicles_at), rule=pads)
    b.max_pads = rows(sorted({l for l, _ in c.launch.pad_orders}), rule=max_pads)
    licensed = ramps.windows(dict.fromkeys((l for l, _ in c.launch.licence), c.time.windows), vehicles_at)
    b.licence = rows(licensed, rule=licence)
