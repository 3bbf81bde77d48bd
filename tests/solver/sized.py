"""A 1 MW node of which every number is given, for tests of sizing and of the menu."""

from __future__ import annotations

import copy
from typing import Any

from solver.design import sizing
from solver.instance.schema import Instance
from solver.plan import Choices, Design

STEFAN_BOLTZMANN = 5.670374419e-8
PARTS = ["array", "radiator", "battery", "accelerators", "terminals", "shielding", "bus"]

# Every number is given, so that what a test expects can be worked out on paper.
BASE: dict[str, Any] = {
    "format": 2,
    "name": "one node",
    "horizon": {"start": "2030-01", "periods": [{"count": 2, "length": "year"}]},
    "target": {"kind": "power_alive", "milestones": [{"date": "2031-01", "gw": 0.001}]},
    "use": {"vehicles": ["lifter"], "shells": ["low"], "platforms": ["node"]},
    "vehicles": {
        "lifter": {
            "available_from": "2030-01",
            "payload_t": {"low": 100.0},
            "volume_m3": 1000.0,
            "sites": ["coast"],
            "flight_musd": 20.0,
        }
    },
    "sites": {"coast": {"pads": 1, "max_pads": 1, "pad_musd": 100.0}},
    "shells": {
        "low": {
            "orbit": "dawn_dusk",
            "altitude_km": 650.0,
            "sink_temperature_k": 220.0,
            "sunlit_share": 0.95,
            "eclipse_minutes": 20.0,
            "decay_years": 30.0,
            "drag_m_per_s_per_year": 10.0,
            "disposal_m_per_s": 200.0,
            "dose_rad_per_year": 150.0,
        }
    },
    "technology": {
        "arrays": {
            "wing": {
                "areal_output_w_per_m2": 200.0,
                "specific_power_w_per_kg": 100.0,
                "cost_usd_per_w": 5.0,
                "loss_share_per_year": 0.02,
                "stowed_w_per_m3": 20000.0,
            }
        },
        "radiators": {
            "panel": {
                "areal_mass_kg_per_m2": 5.0,
                "emissivity_share": 0.9,
                "faces": 2,
                "fin_efficiency_share": 0.8,
                "max_temperature_k": 380.0,
                "ageing_area_share_per_year": 0.02,
                "cost_usd_per_m2": 1000.0,
                "stowed_m2_per_m3": 20.0,
            }
        },
        "batteries": {
            "cell": {
                "specific_energy_wh_per_kg": 200.0,
                "depth_of_discharge_share": 0.5,
                "efficiency_share": 0.9,
                "cost_usd_per_kwh": 500.0,
            }
        },
        "accelerators": {
            "chip": {
                "mass_kg_per_kw": 5.0,
                "cost_usd_per_w": 30.0,
                "failure_share_per_year": 0.05,
                "dose_limit_rad": 500.0,
                "eflops_per_gw": 2500.0,
                "eflops_growth_share_per_year": 0.3,
                "price_change_share_per_year": -0.1,
                "stowed_kw_per_m3": 60.0,
            }
        },
        "terminals": {"laser": {"mass_kg": 12.0, "power_w": 250.0, "rate_gbps": 100.0, "cost_musd": 0.2}},
        "buses": {
            "frame": {
                "fixed_kg": 300.0,
                "power_chain_kg_per_kw": 2.0,
                "structure_share": 0.2,
                "overhead_share": 0.05,
                "cost_usd_per_kg": 800.0,
                "shield_usd_per_kg": 30.0,
                "shield_m2_per_kw": 0.1,
                "isp_s": 1500.0,
                "avoidance_m_per_s_per_year": 2.0,
                "infant_mortality_share": 0.01,
                "hazard_share_per_year": 0.02,
                "disposal_share": 0.98,
                "dead_disposal_share": 0.3,
                "operations_share_per_year": 0.015,
                "stowed_kg_per_m3": 150.0,
            }
        },
    },
    "platforms": {
        "node": {
            "it_power_kw": 1000.0,
            "sized": {
                "array": "wing",
                "radiator": "panel",
                "battery": "cell",
                "accelerator": "chip",
                "bus": "frame",
                "terminal": "laser",
            },
        }
    },
}

DECLARED: dict[str, Any] = {
    "it_power_kw": 120.0,
    "declared": {
        "mass_t": 1.7,
        "cost_musd": 6.0,
        "stowed_m3": 12.0,
        "life_years": 5.0,
        "array_m2": 600.0,
        "radiator_m2": 110.0,
        "array_loss_share_per_year": 0.025,
        "accelerator_failure_share_per_year": 0.09,
        "infant_mortality_share": 0.02,
        "hazard_share_per_year": 0.03,
        "disposal_share": 0.97,
        "dead_disposal_share": 0.1,
        "operations_share_per_year": 0.01,
        "follows_sun": True,
        "eflops_per_gw": 2000.0,
        "eflops_growth_share_per_year": 0.2,
        "price_change_share_per_year": -0.05,
    },
}


def build(changes: dict[str, Any] | None = None) -> Instance:
    """The base instance with some keys, named by dotted path, set to other values."""
    data = copy.deepcopy(BASE)
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        section = data
        for key in parents:
            section = section.setdefault(key, {})
        section[last] = value
    return Instance.model_validate(data)


def size(changes: dict[str, Any] | None = None, **choices: Any) -> Design | None:
    """The 1 MW node of the base instance, 330 K, 5 years, battery, no margin unless said otherwise."""
    point = {"radiator_temperature_k": 330.0, "life_years": 5.0, "eclipse": "battery", "array_margin_share": 0.0}
    return sizing.design(build(changes), "node", "low", Choices(**{**point, **choices}))


def made(changes: dict[str, Any] | None = None, **choices: Any) -> Design:
    """The same, where a design must exist."""
    found = size(changes, **choices)
    assert found is not None
    return found
