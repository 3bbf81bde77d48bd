"""The target path, and what is asked of each period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solver.derive import derive
from solver.derive.target import demand, unit_factor_of
from solver.derive.units import Units
from solver.design.candidates import candidate_designs
from tests.solver.small import GROUND, context, derived, small, years

MILESTONES = [{"date": "2031-01", "gw": 2.0}, {"date": "2033-01", "gw": 8.0}]
TINY = Path(__file__).parents[3] / "instances" / "tiny"


def test_stocks_are_asked_at_the_end_of_a_period() -> None:
    """Power alive is what the path says at the end of each period: 2 at the first year's, 8 at the third's."""
    asked = demand(context({"target.milestones": MILESTONES, "target.interpolation": "linear"}))
    assert asked == pytest.approx({0: 2.0, 1: 5.0, 2: 8.0})


def test_rates_are_asked_over_the_length_of_a_period() -> None:
    """Power added is the yearly rate in the middle of a period times its length, whatever the lengths."""
    x = context(
        {
            "horizon.periods": [{"count": 4, "length": "quarter"}, {"count": 2, "length": "year"}],
            "target.kind": "power_added",
            "target.interpolation": "linear",
            "target.milestones": [{"date": "2030-01", "gw_per_year": 1.0}, {"date": "2032-01", "gw_per_year": 3.0}],
        }
    )
    quarters = {t: (1.125 + 0.25 * t) / 4 for t in range(4)}
    assert demand(x) == pytest.approx({**quarters, 4: 2.5, 5: 3.0})


def test_quarters_of_a_steady_rate_add_up_to_its_years() -> None:
    """The same yearly rate asks the same of four quarters together as of one year."""
    changes = {"target.kind": "mass_to_orbit", "target.milestones": [{"date": "2030-01", "kt_per_year": 0.6}]}
    yearly = demand(context({**changes, "horizon.periods": years(2)}))
    quarterly = demand(context({**changes, "horizon.periods": years(8, "quarter")}))
    assert sum(quarterly[t] for t in range(4)) == pytest.approx(yearly[0]) == pytest.approx(0.6)


def test_earliest_date_asks_for_the_last_value_wherever_something_can_deliver() -> None:
    """All periods ask for the last milestone, but those up to the last one in which nothing can deliver."""
    changes = {"objective.kind": "earliest_date", "vehicles.van.available_from": "2031-01"}
    found = derived(small({**changes, "target.milestones": MILESTONES}))
    assert found.reached == frozenset({1, 2})
    assert found.coefficients.target.demand == pytest.approx({0: 0.0, 1: 8.0, 2: 8.0})


@pytest.mark.parametrize(
    ("kind", "key", "factor"),
    [("power_alive", "gw", 7.0), ("compute_alive", "eflops", 1.0), ("mass_to_orbit", "kt_per_year", 2000.0)],
)
def test_units_of_the_target_in_the_model(kind: str, key: str, factor: float) -> None:
    """GW follow the model's unit of power, kt its unit of mass; EFLOP/s are the same in every model."""
    changes: dict[str, Any] = {"target.kind": kind, "target.milestones": [{"date": "2031-01", key: 3.0}]}
    changes["platforms.cube.declared.eflops_per_gw"] = 1000.0
    instance, units = small(changes), Units(mass_per_t=2.0, power_per_gw=7.0)
    assert unit_factor_of(instance, units) == pytest.approx(factor)
    assert derive(instance, candidate_designs(instance), units).coefficients.target.demand[1] == pytest.approx(
        3.0 * factor
    )


def test_missing_a_stock_costs_its_price_for_every_year() -> None:
    """The price of a missed GW is for a year: a quarter costs a quarter of it, a year all, in GUSD and discounted."""
    changes = {
        "target.unmet_penalty_musd": 800.0,
        "horizon.discount_share_per_year": 0.21,
        "horizon.periods": [{"count": 4, "length": "quarter"}, {"count": 1, "length": "year"}],
    }
    prices = derived(small(changes)).coefficients.target.unmet_gusd
    assert prices[0] == pytest.approx(0.2 * 1.21**-0.125)
    assert prices[4] == pytest.approx(0.8 * 1.21**-1.5)


def test_ground_power_comes_on_after_its_lag_and_ends_with_its_building() -> None:
    """An offer of the first year, built in one, counts from the second year's end to the end of its building's life."""
    changes = {
        "target.where": "anywhere",
        "use.ground": ["north"],
        "ground.north": {**GROUND, "facility_life_years": 1.6},
        "horizon.periods": years(4),
    }
    ground = derived(small(changes)).coefficients.ground
    assert ground.max_gw["north", 0] == pytest.approx(0.02)
    assert ground.delivers["north"][0] == pytest.approx({1: 1.0, 2: 1.0})
