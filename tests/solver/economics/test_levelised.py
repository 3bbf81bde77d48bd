"""Levelised cost: money over what is asked, both discounted, the same from any start and over any horizon."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from solver.economics.levelised import (
    Levelised,
    levelised,
    present_stock_years,
    usd_per_kwh,
    usd_per_pflop_hour,
    usd_per_w_year,
)  # fmt: skip
from solver.horizon.periods import PlanningHorizon

KEPT = Path(__file__).parents[2] / "data" / "levelised"


def years(count: int, discount: float = 0.08, first: int = 2027 * 12) -> PlanningHorizon:
    """Horizon of whole years."""
    return PlanningHorizon(first, tuple(first + 12 * (t + 1) for t in range(count)), discount)


def test_units() -> None:
    """A billion dollars for a gigawatt and year is 1 USD per W and year, 0.114 USD/kWh."""
    assert usd_per_w_year(1000.0, 1.0) == 1.0
    assert usd_per_kwh(1000.0, 1.0) == pytest.approx(1 / 8.766)
    assert usd_per_pflop_hour(8.766, 1.0) == pytest.approx(1.0)


def test_stock_changes_in_the_middle_of_its_period() -> None:
    """Without discounting, a gigawatt asked at the end of the first of two years counts for a year and a half."""
    assert present_stock_years(years(2, 0.0), (1.0, 1.0)) == 1.5
    assert present_stock_years(years(2, 0.0), (0.0, 3.0)) == 1.5
    force = math.log(1.1)
    assert present_stock_years(years(1, 0.1), (1.0,)) == pytest.approx((1.1**-0.5 - 1.1**-1) / force)


def test_only_a_stock_that_is_asked_has_a_levelised_cost() -> None:
    """Mass and power added have none; without demand there is nothing to divide by."""
    assert levelised("mass_to_orbit", 1.0, 1.0, 5.0) == Levelised()
    assert levelised("power_alive", 1.0, 1.0, 0.0) == Levelised()
    assert levelised("power_alive", 2000.0, 1000.0, 1.0) == Levelised(2.0, 1.0, pytest.approx(2 / 8.766), None)
    assert levelised("compute_alive", 8.766, 1.0, 1.0).usd_per_pflop_hour == pytest.approx(1.0)


@pytest.mark.parametrize("discount", [0.0, 0.04, 0.12])
def test_horizon_and_start_change_nothing_on_a_stationary_demand(discount: float) -> None:
    """Nodes bought again as they wear out cost the same per W and year over 10, 20 and 40 years."""
    life, price = 5.0, 1000.0

    def cost(count: int, first: int) -> float:
        horizon = years(count, discount, first)
        # Bought in the middle of the first year and after every life; what is left at the end is paid back by service.
        net = sum(
            price * horizon.discount(at) * _served(discount, min(life, count - at)) / _served(discount, life)
            for at in (0.5 + life * n for n in range(count)) if at < count
        )  # fmt: skip
        return usd_per_w_year(net, present_stock_years(horizon, (1.0,) * count))

    costs = [cost(count, first) for count in (10, 20, 40) for first in (2027 * 12, 2031 * 12 + 6)]
    assert max(costs) <= min(costs) * 1.000000001
    assert costs[0] == pytest.approx(price / 1000 / _served(discount, life))


def _served(discount: float, span: float) -> float:
    """Present value of a year's service over a span, at its begin."""
    return span if discount == 0 else (1 - (1 + discount) ** -span) / math.log1p(discount)


@pytest.mark.parametrize(
    ("plan", "discount", "at_ends", "asked"),
    [("orbit", 0.08, 15.1, 17.4), ("twelve_percent", 0.12, 17.6, 20.5), ("ground", 0.08, 7.75, 8.5)],
)
def test_kept_tables_of_the_gigawatt(plan: str, discount: float, at_ends: float, asked: float) -> None:
    """Tables of 841f52e, salvage in a straight line: 15.1 USD per W and year, 17.6 at 12 %, 8.5 on the ground.

    In orbit the published figure counts what is delivered at the end of a period for all of the period, surplus
    included; on the ground it counts what is asked, from the middle of the period on in which it is delivered.
    """
    horizon = _kept_horizon(discount)
    power, money = (
        list(csv.DictReader((KEPT / plan / f"{name}.csv").open(encoding="utf-8")))
        for name in ("power", "money_by_family")
    )
    net = sum(float(row["present_musd"]) for row in money)
    ends = sum(
        float(row["delivered"]) * horizon.years(t) * horizon.discount(horizon.middle(t)) for t, row in enumerate(power)
    )
    assert usd_per_w_year(net, ends) == pytest.approx(at_ends, abs=0.05)
    stock = present_stock_years(horizon, [float(row["target"]) for row in power])
    assert usd_per_w_year(net, stock) == pytest.approx(asked, abs=0.05)


def _kept_horizon(discount: float) -> PlanningHorizon:
    """36 quarters from 2027 and eight years."""
    first, ends = 2027 * 12, []
    for months in [3] * 36 + [12] * 8:
        ends.append((ends[-1] if ends else first) + months)
    return PlanningHorizon(first, tuple(ends), discount)
