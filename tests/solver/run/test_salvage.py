"""Optima by hand for each rule of salvage: lost and initial vehicles, scrapping, and value by service delivered."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from solver.milp.limits import Limits
from solver.run.solve import Callbacks, Options, Outcome, solve, solve_loaded
from tests.solver.small import loaded

TINY = Path(__file__).parents[3] / "instances" / "tiny"
EXACT = Options(limits=Limits(gap=0.0))
FLEET: dict[str, Any] = {
    "build_musd": 100.0, "lead_years": 0.0, "turnaround_days": 9.0, "reuse_flights": 1000.0, "life_years": 20.0
}  # fmt: skip


def optimum(changes: dict[str, Any]) -> Outcome:
    """The checked optimum of the small instance over one year, with free nodes and flights."""
    one_year: dict[str, Any] = {
        "horizon.periods": [{"count": 1, "length": "year"}],
        "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 0.0, "life_years": 20.0},
        "vehicles.van.flight_musd": 0.0,
        "money.salvage": "straight_line",
    }
    outcome = solve_loaded(loaded({**one_year, **changes}), EXACT, Callbacks())
    assert outcome.checked
    return outcome


def test_lost_vehicles_have_no_salvage_and_add_no_life() -> None:
    """Forty flights of one node lose ten vehicles; the eleventh flies last and keeps 19.5 of its twenty years.

    Of a thousand flights in a life a quarter is lost: a loss takes more lives than wear, which is then none.
    """
    changes = {
        "vehicles.van.payload_t": {"near": 10.0},
        "vehicles.van.loss_share": 0.25,
        "vehicles.van.fleet": FLEET,
        "target.milestones": [{"date": "2031-01", "gw": 0.3}],
    }
    outcome = optimum(changes)
    assert outcome.plan is not None
    assert outcome.plan.decisions.ordered == {("van", 0): 11}
    assert outcome.objective == pytest.approx(11 * 100 - 97.5)


def test_initial_vehicles_fly_for_nothing_and_leave_nothing(tmp_path: Path) -> None:
    """Thirty shuttles at hand: 12 and 11 flights of 5 MUSD in the second and third year are all that is paid."""
    file = tmp_path / "initial.yaml"
    vehicles = "vehicles: {shuttle: {fleet: {initial: 30}}}"
    file.write_text(f"format: 2\nname: Initial\nextends: {TINY / 'fleet.yaml'}\n{vehicles}\n", encoding="utf-8")
    outcome = solve(file, EXACT)
    assert outcome.checked
    assert outcome.objective == pytest.approx(60 / 1.1**1.5 + 55 / 1.1**2.5)


def test_a_vehicle_worn_by_flights_keeps_the_lives_left() -> None:
    """Four flights of eight in a life: half of it is left, though it is half a year old of twenty."""
    changes = {
        "vehicles.van.payload_t": {"near": 10.0},
        "vehicles.van.fleet": {**FLEET, "reuse_flights": 8.0},
        "target.milestones": [{"date": "2031-01", "gw": 0.04}],
    }
    assert optimum(changes).objective == pytest.approx(50.0)


def test_buying_and_scrapping_does_not_pay() -> None:
    """Two vehicles that were there fly all; none is bought to be scrapped or kept, with and without discounting."""
    for discount in (0.0, 0.1):
        changes = {"vehicles.van.fleet": {**FLEET, "initial": 2}, "horizon.discount_share_per_year": discount}
        outcome = optimum(changes)
        assert outcome.plan is not None
        assert outcome.objective == pytest.approx(0.0)
        assert not outcome.plan.decisions.ordered


def test_delivered_service_of_a_vehicle_by_hand() -> None:
    """Bought after half a year, 9.5 of ten years are left after one: their annuity over that of all ten."""
    changes = {
        "money.salvage": "delivered",
        "horizon.discount_share_per_year": 0.1,
        "vehicles.van.fleet": {**FLEET, "life_years": 10.0},
    }
    rate = math.log(1.1)
    left = (math.exp(-0.5 * rate) - math.exp(-10 * rate)) / (1 - math.exp(-10 * rate))
    assert optimum(changes).objective == pytest.approx(100 / 1.1**0.5 * (1 - left))


def test_delivered_service_of_nodes_counts_their_launch() -> None:
    """Four nodes of 10 MUSD fill a flight of 20 by mass: 60 MUSD, of which 19.5 of twenty years are to be delivered."""
    changes = {
        "money.salvage": "delivered",
        "horizon.discount_share_per_year": 0.1,
        "vehicles.van.flight_musd": 20.0,
        "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 20.0},
    }
    rate = math.log(1.1)
    left = (math.exp(-0.5 * rate) - math.exp(-20 * rate)) / (1 - math.exp(-20 * rate))
    assert optimum(changes).objective == pytest.approx(60 / 1.1**0.5 * (1 - left))


def test_straight_line_salvage_of_the_same_nodes_leaves_their_launch_out() -> None:
    """39 of 40 MUSD of nodes are left after half a year of twenty, discounted by a year; the flight is gone."""
    changes = {
        "horizon.discount_share_per_year": 0.1,
        "vehicles.van.flight_musd": 20.0,
        "platforms.cube.declared": {"mass_t": 10.0, "cost_musd": 10.0, "life_years": 20.0},
    }
    assert optimum(changes).objective == pytest.approx(60 / 1.1**0.5 - 39 / 1.1)
