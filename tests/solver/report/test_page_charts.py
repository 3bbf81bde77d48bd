"""Charts of the report page: their values are those of the plan."""

from __future__ import annotations

from solver.report.page_charts import waterfall


def test_a_waterfall_hangs_each_loss_on_what_is_left() -> None:
    """Bars of what is left begin at zero, and those of what is lost at what is left; without a loss there is none."""
    spec = waterfall([("installed", 10.0, 0.0), ("alive", 9.5, 0.5), ("used", 6.0, 3.5)], "At the end", "GW")
    bars = next(iter(spec["datasets"].values()))
    assert [(bar["low"], bar["high"]) for bar in bars if bar["what"] == "left"] == [(0.0, 10.0), (0.0, 9.5), (0.0, 6.0)]
    assert [(bar["low"], bar["high"]) for bar in bars if bar["what"] == "lost"] == [(9.5, 10.0), (6.0, 9.5)]
