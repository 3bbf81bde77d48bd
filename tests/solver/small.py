"""One small instance with round numbers and changes to it by key, for the tests of the hops from instance to plan."""

from __future__ import annotations

import copy
from typing import Any

from solver.derive import Derived, derive
from solver.derive.context import Context
from solver.derive.units import MODEL_UNITS
from solver.design.candidates import candidate_designs
from solver.instance.consistency import cross_check
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.matrix import Matrix
from solver.run.solve import build

# Three years, 40 MW from the end of the first: four nodes of 10 t on a flight that carries just four.
DATA: dict[str, Any] = {
    "format": 2,
    "name": "Small",
    "horizon": {"start": "2030-01", "periods": [{"count": 3, "length": "year"}]},
    "target": {"kind": "power_alive", "milestones": [{"date": "2031-01", "gw": 0.04}]},
    "use": {"vehicles": ["van"], "shells": ["near"], "platforms": ["cube"]},
    "vehicles": {
        "van": {
            "available_from": "2030-01",
            "payload_t": {"near": 40.0},
            "volume_m3": 1000.0,
            "sites": ["cape"],
            "flight_musd": 20.0,
        }
    },
    "sites": {"cape": {"pads": 10, "max_pads": 10, "pad_musd": 0.0}},
    "shells": {"near": {"orbit": "dawn_dusk", "altitude_km": 650.0}},
    "platforms": {
        "cube": {"it_power_kw": 10_000.0, "declared": {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 20.0}}
    },
    "money": {"salvage": "none"},
}

OWNED: dict[str, Any] = {
    "build_musd": 100.0,
    "lead_years": 1.0,
    "turnaround_days": 73.05,
    "reuse_flights": 20.0,
    "initial": 1,
}

LINE: dict[str, Any] = {"mw_per_year": 20.0, "cost_musd": 40.0, "lead_years": 1.0, "max_lines": 3}

GROUND: dict[str, Any] = {
    "queue_gw": {"start_per_year": 0.02},
    "build_years": 1.0,
    "facility_usd_per_w": 5.0,
    "it_usd_per_w": 8.0,
    "it_life_years": 2.0,
    "pue": 1.2,
    "power_usd_per_kwh": 0.08,
    "eflops_per_gw": 1500.0,
}


def years(count: int, length: str = "year") -> list[dict[str, Any]]:
    """That many periods of one length."""
    return [{"count": count, "length": length}]


def raw(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The data with changes by dotted key; a value of None takes the key out."""
    return with_changes(DATA, changes or {})


def with_changes(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A copy of some data with changes by dotted key; a value of None takes the key out."""
    data = copy.deepcopy(base)
    for key, value in changes.items():
        *path, last = key.split(".")
        section = data
        for part in path:
            section = section.setdefault(part, {})
        if value is None:
            section.pop(last, None)
        else:
            section[last] = copy.deepcopy(value)
    return data


def small(changes: dict[str, Any] | None = None) -> Instance:
    """The instance with changes; it must be as consistent as a file."""
    instance = Instance.model_validate(raw(changes))
    assert cross_check(instance) == []
    return instance


def loaded(changes: dict[str, Any] | None = None) -> Loaded[Instance]:
    """The instance as if it had been read from a file."""
    return Loaded(small(changes), {}, (), raw(changes), "")


def derived(instance: Instance) -> Derived:
    """Its coefficients."""
    return derive(instance, candidate_designs(instance))


def matrix_of(instance: Instance) -> tuple[Derived, Matrix]:
    """Its coefficients and its compiled model."""
    found = derived(instance)
    return found, build(found)[0]


def context(changes: dict[str, Any] | None = None) -> Context:
    """What the parts of the derivation look at."""
    instance = small(changes)
    found = derived(instance)
    return Context(instance, found.horizon, found.designs, MODEL_UNITS)
