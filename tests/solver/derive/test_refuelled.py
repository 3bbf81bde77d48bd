"""Refuelled ships: tankers against published figures, the checker against broken plans, and faults of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.ask.risk.replay_data import replay_data
from solver.check import check
from solver.economics.refuelling import refuelled_t, tankers
from solver.instance.consistency import cross_check
from solver.instance.physics_rules import physics_warnings
from solver.instance.transport import Vehicle
from solver.tables.figures import figures_of, propellant
from solver.tables.plan_state import state_of
from solver.tables.transport import DEPOT, flight_rows
from tests.pipeline import run, tiny_plan
from tests.solver.check.test_network import changed
from tests.solver.instance.test_fragments import extended

HOME = "vehicles.home.refuelled"


def ship(tanker_t: float, delta_v: float, dry_t: float = 120.0, **place: float) -> Vehicle:
    """A ship of 375 s with 100 t for one place."""
    places = {"there": {"delta_v_m_per_s": delta_v, **place}}
    stage = {"dry_t": dry_t, "isp_s": 375.0, "tank_t": 2000.0, "tanker_t": tanker_t, "places": places}
    data = {"available_from": "2030-01", "payload_t": {"there": 100.0}, "volume_m3": 1000.0, "sites": ["cape"]}
    return Vehicle.model_validate({**data, "flight_musd": 10.0, "refuelled": stage})


def test_full_tanks_take_the_published_eight_tankers() -> None:
    """Musk, August 2021: at 150 t a flight at most 8 fill the 1,200 t of the lunar Starship; the half of it takes 4."""
    assert refuelled_t(ship(150.0, 6857.0), "there") == pytest.approx(1200.0, rel=1e-3)
    assert tankers(ship(150.0, 6857.0), "there") == 8
    assert tankers(ship(150.0, 4834.0), "there") == 4


def test_landing_of_the_larger_tanker_takes_the_published_five_or_six() -> None:
    """Next Big Future, February 2026: tankers of V4 reduce the refills of a lunar mission to 5 or 6."""
    assert refuelled_t(ship(200.0, 6100.0), "there") == pytest.approx(935, abs=1)
    assert tankers(ship(200.0, 6100.0), "there") == 5


def test_shipped_ships_take_the_tankers_of_their_file(tmp_path: Path) -> None:
    """Propellant and tankers of the central case are those at the head of the file."""
    vehicle = extended(tmp_path, "gigawatt.yaml", "refuelled.yaml").vehicles["starship_v4"]
    found = {s: (round(refuelled_t(vehicle, s)), tankers(vehicle, s)) for s in ("geo", "meo_20200", "earth_moon_l5")}
    assert found == {"geo": (1014, 6), "meo_20200": (794, 5), "earth_moon_l5": (789, 5)}
    assert (round(refuelled_t(vehicle, "swarm_1au")), tankers(vehicle, "swarm_1au")) == (502, 3)
    assert tankers(vehicle, "dawn_dusk_600") == 0


CHANGES: dict[str, tuple[str, Any, set[str]]] = {
    "a tanker that brings less": (f"{HOME}.tanker_t", 20.0, {"launch.sites"}),
    "a ship that burns more": ("vehicles.stays.refuelled.isp_s", 250.0, {"launch.sites"}),
    "lost tankers": ("vehicles.home.loss_share", 0.4, {"launch.sites", "target.demand"}),
    "longer away": (f"{HOME}.places.ring.away_days", 300.0, {"fleet.turnaround"}),
    "a ship that stays": (f"{HOME}.places.ring.return_delta_v_m_per_s", None, {"launch.sites", "fleet.turnaround"}),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_plan_of_other_ships_is_found(what: str) -> None:
    """The optimal plan breaks the rule that the change is about, by the checker's own arithmetic."""
    instance, plan = tiny_plan("refuelled")
    path, value, broken = CHANGES[what]
    assert broken <= {v.constraint for v in check(changed(instance, {path: value}), plan)}


def test_tanker_less_than_needed_is_found() -> None:
    """Launches without a tanker, and a cost without its flights."""
    instance, plan = tiny_plan("refuelled")
    fewer = replace(plan.decisions, launches=plan.decisions.launches | {("home", "cape", 1): 3})
    assert "launch.sites" in {v.constraint for v in check(instance, replace(plan, decisions=fewer))}
    flights = [m if m.item != "flights" else replace(m, musd=m.musd - 10.0) for m in plan.claims.ledger]
    cheaper = replace(plan, claims=replace(plan.claims, ledger=tuple(flights)))
    assert check(instance, cheaper) != []


def test_two_ledgers_agree_on_salvage_and_learning() -> None:
    """With discount, the salvage of launches and a curve for flights, model and checker count the same flights."""
    instance, _ = tiny_plan("refuelled")
    curve = {"vehicles": ["home"], "rate_share": 0.2, "initial_experience_musd": 100.0, "floor_share": 0.9}
    values = {"horizon.discount_share_per_year": 0.1, "money.salvage": "delivered", "vehicles.arrow.flight_musd": 90.0}
    for more in ({}, {"learning": {"components": {"ships": curve}}}):
        other = changed(instance, values | more)
        done = run(other)
        assert done.plan is not None
        assert ("home", "ring", 1) in done.plan.decisions.flights
        assert check(other, done.plan) == []


def test_tables_have_the_tankers() -> None:
    """1 ship with 3 tankers, 2 with 2 each, 1 arrow: 11 flights, of which 7 carry propellant."""
    state = state_of(*tiny_plan("refuelled"))
    assert figures_of(state).flights == 11
    assert propellant(state) == {("home", 1): 90.0, ("stays", 1): 120.0}
    assert sum(int(str(row[5])) for row in flight_rows(state)) == 11
    assert [row[5] for row in flight_rows(state) if row[4] == DEPOT] == [3, 4]
    assert sum(fleet.flights.sum() for fleet in replay_data(state, "GW").fleets) == 11


def test_a_load_above_that_of_the_tankers_is_warned_of() -> None:
    """Tankers lift 30 t to the low orbit; a ship that lifts 40 there is another one."""
    instance = tiny_plan("refuelled")[0]
    assert list(physics_warnings(instance)) == []
    ((at, text),) = physics_warnings(changed(instance, {"vehicles.home.payload_t.ring": 40.0}))
    assert (at, "at most 30" in text) == (("vehicles", "home", "payload_t", "ring"), True)


FAULTS: dict[str, tuple[str, Any, str]] = {
    "no load": ("vehicles.home.payload_t", {}, "expected it"),
    "drops for tankers": (f"{HOME}.tanker_t", 0.06, "of which 0.057 t arrive; expected at least 0.05882 t to arrive"),
    "small tanks": (f"{HOME}.tank_t", 50.0, "at least 58.82"),
    "far": (f"{HOME}.places.ring.delta_v_m_per_s", 30000.0, "at most 2.54e"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_faults_of_a_refuelled_ship(fault: str) -> None:
    """Each is named at its key."""
    path, value, text = FAULTS[fault]
    ((at, found),) = cross_check(changed(tiny_plan("refuelled")[0], {path: value}))
    assert ".".join(map(str, at)).startswith(HOME)
    assert text in found
