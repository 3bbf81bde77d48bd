"""Fan chart of a replay: quantiles of what is delivered against plan and target, and the chance of the target."""

from __future__ import annotations

from typing import Any

from solver.ask.risk.replay_result import ReplayResult
from solver.report import number_format
from solver.report.datasets import data, datasets
from solver.report.panels import LABELS, legend_columns
from solver.report.plot import USUAL, placed, with_style
from solver.report.risk_text import RULES
from solver.report.style import Style

BANDS = ((0.05, 0.95, 0.22), (0.25, 0.75, 0.42))
"""Quantiles below and above of each band, and its opacity."""
PERIOD = "target of the period"
ALONE_WIDTH = 40
"""Pixels of the bands where only one period is shown."""


def fan_chart(result: ReplayResult, style: Style = USUAL) -> dict[str, Any]:
    """Return the Vega-Lite specification of the fan chart of a replay, with the chances beside it."""
    with datasets() as rows:
        picture = with_style(placed([_fan(result, style), _chances(result, style)], style), result.name, [
            f"{result.replays:,} replays; {RULES[result.recourse]}; bands hold 50 and 90 % of them"
        ], style)  # fmt: skip
        spec: dict[str, Any] = picture.to_dict()
        return {**spec, "datasets": rows}


def _fan(result: ReplayResult, style: Style) -> Any:
    import altair as alt

    first, last = _shown(result)
    lines = [
        {"year": year, "line": name, "value": values[t]}
        for name, values in (("median", result.quantiles[0.5]), ("plan", result.planned), ("target", result.target))
        for t, year in enumerate(result.ends)
        if t >= first
    ]
    x = _years(result.ends[first], last)
    blue, orange, *_ = style.palette.series
    alone = result.ends[first] == last
    names = ["median", "plan", "target"]
    colour = alt.Color(
        "line:N", title=None, scale=alt.Scale(domain=names, range=[blue, orange, style.palette.ink]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=3, symbolType="stroke"),
    )  # fmt: skip
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2]]), title=None,
                          legend=alt.Legend(orient="bottom", direction="horizontal", columns=3))  # fmt: skip
    drawn = alt.Chart(data(lines)).mark_line(strokeWidth=2, point=alone).encode(
        x=x, y=alt.Y("value:Q"), color=colour, strokeDash=dash
    )  # fmt: skip
    title = style.lines("Delivered in the replays", 13, style.panel_width)
    return alt.layer(*_bands(result, style), drawn).properties(
        title=title, width=style.panel_width, height=style.panel_height
    )


def _bands(result: ReplayResult, style: Style) -> list[Any]:
    """Return the bands between quantiles."""
    import altair as alt

    first, last = _shown(result)
    axis = alt.Axis(format=",~f", minExtent=LABELS, maxExtent=LABELS)
    x, y = _years(result.ends[first], last), alt.Y("low:Q", title=result.unit, axis=axis)
    found = []
    for low, high, opacity in BANDS:
        ends = zip(result.ends, result.quantiles[low], result.quantiles[high], strict=True)
        chart = alt.Chart(data([{"year": year, "low": a, "high": b} for year, a, b in list(ends)[first:]]))
        mark = {"color": style.palette.series[0], "opacity": opacity}
        # An area of one period has no width.
        alone = result.ends[first] == last
        marked = chart.mark_rule(strokeWidth=ALONE_WIDTH, **mark) if alone else chart.mark_area(**mark)
        found.append(marked.encode(x=x, y=y, y2="high:Q"))
    return found


def _chances(result: ReplayResult, style: Style) -> Any:
    """Draw the chance of the target of each period, and of every milestone by date."""
    import altair as alt

    first, last = _shown(result)
    series = [(PERIOD, result.meets)]
    series += [
        (f"{number_format.number(m.value)} {result.unit} reached ({m.date})", m.reached) for m in result.milestones
    ]
    rows = [
        {"year": year, "line": name, "value": 100 * chances[t]}
        for name, chances in series
        for t, year in enumerate(result.ends)
        if t >= first and (result.target[t] > 0 or name != PERIOD)
    ]
    names = [name for name, _ in series]
    colours = style.colours(names, names)
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    legend = alt.Legend(
        orient="bottom", direction="horizontal", columns=legend_columns(names, style.panel_width), symbolType="stroke"
    )
    percent = alt.Y(
        "value:Q", title="share of replays, %", scale=alt.Scale(domain=[0, 105], nice=False),
        axis=alt.Axis(values=list(range(0, 101, 20)), minExtent=LABELS, maxExtent=LABELS),
    )  # fmt: skip
    drawn = alt.Chart(data(rows)).mark_line(strokeWidth=2.4, point=result.ends[first] == last).encode(
        x=_years(result.ends[first], last), y=percent, color=alt.Color("line:N", title=None, scale=scale, legend=legend)
    )  # fmt: skip
    title = style.lines("Chance of the target", 13, style.panel_width)
    return drawn.properties(title=title, width=style.panel_width, height=style.panel_height)


def _years(first: float, last: float) -> Any:
    import altair as alt

    if first == last:
        axis, first, last = alt.Axis(format="d", grid=False, values=[first]), first - 1, last + 1
    else:
        axis = alt.Axis(format="d", grid=False, tickCount=8, labelFlush=False)
    return alt.X("year:Q", title=None, scale=alt.Scale(domain=[first, last], nice=False), axis=axis)


def _shown(result: ReplayResult) -> tuple[int, float]:
    """Return the first period with delivery or target, and the last calendar year."""
    return next(
        (max(0, t - 1) for t, ask in enumerate(result.target) if ask > 0 or result.planned[t] > 0), 0
    ), result.ends[-1]
