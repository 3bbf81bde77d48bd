"""The checker's own ledger agrees with amounts worked by hand."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from solver.plan import Plan
from tests.solver.check.plans import RawResult, Spoil, raw_instance, rich


def amounts(plan: Plan) -> tuple[dict[tuple[str, str, int], float], dict[tuple[str, str, int], float]]:
    """Undiscounted and present amounts of a plan's ledger, MUSD."""
    musd: dict[tuple[str, str, int], float] = defaultdict(float)
    present: dict[tuple[str, str, int], float] = defaultdict(float)
    for entry in plan.claims.ledger:
        musd[entry.family, entry.item, entry.period] += entry.musd
        present[entry.family, entry.item, entry.period] += entry.present_musd
    return musd, present


def only(**records: RawResult) -> Spoil:
    """A plan of these records alone, with no target to speak of."""

    def spoil(_raw: RawResult, plan: RawResult) -> None:
        for decision in plan:
            plan[decision] = records.get(decision, {})

    return spoil


def test_nodes_have_price_running_cost_and_salvage() -> None:
    """Three blocks bought in 2032: price by then, upkeep while alive, and straight-line value at the end."""
    musd, present = amounts(rich(only(loaded={("lifter", "block", "low", 2): 3}))[1])
    price = 300 * 0.9**2.5
    assert musd["nodes", "node", 2] == pytest.approx(3 * price)
    assert present["nodes", "node", 2] == pytest.approx(3 * price / 1.05**2.5)
    placed = 3 * 0.98
    yearly = 0.02 * price + 0.1 * 50
    alive = [0.99 * math.exp(-0.02 * age) for age in (0.5, 1.5, 2.5, 3.5)]
    assert musd["nodes", "operations", 2] == pytest.approx(yearly * alive[0] * placed / 2)
    assert musd["nodes", "operations", 4] == pytest.approx(yearly * alive[2] * placed)
    assert musd["nodes", "salvage", 5] == pytest.approx(-price * placed * alive[3] * (1 - 3.5 / 5))
    assert present["nodes", "salvage", 5] == pytest.approx(musd["nodes", "salvage", 5] / 1.05**6)
    operated = [t for family, item, t in musd if (family, item) == ("nodes", "operations")]
    assert operated == [2, 3, 4, 5]


def test_lines_and_development() -> None:
    """Development is spent when it opens, a line when it is ordered; both lines keep a residual value."""
    musd, _ = amounts(rich(only(opened={("block",): 1}, lines={("block", 2): 1, ("block", 5): 2}))[1])
    assert musd["lines", "development", 1] == 500
    assert (musd["lines", "lines", 2], musd["lines", "lines", 5]) == (100, 200)
    # The first is ready at 3.5 years and six years are the horizon; the others are not ready yet and count whole.
    assert musd["lines", "salvage", 5] == pytest.approx(-(100 * (1 - 2.5 / 10) + 200))


def test_flights_vehicles_and_pads() -> None:
    """Flights by count; bought vehicles and pads by their age of twenty years, those on order as new."""
    musd, _ = amounts(
        rich(
            only(
                flights={("lifter", "low", 2): 3, ("rocket", "low", 2): 1, ("ferry", "high", 2): 2},
                ordered={("lifter", 1): 2, ("rocket", 4): 3, ("lifter", 5): 1},
                retired={("lifter", 3): 0.5, ("rocket", 2): 0.9},
                pads={("cape", 1): 1, ("cape", 5): 1},
            )
        )[1]
    )
    assert musd["launch", "flights", 2] == 3 * 10 + 5 + 2 * 30
    assert (musd["launch", "vehicles", 1], musd["launch", "vehicles", 4]) == (100, 60)
    lifters = 50 * (1 + 2 * (1 - (6 - 2.5) / 20))
    rockets = 20 * 3 * (1 - (6 - 5.5) / 20)
    pads = 40 * (1 - (6 - 2.5) / 20) + 40
    assert musd["launch", "salvage", 5] == pytest.approx(-(lifters + rockets + pads))


