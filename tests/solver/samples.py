"""Small instances and plans made by hand, for the tests of what is reported about a plan."""

from __future__ import annotations

from typing import Any

from solver.instance.read import digest
from solver.instance.schema import Instance
from solver.plan import CashFlow, Claims, Decisions, Design, Plan
from solver.run.manifest_schema import Manifest
from solver.tables import PlanState, state_of

DATA: dict[str, Any] = {
    "format": 2,
    "name": "Two shells by hand",
    "horizon": {
        "start": "2030-01",
        "periods": [{"count": 4, "length": "quarter"}, {"count": 3, "length": "year"}],
        "discount_share_per_year": 0.05,
    },
    "target": {
        "kind": "power_alive",
        "where": "orbit",
        "interpolation": "step",
        "milestones": [{"date": "2031-01", "gw": 0.007}, {"date": "2033-01", "gw": 0.05}],
    },
    "use": {"vehicles": ["heavy", "ship"], "shells": ["low", "high"], "platforms": ["mark1"]},
    "vehicles": {
        "heavy": {
            "title": "Heavy lifter",
            "available_from": "2030-01",
            "payload_t": {"low": 20.0, "high": 10.0},
            "volume_m3": 200.0,
            "sites": ["cape"],
            "flight_musd": 60.0,
            "flights_per_year": {"start_per_year": 8.0},
            "pad_days": 10.0,
        },
        "ship": {
            "available_from": "2031-01",
            "payload_t": {"low": 100.0},
            "volume_m3": 1000.0,
            "sites": ["cape"],
            "flight_musd": 10.0,
            "loss_share": 0.1,
            "pad_days": 5.0,
            "fleet": {
                "build_musd": 100.0,
                "lead_years": 1.0,
                "turnaround_days": 73.05,
                "reuse_flights": 20.0,
                "initial": 1,
                "production_per_year": {"start_per_year": 1.0, "growth_share_per_year": 0.5},
            },
        },
    },
    "sites": {
        "cape": {
            "pads": 1,
            "max_pads": 3,
            "pad_musd": 50.0,
            "pad_lead_years": 1.0,
            "licence_flights_per_year": 20.0,
        }
    },
    "shells": {
        "low": {"orbit": "inclined", "altitude_km": 550.0, "inclination_deg": 30.0, "slots": 100.0},
        "high": {
            "title": "High dawn-dusk",
            "orbit": "dawn_dusk",
            "altitude_km": 1000.0,
            "transfer_years": 0.5,
            "regime": "all_low",
        },
    },
    "regimes": {"all_low": {"slots": 1000.0}},
    "platforms": {
        "mark1": {
            "it_power_kw": 1000.0,
            "development_musd": 10.0,
            "production_line": {"mw_per_year": 20.0, "cost_musd": 30.0, "lead_years": 0.5},
            "declared": {"mass_t": 10.0, "cost_musd": 20.0, "life_years": 5.0, "array_m2": 4000.0},
        }
    },
}


def data(**changes: Any) -> dict[str, Any]:
    """The sample instance as plain data, with some top-level sections replaced."""
    return {**DATA, **changes}


def instance(**changes: Any) -> Instance:
    """The sample instance: two vehicles, two shells, one declared platform; 4 quarters and 3 years from 2030."""
    return Instance.model_validate(data(**changes))


def design(shell: str = "low", **changes: Any) -> Design:
    """A node of 1 MW and 10 t that fails and fades."""
    values: dict[str, Any] = {
        "name": "mark1",
        "platform": "mark1",
        "shell": shell,
        "choices": None,
        "power_kw": 1000.0,
        "mass_kg": {"node": 10_000.0},
        "area_m2": {"array": 4000.0, "radiator": 900.0},
        "cost_musd": {"node": 20.0},
        "stowed_m3": 20.0,
        "life_years": 5.0,
        "array_share": 1.1,
        "array_loss_share_per_year": 0.02,
        "accelerator_failure_share_per_year": 0.05,
        "sunlit_share": 1.0,
        "infant_mortality_share": 0.04,
        "hazard_share_per_year": 0.03,
        "disposal_share": 0.9,
        "dead_disposal_share": 0.25,
        "decay_years": 8.0,
        "operations_share_per_year": 0.0,
        "upkeep_t_per_year": 0.0,
        "upkeep_musd_per_year": 0.0,
        "eflops": 2.0,
        "eflops_growth_share_per_year": 0.3,
        "accelerator_price_change_share_per_year": 0.0,
    }
    return Design(**{**values, **changes})


