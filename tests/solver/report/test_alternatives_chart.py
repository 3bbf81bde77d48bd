"""Axes of the picture of alternatives."""

from __future__ import annotations

from solver.report.alternatives_chart import _dates


def test_dates_a_few_months_apart_have_labels_by_month() -> None:
    """Two dates of one year had the same label; over decades a label is a year."""
    near = _dates([2027.0, 2027.125]).to_dict()
    assert near["values"] == [2027.0, 2027.25]
    assert "'02d'" in near["labelExpr"]
    far = _dates([2027.0, 2040.5]).to_dict()
    assert (far["format"], far["tickMinStep"]) == ("d", 1)
    assert "values" not in far
