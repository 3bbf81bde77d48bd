"""Fan chart of a replay: quantiles of what is delivered against plan and target, and the chance of the target."""

from __future__ import annotations

from typing import Any

from solver.ask.replay_result import ReplayResult
from solver.report import number_format
from solver.report.panels import Frame, Unit, lines_panel
from solver.report.plot import USUAL, placed, with_style
from solver.report.series import Line
from solver.report.style import Style

BANDS = ((0.05, 0.95, 0.22), (0.25, 0.75, 0.42))
"""Quantiles below and above of each band, and its opacity."""
REACHED = "chance, %"


def fan_chart(result: ReplayResult, style: Style = USUAL) -> dict[str, Any]:
    """Return the Vega-Lite specification of the fan chart of a replay, with the chances beside it."""
    import altair as alt

    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        picture = with_style(placed([_fan(result, style), _chances(result, style)], style), result.name, [
            f"{result.replays:,} replays, recourse {result.recourse.value}; bands hold 50 and 90 % of them"
        ], style)  # fmt: skip
        spec: dict[str, Any] = picture.to_dict()
        return spec


def _fan(result: ReplayResult, style: Style) -> Any:
    import altair as alt

    first, last = _shown(result)
    rows = [
        {"year": year, "q": f"{low:g}", "low": result.quantiles[low][t], "high": result.quantiles[high][t]}
        for low, high, _ in BANDS
        for t, year in enumerate(result.ends)
        if t >= first
    ]
    lines = [
        {"year": year, "line": name, "value": values[t]}
        for name, values in (("median", result.quantiles[0.5]), ("plan", result.planned), ("target", result.target))
        for t, year in enumerate(result.ends)
        if t >= first
    ]
    x = alt.X(
        "year:Q", title=None, scale=alt.Scale(domain=[result.ends[first], last], nice=False),
        axis=alt.Axis(format="d", grid=False, tickCount=8, labelFlush=False),
    )  # fmt: skip
    blue, orange, *_ = style.palette.series
    bands = [
        alt.Chart(alt.InlineData(values=[row for row in rows if row["q"] == f"{low:g}"]))
        .mark_area(color=blue, opacity=opacity)
        .encode(x=x, y=alt.Y("low:Q", title=result.unit, axis=alt.Axis(format=",~g", minExtent=46, maxExtent=46)),
                y2="high:Q")
        for low, _, opacity in BANDS
    ]  # fmt: skip
    names = ["median", "plan", "target"]
    colour = alt.Color(
        "line:N", title=None, scale=alt.Scale(domain=names, range=[blue, orange, style.palette.ink]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=3, symbolType="stroke"),
    )  # fmt: skip
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2]]), title=None,
                          legend=alt.Legend(orient="bottom", direction="horizontal", columns=3))  # fmt: skip
    drawn = alt.Chart(alt.InlineData(values=lines)).mark_line(strokeWidth=2).encode(
        x=x, y=alt.Y("value:Q"), color=colour, strokeDash=dash
    )  # fmt: skip
    title = style.lines("Delivered in the replays", 13, style.panel_width)
    return alt.layer(*bands, drawn).properties(title=title, width=style.panel_width, height=style.panel_height)


def _chances(result: ReplayResult, style: Style) -> Any:
    """Draw the chance of the target of each period, and of every milestone by date."""
    first, last = _shown(result)
    rows = [("target of the period", result.meets)]
    rows += [(f"{number_format.number(m.value)} {result.unit} reached ({m.date})", m.reached) for m in result.milestones]
    lines = [
        Line(name, year, 100 * chances[t])
        for name, chances in rows
        for t, year in enumerate(result.ends)
        if t >= first and (result.target[t] > 0 or name != rows[0][0])
    ]
    colours = style.colours((name for name, _ in rows), (name for name, _ in rows))
    frame = Frame(style, (result.ends[first], last))
    return lines_panel(lines, "Chance of the target", Unit("share of replays, %"), frame, colours, {})


def _shown(result: ReplayResult) -> tuple[int, float]:
    """Return the first period with delivery or target, and the last calendar year."""
    return next(
        (max(0, t - 1) for t, ask in enumerate(result.target) if ask > 0 or result.planned[t] > 0), 0
    ), result.ends[-1]
