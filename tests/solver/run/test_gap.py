"""Tests of ``solver.run.gap``: one rule for gaps, alarms and costs of nearly nothing."""

from __future__ import annotations

import pytest

from solver.run.gap import Gap, alarm_text


@pytest.mark.parametrize(
    ("kind", "objective", "bound", "scale", "share"),
    [
        ("least_cost", 100.0, 99.0, 300.0, 0.01),
        ("least_cost", 100.0, 100.00005, 300.0, 0.0),
        ("least_cost", 100.0, 100.0002, 300.0, None),
        ("least_cost", 0.0, -3.55e-11, 0.0, 0.0),
        ("least_cost", 3.55e-11, 0.0, 0.0, 0.0),
        ("least_cost", 0.0, -5.0, 1000.0, 0.005),
        ("least_cost", 1e-4, 0.0, 1000.0, 1e-7),
        ("least_cost", 0.0, 5.0, 1000.0, None),
        ("least_cost", -100.0, -101.0, 300.0, 0.01),
        ("least_cost", -100.0, -99.0, 300.0, None),
        ("most_power", 2.0, 2.1, 2.0, 0.05),
        ("most_power", 2.0, 1.9, 2.0, None),
        ("most_power", 0.0, 0.1, 1.0, 0.1),
        ("earliest_date", 7.0, 5.0, 0.0, 2 / 7),
        ("earliest_date", 0.0, 0.0, 0.0, 0.0),
        ("earliest_date", 5.0, 6.0, 0.0, None),
    ],
)
def test_the_share_of_a_gap(kind: str, objective: float, bound: float, scale: float, share: float | None) -> None:
    """Rounding is no gap, a contradiction has none, and a cost of nearly nothing has no per cent of its own."""
    found = Gap(kind, objective, bound, scale)
    assert found.share == (None if share is None else pytest.approx(share))
    assert found.contradiction is (share is None)


def test_an_alarm_names_both_numbers() -> None:
    """The side follows from the kind of objective."""
    assert "bound 101 MUSD lies above the objective 100 MUSD" in alarm_text(Gap("least_cost", 100.0, 101.0), "MUSD")
    assert "bound 1 x lies below the objective 2 x" in alarm_text(Gap("most_power", 2.0, 1.0), "x")
