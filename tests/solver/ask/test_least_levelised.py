"""Least levelised cost where delivery is chosen: the ratio by enumeration, its proof, and its command."""

from __future__ import annotations

import json
from itertools import product
from math import log
from pathlib import Path

import pytest

from solver.ask.least_levelised import RatioSearch
from solver.errors import UsageError
from solver.milp.limits import Limits
from solver.run.solve import Options
from tests.contracts.by_hand.sums import whole
from tests.solver.command import ended

TINY = Path(__file__).parents[3] / "instances" / "tiny"


def ratio(demand: int, least_share: float) -> float:
    """Least USD per W and year by enumeration: flights of 10 nodes for 50 MUSD, nodes of 10 MW for 5, over two years.

    A node of the first year counts for a year and a half, one of the second for half a year.
    """
    found = []
    for n0, n1 in product(range(demand + 1), repeat=2):
        served = min(n0, demand) + 0.5 * min(n0 + n1, demand)
        if served >= least_share * 1.5 * demand - 1e-9 and served > 0:
            cost = 5 * (n0 + n1) + 50 * (whole(n0 / 10) + whole(n1 / 10))
            found.append(cost / (10 * served))
    return min(found)


@pytest.mark.parametrize(
    ("name", "demand", "least_share"), [("value", 25, 0.1), ("unmet", 21, 0.1), ("unmet", 21, 0.9)]
)
def test_least_ratio_is_that_of_an_enumeration(name: str, demand: int, least_share: float) -> None:
    """Two full flights are the cheapest per node; a last flight that is half empty is left out."""
    found = RatioSearch(TINY / f"{name}.yaml", Options(Limits(gap=1e-6)), least_share=least_share).run()
    assert found.price == pytest.approx(ratio(demand, least_share), rel=1e-9)
    assert found.bound == pytest.approx(found.price, rel=1e-5)
    assert found.gap == pytest.approx(0.0, abs=1e-5)


def ratio_within(budget: float) -> float:
    """Least USD per W and year of at least a tenth of the market by enumeration, within a budget, at 21 % a year.

    Flights of 4 nodes cost 20 MUSD, nodes of 10 MW that live twenty years 10, and the one pad of twenty years 100, all
    in the middle of a year.
    """
    years = [(1.21**-0.5 - 1.21**-1.5) / log(1.21), (1.21**-1.5 - 1.21**-2) / log(1.21)]
    found = []
    for n0, n1 in product(range(11), range(21)):
        bought = [10 * n0 + 100 * (n0 > 0), 10 * n1 + 100 * (n0 == 0)]
        flights = [20 * whole(n0 / 4), 20 * whole(n1 / 4)]
        spent = sum((bought[t] + flights[t]) / 1.21 ** (t + 0.5) for t in range(2))
        served = years[0] * min(n0, 10) + years[1] * min(n0 + n1, 20)
        if spent <= budget + 1e-9 and served >= 0.1 * (10 * years[0] + 20 * years[1]):
            left = sum(bought[t] * (1 - (1.5 - t) / 20) for t in range(2)) / 1.21**2
            found.append((spent - left) / (10 * served))
    return min(found)


@pytest.mark.parametrize("budget", [150.0, 250.0])
def test_budget_of_the_instance_holds(budget: float) -> None:
    """Within a small budget the pad serves few nodes and the least ratio is dearer; each is proven."""
    pad = "sites.cape={pads: 0, max_pads: 1, pad_musd: 100, pad_lead_years: 0, pad_life_years: 20}"
    changes = (pad, f"objective.budget_musd={budget}")
    found = RatioSearch(TINY / "budget.yaml", Options(Limits(gap=1e-6)), changes, least_share=0.1).run()
    assert found.price == pytest.approx(ratio_within(budget), rel=1e-9)
    assert found.bound == pytest.approx(found.price, rel=1e-5)
    assert ratio_within(150.0) > 1.05 * ratio_within(250.0)


def test_a_mass_has_no_levelised_cost() -> None:
    """It is refused by key."""
    with pytest.raises(UsageError, match=r"target\.kind: found mass_to_orbit"):
        RatioSearch(TINY / "tonnage.yaml", Options()).run()


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """One object on standard output, with the options under which ``solve`` finds the plan."""
    assert ended("levelised", str(TINY / "unmet.yaml"), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["unit"], found["least_share"]) == ("usd_per_w_year", 0.1)
    assert found["bound"] <= found["price"] * (1 + 1e-9)
    assert "objective.kind=most_value" in found["changes"]
    assert ended("levelised", str(TINY / "unmet.yaml"), "--least-share", "0") == 2
