"""Tests of ``solver.bench.best``: bounds that contradict plans."""

from __future__ import annotations

from solver.bench.best import contradictions, update_best
from tests.solver.bench.rows import row


def test_a_bound_above_the_plan_of_another_run_is_an_alarm() -> None:
    """Both numbers and both runs are named; the bound is not taken."""
    rows = [
        row(method="search", objective=100.0, bound=90.0, checked=True),
        row(method="exact", objective=None, bound=100.5, checked=False),
    ]
    (alarm,) = contradictions({}, rows)
    assert "the bound 100.5 MUSD lies above the objective 100 MUSD of a checked plan" in alarm
    assert "exact" in alarm
    assert "search" in alarm
    assert next(iter(update_best({}, rows).values())).bound == 90.0
    assert contradictions({}, rows[:1]) == []


def test_a_known_bound_above_a_new_plan_is_an_alarm() -> None:
    """The file of best known values is held against new plans as well."""
    known = update_best({}, [row(objective=None, bound=95.0)])
    (alarm,) = contradictions(known, [row(objective=94.0, bound=90.0, checked=True)])
    assert "the bound 95 MUSD lies above the objective 94 MUSD" in alarm
