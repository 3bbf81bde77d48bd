"""Halls on the ground by hand: power from power-on, generations of servers, and what they take from the supply."""

from __future__ import annotations

from typing import Any

import pytest

from solver.economics.halls import Hall
from solver.economics.unit_costs import Prices, of_ground
from solver.horizon.periods import PlanningHorizon
from tests.solver.small import GROUND, derived, small, years

HALL: dict[str, Any] = {
    "horizon.periods": years(8),
    "horizon.discount_share_per_year": 0.1,
    "target.where": "anywhere",
    "use.ground": ["north"],
    "ground.north": {**GROUND, "facility_life_years": 5.0},
}


def hall(changes: dict[str, Any] | None = None, q: int = 0) -> Hall:
    """A hall with power from the middle of its second year on, for five years, with servers of two years."""
    instance = small({**HALL, **{f"ground.north.{key}": value for key, value in (changes or {}).items()}})
    return Hall(instance.ground["north"], PlanningHorizon.of(instance.horizon), q)


def test_a_hall_works_from_power_on_until_it_closes() -> None:
    """From 1.5 to 6.5 years: half of the first and last year, in their middles; servers at 1.5, 3.5 and 5.5."""
    assert list(hall().at_work()) == [(1, 0.5, 1.75), (2, 1.0, 2.5), (3, 1.0, 3.5), (4, 1.0, 4.5), (5, 1.0, 5.5),
                                      (6, 0.5, 6.25)]  # fmt: skip
    assert hall().purchases == (1.5, 3.5, 5.5)
    assert hall().served == [1, 2, 3, 4, 5]
    assert hall(q=7).purchases == ()


def test_servers_and_repairs_draw_on_the_supply() -> None:
    """A set at each purchase, and a tenth of the servers a year while the hall has power."""
    drawn = list(hall({"it_failure_share_per_year": 0.1}).servers())
    assert drawn[:3] == [(1, 1.0), (3, 1.0), (5, 1.0)]
    assert drawn[3:] == [(1, pytest.approx(0.05)), *((t, pytest.approx(0.1)) for t in range(2, 6)),
                         (6, pytest.approx(0.05))]  # fmt: skip
    coefficients = derived(small({**HALL, "supply.accelerators_gw": {"start_per_year": 0.02}})).coefficients
    assert coefficients.ground.draws["north", 0] == {1: 1.0, 3: 1.0, 5: 1.0}


def test_refreshed_servers_do_the_work_of_their_year() -> None:
    """1,500 EFLOP/s per GW at the start, a fifth more a year: the servers of 1.5 years until those of 3.5."""
    found = hall({"eflops_growth_share_per_year": 0.2})
    assert found.eflops_per_gw(0) == 0.0
    assert found.eflops_per_gw(1) == found.eflops_per_gw(2) == pytest.approx(1500 * 1.2**1.5)
    assert found.eflops_per_gw(3) == pytest.approx(1500 * 1.2**3.5)
    target = {"kind": "compute_alive", "where": "anywhere", "milestones": [{"date": "2032-01", "eflops": 15.0}]}
    changes = {**HALL, "target": target, "ground.north.eflops_growth_share_per_year": 0.2}
    row = derived(small(changes)).coefficients.ground.delivers["north"][0]
    assert row == {t: pytest.approx(found.eflops_per_gw(t)) for t in (1, 2, 3, 4, 5)}


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("none", 0.0),
        ("straight_line", 8000 * 0.5 / 1.1**6.5),
        ("delivered", 8000 / 1.1**5.5 * (1.1**-1 - 1.1**-2) / (1 - 1.1**-2)),
    ],
)
def test_servers_left_when_a_hall_closes_keep_their_value(rule: str, left: float) -> None:
    """The set of 5.5 years is used for one year of two when the hall closes, a year and a half before the end."""
    instance = small({**HALL, "money.salvage": rule})
    prices = Prices(instance, PlanningHorizon.of(instance.horizon))
    entries = [m for m in of_ground(prices, "north", 0) if m.item == "salvage"]
    assert sum(m.present_musd for m in entries) == pytest.approx(-left)
    assert [m.period for m in entries] == ([6] if left else [])


def test_prices_are_those_of_the_year() -> None:
    """Servers a tenth cheaper every year, power a twentieth dearer, 4 % of servers replaced a year."""
    changes = {
        "ground.north.it_price_change_share_per_year": -0.1, "ground.north.power_price_change_share_per_year": 0.05,
        "ground.north.it_failure_share_per_year": 0.04,
    }  # fmt: skip
    instance = small({**HALL, **changes})
    found = {
        (m.item, m.period): m for m in of_ground(Prices(instance, PlanningHorizon.of(instance.horizon)), "north", 0)
    }
    assert found["servers", 3].musd == pytest.approx(8000 * 0.9**3.5)
    energy = 8766 * 1.2 * 0.08
    assert found["energy", 6].musd == pytest.approx(energy / 2 * 1.05**6.25)
    assert found["energy", 6].present_musd == pytest.approx(energy / 2 * (1.05 / 1.1) ** 6.25)
    assert found["repairs", 2].musd == pytest.approx(0.04 * 8000 * 0.9**2.5)
