"""A small instance with one sized platform, every part in round numbers, and a plan that uses it."""

from __future__ import annotations

from solver.instance.schema import Instance
from solver.plan import Choices, Decisions, Plan
from tests.solver.check.plans import RawResult, blank, claimed, designs_of

BATTERY = Choices(330.0, 5.0, "battery", 0.1)
THROTTLE = Choices(310.0, 8.0, "throttle", 0.0)


def raw_sized() -> RawResult:
    """One sized platform in one shell at two astronomical units, every part with round numbers."""
    return {
        "format": 2,
        "name": "sized",
        "horizon": {"start": "2030-01", "periods": [{"count": 2, "length": "year"}]},
        "target": {"kind": "power_alive", "milestones": [{"date": "2031-01", "gw": 0.004}]},
        "use": {"vehicles": ["bus"], "shells": ["dawn"], "platforms": ["sat"]},
        "vehicles": {
            "bus": {
                "available_from": "2030-01",
                "payload_t": {"dawn": 200.0},
                "volume_m3": 2000.0,
                "sites": ["cape"],
                "flight_musd": 10.0,
            }
        },
        "sites": {"cape": {"pads": 1, "max_pads": 1, "pad_musd": 1.0}},
        "shells": {"dawn": raw_shell()},
        "technology": raw_technology(),
        "platforms": {"sat": {"it_power_kw": 1000.0, "sized": dict.fromkeys(PARTS, "x")}},
        "candidate_designs": {
            "radiator_temperature_k": [310.0, 330.0, 420.0],
            "life_years": [5.0, 8.0, 1000.0],
            "eclipse": ["battery", "throttle"],
            "array_margin_share": [0.0, 0.1],
        },
    }


PARTS = ("array", "radiator", "battery", "accelerator", "bus", "terminal")


def raw_shell() -> RawResult:
    """A shell whose environment is given in full."""
    return {
        "orbit": "dawn_dusk",
        "altitude_km": 650.0,
        "sun_distance_au": 2.0,
        "sink_temperature_k": 200.0,
        "sunlit_share": 0.9,
        "eclipse_minutes": 30.0,
        "dose_rad_per_year": 200.0,
        "decay_years": 12.0,
        "drag_m_per_s_per_year": 5.0,
        "disposal_m_per_s": 100.0,
    }


def raw_technology() -> RawResult:
    """One technology of each sort, all named x."""
    return {
        "arrays": {
            "x": {
                "areal_output_w_per_m2": 300.0,
                "specific_power_w_per_kg": 150.0,
                "cost_usd_per_w": 2.0,
                "loss_share_per_year": 0.02,
                "stowed_w_per_m3": 20_000.0,
            }
        },
        "radiators": {
            "x": {
                "areal_mass_kg_per_m2": 4.0,
                "emissivity_share": 0.9,
                "faces": 2,
                "fin_efficiency_share": 0.8,
                "ageing_area_share_per_year": 0.02,
                "cost_usd_per_m2": 1000.0,
            }
        },
        "batteries": {
            "x": {
                "specific_energy_wh_per_kg": 200.0,
                "depth_of_discharge_share": 0.5,
                "efficiency_share": 0.8,
                "cost_usd_per_kwh": 500.0,
            }
        },
        "accelerators": {
            "x": {
                "mass_kg_per_kw": 3.0,
                "cost_usd_per_w": 25.0,
                "failure_share_per_year": 0.06,
                "dose_limit_rad": 1000.0,
                "eflops_per_gw": 2000.0,
                "eflops_growth_share_per_year": 0.3,
                "price_change_share_per_year": -0.1,
            }
        },
        "terminals": {"x": {"mass_kg": 10.0, "power_w": 500.0, "rate_gbps": 100.0, "cost_musd": 0.2}},
        "buses": {
            "x": {
                "fixed_kg": 200.0,
                "power_chain_kg_per_kw": 1.0,
                "structure_share": 0.1,
                "overhead_share": 0.1,
                "cost_usd_per_kg": 2000.0,
                "shield_m2_per_kw": 0.05,
                "isp_s": 1500.0,
                "avoidance_m_per_s_per_year": 1.0,
                "infant_mortality_share": 0.02,
                "hazard_share_per_year": 0.01,
                "disposal_share": 0.95,
                "dead_disposal_share": 0.3,
                "operations_share_per_year": 0.01,
            }
        },
    }


SIZED = [blank("hot", "sat", "dawn", BATTERY), blank("cold", "sat", "dawn", THROTTLE)]


def sized(raw: RawResult | None = None) -> tuple[Instance, Plan]:
    """A plan of one flight with both designs of the sized instance."""
    instance = Instance.model_validate(raw or raw_sized())
    decisions = Decisions(
        loaded={("bus", "hot", "dawn", 0): 2, ("bus", "cold", "dawn", 0): 3},
        flights={("bus", "dawn", 0): 2},
        launches={("bus", "cape", 0): 2},
    )
    return instance, claimed(instance, designs_of(instance, SIZED), decisions)
