"""A vector of columns goes home to whole decisions, and the plan claims what the model counted."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from solver.check import check
from solver.derive import Derived
from solver.derive.extract import extract
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.plan import Plan
from solver.run.outcome import conversion_of
from tests.formulations.everything import VARIANTS, instance_of, matrix
from tests.solver.small import GROUND, LINE, derived, matrix_of, small, years


def solved(instance: Instance) -> tuple[Derived, Matrix, Floats]:
    """Coefficients, model and optimum of an instance."""
    found, of = matrix_of(instance)
    solution = solve(of, Limits(gap=0.0))
    assert solution.x is not None
    return found, of, solution.x


def planned(changes: dict[str, Any] | None = None) -> Plan:
    """The optimal plan of the small instance with changes."""
    instance = small(changes)
    return extract(instance, *solved(instance))


def test_plan_of_one_flight() -> None:
    """Four nodes on one flight in the first year: 60 MUSD, and 40 MW in all three."""
    plan = planned()
    assert plan.decisions.loaded == {("van", "cube", "near", 0): 4}
    assert plan.decisions.flights == {("van", "near", 0): 1}
    assert plan.decisions.launches == {("van", "cape", 0): 1}
    assert not any((plan.decisions.cargo_t, plan.decisions.ordered, plan.decisions.pads, plan.decisions.unmet))
    assert [(d.name, d.shell) for d in plan.designs] == [("cube", "near")]
    assert plan.claims.objective == plan.claims.cost_musd == pytest.approx(60.0)
    assert (plan.claims.salvage_musd, plan.claims.factor, plan.claims.first_period) == (0.0, 1.0, 0)
    assert plan.claims.delivered == pytest.approx((0.04, 0.04, 0.04))


def test_dust_of_the_solver_is_wiped_off() -> None:
    """Counts a hair from whole become whole, and amounts of nearly nothing are left out."""
    instance = small({"target.unmet_penalty_musd": 1e5})
    found, of, x = solved(instance)
    dusty = np.where(of.integer, x + 1e-7, np.where(x == 0, 1e-10, x))
    assert extract(instance, found, of, dusty) == extract(instance, found, of, x)


def test_amounts_come_home_in_the_units_of_the_file() -> None:
    """Cargo is reported in t, ground power and what is missed in GW."""
    cargo = planned({"target": {"kind": "mass_to_orbit", "milestones": [{"date": "2030-01", "kt_per_year": 0.03}]}})
    tonnes = sum(cargo.decisions.cargo_t.values()) + 10.0 * sum(cargo.decisions.loaded.values())
    assert tonnes >= 3 * 30.0 - 1e-6
    assert all(amount >= 0.03 - 1e-9 for amount in cargo.claims.delivered)
    missed = planned({"target.unmet_penalty_musd": 1.0})
    assert missed.decisions.unmet == {(t,): pytest.approx(0.04) for t in range(3)}
    assert missed.claims.delivered == (0.0, 0.0, 0.0)
    # One year's queue is all that is asked, so it is taken whole; built in a year, it counts from the second.
    changes = {
        "target": {"kind": "power_alive", "where": "anywhere", "milestones": [{"date": "2032-01", "gw": 0.02}]},
        "use.ground": ["north"],
        "ground.north": {**GROUND, "facility_usd_per_w": 0.1, "it_usd_per_w": 0.1},
    }
    ground = planned(changes)
    assert ground.decisions.ground_gw == {("north", 0): pytest.approx(0.02)}
    assert ground.claims.delivered == pytest.approx((0.0, 0.02, 0.02))


def test_development_is_reported_by_the_period_it_begins() -> None:
    """A platform that must be developed for a year opens in the first year; its lines follow in the second."""
    changes = {
        "horizon.periods": years(4),
        "horizon.discount_share_per_year": 0.1,
        "target.milestones": [{"date": "2034-01", "gw": 0.02}],
        "platforms.cube.development_years": 1.0,
        "platforms.cube.development_musd": 30.0,
        "platforms.cube.production_line": LINE,
    }
    plan = planned(changes)
    assert plan.decisions.opened == {("cube",): 1}
    assert plan.decisions.lines == {("cube", 2): 1}


def test_factor_of_most_power_is_the_claim() -> None:
    """For 60 MUSD exactly the one flight is bought: the objective is the factor 1."""
    plan = planned({"objective": {"kind": "most_power", "budget_musd": 60.0}})
    assert plan.claims.objective == plan.claims.factor == pytest.approx(1.0)
    assert plan.claims.cost_musd == pytest.approx(60.0)


def test_first_period_is_the_claim_of_the_earliest_date() -> None:
    """The period that the search found is passed through as objective and first period."""
    instance = small({"objective.kind": "earliest_date"})
    plan = extract(instance, *solved(instance), first_period=2)
    assert (plan.claims.objective, plan.claims.first_period) == (2.0, 2)


@pytest.mark.slow
@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_claims_are_what_the_model_counted(variant: str) -> None:
    """Objective and delivery of the plan are those of the model's rows, and the checker has nothing to say."""
    instance, of = instance_of(variant), matrix(variant)
    solution = solve(of, Limits(gap=0.5))
    assert solution.x is not None
    assert solution.objective is not None
    found = derived(instance)
    plan = extract(instance, found, of, solution.x)
    counted = conversion_of(instance, found).shown(solution.objective)
    assert plan.claims.objective == pytest.approx(counted, rel=1e-6)
    assert [str(violation) for violation in check(instance, plan)] == []
    asked = found.coefficients.target.demand
    rate = variant in ("power_added", "mass_to_orbit")
    assert len(plan.claims.delivered) == len(found.horizon.periods)
    for t, amount in enumerate(plan.claims.delivered):
        met = amount * (found.horizon.years(t) if rate else 1.0) + plan.decisions.unmet.get((t,), 0.0)
        met += sum(left for (_, q), left in plan.decisions.unserved.items() if q == t)
        assert met >= asked[t] * plan.claims.factor - 1e-6


def test_plan_of_a_far_shell_is_plain_json() -> None:
    """Nothing in a plan is infinite, not even where dead nodes never come down, and it reads back as it was."""
    far: dict[str, Any] = {"orbit": "inclined", "altitude_km": 20_200.0, "inclination_deg": 55.0, "max_derelicts": 50.0}
    far |= {"dose_rad_per_year": 5e4, "disposal_m_per_s": 50.0}
    plan = planned({"shells.near": far})
    text = json.dumps(plan.to_json(), allow_nan=False)
    assert Plan.from_json(json.loads(text)) == plan
