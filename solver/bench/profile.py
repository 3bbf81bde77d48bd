"""Profiles of the benchmark as a picture: share of instances answered by a time, and share within a gap at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from solver.bench.cases import METHODS
from solver.bench.figures import MeasuredRun

SHOWN_GAP = (1e-4, 1.0)
"""Gap axis of the profile; smaller and larger gaps are drawn at its ends."""
_TIME, _GAP = "answered (1 % or proof), by seconds", "gap at the limit, at most"


def profile(measured: Sequence[MeasuredRun]) -> dict[str, Any]:
    """Draw the profiles in Vega-Lite: two panels a tier, a line per method, shares of the tier's instances."""
    import altair as alt
    import pandas as pd

    groups = list(dict.fromkeys(run.group for run in measured))
    data = pd.DataFrame([point for group in groups for point in _points(measured, group)])
    color = alt.Color("method:N", title=None, sort=list(METHODS))
    share = alt.Y("share:Q", title="share of instances", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    panels = []
    for group in groups:
        base = alt.Chart(data[data["tier"] == group]).mark_line(interpolate="step-after", strokeWidth=1.5)
        times = base.transform_filter(alt.datum.kind == _TIME).encode(
            x=alt.X("value:Q", title=_TIME, scale=alt.Scale(type="log", nice=False)), y=share, color=color
        )
        gaps = base.transform_filter(alt.datum.kind == _GAP).encode(
            x=alt.X(
                "value:Q", title=_GAP, scale=alt.Scale(type="log", domain=list(SHOWN_GAP)),
                axis=alt.Axis(format="~%", values=[1e-4, 1e-3, 1e-2, 1e-1, 1]),
            ), y=share, color=color,
        )  # fmt: skip
        size = {"width": 260, "height": 150}
        panels.append(times.properties(title=group, **size) | gaps.properties(title=group, **size))
    return dict(json.loads(alt.vconcat(*panels).to_json(validate=False)))


def _points(measured: Sequence[MeasuredRun], group: str) -> list[dict[str, Any]]:
    runs = [run for run in measured if run.group == group]
    points = []
    for method in dict.fromkeys(run.row.method for run in runs):
        own = [run for run in runs if run.row.method == method]
        limit = max(run.row.limit_seconds for run in own)
        line = {"tier": group, "method": method}
        seconds = [run.seconds_to_answer() for run in own]
        times = [max(1.0, s) for s in seconds if s is not None and s <= limit]
        points += [{**line, "kind": _TIME, **step} for step in _steps(times, len(own), 1.0, limit)]
        found = [run.gap_at(run.row.limit_seconds, run.best.bound) for run in own]
        gaps = [min(max(gap, SHOWN_GAP[0]), SHOWN_GAP[1]) for gap in found if gap is not None]
        points += [{**line, "kind": _GAP, **step} for step in _steps(gaps, len(own), *SHOWN_GAP)]
    return points


def _steps(values: list[float], count: int, first: float, last: float) -> list[dict[str, float]]:
    """Return the corners of the share of ``count`` instances whose value is at most that on the axis."""
    corners = [{"value": first, "share": 0.0}]
    corners += [{"value": value, "share": n / count} for n, value in enumerate(sorted(values), start=1)]
    return [*corners, {"value": last, "share": corners[-1]["share"]}]
