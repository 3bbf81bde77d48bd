"""The ledger of plans made by hand against sums by hand, and against the objective of the model."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from formulations.names import Var
from solver.derive.extract import extract
from solver.design.candidates import candidate_designs
from solver.economics.ledger import FinalFleet, final_fleet, ledger, placed
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.plan import Decisions, Plan
from solver.search.variants.learning_curve_model import LearningCurveModel
from tests.formulations.everything import VARIANTS, instance_of, matrix
from tests.solver.small import GROUND, LINE, OWNED, derived, small, years

pytestmark = pytest.mark.slow

STRAIGHT: dict[str, Any] = {"money.salvage": "straight_line"}


def booked(changes: dict[str, Any], decisions: Decisions) -> dict[tuple[str, str, int], tuple[float, float]]:
    """Undiscounted and present value of each entry of the small instance's ledger."""
    instance = small({"horizon.discount_share_per_year": 0.1, **changes})
    entries = ledger(instance, candidate_designs(instance), decisions)
    assert list(entries) == sorted(entries, key=lambda m: (m.family, m.item, m.period))
    return {(m.family, m.item, m.period): (m.musd, m.present_musd) for m in entries}


def at(musd: float, year: float) -> Any:
    """A payment of a year with its present value at a tenth a year."""
    return pytest.approx((musd, musd / 1.1**year))


def test_nodes_and_flights_are_paid_in_the_middle_of_their_period() -> None:
    """Five nodes at 10 and two flights at 20 in the second year, discounted by a year and a half."""
    decisions = Decisions(loaded={("van", "cube", "near", 1): 5}, flights={("van", "near", 1): 2})
    assert booked({}, decisions) == {("nodes", "node", 1): at(50.0, 1.5), ("launch", "flights", 1): at(40.0, 1.5)}


def test_every_node_bought_is_paid_but_only_those_that_arrive_are_run() -> None:
    """A tenth of flights is lost: ten nodes are paid, nine cost a tenth of their price a year, half of it at first."""
    declared = {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 2.0, "operations_share_per_year": 0.1}
    changes = {"vehicles.van.loss_share": 0.1, "platforms.cube.declared": declared}
    assert booked(changes, Decisions(loaded={("van", "cube", "near", 0): 10})) == {
        ("nodes", "node", 0): at(100.0, 0.5),
        ("nodes", "operations", 0): at(4.5, 0.5),
        ("nodes", "operations", 1): at(9.0, 1.5),
    }


def test_nodes_are_left_with_the_rest_of_their_life() -> None:
    """Half a year old of five at the end of three years, ten nodes of 10 have a residual value of 90."""
    declared = {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 5.0}
    found = booked(
        {**STRAIGHT, "platforms.cube.declared": declared}, Decisions(loaded={("van", "cube", "near", 2): 10})
    )
    assert found["nodes", "salvage", 2] == at(-90.0, 3.0)


def test_owned_vehicles_are_bought_flown_and_left() -> None:
    """Two ordered at 100, ten flights at 20, one was there: both bought ones stand, 1.5 years old of twenty."""
    decisions = Decisions(ordered={("van", 0): 2}, flights={("van", "near", 1): 10})
    fleet = {**OWNED, "life_years": 20.0}
    assert booked({**STRAIGHT, "vehicles.van.fleet": fleet}, decisions) == {
        ("launch", "vehicles", 0): at(200.0, 0.5),
        ("launch", "flights", 1): at(200.0, 1.5),
        ("launch", "salvage", 2): at(-185.0, 3.0),
    }


def test_vehicles_without_a_life_in_years_lose_value_by_flights_alone() -> None:
    """Ten flights of twenty wear half a life of three: two whole lives are left, for the price of two."""
    decisions = Decisions(ordered={("van", 0): 2}, flights={("van", "near", 1): 10})
    found = booked({**STRAIGHT, "vehicles.van.fleet": OWNED}, decisions)
    assert found["launch", "salvage", 2] == at(-200.0, 3.0)


def test_fleet_at_the_end_by_hand() -> None:
    """One at first, three ordered of which the last is on order, half a one scrapped, 0.02 of 10 flights lost.

    The others have flown 10 flights of 20 in a life, less half a life of the 0.2 lost: 0.4 lives.
    """
    instance = small({"vehicles.van.fleet": OWNED, "vehicles.van.loss_share": 0.02})
    decisions = Decisions(
        ordered={("van", 0): 2, ("van", 2): 1}, retired={("van", 1): 0.5}, flights={("van", "near", 1): 10}
    )
    end = final_fleet(instance, "van", decisions)
    assert (end.vehicles, end.lives) == pytest.approx((1 + 3 - 0.5 - 0.2, 1 + 3 - 0.2 - 0.4))
    assert final_fleet(small(), "van", decisions) == FinalFleet(0.0, 0.0)


def test_pads_and_lines_lose_their_value_evenly() -> None:
    """A pad of 50 and a line of 40 ordered in the first year, in use from 1.5 on, 1.5 years old of ten and five."""
    changes = {
        **STRAIGHT,
        "sites.cape": {"pads": 1, "max_pads": 2, "pad_musd": 50.0, "pad_lead_years": 1.0, "pad_life_years": 10.0},
        "platforms.cube.production_line": {**LINE, "life_years": 5.0},
        "target.milestones": [{"date": "2032-01", "gw": 0.02}],
    }
    assert booked(changes, Decisions(pads={("cape", 0): 1}, lines={("cube", 0): 1})) == {
        ("launch", "pads", 0): at(50.0, 0.5),
        ("launch", "salvage", 2): at(-42.5, 3.0),
        ("lines", "lines", 0): at(40.0, 0.5),
        ("lines", "salvage", 2): at(-28.0, 3.0),
    }


