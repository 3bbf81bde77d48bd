"""Small instance of the Moon with a feasible plan written by hand, step by step."""

from __future__ import annotations

from solver.instance.schema import Instance
from solver.plan import Decisions, Plan
from tests.solver.check.plans import RawResult, Spoil, blank, claimed, designs_of

STEPS_PER_YEAR = 2
MIX: dict[str, float] = {"sun": 0.25, "cells": 0.1, "mine": 0.1, "smelter": 0.25, "fab": 0.1, "yard": 0.2}


def raw_moon() -> RawResult:
    """Eight years in steps of half a year: a seed in the second, a driver in the fourth, nodes from the sixth on."""
    return {
        "format": 2,
        "name": "moon",
        "horizon": {
            "start": "2030-01",
            "periods": [{"count": 8, "length": "year"}],
            "discount_share_per_year": 0.05,
        },
        "target": {"kind": "power_alive", "milestones": [{"date": "2038-01", "gw": 0.004}]},
        "use": {
            "vehicles": ["lifter", "rocket"],
            "shells": ["low", "swarm"],
            "platforms": ["plain", "sail"],
            "moon": True,
        },
        "vehicles": _vehicles(),
        "sites": {"cape": {"pads": 2, "max_pads": 2, "pad_musd": 40.0, "licence_flights_per_year": 10.0}},
        "shells": _shells(),
        "platforms": {
            "plain": {
                "it_power_kw": 1000.0,
                "declared": {"mass_t": 10.0, "cost_musd": 20.0, "stowed_m3": 10.0, "life_years": 5.0},
            },
            "sail": {
                "made_on": "moon",
                "it_power_kw": 1000.0,
                "available_from": "2034-01",
                "declared": {
                    "mass_t": 10.0,
                    "cost_musd": 20.0,
                    "stowed_m3": 10.0,
                    "life_years": 6.0,
                    "hazard_share_per_year": 0.02,
                    "operations_share_per_year": 0.1,
                    "accelerator_failure_share_per_year": 0.05,
                },
            },
        },
        "supply": {"accelerators_gw": {"start_per_year": 0.01}},
        "moon": _moon(),
    }


def _vehicles() -> RawResult:
    return {
        "lifter": {
            "available_from": "2030-01",
            "payload_t": {"low": 100.0, "swarm": 20.0},
            "volume_m3": 1000.0,
            "sites": ["cape"],
            "flight_musd": 10.0,
            "loss_share": 0.02,
            "flights_per_year": {"start_per_year": 8.0},
            "pad_days": 20.0,
            "fleet": {
                "build_musd": 50.0,
                "lead_years": 1.0,
                "turnaround_days": 73.05,
                "reuse_flights": 20.0,
                "initial": 4,
            },
        },
        "rocket": {
            "available_from": "2030-01",
            "payload_t": {"low": 40.0},
            "volume_m3": 100.0,
            "sites": ["cape"],
            "flight_musd": 5.0,
            "pad_days": 20.0,
        },
        "spare": {
            "available_from": "2030-01",
            "payload_t": {"low": 40.0},
            "volume_m3": 100.0,
            "sites": ["cape"],
            "flight_musd": 5.0,
        },
    }


def _shells() -> RawResult:
    return {
        "low": {
            "orbit": "inclined",
            "altitude_km": 550.0,
            "inclination_deg": 50.0,
            "sunlit_share": 0.7,
            "decay_years": 5.0,
        },
        "swarm": {
            "orbit": "heliocentric",
            "dose_rad_per_year": 50.0,
            "earth_distance_km": 1.5e8,
            "slots": 20.0,
            "transfer_years": 3.0,
            "from_moon": {
                "delta_v_m_per_s": 300.0,
                "transfer_years": 0.6,
                "cost_usd_per_kg": 2.0,
                "loss_share": 0.1,
            },
        },
    }


def _moon() -> RawResult:
    return {
        "available_from": "2031-01",
        "development_musd": 1000.0,
        "development_years": 1.0,
        "operations_musd_per_year": 30.0,
        "node_operations_usd_per_w_year": 0.05,
        "illumination_share": 0.5,
        "doubling_years": 2.0,
        "seed": {"min_t": 50.0, "max_t": 100.0, "mix": dict(MIX), "usd_per_kg": 1000.0, "lag_years": 0.5},
        "landers": {
            "hauler": {
                "vehicle": "lifter",
                "landed_t": 50.0,
                "dry_t": 10.0,
                "isp_s": 380.0,
                "delta_v_m_per_s": 4200.0,
                "lander_musd": 15.0,
                "loss_share": 0.05,
            },
            "shuttle": {
                "vehicle": "lifter",
                "landed_t": 30.0,
                "dry_t": 12.0,
                "isp_s": 380.0,
                "delta_v_m_per_s": 4200.0,
                "return_delta_v_m_per_s": 2800.0,
                "away_days": 146.1,
            },
        },
        "depot": {
            "tankers": {"lifter": 100.0},
            "boil_off_share_per_year": 0.05,
            "transfer_loss_share": 0.02,
            "capacity_t": 150.0,
        },
        "commodities": _commodities(),
        "activities": _activities(),
        "bills": {"node": {"metal": 0.8, "chips": 0.2}},
        "mass_driver": {
            "throughput_kt_per_year": 0.1,
            "availability_share": 0.8,
            "speed_m_per_s": 2400.0,
            "efficiency_share": 0.5,
            "mass_t": 40.0,
            "bill": {"metal": 0.9, "chips": 0.1},
            "lag_years": 0.5,
            "life_years": 4.4,
            "cost_musd": 20.0,
            "max_drivers": 1,
        },
    }


