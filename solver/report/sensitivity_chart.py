"""Picture of a sensitivity: a tornado with plans and bounds at both ends; bars shorter than the gap are hollow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solver.ask.sensitivity.sensitivity_result import Bar, End, Sensitivity
from solver.report.plot import USUAL, with_style
from solver.report.sensitivity import shown
from solver.report.style import Style

ROW, NAMES, SHOWN = 22, 400, 30
"""Pixels of a row and of the names, and the most bars drawn."""
KINDS = ("ends differ, proven", "not distinguishable", "open: bounds alone", "no plan at the end")


def sensitivity_chart(found: Sensitivity, style: Style = USUAL) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of the tornado; None without a bar."""
    import altair as alt
    from pandas import DataFrame

    scale, unit = _unit(found)
    rows = [row for bar in found.bars[:SHOWN] for row in _rows(bar, scale, found)]
    if not rows or found.objective is None:
        return None
    frame, best = DataFrame(rows), found.objective * scale
    kinds = [kind for kind in KINDS if (frame["kind"] == kind).any()]
    colours = {kind: style.colour(i) for kind, i in zip(KINDS, (0, 6, 4, 5), strict=True)}
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=kinds, range=[colours[kind] for kind in kinds]),
        legend=alt.Legend(orient="bottom", direction="horizontal"),
    )  # fmt: skip
    y = alt.Y("path:N", sort=None, title=None, axis=alt.Axis(minExtent=NAMES, maxExtent=NAMES, labelLimit=NAMES - 8))
    x = alt.X("from:Q", title=unit, scale=alt.Scale(zero=False, nice=True), axis=alt.Axis(grid=True))
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        base = alt.Chart(frame).encode(y=y)
        tooltip = ["path:N", "end:N", "value:N", "bound:Q", "plan:Q", "support:N"]
        bars = base.mark_bar(height=12, opacity=0.8).encode(x=x, x2="to:Q", color=colour, tooltip=tooltip)
        gaps = base.transform_filter("isValid(datum.plan) && isValid(datum.bound)").mark_rule(
            strokeWidth=3, color=style.palette.ink
        )
        marks = base.mark_text(fontSize=10, color=style.palette.muted, dx=4, align="left").encode(
            x=alt.X("at:Q"), text="label:N"
        )
        line = alt.Chart(DataFrame({"best": [best]})).mark_rule(color=style.palette.axis).encode(x="best:Q")
        layers = alt.layer(bars, gaps.encode(x="bound:Q", x2="plan:Q"), marks, line)
        height = ROW * min(SHOWN, len(found.bars))
        sized = layers.properties(width=min(640, max(160, style.full_width - NAMES)), height=height)
        subtitle = "one lever at a time; a black line spans bound and plan at an end, the thin one is the best plan"
        spec: dict[str, Any] = with_style(sized, found.name, [subtitle], style).to_dict()
    return spec


def _unit(found: Sensitivity) -> tuple[float, str]:
    if found.per_unit is not None:
        return found.per_unit, "USD per W and year"
    return 1.0, found.unit


def _rows(bar: Bar, scale: float, found: Sensitivity) -> Iterator[dict[str, Any]]:
    best = (found.objective or 0.0) * scale
    kind = {True: KINDS[0], False: KINDS[1], None: KINDS[2]}[bar.distinguishable]
    for name, end in (("low", bar.low), ("high", bar.high)):
        at = _at(end)
        none = end.infeasible or at is None
        to = best if at is None else at * scale
        yield {
            "path": bar.path, "end": name, "value": shown(end.value), "support": str(bar.support),
            "from": best, "to": to,
            "bound": None if end.bound is None or none else end.bound * scale,
            "plan": None if end.plan is None or none else end.plan * scale,
            "kind": KINDS[3] if end.infeasible else kind, "at": to,
            "label": f"{shown(end.value)}: no plan" if end.infeasible else "",
        }  # fmt: skip


def _at(end: End) -> float | None:
    if end.infeasible or (end.plan is None and (end.bound is None or not math.isfinite(end.bound))):
        return None
    return end.plan if end.plan is not None else end.bound