def test_development_is_paid_once_when_it_begins() -> None:
    """300 MUSD of development begun in the second year."""
    changes = {
        "horizon.periods": years(5),
        "platforms.cube.development_musd": 300.0,
        "platforms.cube.development_years": 1.0,
        "platforms.cube.production_line": LINE,
        "target.milestones": [{"date": "2035-01", "gw": 0.02}],
    }
    assert booked(changes, Decisions(opened={("cube",): 1})) == {("lines", "development", 1): at(300.0, 1.5)}


def test_ground_is_built_served_and_run() -> None:
    """10 MW: building 50, servers 80 at 1.5 years and again at 3.5, past the end; 8.766 GWh a MW and year at PUE 1.2.

    Power is on from 1.5 years on, so half of the second year and the third are run; a kWh costs 0.08 USD.
    """
    changes = {"target.where": "anywhere", "use.ground": ["north"], "ground.north": GROUND}
    energy = 10 * 8766.0 * 1.2 * 0.08 / 1000
    assert booked(changes, Decisions(ground_gw={("north", 0): 0.01})) == {
        ("ground", "facilities", 0): at(50.0, 0.5),
        ("ground", "servers", 1): at(80.0, 1.5),
        ("ground", "energy", 1): at(energy / 2, 1.75),
        ("ground", "energy", 2): at(energy, 2.5),
    }


def test_missing_the_target_is_booked_by_the_year() -> None:
    """0.02 GW missed for a quarter at 800 MUSD a GW and year cost 4."""
    found = booked(
        {"target.unmet_penalty_musd": 800.0, "horizon.periods": years(4, "quarter")}, Decisions(unmet={(0,): 0.02})
    )
    assert found == {("target", "unmet", 0): at(4.0, 0.125)}


def test_arrivals_of_one_design_add_up_over_vehicles() -> None:
    """Nodes of two vehicles with losses of a tenth and none arrive as 9 and 10."""
    second = {
        "available_from": "2030-01", "payload_t": {"near": 40.0}, "volume_m3": 1000.0, "sites": ["cape"],
        "flight_musd": 20.0,
    }  # fmt: skip
    instance = small({"vehicles.van.loss_share": 0.1, "vehicles.sure": second, "use.vehicles": ["van", "sure"]})
    loaded = {("van", "cube", "near", 0): 10, ("sure", "cube", "near", 0): 10, ("sure", "cube", "near", 1): 1}
    assert placed(instance, Decisions(loaded=loaded)) == {
        ("cube", "near", 0): pytest.approx(19.0),
        ("cube", "near", 1): pytest.approx(1.0),
    }


def test_nothing_decided_costs_nothing() -> None:
    """A plan without decisions has an empty ledger; a fleet that was there was not bought, and has no salvage."""
    assert booked({}, Decisions()) == {}
    assert booked({**STRAIGHT, "vehicles.van.fleet": OWNED}, Decisions()) == {}


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"most_power"}))
def test_without_salvage_nothing_is_left(variant: str) -> None:
    """Where salvage is not counted no entry is negative, whatever the plan decides."""
    rich = instance_of(variant)
    instance = rich.model_copy(update={"money": rich.money.model_copy(update={"salvage": "none"})})
    plans = (any_plan(variant, seed)[0] for seed in range(4))
    plan = next(plan for plan in plans if any(m.musd < 0 for m in plan.claims.ledger))
    entries = ledger(instance, candidate_designs(instance), plan.decisions)
    assert all(m.musd >= 0 and m.item != "salvage" for m in entries)


@cache
def any_plan(variant: str, seed: int) -> tuple[Plan, float]:
    """A plan that is best under costs changed at random, and so no optimum of the instance.

    Beside it stands its objective in the model, MUSD; of what learns, on the curve instead of chords.
    """
    of, rng = matrix(variant), np.random.default_rng(seed)
    factor = rng.uniform(0.5, 2.0, of.columns)
    # Vehicles with salvage are no decision: they are the most that the others leave, as in the ledger.
    factor[of.columns_of(Var.FLEET_STANDING)] = 1.0
    solution = solve(of.with_(cost=of.cost * factor), Limits(gap=0.2))
    assert solution.x is not None
    instance = instance_of(variant)
    hop = derived(instance)
    value = LearningCurveModel(of, hop.coefficients.learning, hop.curves).true_value(solution.x)
    return extract(instance, hop, of, solution.x), 1000 * value


@pytest.mark.parametrize("variant", sorted(set(VARIANTS) - {"most_power"}))
def test_ledger_of_any_plan_adds_up_to_the_objective(variant: str) -> None:
    """For any decisions, the present values of the ledger, with what is forgone, sum to the model's objective."""
    plan, objective = any_plan(variant, 0)
    present = sum(m.present_musd for m in plan.claims.ledger)
    assert present + plan.claims.forgone_musd == pytest.approx(objective, rel=1e-6)
