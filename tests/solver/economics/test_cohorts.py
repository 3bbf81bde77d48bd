"""Cohorts by hand figures, and the levelised cost of solved plans: shares, invariance, and the least that is proven."""

from __future__ import annotations

import math
from typing import Any

import pytest

from solver.economics.cohorts import Cohort, cohorts
from solver.milp.limits import Limits
from solver.plan import Decisions, Plan
from solver.run.manifest import manifest
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded
from solver.tables import state_of, tables
from solver.tables.levelised import levelised_of
from tests.solver.small import GROUND, LINE, OWNED, derived, loaded, small, years

# Nodes of four years bought again and again: nothing is bought once, and what is left keeps its service.
STATIONARY: dict[str, Any] = {
    "horizon.periods": years(8),
    "horizon.discount_share_per_year": 0.1,
    "platforms.cube.declared.life_years": 4.0,
    "money.salvage": "delivered",
}
SERVED = (1 - 1.1**-4) / math.log(1.1)
"""Present value of a year's service over four years."""


HEADLINE = 1.5 / SERVED
"""40 MUSD of nodes and a flight of 20 MUSD for 40 MW over four years."""


def plan_of(outcome: Outcome) -> Plan:
    """Its plan."""
    assert outcome.plan is not None
    return outcome.plan


def solved(changes: dict[str, Any] | None = None) -> Outcome:
    """The optimal plan of the stationary instance with changes."""
    outcome = solve_loaded(loaded({**STATIONARY, **(changes or {})}), Options(limits=Limits(gap=0.0)), Callbacks())
    assert outcome.checked
    return outcome


def levelised(changes: dict[str, Any] | None = None) -> float:
    """The levelised cost of the optimal plan, which is its bound as well."""
    outcome = solved(changes)
    found = levelised_of(outcome.loaded.instance, outcome.plan, outcome.bound)
    assert found.usd_per_w_year is not None
    assert found.bound_usd_per_w_year == pytest.approx(found.usd_per_w_year, rel=1e-6)
    return found.usd_per_w_year


def cohort(changes: dict[str, Any], decisions: Decisions) -> Cohort:
    """The only cohort of some decisions in the small instance with changes."""
    instance = small(changes)
    found = list(cohorts(instance, derived(instance).designs, decisions))
    assert len(found) == 1
    return found[0]


ONE_FLIGHT = Decisions(loaded={("van", "cube", "near", 1): 4}, flights={("van", "near", 1): 1})


def test_cohort_of_nodes_over_its_own_life() -> None:
    """Four nodes of 10 MUSD and a flight of 20 serve 40 MW for twenty years, whatever the horizon."""
    found = cohort({}, ONE_FLIGHT)
    assert (found.period, found.place, found.design, found.gw) == (1, "near", "cube", pytest.approx(0.04))
    assert (found.purchase_musd, found.launch_musd, found.running_musd) == (40.0, 20.0, 0.0)
    assert found.usd_per_w_year == pytest.approx(60e6 / (0.04e9 * 20))
    assert found.usd_per_kwh == pytest.approx(60e6 / (0.04e6 * 20 * 8766))


def test_cohort_is_discounted_to_its_purchase() -> None:
    """At 10 % a life of four years has SERVED years of service, after a transfer of one year the last three of them."""
    found = cohort({**STATIONARY, "horizon.periods": years(3)}, ONE_FLIGHT)
    assert found.usd_per_w_year == pytest.approx(1.5 / SERVED)
    late = cohort({**STATIONARY, "horizon.periods": years(3), "shells.near.transfer_years": 1.0}, ONE_FLIGHT)
    assert late.usd_per_w_year == pytest.approx(1.5 * math.log(1.1) / (1.1**-1 - 1.1**-4))


def test_cohort_pays_losses_wear_failures_and_operations() -> None:
    """A tenth of flights is lost with a vehicle of 100 that flies twenty times; 5 % of nodes are dead on arrival."""
    declared = {
        "mass_t": 10.0, "cost_musd": 10.0, "life_years": 20.0, "infant_mortality_share": 0.05,
        "operations_share_per_year": 0.02,
    }  # fmt: skip
    found = cohort(
        {"vehicles.van.fleet": OWNED, "vehicles.van.loss_share": 0.1, "platforms.cube.declared": declared}, ONE_FLIGHT
    )
    # A loss takes a whole life of which half was flown already: 1/20 - 0.1/2 of wear and 0.1 of loss.
    assert found.launch_musd == pytest.approx(20 + 100 * 0.1)
    working = 4 * 0.9 * 0.95
    assert found.running_musd == pytest.approx(working * 10 * 0.02 * 20)
    assert found.service_gw_years == pytest.approx(working * 0.01 * 20)


