"""Landings: transport of cargo to the Moon, and the composition of the cargo.

Variables
  tanker_flights[v,t]     integer flights of vehicle v that fill the depot
  landings[d,t]           integer landings of lander d, each one flight of its vehicle
  propellant[t]           propellant in the depot at the end of period t, kt
  landed[t]               cargo that arrives in period t, kt
  imported[j,u]           commodity j that arrives within step u, kt
  accelerators[t]         accelerators contained in the imports of period t, GW
  development_started[t]  1 if the development of the Moon has begun by period t
  seed_landed[t]          1 if a seed lands in period t
  seed_mass[t]            mass of the seed, kt
Parameters  tanker_kt[v], landed_kt[d], refill_kt[d], tanks_kt[t], accelerators_kt_per_gw[j], kept_share[t] of the depot,
            share[u] of step u in its period, min_seed_kt and max_seed_kt of a seed,
            latest_development[t] (last period in which development may begin for a seed in t)
Uses        nothing
Constraints
  depot_balance         propellant[t] = kept_share[t] propellant[t-1] + sum_v tanker_kt[v] tanker_flights[v,t]
                        - sum_d refill_kt[d] landings[d,t]                                          each t
  depot_capacity        propellant[t] <= tanks_kt[t]                                                each t, where tanks can fill
  cargo                 landed[t] = sum_d landed_kt[d] landings[d,t]                                each t
  imports               sum_j imported[j,u] + share[u] seed_mass[t] <= share[u] landed[t]           each u in t
  accelerator_content   accelerators[t] = sum_{j,u in t} imported[j,u] / accelerators_kt_per_gw[j]   each t
  seed_min              seed_mass[t] >= min_seed_kt seed_landed[t]                                  each t
  seed_max              seed_mass[t] <= max_seed_kt seed_landed[t]                                  each t
  development_monotone  development_started[t-1] <= development_started[t]                          each t
  development           seed_landed[t] <= development_started[latest_development[t]]                each t
Exports     tanker_flights, landings, imported, accelerators, seed_mass, development_started; flights of a vehicle for the Moon
Bounds
  tanker_flights       feasibility: max_tankers[v,t] = bound on all flights of v in t (family launch)
  landings             feasibility: max_landings[d,t] = bound on all flights of the vehicle of d in t (family launch)
  propellant           feasibility: everything tankers can have brought by t without loss: sum of rows depot_balance, drawn and
                       boiled off >= 0
  landed               feasibility: sum_d landed_kt[d] max_landings[d,t]: row cargo
  imported             feasibility: share[u] times the bound of landed: row imports; with a supply of accelerators, their supply times
                       accelerators_kt_per_gw[j]: rows accelerator_content and nodes.supply
  accelerators         feasibility: sum of the bounds of imported over accelerators_kt_per_gw: row accelerator_content
  development_started  feasibility: 1, binary
  seed_landed          feasibility: 1, binary
  seed_mass            feasibility: max_seed_kt: row seed_max
Source      depot stock with boil-off and concurrency of tankers and landers as in generalised multicommodity flow
            (Ishimatsu, de Weck et al. 2016); tankers serve a pooled stock, so their number per landing is not rounded
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows


@dataclass(frozen=True, slots=True)
class LandingVars:
    """Variables of the landings for other families."""

    tanker_flights: pyo.Var
    landings: pyo.Var
    imported: pyo.Var
    seed_mass: pyo.Var
    development_started: pyo.Var
    accelerators: pyo.Var
    flown: dict[tuple[str, int], list[object]]  # flights for the Moon by vehicle and period


def landings_by_depot(m: pyo.ConcreteModel, c: Coefficients) -> LandingVars:
    """Build the family of landings: landers refuel from one pooled stock; a seed is semi-continuous."""
    b, given = pyo.Block(), c.landing
    m.landings = b
    b.tanker_flights = columns(
        list(given.tankers), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, given.max_tankers[i])
    )
    b.landings = columns(
        list(given.landings), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, given.max_landings[i])
    )
    b.propellant = columns(list(given.capacity_kt), bounds=lambda _, t: (0, given.capacity_kt[t]))
    b.imported = columns(list(given.imports), bounds=lambda _, *i: (0, given.max_imported[i]))
    b.development_started = columns(list(given.development_periods), domain=pyo.Binary)
    b.seed_landed = columns(list(given.latest_development), domain=pyo.Binary)
    b.seed_mass = columns(list(given.latest_development), bounds=(0, given.max_seed_kt))
    _depot_rows(b, c)
    _import_rows(b, c)
    _accelerator_rows(b, c)
    _seed_rows(b, c)
    flown: dict[tuple[str, int], list[object]] = {}
    for v, t in given.tankers:
        flown.setdefault((v, t), []).append(b.tanker_flights[v, t])
    for d, t in given.landings:
        flown.setdefault((given.vehicle[d], t), []).append(b.landings[d, t])
    return LandingVars(
        b.tanker_flights, b.landings, b.imported, b.seed_mass, b.development_started, b.accelerators, flown
    )


def _depot_rows(b: pyo.Block, c: Coefficients) -> None:
    given = c.landing
    filled: dict[int, list[str]] = {}
    drawn: dict[int, list[str]] = {}
    for v, t in given.tankers:
        filled.setdefault(t, []).append(v)
    for d, t in given.landings:
        drawn.setdefault(t, []).append(d)

    def depot_balance(b: pyo.Block, t: int) -> object:
        before = given.kept_share[t] * b.propellant[t - 1] if t - 1 in given.capacity_kt else 0.0
        brought = pyo.quicksum(given.tanker_kt[v] * b.tanker_flights[v, t] for v in filled.get(t, ()))
        used = pyo.quicksum(given.refill_kt[d] * b.landings[d, t] for d in drawn.get(t, ()))
        return b.propellant[t] == before + brought - used

    b.depot_balance = rows(list(given.capacity_kt), rule=depot_balance)
    b.depot_capacity = rows(list(given.tanks_kt), rule=lambda b, t: b.propellant[t] <= given.tanks_kt[t])


def _import_rows(b: pyo.Block, c: Coefficients) -> None:
    given, steps = c.landing, c.landing.steps
    at: dict[int, list[str]] = {}
    for j, u in given.imports:
        at.setdefault(u, []).append(j)
    landing: dict[int, list[str]] = {}
    for d, t in given.landings:
        landing.setdefault(t, []).append(d)

    b.landed = columns(
        list(landing), bounds=lambda _, t: (0, sum(given.landed_kt[d] * given.max_landings[d, t] for d in landing[t]))
    )

    def cargo(b: pyo.Block, t: int) -> object:
        return b.landed[t] == pyo.quicksum(given.landed_kt[d] * b.landings[d, t] for d in landing[t])

    def imports(b: pyo.Block, u: int) -> object:
        t = steps.period[u]
        seed = steps.share[u] * b.seed_mass[t] if t in given.latest_development else 0.0
        return pyo.quicksum(b.imported[j, u] for j in at.get(u, ())) + seed <= steps.share[u] * b.landed[t]

    b.cargo = rows(list(landing), rule=cargo)
    b.imports = rows([u for t in landing for u in steps.within[t]], rule=imports)


def _accelerator_rows(b: pyo.Block, c: Coefficients) -> None:
    """Count accelerators in a column of their own, so that no row mixes hundreds of kt with nodes of some kW."""
    given = c.landing
    inside: dict[int, list[tuple[str, int]]] = {}
    for j, u in given.imports:
        if j in given.accelerators_kt_per_gw:
            inside.setdefault(given.steps.period[u], []).append((j, u))
    per_gw = given.accelerators_kt_per_gw
    b.accelerators = columns(
        list(inside), bounds=lambda _, t: (0, sum(given.max_imported[i] / per_gw[i[0]] for i in inside[t]))
    )

    def accelerator_content(b: pyo.Block, t: int) -> object:
        return b.accelerators[t] == pyo.quicksum(b.imported[j, u] * (1.0 / per_gw[j]) for j, u in inside[t])

    b.accelerator_content = rows(list(inside), rule=accelerator_content)


def _seed_rows(b: pyo.Block, c: Coefficients) -> None:
    given = c.landing
    seeds = list(given.latest_development)
    known = set(given.development_periods)
    b.seed_min = rows(seeds, rule=lambda b, t: b.seed_mass[t] >= given.min_seed_kt * b.seed_landed[t])
    b.seed_max = rows(seeds, rule=lambda b, t: b.seed_mass[t] <= given.max_seed_kt * b.seed_landed[t])
    later = [t for t in given.development_periods if t - 1 in known]
    b.development_monotone = rows(later, rule=lambda b, t: b.development_started[t - 1] <= b.development_started[t])
    b.development = rows(
        seeds, rule=lambda b, t: b.seed_landed[t] <= b.development_started[given.latest_development[t]]
    )
