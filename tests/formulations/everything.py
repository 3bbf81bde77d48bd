"""The instance in which every rule is in use, and the few variants of it that no single instance can hold."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyomo.environ as pyo

from formulations import PRESETS, assemble
from solver.derive import derive
from solver.derive.units import MODEL_UNITS, Units
from solver.design.candidates import candidate_designs
from solver.instance.consistency import cross_check
from solver.instance.read import read
from solver.instance.schema import Instance
from solver.milp.matrix import Matrix, compile_matrix

FILE = Path(__file__).parents[1] / "data" / "everything.yaml"
MOON_FILE = FILE.with_name("moon.yaml")
FILES = {"moon": MOON_FILE, "network": FILE.with_name("network.yaml")}
FILES |= {"compute_delivered": FILES["network"], "lit_moon": MOON_FILE, "stored_chips": MOON_FILE}
FAMILIES = (
    "ground", "landings", "nodes", "lines", "launch", "fleet", "mass_drivers", "lunar", "shells", "target",
    "network", "learning", "cuts", "money",
)  # fmt: skip
LATE = ("2029-01", "2030-01")


def _as_it_is(_data: dict[str, Any]) -> None:
    """The file itself."""


def _most_power(data: dict[str, Any]) -> None:
    del data["target"]["unmet_penalty_musd"]
    data["objective"] = {"kind": "most_power", "budget_musd": 1000.0}


def _most_value(data: dict[str, Any]) -> None:
    """Two workloads at their prices, and a demand that a plan may leave."""
    del data["target"]["unmet_penalty_musd"]
    data["objective"] = {"kind": "most_value"}
    prices = [{"date": "2028-01", "usd_per_w_year": 9.0}, {"date": "2031-01", "usd_per_w_year": 6.0}]
    data["market"] = {"training": {"share": 0.25, "prices": prices}, "answers": {"share": 0.75, "prices": prices[:1]}}


def _orbit_only(data: dict[str, Any]) -> None:
    """No ground, nothing unmet: where the flights that any plan needs can be counted."""
    del data["target"]["unmet_penalty_musd"]
    data["target"]["where"] = "orbit"
    data["use"]["ground"] = []


def _made_on_lines(data: dict[str, Any]) -> None:
    """In orbit only and made on lines only: where lines and developments that any plan needs can be counted."""
    _orbit_only(data)
    line = {"mw_per_year": 8.0, "cost_musd": 20.0, "lead_years": 0.25, "max_lines": 5}
    data["platforms"]["rack"] |= {"production_line": line, "development_musd": 50.0}


def _learning(data: dict[str, Any]) -> None:
    """Two curves, one for nodes and one for flights, cut into few segments."""
    data["learning"] = {
        "components": {
            "nodes": {"parts": ["node"], "rate_share": 0.2, "initial_experience_musd": 4000.0, "floor_share": 0.5},
            "small": {"vehicles": ["small"], "rate_share": 0.5, "initial_experience_musd": 4000.0},
        }
    }
    for name in ("rack", "hall"):
        data["platforms"][name]["declared"]["price_change_share_per_year"] = 0.0


def _milestones(data: dict[str, Any], kind: str, key: str, values: tuple[float, float]) -> None:
    data["target"]["kind"] = kind
    data["target"]["milestones"] = [{"date": date, key: value} for date, value in zip(LATE, values, strict=True)]


def _compute_delivered(data: dict[str, Any]) -> None:
    """Workloads in EFLOP/s, with their traffic, in two shells and on the ground."""
    _milestones(data, "compute_delivered", "eflops", (10.0, 50.0))
    data["target"]["where"] = "anywhere"
    data["use"]["ground"] = list(data["ground"])
    data["network"]["contingencies"] = {}
    data["network"]["workloads"]["inference"]["shares"][-1]["share"] = 0.5
    for name, gbps in (("training", 0.5), ("lessons", 0.0), ("inference", 5.0)):
        data["network"]["workloads"][name]["traffic_gbps_per_eflops"] = gbps


def _lit_moon(data: dict[str, Any]) -> None:
    """Ground for panels in three steps of light, and a reserve of metal."""
    grounds = ((0.0005, 1.0), (0.001, 0.75), (0.002, 0.5))
    data["moon"]["lit_area"] = [{"area_km2": area, "light_share": share} for area, share in grounds]
    data["moon"]["activities"]["panels"]["area_m2_per_kw"] = 10.0
    data["moon"]["commodities"]["metal"]["reserve_kt"] = 5.0


def _stored_chips(data: dict[str, Any]) -> None:
    """Computing that grows by generation, from nodes made on the Moon."""
    _milestones(data, "compute_alive", "eflops", (10.0, 50.0))
    for name, platform in data["platforms"].items():
        if name in data["use"]["platforms"]:
            platform["declared"] |= {"eflops_per_gw": 1000.0, "eflops_growth_share_per_year": 0.2}


def _refuelled(data: dict[str, Any]) -> None:
    """A ship that tankers fill: from the lower shell it comes home, in the upper it stays."""
    places = {
        "leo": {"delta_v_m_per_s": 1000.0, "return_delta_v_m_per_s": 800.0, "away_days": 18.2625},
        "upper": {"delta_v_m_per_s": 2500.0},
    }
    ship = {"dry_t": 60.0, "isp_s": 375.0, "tank_t": 500.0, "tanker_t": 50.0, "places": places}
    data["vehicles"]["big"]["refuelled"] = ship


def _by_area(data: dict[str, Any]) -> None:
    """Shells and a regime that count by area, and a filing for one platform beside it."""
    for number, name in enumerate(data["use"]["platforms"]):
        declared = data["platforms"][name]["declared"]
        area_m2 = (4 + number) * data["platforms"][name]["it_power_kw"]
        declared |= {"array_m2": 0.75 * area_m2, "radiator_m2": 0.25 * area_m2}
    data["shells"]["leo"] |= {"regime": ["low", "operator"], "slot_area_m2": 500.0}
    data["regimes"]["low"]["slot_area_m2"] = 1000.0
    data["regimes"]["operator"] = {"kind": "filing", "slots": 150, "platforms": ["rack"], "max_derelict_years": 40}


VARIANTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "everything": _as_it_is,
    "moon": _as_it_is,
    "network": _as_it_is,
    "most_power": _most_power,
    "most_value": _most_value,
    "orbit_only": _orbit_only,
    "made_on_lines": _made_on_lines,
    "learning": _learning,
    "power_added": lambda data: _milestones(data, "power_added", "gw_per_year", (0.004, 0.012)),
    "compute_alive": lambda data: _milestones(data, "compute_alive", "eflops", (10.0, 50.0)),
    "compute_delivered": _compute_delivered,
    "lit_moon": _lit_moon,
    "by_area": _by_area,
    "refuelled": _refuelled,
    "stored_chips": _stored_chips,
    "mass_to_orbit": lambda data: _milestones(data, "mass_to_orbit", "kt_per_year", (0.2, 0.6)),
}


@cache
def instance_of(variant: str) -> Instance:
    """The instance with the changes of a variant; it must be as consistent as a file."""
    data = copy.deepcopy(read(FILES.get(variant, FILE)).resolved)
    VARIANTS[variant](data)
    instance = Instance.model_validate(data)
    assert cross_check(instance) == []
    return instance


def model_of(instance: Instance, units: Units = MODEL_UNITS, preset: str = "tight") -> pyo.ConcreteModel:
    """The assembled model of an instance."""
    return assemble(derive(instance, candidate_designs(instance), units).coefficients, PRESETS[preset]).model


@cache
def model(variant: str) -> pyo.ConcreteModel:
    """The assembled model of a variant."""
    return model_of(instance_of(variant))


@cache
def matrix(variant: str) -> Matrix:
    """The compiled model of a variant."""
    return compile_matrix(model(variant))
