"""The target path meets its milestones and never leaves them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.horizon.periods import PlanningHorizon
from solver.horizon.target_path import path_value
from solver.instance.schema import Horizon, Target

CLOCK = PlanningHorizon.of(Horizon.model_validate({"start": "2030-01", "periods": [{"count": 9, "length": "year"}]}))
MILESTONES = [{"date": "2031-01", "gw": 2.0}, {"date": "2033-01", "gw": 8.0}]


def target(between: str) -> Target:
    """A path from 2 to 8 between the years 1 and 3."""
    return Target.model_validate({"kind": "power_alive", "interpolation": between, "milestones": MILESTONES})


@pytest.mark.parametrize(("between", "midway"), [("step", 2.0), ("linear", 5.0), ("geometric", 4.0)])
def test_path_between_milestones(between: str, midway: float) -> None:
    """A path of 2 to 8 is 2, 5 or 4 half-way: it waits, goes straight, or grows by equal factors."""
    assert path_value(target(between), CLOCK, 2.0) == pytest.approx(midway)


@pytest.mark.parametrize("between", ["step", "linear", "geometric"])
def test_path_at_and_beyond_its_milestones(between: str) -> None:
    """The path is 0 before the first milestone, meets each at its date, and is constant after the last."""
    values = [path_value(target(between), CLOCK, year) for year in (0.99, 1.0, 3.0, 30.0)]
    assert values == pytest.approx([0.0, 2.0, 8.0, 8.0])


@given(st.sampled_from(["step", "linear", "geometric"]), st.floats(1.0, 3.0), st.floats(0.0, 2.0))
def test_rising_path_never_falls_and_stays_between_its_milestones(between: str, year: float, later: float) -> None:
    """Between rising milestones the path rises and never leaves their values."""
    now, then = (path_value(target(between), CLOCK, y) for y in (year, year + later))
    assert 2.0 - 1e-9 <= now <= then + 1e-9
    assert then <= 8.0 + 1e-9