def _commodities() -> RawResult:
    return {
        "ore": {"import_usd_per_kg": 1.0},
        "metal": {"import_usd_per_kg": 5.0},
        "chips": {
            "import_usd_per_kg": 2000.0,
            "life_years": 5.0,
            "local_share": 0.0,
            "accelerators_kg_per_kw": 2.0,
            "unlocks": [
                {
                    "name": "coarse",
                    "local_share": 0.25,
                    "available_from": "2033-01",
                    "development_years": 1.0,
                    "cost_musd": 200.0,
                },
                {"name": "fine", "local_share": 0.5, "available_from": "2036-01", "cost_musd": 300.0},
            ],
        },
    }


def _activities() -> RawResult:
    plant = {"bill": {"metal": 0.95, "chips": 0.05}, "availability_share": 0.9, "lag_years": 0.5}
    return {
        "sun": {**plant, "does": "power", "power_kw_per_t": 6.0, "decay_share_per_year": 0.03},
        "cells": {**plant, "does": "storage", "power_kw_per_t": 5.0, "efficiency_share": 0.8},
        "mine": {
            **plant,
            "does": "make",
            "makes": "ore",
            "productivity_t_per_t_year": 20.0,
            "energy_kwh_per_kg": 0.1,
            "decay_share_per_year": 0.05,
        },
        "smelter": {
            **plant,
            "does": "make",
            "makes": "metal",
            "productivity_t_per_t_year": 6.0,
            "energy_kwh_per_kg": 5.0,
            "feed": {"ore": 1.5},
        },
        "fab": {
            **plant,
            "does": "make",
            "makes": "chips",
            "productivity_t_per_t_year": 0.8,
            "energy_kwh_per_kg": 50.0,
            "feed": {"metal": 0.2},
            "lag_years": 0.7,
        },
        "yard": {**plant, "does": "assemble", "productivity_t_per_t_year": 10.0, "energy_kwh_per_kg": 0.5},
    }


def raw_moon_decisions() -> RawResult:
    """A feasible plan for the Moon, its plant at work from 2032 on: steps 4 to 15 of 0 to 15."""
    flights = {2030: 0, 2031: 4, 2032: 1, 2033: 2, 2034: 1, 2035: 1, 2036: 1, 2037: 0}
    landings = {("hauler", 1): 1, ("shuttle", 1): 1, **{("shuttle", t): 1 for t in range(2, 7)}}
    tankers = {("lifter", year - 2030): count for year, count in flights.items() if count}
    flown = {t: tankers.get(("lifter", t), 0) + sum(n for (_, q), n in landings.items() if q == t) for t in range(8)}
    return {
        "loaded": {},
        "flights": {},
        "launches": {("lifter", "cape", t): count for t, count in flown.items() if count},
        "cargo_t": {},
        "ordered": {("lifter", 1): 1},
        "retired": {},
        "pads": {},
        "lines": {},
        "opened": {},
        "ground_gw": {},
        "unmet": {},
        "tankers": tankers,
        "landings": landings,
        "moon_begun": {("moon",): 0},
        "seeds_t": {(1,): 60.0},
        **_steps(),
        "unlocked": {("chips", "coarse"): 4, ("chips", "fine"): 6},
        "mass_drivers": {(3,): 1},
        "mass_driver_launched_gw": {("sail", "swarm", t): 0.003 for t in (5, 6, 7)},
    }


def _steps() -> RawResult:
    """The plant builds in 2032 and 2034, makes a driver in 2033 and nodes from 2035 on."""
    building, making, working = (4, 5, 8, 9), range(10, 16), range(4, 16)
    return {
        "imported_t": {
            **{("chips", u): 3.0 for u in (2, 3, 4, 5)},
            **{("chips", u): 3.5 for u in (6, 7)},
            **{("chips", u): 3.0 for u in range(8, 14)},
        },
        "invested_t": {
            (i, u): mass_t for u in building for i, mass_t in (("sun", 3.0), ("smelter", 4.0), ("mine", 1.0))
        },
        "made_t": {
            **{("mine", u): 30.0 for u in working},
            **{("smelter", u): 20.0 for u in working},
            **{("yard", u): 20.0 for u in working},
            **{("fab", u): 0.7 for u in making},
        },
        "night_t": {
            **{("mine", u): 8.0 for u in working},
            **{("smelter", u): 5.0 for u in working},
            **{("fab", u): 0.3 for u in making},
        },
    }


MOON = [blank("sail", "sail", "swarm"), blank("plain", "plain", "swarm")]


def moon(spoil: Spoil | None = None) -> tuple[Instance, Plan]:
    """The instance of the Moon and its plan, both spoiled before designs and claims are made."""
    raw, decisions = raw_moon(), raw_moon_decisions()
    if spoil is not None:
        spoil(raw, decisions)
    instance = Instance.model_validate(raw)
    return instance, claimed(instance, designs_of(instance, MOON), Decisions(**decisions))