LEDGER = (
    CashFlow("lines", "development", 0, 10.0, 9.9),
    CashFlow("lines", "lines", 0, 60.0, 59.6),
    CashFlow("nodes", "node", 2, 160.0, 155.2),
    CashFlow("launch", "flights", 2, 240.0, 233.4),
    CashFlow("nodes", "node", 4, 1200.0, 1114.0),
    CashFlow("launch", "flights", 4, 40.0, 37.1),
    CashFlow("launch", "vehicles", 1, 100.0, 98.1),
    CashFlow("launch", "pads", 4, 50.0, 46.4),
    CashFlow("nodes", "salvage", 6, -200.0, -164.5),
    CashFlow("launch", "salvage", 6, -80.0, -65.8),
)

DECISIONS = Decisions(
    loaded={
        ("heavy", "mark1", "low", 2): 8,
        ("heavy", "mark1", "high", 4): 4,
        ("ship", "mark1", "low", 4): 20,
        ("ship", "mark1", "low", 5): 36,
    },
    flights={
        ("heavy", "low", 2): 4,
        ("heavy", "high", 4): 4,
        ("ship", "low", 4): 2,
        ("ship", "low", 5): 4,
    },
    launches={
        ("heavy", "cape", 2): 4,
        ("heavy", "cape", 4): 4,
        ("ship", "cape", 4): 2,
        ("ship", "cape", 5): 4,
    },
    cargo_t={("heavy", "low", 2): 0.0, ("ship", "low", 5): 12.5},
    ordered={("ship", 1): 1},
    retired={("ship", 6): 0.25},
    pads={("cape", 4): 1},
    lines={("mark1", 0): 2},
    opened={("mark1",): 0},
)


def plan(
    decisions: Decisions = DECISIONS,
    ledger: tuple[CashFlow, ...] = LEDGER,
    designs: tuple[Design, ...] | None = None,
    **claims: Any,
) -> Plan:
    """The sample plan; its claims follow from the ledger unless given."""
    values: dict[str, Any] = {
        "objective": sum(entry.present_musd for entry in ledger),
        "cost_musd": sum(entry.present_musd for entry in ledger if entry.item != "salvage"),
        "salvage_musd": -sum(entry.present_musd for entry in ledger if entry.item == "salvage"),
        "factor": 1.0,
        "first_period": 0,
        "delivered": (0.0,) * 7,
        "ledger": ledger,
    }
    return Plan(designs or (design("low"), design("high")), decisions, Claims(**{**values, **claims}))


OPTIONS: dict[str, Any] = {
    "gap": 0.01, "seconds": None, "work": None, "threads": 1, "seed": 1, "method": "auto", "integrality": "auto",
}  # fmt: skip


def manifest(**changes: Any) -> Manifest:
    """A manifest of a run of the sample, proven within 1 %."""
    objective = plan().claims.objective
    resolved = changes.get("resolved", DATA)
    facts = {
        "format": 2,
        "instance": "sample.yaml",
        "name": DATA["name"],
        "run_dir": "run",
        "instance_hash": digest(resolved),
        "resolved": DATA,
        "files": ["sample.yaml"],
        "options": OPTIONS,
        "seed": 1,
        "status": "optimal",
        "termination_reason": "gap",
        "objective": objective,
        "unit": "MUSD",
        "bound": 0.99 * objective,
        "bound_kind": "lp_verified",
        "gap": 0.01,
        "objective_musd": objective,
        "bound_musd": 0.99 * objective,
        "gross_present_cost_musd": objective,
        "salvage_musd": 0.0,
        "lp_bound": None,
        "date": None,
        "checked": True,
        "violations": [],
        "unmet": 0.0,
        "conflict": [],
        "changes": [],
        "shortfall": [],
        "repeatable": True,
        "resumed": False,
        "rows": 3,
        "columns": 4,
        "integers": 2,
        "conditioning": "",
        "learning": None,
        "survivability": None,
        "warnings": [],
        "seconds": {"total": 1.0},
        "versions": {"kardashev": "1"},
        "run_key": "key",
        "commit": "",
        "machine": {"system": "Linux"},
        "finished": "2030-01-01T00:00:00+00:00",
    }
    return Manifest.model_validate({**facts, **changes})


def violation() -> dict[str, Any]:
    """A broken rule as a manifest holds it."""
    return {"constraint": "launch.pads", "at": ["cape", "2031"], "expected": 1.0, "actual": 2.0, "unit": "pads"}


def state(found: Plan | None = None, **changes: Any) -> PlanState:
    """The state of the sample plan, or of another one, in the sample instance with changes."""
    return state_of(instance(**changes), found or plan())