def test_flights_are_shared_by_mass_also_with_cargo() -> None:
    """Two nodes of 10 t beside 20 t of cargo pay half of the flight."""
    beside = Decisions(
        loaded={("van", "cube", "near", 1): 2}, flights={("van", "near", 1): 1}, cargo_t={("van", "near", 1): 20.0}
    )
    assert cohort({}, beside).launch_musd == pytest.approx(10.0)


def test_cohort_of_a_hall() -> None:
    """Halls of 5 and servers of 8 USD/W every two years of fourteen; energy of 841.5 MUSD for a GW and year."""
    changes = {"target.where": "anywhere", "ground.valley": GROUND, "use.ground": ["valley"]}
    found = cohort(changes, Decisions(ground_gw={("valley", 0): 0.5}))
    energy = 8766 * 1.2 * 0.08
    assert (found.place, found.design, found.purchase_musd) == ("valley", "", pytest.approx(0.5 * 13_000))
    assert found.usd_per_w_year == pytest.approx((5000 + 7 * 8000) / 1000 / 14 + energy / 1000)


def test_cohort_costs_what_the_plan_costs_where_nothing_else_is_paid() -> None:
    """A stationary plan of nodes and flights alone: headline, bound and every cohort agree."""
    plan = plan_of(solved())
    found = [x.usd_per_w_year for x in cohorts(small(STATIONARY), plan.designs, plan.decisions)]
    assert found == pytest.approx([HEADLINE] * 2, rel=1e-9)


def test_units_and_base_date_change_nothing() -> None:
    """Prices in another money change the ratio in proportion; a start four years earlier moves the base date only."""
    assert levelised() == pytest.approx(HEADLINE, rel=1e-9)
    dearer = {"vehicles.van.flight_musd": 20e3, "platforms.cube.declared.cost_musd": 10e3}
    assert levelised(dearer) == pytest.approx(1000 * HEADLINE, rel=1e-9)
    earlier = {"horizon.start": "2026-01", "horizon.periods": years(12), "vehicles.van.available_from": "2026-01"}
    assert levelised(earlier) == pytest.approx(HEADLINE, rel=1e-9)


@pytest.mark.parametrize(("start", "length"), [("2030-01", 5), ("2035-07", 7), ("2035-07", 13)])
def test_horizon_and_start_change_nothing_on_a_stationary_demand(start: str, length: int) -> None:
    """Horizons that are no multiple of the life, from two starts, within one percent."""
    milestones = [{"date": f"{int(start[:4]) + 1}{start[4:]}", "gw": 0.04}]
    changes = {"horizon.periods": years(length), "horizon.start": start, "target.milestones": milestones}
    assert levelised(changes) == pytest.approx(HEADLINE, rel=0.01)


def test_shares_add_up_to_the_headline() -> None:
    """Parts and places each add up to the levelised cost; what is paid once for all places is common."""
    outcome = solved({"platforms.cube.production_line": LINE, "target.milestones": [{"date": "2032-01", "gw": 0.04}]})
    rows = tables(state_of(outcome.loaded.instance, plan_of(outcome)))["levelised"]
    whole = levelised_of(outcome.loaded.instance, outcome.plan, None).usd_per_w_year
    for _, group in rows.groupby("group"):
        assert group["share"].sum() == pytest.approx(1.0, abs=1e-9)
        assert group["levelised"].sum() == pytest.approx(whole, rel=1e-9)
    by_name = dict(zip(rows["name"], rows["levelised"], strict=True))
    assert by_name["common"] == pytest.approx(by_name["lines.lines"] + by_name["lines.salvage"])
    assert by_name["common"] > 0
    assert set(rows[rows["group"] == "place"]["name"]) == {"near", "common"}


def test_least_levelised_cost_within_a_budget() -> None:
    """No plan pays less for a watt and year than nodes on full flights; mass has no levelised cost."""
    budget = {"horizon.periods": years(4), "objective": {"kind": "most_power", "budget_musd": 130.0}}
    found = manifest(solved(budget), "a", "b")
    least, value = found.levelised_bound_usd_per_w_year, found.levelised_usd_per_w_year
    assert least == pytest.approx(HEADLINE, rel=1e-6)
    assert value is not None
    assert value >= HEADLINE * (1 - 1e-9)
    mass = {"kind": "mass_to_orbit", "milestones": [{"date": "2031-01", "kt_per_year": 0.04}]}
    hauled = manifest(solved({**budget, "target": mass}), "a", "b")
    assert (hauled.levelised_usd_per_w_year, hauled.levelised_bound_usd_per_w_year) == (None, None)
