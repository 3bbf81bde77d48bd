"""Picture of alternatives: the share of each feature in every near-optimal plan, the best plan marked, and dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from solver.ask.alternatives.alternatives import Alternatives
from solver.report import number_format
from solver.report.number_format import counted
from solver.report.panels import LABELS
from solver.report.plot import USUAL, with_style
from solver.report.style import Style
from solver.search.variants.plan_features import UNITS, Group

TITLES = {
    Group.SHELLS: "shells", Group.VEHICLES: "vehicles", Group.DESIGNS: "designs", Group.PLACES: "made on",
    Group.DATES: "development begins",
}  # fmt: skip
ROW = 20
"""Pixels of a row."""
NAMES = 230
QUARTERS = 12
"""Quarters up to which each has its own date on an axis."""


def alternatives_chart(found: Alternatives, style: Style = USUAL) -> dict[str, Any] | None:
    """Return the Vega-Lite specification; None without plans that could differ."""
    import altair as alt

    panels = [panel for group in Group if (panel := _panel(found, group, style)) is not None]
    if not panels:
        return None
    within = number_format.share(found.within)
    plans = counted(len(found.plans), "plan")
    subtitle = f"{plans} within {within} of the best one: a bar spans them, the ring is the best one"
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        spec: dict[str, Any] = with_style(alt.vconcat(*panels), found.name, [subtitle], style).to_dict()
    return spec


def _panel(found: Alternatives, group: Group, style: Style) -> Any:
    import altair as alt
    from pandas import DataFrame

    names = [choice.feature for choice in found.choices if choice.feature.startswith(f"{group}.")]
    rows = [
        {"feature": name.partition(".")[2], "value": plan.shares.get(name), "plan": n, "cost": plan.objective}
        for name in names
        for n, plan in enumerate(found.plans)
        if group is not Group.DATES or name in plan.shares
    ]
    if not rows:
        return None
    dated = group is Group.DATES
    axis = _dates([float(row["value"] or 0.0) for row in rows]) if dated else alt.Axis(format="%", grid=True)
    title = TITLES[group] if dated else f"share {UNITS[group]}"
    x = alt.X("value:Q", title=title, axis=axis, scale=alt.Scale(zero=not dated, nice=not dated))
    y = alt.Y(
        "feature:N", title=None if dated else TITLES[group], sort=None,
        axis=alt.Axis(minExtent=NAMES, maxExtent=NAMES, labelLimit=NAMES - LABELS // 2),
    )  # fmt: skip
    base = alt.Chart(DataFrame(rows))
    tooltip = ["plan:Q", "feature:N", alt.Tooltip("value:Q", format=".3f"), "cost:Q"]
    bars = base.mark_rule(strokeWidth=6, color=style.colour(4), opacity=0.5)
    plans = base.transform_filter("datum.plan > 0").mark_tick(color=style.colour(0), thickness=2, size=12)
    best = base.transform_filter("datum.plan == 0").mark_point(
        size=70, filled=False, strokeWidth=2, color=style.colour(5), opacity=1
    )
    ends = bars.encode(x="min(value):Q", x2="max(value):Q", y=y)
    layers = alt.layer(ends, plans.encode(x=x, y=y, tooltip=tooltip), best.encode(x=x, y=y, tooltip=tooltip))
    return layers.properties(width=min(640, style.full_width - NAMES), height=ROW * len(names))


def _dates(years: Sequence[float]) -> Any:
    """Return an axis of dates: of quarters by month over a few years, else of whole years."""
    import altair as alt

    first, last = math.floor(4 * min(years)), math.ceil(4 * max(years))
    if last - first > QUARTERS:
        return alt.Axis(format="d", tickMinStep=1, grid=True)
    month = "format(floor(datum.value), 'd') + '-' + format(1 + 12 * (datum.value - floor(datum.value)), '02d')"
    return alt.Axis(values=[n / 4 for n in range(first, last + 1)], labelExpr=month, grid=True)
