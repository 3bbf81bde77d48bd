"""A plan of infinite power is answered by the keys that could limit it, as bad input and not as an internal error."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.errors import InstanceError
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.run.solve import Callbacks, Options, solve_loaded

TINY = Path(__file__).parents[4] / "instances" / "tiny"
FREE = [
    "objective.kind=most_power",
    "objective.budget_musd=100",
    "vehicles.small.flight_musd=0",
    "vehicles.small.pad_days=0",
    "platforms.cube.declared.cost_musd=0",
]


def test_infinite_power_is_refused_with_the_keys_that_could_limit_it() -> None:
    """Flights and nodes cost nothing and need no pad: the keys of their prices and limits are named, and no other."""
    loaded = read(TINY / "one_flight.yaml", changes=FREE)
    with pytest.raises(InstanceError) as raised:
        solve_loaded(loaded, Options(Limits(gap=0.0)), Callbacks())
    assert raised.value.exit_code == 2
    text = str(raised.value)
    for key in ("vehicles.small.flight_musd", "vehicles.small.pad_days", "shells.near.slots"):
        assert key in text
    assert "huge" not in text


@pytest.mark.parametrize("key", ["vehicles.small.pad_days=1", "vehicles.small.flight_musd=1", "shells.near.slots=1000"])
def test_each_named_key_limits_the_power(key: str) -> None:
    """With a limit or a price at one of the keys named there is an optimum."""
    path = key.partition("=")[0]
    loaded = read(TINY / "one_flight.yaml", changes=[*(change for change in FREE if not change.startswith(path)), key])
    outcome = solve_loaded(loaded, Options(Limits(gap=0.0)), Callbacks())
    assert outcome.objective is not None
    assert outcome.objective == pytest.approx(outcome.bound, rel=1e-9)
