"""Two small plans for the Moon made by hand, for the tests of what is reported about it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from solver.design.candidates import candidate_designs
from solver.economics.ledger import ledger
from solver.instance.consistency import cross_check
from solver.instance.schema import Instance
from solver.plan import Claims, Decisions, Plan
from solver.run.stored_run import Run
from tests.solver import samples

REPLICATION = """
format: 2
name: A factory that copies itself
horizon:
  start: 2030-01
  periods: [{count: 12, length: year}]
target:
  kind: power_alive
  milestones: [{date: 2042-01, gw: 0.512}]
use:
  vehicles: [ship]
  shells: [swarm]
  platforms: [lunar_node]
  moon: true
vehicles:
  ship:
    available_from: 2030-01
    payload_t: {}
    volume_m3: 1000
    sites: [pad]
    flight_musd: 10
sites:
  pad: {pads: 1, max_pads: 1, pad_musd: 0, licence_flights_per_year: 40}
shells:
  swarm:
    orbit: heliocentric
    dose_rad_per_year: 0
    earth_distance_km: 1.5e+8
    from_moon: {}
platforms:
  lunar_node:
    made_on: moon
    it_power_kw: 1000
    declared: {mass_t: 100, cost_musd: 0, life_years: 50}
moon:
  available_from: 2030-01
  doubling_years: 1
  seed: {min_t: 100, max_t: 100, mix: {factory: 1}, usd_per_kg: 10000, lag_years: 1}
  landers:
    one_way: {vehicle: ship, landed_t: 100, dry_t: 120, isp_s: 375, delta_v_m_per_s: 6100}
  depot: {tankers: {ship: 150}}
  commodities:
    matter: {import_usd_per_kg: 1.0e+4}
  activities:
    factory: {does: make, makes: matter, productivity_t_per_t_year: 1, bill: {matter: 1}, lag_years: 1}
    panels: {does: power, power_kw_per_t: 1.0e+6, bill: {matter: 1}, lag_years: 1}
  bills:
    node: {matter: 1}
  mass_driver: {throughput_kt_per_year: 1.0e+4, mass_t: 1, bill: {matter: 1}, lag_years: 1, efficiency_share: 1, max_drivers: 1}