def test_ground_is_built_supplied_and_renewed() -> None:
    """A region's offer of 2031 is powered in the middle of 2032, its servers bought anew every two years."""
    musd, present = amounts(rich(only(ground_gw={("texas", 1): 0.1}))[1])
    assert musd["ground", "facilities", 1] == pytest.approx(1000)
    bought = [t for t in range(6) if ("ground", "servers", t) in musd]
    assert bought == [2, 4]
    assert musd["ground", "servers", 4] == pytest.approx(2500)
    assert present["ground", "servers", 4] == pytest.approx(2500 / 1.05**4.5)
    kwh = 0.1 * 1e6 * 8766
    assert ("ground", "energy", 1) not in musd
    assert musd["ground", "energy", 2] == pytest.approx(kwh / 2 * 1.2 * 0.05 / 1e6)
    assert present["ground", "energy", 2] == pytest.approx(kwh / 2 * 1.2 * 0.05 / 1e6 / 1.05**2.75)
    assert musd["ground", "water", 5] == pytest.approx(kwh * 1e-3 * 2 / 1e6)
    assert musd["ground", "operations", 3] == pytest.approx(30)
    assert musd["ground", "salvage", 5] == pytest.approx(-(1000 * (1 - 3.5 / 14) + 2500 * (1 - 1.5 / 2)))


def test_a_hall_that_closes_sells_its_servers() -> None:
    """Closed after three years of power, its second servers are half used; power and repairs end with it.

    The price of servers falls by a tenth a year from the start on, power gets dearer by a twentieth; 4 % of servers
    fail a year.
    """

    def brief(raw: RawResult, plan: RawResult) -> None:
        only(ground_gw={("texas", 1): 0.1})(raw, plan)
        raw["ground"]["texas"] |= {
            "facility_life_years": 3.0, "it_price_change_share_per_year": -0.1, "it_failure_share_per_year": 0.04,
            "power_price_change_share_per_year": 0.05,
        }  # fmt: skip

    musd, present = amounts(rich(brief)[1])
    first, second = 2500 * 0.9**2.5, 2500 * 0.9**4.5
    assert musd["ground", "servers", 2] == pytest.approx(first)
    assert musd["ground", "servers", 4] == pytest.approx(second)
    assert musd["ground", "salvage", 5] == pytest.approx(-second / 2)
    assert present["ground", "salvage", 5] == pytest.approx(-second / 2 / 1.05**5.5)
    year = 0.1 * 8766 * 1.2 * 0.05
    assert musd["ground", "energy", 5] == pytest.approx(year / 2 * 1.05**5.25)
    assert musd["ground", "repairs", 3] == pytest.approx(0.04 * 2500 * 0.9**3.5)


def test_ground_not_powered_in_time_keeps_its_facility() -> None:
    """An offer whose power lies beyond the horizon buys no servers and loses no value."""
    musd, _ = amounts(rich(only(ground_gw={("texas", 5): 0.1}))[1])
    ground = {item: amount for (family, item, _), amount in musd.items() if family == "ground"}
    assert ground == pytest.approx({"facilities": 1000, "salvage": -1000})


def test_unmet_is_paid_by_the_year() -> None:
    """Missing 0.2 GW costs its price for every year of the period."""
    spoil = only(unmet={(3,): 0.2})
    assert amounts(rich(spoil)[1])[0]["target", "unmet", 3] == pytest.approx(200)

    def half_years(raw: RawResult, plan: RawResult) -> None:
        spoil(raw, plan)
        raw["horizon"]["periods"] = [{"count": 12, "length": "half_year"}]

    assert amounts(rich(half_years)[1])[0]["target", "unmet", 3] == pytest.approx(100)


def test_salvage_can_be_left_out() -> None:
    """Without salvage the ledger has no such entry, and the claim is 0."""

    def without(raw: RawResult, _plan: RawResult) -> None:
        raw["money"]["salvage"] = "none"

    _, plan = rich(without)
    assert plan.claims.salvage_musd == 0
    assert all(entry.item != "salvage" for entry in plan.claims.ledger)
    assert "salvage" not in raw_instance()["money"]


def test_totals_are_present_values() -> None:
    """Cost is the present value of all spending, salvage that of residual values, the objective their difference."""
    claims = rich()[1].claims
    work_done = sum(entry.present_musd for entry in claims.ledger if entry.present_musd > 0)
    left = sum(entry.present_musd for entry in claims.ledger if entry.present_musd < 0)
    assert claims.cost_musd == pytest.approx(work_done)
    assert claims.salvage_musd == pytest.approx(-left)
    assert claims.objective == pytest.approx(work_done + left)
