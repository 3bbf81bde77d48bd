"""What a limit of time leaves for the search and for its reasons."""

from __future__ import annotations

import time

import pytest

from solver.milp.limits import Limits
from solver.run import time_budget
from solver.run.time_budget import LEAST_SECONDS, LEAST_TO_EXPLAIN, to_explain, to_search


@pytest.fixture(autouse=True)
def _horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_budget.time, "monotonic", lambda: 100.0)


def test_no_limit_is_no_limit() -> None:
    """Without a limit the search has none."""
    assert to_search(Limits(), 0.0, 1000).seconds is None


def test_what_was_used_and_what_is_kept_back_are_taken_off() -> None:
    """Forty seconds after the start of 100, a small model is searched for a little less than the 60 that are left."""
    seconds = to_search(Limits(seconds=100.0), 60.0, 1000).seconds
    assert seconds is not None
    assert 55.0 < seconds < 60.0
    larger = to_search(Limits(seconds=100.0), 60.0, 100_000).seconds
    assert larger is not None
    assert larger < seconds


def test_a_search_gets_a_little_where_building_took_all() -> None:
    """What comes after the limit is short, but long enough for a small model."""
    assert to_search(Limits(seconds=10.0), 0.0, 1000).seconds == LEAST_SECONDS


def test_reasons_are_sought_within_the_limit() -> None:
    """Asking why there is no plan takes no longer than what is left, and ends within a minute of the start."""
    assert to_explain(Limits(seconds=130.0), 0.0).seconds == 20.0
    assert to_explain(Limits(seconds=110.0), 0.0).seconds == 10.0
    assert to_explain(Limits(seconds=50.0), 0.0).seconds == LEAST_TO_EXPLAIN
    assert to_explain(Limits(), time.monotonic()).seconds == 50.0
    assert to_explain(Limits(), time.monotonic() - 15.0).seconds == 40.0