"""  # noqa: E501

# A seed of 100 t doubles every year from 2031 to 2039; 51,200 t of nodes are thrown in 2041.
GROWN = Decisions(
    launches={("ship", "pad", 0): 8},
    tankers={("ship", 0): 7},
    landings={("one_way", 0): 1},
    moon_begun={("moon",): 0},
    seeds_t={(0,): 100.0},
    invested_t={**{("factory", u): 50.0 * 2**u for u in range(1, 9)}, ("panels", 10): 0.005},
    made_t={("factory", u): 50.0 * 2 ** min(u, 9) for u in range(1, 12)},
    mass_drivers={(10,): 1},
    mass_driver_launched_gw={("lunar_node", "swarm", 11): 0.512},
)

# Two half-year steps a year, half of each at night; ships are owned and lost; nodes come from the Earth as well.
BUSY = Decisions(
    loaded={("ship", "cube", "near", 0): 3},
    flights={("ship", "near", 0): 1},
    launches={("ship", "pad", 0): 14, ("ship", "pad", 1): 2},
    tankers={("ship", 0): 10, ("ship", 1): 2},
    landings={("one_way", 0): 1, ("shuttle", 0): 2},
    moon_begun={("moon",): 0},
    seeds_t={(0,): 100.0},
    imported_t={("chips", 2): 6.0, ("chips", 3): 4.0},
    invested_t={("smelter", 2): 8.0, ("sun", 3): 2.0},
    made_t={("mine", 2): 30.0, ("smelter", 2): 20.0, ("mine", 3): 30.0, ("smelter", 3): 20.0},
    night_t={("mine", 2): 10.0, ("smelter", 2): 5.0},
    unlocked={("chips", "coarse"): 0},
    mass_drivers={(1,): 2},
    mass_driver_launched_gw={("lunar_node", "swarm", 2): 0.004},
)


def replication(**changes: Any) -> dict[str, Any]:
    """The factory that copies itself as plain data, with some top-level sections replaced."""
    data: dict[str, Any] = yaml.safe_load(REPLICATION)
    return {**data, **changes}


def busy() -> dict[str, Any]:
    """Three years of a richer Moon as plain data."""
    data = replication(name="A busy Moon", horizon={"start": "2030-01", "periods": [{"count": 3, "length": "year"}]})
    data["target"] = {"kind": "power_alive", "milestones": [{"date": "2032-01", "gw": 0.001}]}
    data["use"] = {"vehicles": ["ship"], "shells": ["near", "swarm"], "platforms": ["cube", "lunar_node"], "moon": True}
    fleet = {"build_musd": 100.0, "lead_years": 0.0, "turnaround_days": 73.05, "reuse_flights": 20.0, "initial": 5}
    data["vehicles"]["ship"] |= {"payload_t": {"near": 100.0}, "loss_share": 0.1, "fleet": fleet}
    data["shells"]["near"] = {"orbit": "dawn_dusk", "altitude_km": 650.0}
    data["shells"]["swarm"] |= {
        "transfer_years": 3.0,
        "from_moon": {"loss_share": 0.25, "transfer_years": 0.25, "cost_usd_per_kg": 2.0},
    }
    data["platforms"]["cube"] = {
        "it_power_kw": 1000.0,
        "declared": {"mass_t": 10.0, "cost_musd": 20.0, "life_years": 20.0},
    }
    data["supply"] = {"accelerators_gw": {"start_per_year": 0.005}}
    data["moon"] = _busy_moon(data["moon"])
    return data


def _busy_moon(moon: dict[str, Any]) -> dict[str, Any]:
    moon = copy.deepcopy(moon)
    plant = {"bill": {"metal": 0.75, "chips": 0.25}, "availability_share": 0.5, "lag_years": 0.5}
    moon["illumination_share"] = 0.5
    moon["seed"] |= {"mix": {"mine": 0.2, "smelter": 0.4, "sun": 0.4}}
    moon["landers"]["one_way"]["loss_share"] = 0.2
    moon["landers"]["shuttle"] = {
        "vehicle": "ship",
        "landed_t": 50.0,
        "dry_t": 20.0,
        "isp_s": 375.0,
        "delta_v_m_per_s": 3000.0,
        "return_delta_v_m_per_s": 2800.0,
        "away_days": 36.525,
    }
    moon["depot"] |= {"boil_off_share_per_year": 0.1, "transfer_loss_share": 0.05}
    coarse = {"name": "coarse", "local_share": 0.5, "available_from": "2030-01", "development_years": 1.0}
    moon["commodities"] = {
        "ore": {"import_usd_per_kg": 1.0},
        "metal": {"import_usd_per_kg": 5.0, "local_share": 0.8},
        "chips": {
            "import_usd_per_kg": 2000.0,
            "local_share": 0.0,
            "accelerators_kg_per_kw": 2.0,
            "unlocks": [{**coarse, "cost_musd": 200.0}],
        },
    }
    make = {**plant, "does": "make", "productivity_t_per_t_year": 10.0}
    moon["activities"] = {
        "mine": {**make, "makes": "ore", "energy_kwh_per_kg": 0.1, "decay_share_per_year": 0.19},
        "smelter": {**make, "makes": "metal", "energy_kwh_per_kg": 5.0, "feed": {"ore": 1.5}},
        "sun": {**plant, "does": "power", "power_kw_per_t": 6.0},
        "cells": {**plant, "does": "storage", "power_kw_per_t": 5.0, "efficiency_share": 0.8},
    }
    moon["bills"] = {"node": {"metal": 0.8, "chips": 0.2}}
    moon["mass_driver"] |= {"bill": {"metal": 1.0}, "mass_t": 5.0, "life_years": 20.0, "throughput_kt_per_year": 2.0}
    moon["mass_driver"] |= {"efficiency_share": 0.5, "availability_share": 0.8, "max_drivers": 3}
    return moon


def plan(data: dict[str, Any], decisions: Decisions) -> Plan:
    """A plan with the designs of the menu, the ledger of its decisions, and claims that follow from it."""
    found = Instance.model_validate(data)
    assert cross_check(found) == []
    designs = candidate_designs(found)
    entries = ledger(found, designs, decisions)
    cost = sum(entry.present_musd for entry in entries if entry.item != "salvage")
    salvage = -sum(entry.present_musd for entry in entries if entry.item == "salvage")
    periods = sum(group["count"] for group in data["horizon"]["periods"])
    delivered = (0.0,) * (periods - 1) + (sum(decisions.mass_driver_launched_gw.values()),)
    used = {(k, s) for _, k, s, _ in decisions.loaded} | {(k, s) for k, s, _ in decisions.mass_driver_launched_gw}
    kept = tuple(design for design in designs if (design.name, design.shell) in used)
    return Plan(kept, decisions, Claims(cost - salvage, cost, salvage, 1.0, 0, delivered, entries))


def run(name: str = "moon", decisions: Decisions = GROWN, **changes: Any) -> Run:
    """A run of the factory that copies itself, proven optimal."""
    data = replication(**changes)
    made = plan(data, decisions)
    objective = made.claims.objective
    manifest = samples.manifest(
        name=data["name"], resolved=data, gap=0.0, objective=objective, bound=objective, objective_musd=objective,
        bound_musd=objective,
    )  # fmt: skip
    return Run(manifest, Instance.model_validate(data), made, Path("/runs") / name)
