"""Small rich instance with a feasible plan written by hand, and claims made for any decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from solver.check import check
from solver.check.context import Context
from solver.check.designs import rebuild_designs
from solver.check.ledger import ledger, present_cost_musd, salvage_musd
from solver.check.target import RATES, delivered, first_met, largest_factor
from solver.instance.schema import Instance
from solver.plan import Choices, Claims, Decisions, Design, Plan

RawResult = dict[Any, Any]
Spoil = Callable[[RawResult, RawResult], None]


def raw_instance() -> RawResult:
    """Six years: owned reusable and expendable vehicles, a bought one, a line product, a plain one, one region."""
    return {
        "format": 2,
        "name": "rich",
        "horizon": {
            "start": "2030-01",
            "periods": [{"count": 6, "length": "year"}],
            "discount_share_per_year": 0.05,
        },
        "target": {
            "kind": "power_alive",
            "where": "anywhere",
            "interpolation": "linear",
            "unmet_penalty_musd": 1000.0,
            "milestones": [{"date": "2033-01", "gw": 0.1}, {"date": "2035-01", "gw": 0.3}],
        },
        "use": {
            "vehicles": ["lifter", "rocket", "ferry"],
            "shells": ["low", "high"],
            "platforms": ["block", "plain"],
            "ground": ["texas"],
        },
        "vehicles": _vehicles(),
        "sites": {
            "cape": {
                "pads": 1,
                "max_pads": 3,
                "pad_musd": 40.0,
                "pad_lead_years": 1.0,
                "licence_flights_per_year": 12.5,
            },
            "kourou": {"pads": 1, "max_pads": 1, "pad_musd": 40.0, "available_from": "2032-01"},
        },
        "shells": {
            "low": {
                **SHELL,
                "altitude_km": 550.0,
                "slots": 30.0,
                "max_derelicts": 5.0,
                "max_derelict_years": 20.0,
                "decay_years": 5.0,
            },
            "high": {**SHELL, "altitude_km": 1000.0, "transfer_years": 0.6, "decay_years": 200.0},
            "far": {**SHELL, "altitude_km": 1500.0},
        },
        "regimes": {"leo": {"slots": 40.0}},
        "platforms": _platforms(),
        "ground": {"texas": _texas()},
        "supply": {"accelerators_gw": {"start_per_year": 0.4}},
        "money": {"hardware_price_change_share_per_year": -0.02},
    }


SHELL: RawResult = {"orbit": "inclined", "inclination_deg": 50.0, "regime": "leo", "sunlit_share": 0.7}


def _vehicles() -> RawResult:
    return {
        "lifter": {
            "available_from": "2031-01",
            "available_until": "2035-01",
            "payload_t": {"low": 100.0, "high": 50.0},
            "volume_m3": 1000.0,
            "sites": ["cape", "kourou"],
            "flight_musd": 10.0,
            "loss_share": 0.02,
            "flights_per_year": {"start_per_year": 6.0, "growth_share_per_year": 0.5, "ceiling_per_year": 20.0},
            "pad_days": 36.525,
            "fleet": {
                "build_musd": 50.0,
                "lead_years": 1.0,
                "turnaround_days": 73.05,
                "reuse_flights": 20.0,
                "life_years": 20.0,
                "initial": 1,
                "production_per_year": {"start_per_year": 2.0, "growth_share_per_year": 1.0},
            },
        },
        "rocket": {
            "available_from": "2030-01",
            "payload_t": {"low": 40.0},
            "volume_m3": 100.0,
            "sites": ["cape"],
            "flight_musd": 5.0,
            "loss_share": 0.1,
            "fleet": {
                "build_musd": 20.0,
                "lead_years": 1.0,
                "turnaround_days": 30.0,
                "reuse_flights": 1.0,
                "life_years": 20.0,
                "initial": 1,
            },
        },
        "ferry": {
            "available_from": "2030-01",
            "payload_t": {"high": 20.0},
            "volume_m3": 500.0,
            "sites": ["cape"],
            "flight_musd": 30.0,
        },
        "spare": {
            "available_from": "2030-01",
            "payload_t": {"low": 20.0},
            "volume_m3": 500.0,
            "sites": ["cape"],
            "flight_musd": 30.0,
        },
    }


def _platforms() -> RawResult:
    return {
        "block": {
            "it_power_kw": 50_000.0,
            "available_from": "2032-01",
            "development_musd": 500.0,
            "development_years": 1.0,
            "production_line": {
                "mw_per_year": 200.0,
                "cost_musd": 100.0,
                "lead_years": 1.0,
                "life_years": 10.0,
                "max_lines": 4,
                "lines_per_year": {"start_per_year": 1.0, "growth_share_per_year": 1.0},
            },
            "serviced": {"mass_kg_per_kw_year": 0.02, "cost_usd_per_w_year": 0.1},
            "declared": {
                "mass_t": 20.0,
                "array_m2": 50_000.0,
                "radiator_m2": 25_000.0,
                "cost_musd": 300.0,
                "stowed_m3": 100.0,
                "life_years": 5.0,
                "array_loss_share_per_year": 0.02,
                "accelerator_failure_share_per_year": 0.05,
                "infant_mortality_share": 0.01,
                "hazard_share_per_year": 0.02,
                "disposal_share": 0.9,
                "operations_share_per_year": 0.02,
                "price_change_share_per_year": -0.1,
                "shells": ["low"],
            },
        },
        "plain": {
            "it_power_kw": 10_000.0,
            "available_from": "2031-01",
            "declared": {
                "mass_t": 10.0,
                "cost_musd": 80.0,
                "stowed_m3": 60.0,
                "life_years": 4.0,
                "accelerator_failure_share_per_year": 0.05,
                "follows_sun": True,
            },
        },
        "unused": {"it_power_kw": 10.0, "declared": {"mass_t": 1.0, "cost_musd": 1.0, "life_years": 1.0}},
    }


def _texas() -> RawResult:
    return {
        "queue_gw": {"start_per_year": 0.2, "from": "2031-01"},
        "build_years": 1.0,
        "facility_usd_per_w": 10.0,
        "facility_life_years": 14.0,
        "it_usd_per_w": 25.0,
        "it_life_years": 2.0,
        "pue": 1.2,
        "power_usd_per_kwh": 0.05,
        "water_l_per_kwh": 1.0,
        "water_usd_per_m3": 2.0,
        "operations_share_per_year": 0.03,
    }


def raw_decisions() -> RawResult:
    """A feasible plan for the rich instance; delivered power is about 0.23 GW in 2032 and 0.48 GW from 2033 on."""
    return {
        "loaded": {
            ("rocket", "plain", "low", 1): 1,
            ("lifter", "block", "low", 2): 3,
            ("lifter", "block", "low", 3): 4,
            ("lifter", "plain", "high", 3): 2,
        },
        "flights": {
            ("rocket", "low", 1): 1,
            ("lifter", "low", 2): 1,
            ("lifter", "low", 3): 1,
            ("lifter", "high", 3): 1,
            ("lifter", "low", 4): 1,
            ("rocket", "low", 5): 1,
        },
        "launches": {
            ("rocket", "cape", 1): 1,
            ("lifter", "cape", 2): 1,
            ("lifter", "cape", 3): 1,
            ("lifter", "kourou", 3): 1,
            ("lifter", "kourou", 4): 1,
            ("rocket", "cape", 5): 1,
        },
        "cargo_t": {
            ("lifter", "low", 2): 4.0,
            ("lifter", "low", 3): 8.0,
            ("lifter", "low", 4): 8.0,
            ("rocket", "low", 5): 8.0,
        },
        "ordered": {("lifter", 1): 1, ("rocket", 3): 1},
        "retired": {("rocket", 1): 0.9, ("rocket", 5): 0.9, ("lifter", 4): 0.25},
        "pads": {("cape", 2): 1},
        "lines": {("block", 1): 1, ("block", 2): 1},
        "opened": {("block",): 0},
        "ground_gw": {("texas", 1): 0.1, ("texas", 3): 0.1},
        "unmet": {(2,): 0.01},
    }


def blank(name: str, platform: str, shell: str, choices: Choices | None = None) -> Design:
    """A design with its names alone, for the checker to fill in."""
    none: dict[str, float] = {}
    return Design(name, platform, shell, choices, 0.0, none, none, none, *[0.0] * 17)


def designs_of(instance: Instance, blanks: list[Design]) -> tuple[Design, ...]:
    """The designs rebuilt from the instance; blanks that it does not allow stay blank."""
    plan = Plan(tuple(blanks), Decisions(), Claims(0.0, 0.0, 0.0, 1.0, 0, (), ()))
    rebuilt, _ = rebuild_designs(instance, plan)
    return tuple(rebuilt.get((b.name, b.shell), b) for b in blanks)


RICH = [blank("block", "block", "low"), blank("plain", "plain", "low"), blank("plain", "plain", "high")]


def claimed(instance: Instance, designs: tuple[Design, ...], decisions: Decisions, factor: float = 1.0) -> Plan:
    """A plan with the claims that the checker computes; ``factor`` for other objectives than most power."""
    nothing = Claims(0.0, 0.0, 0.0, factor, 0, (), ())
    plan = Plan(designs, decisions, nothing)
    rebuilt, _ = rebuild_designs(instance, plan)
    x = Context.of(instance, plan, rebuilt, 1e-6)
    book, given = ledger(x), [delivered(x, t) for t in x.horizon.periods]
    per_year = [v / x.horizon.years(t) if instance.target.kind in RATES else v for t, v in enumerate(given)]
    first = first_met(x, given) if instance.objective.kind == "earliest_date" else 0
    if instance.objective.kind == "most_power":
        factor = largest_factor(x, given)
    objective = {
        "least_cost": present_cost_musd(book) - salvage_musd(book),
        "most_power": factor,
        "earliest_date": float(first),
    }[instance.objective.kind]
    claims = Claims(
        objective, present_cost_musd(book), salvage_musd(book), factor, first, tuple(per_year), tuple(book.entries())
    )
    return replace(plan, claims=claims)


def rich(spoil: Spoil | None = None) -> tuple[Instance, Plan]:
    """The rich instance and its plan, both spoiled before designs and claims are made."""
    raw, decisions = raw_instance(), raw_decisions()
    if spoil is not None:
        spoil(raw, decisions)
    instance = Instance.model_validate(raw)
    return instance, claimed(instance, designs_of(instance, RICH), Decisions(**decisions))


def violated(instance: Instance, plan: Plan) -> set[str]:
    """Return the constraints that a plan violates."""
    return {violation.constraint for violation in check(instance, plan)}
