"""What all parts of the derivation share: periods of use, outside paths, windows of twelve months, costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.derive.context import max_in_window
from solver.instance.fields import Growth, Path
from solver.plan import CashFlow
from tests.solver.small import context, years

MIXED = [{"count": 4, "length": "quarter"}, {"count": 2, "length": "half_year"}, {"count": 2, "length": "year"}]


def path(**values: Any) -> Path:
    """An outside path."""
    return Path.model_validate(values)


def test_a_period_is_usable_only_as_a_whole() -> None:
    """A period counts if it begins at or after the first month and ends at or before the last."""
    x = context({"horizon.periods": years(4)})
    assert x.usable(None) == [0, 1, 2, 3]
    assert x.usable("2031-01") == [1, 2, 3]
    assert x.usable("2031-02") == [2, 3]
    assert x.usable("2031-01", "2033-01") == [1, 2]
    assert x.usable("2031-01", "2032-12") == [1]


def test_a_vehicle_flies_when_itself_and_one_of_its_sites_are_ready() -> None:
    """Two sites that open in the second and third year let a vehicle fly from the second on."""
    x = context(
        {
            "vehicles.van.sites": ["cape", "bay"],
            "sites.cape.available_from": "2032-01",
            "sites.bay": {"pads": 1, "max_pads": 1, "pad_musd": 0.0, "available_from": "2031-01"},
        }
    )
    assert x.flying("van") == [1, 2]


def test_outside_path_grows_from_its_begin_to_its_ceiling() -> None:
    """Two a year from the second year on, growing by half, at most 4: nothing, 2 x 1.5^0.5, 2 x 1.5^1.5, 4."""
    x = context({"horizon.periods": years(4)})
    found = path(start_per_year=2.0, growth_share_per_year=0.5, ceiling_per_year=4.0, **{"from": "2031-01"})
    expected = [0.0, 2 * 1.5**0.5, 2 * 1.5**1.5, 4.0]
    assert [x.path_amount(found, t) for t in range(4)] == pytest.approx(expected)


def test_outside_path_is_a_rate_times_the_length_of_the_period() -> None:
    """A steady 2 a year are 0.5 in a quarter, 1 in half a year, 2 in a year."""
    x = context({"horizon.periods": MIXED})
    assert [x.path_amount(path(start_per_year=2.0), t) for t in (0, 4, 6)] == pytest.approx([0.5, 1.0, 2.0])


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.floats(-0.5, 2.0), st.floats(0.1, 10.0))
def test_outside_path_never_passes_its_ceiling(growth: float, ceiling: float) -> None:
    """Whatever the growth, no period holds more than the ceiling over its length."""
    x = context({"horizon.periods": MIXED})
    found = path(start_per_year=1.0, growth_share_per_year=growth, ceiling_per_year=ceiling)
    assert all(x.path_amount(found, t) <= ceiling * x.horizon.years(t) + 1e-12 for t in x.horizon.periods)


def test_ramp_of_years_by_hand() -> None:
    """From 3 a year, doubling, at most 10: caps of 3, 6, 10; a year after nothing starts at 3 again."""
    x = context()
    growth = Growth(start_per_year=3.0, growth_share_per_year=1.0, ceiling_per_year=10.0)
    ramp = x.ramp(growth, 0)
    assert ramp.cap == {0: 3, 1: 6, 2: 10}
    assert ramp.before == {0: {}, 1: {0: 1.0}, 2: {1: 1.0}}
    assert (ramp.start, ramp.factor) == ({0: 3.0, 1: 3.0, 2: 3.0}, 2.0)


def test_max_in_window_follows_both_rules_of_a_ramp() -> None:
    """Caps of 3, 6, 10 hold what 3, 3 + 2 x 3, 3 + 2 x 6 would allow; begun a year later all comes a year later."""
    x = context()
    ramp = x.ramp(Growth(start_per_year=3.0, growth_share_per_year=1.0, ceiling_per_year=10.0), 0)
    assert max_in_window(ramp, x.horizon.periods) == {0: 3, 1: 6, 2: 10}
    assert max_in_window(ramp, [1, 2]) == {1: 3, 2: 9}


def test_cost_parts_what_is_spent_from_what_is_left() -> None:
    """Present values are added up in GUSD, salvage apart and positive."""
    unit = [CashFlow("nodes", "node", 0, 110.0, 100.0), CashFlow("nodes", "salvage", 2, -40.0, -30.0)]
    cost = context().cost([(("a", 0), unit)])
    assert cost.spent["a", 0] == pytest.approx(0.1)
    assert cost.salvage["a", 0] == pytest.approx(0.03)
