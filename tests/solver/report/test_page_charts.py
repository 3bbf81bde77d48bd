"""Charts of the report page: their values are those of the plan."""

from __future__ import annotations

import pytest

from solver.report.page_charts import waterfall
from solver.tables.account import STAGES


def test_waterfall_falls_from_installed_to_used() -> None:
    """Bars of what is taken hang between a stage and the one before, and add up to the way from first to last."""
    account = (10.0, 9.5, 9.0, 8.0, 8.0, 7.0, 6.5, 6.0)
    spec, stages = waterfall(account, "GW")
    assert [name for name, *_ in stages] == list(STAGES)
    assert sum(taken for *_, taken in stages) == pytest.approx(account[0] - account[-1])
    bars = next(iter(spec["datasets"].values()))
    assert [(bar["low"], bar["high"]) for bar in bars if bar["kind"] == "left"] == [(0.0, 10.0), (0.0, 6.0)]
    hanging = [bar for bar in bars if bar["kind"] == "taken"]
    assert [bar["high"] for bar in hanging] == pytest.approx(list(account[:-1]))
    assert [bar["low"] for bar in hanging] == pytest.approx(list(account[1:]))
