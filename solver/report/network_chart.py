"""Picture of a network: map of nodes and stations, bandwidth of shells, outages, and figures over the years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.report import number_format
from solver.report.datasets import data, datasets
from solver.report.network_map import map_panel
from solver.report.panels import LABELS, legend_columns, linear
from solver.report.plot import CHANNELS, USUAL, chosen_panels, placed, with_style, write_picture
from solver.report.style import GAP, Style

if TYPE_CHECKING:
    from solver.report.network_analysis import NetworkReport
    from solver.topology.metrics import ShellFigures

ROW = 32
"""Height of a row: a name, and its points below."""
MIDDLE, INSIDE = "bisection of the shell", "bisection of a cluster"


def plot_network(
    report: NetworkReport, path: str | Path, format: str = "svg", style: Style = USUAL, panels: Sequence[str] = ()
) -> Path:
    """Draw a network and return the file: ``network.<format>`` in a directory, or the file that is named."""
    return write_picture(network_chart(report, style, panels), path, "network", format)


def network_chart(report: NetworkReport, style: Style = USUAL, panels: Sequence[str] = ()) -> dict[str, Any]:
    """Return the Vega-Lite specification of the picture of a network; UsageError for an unknown panel."""
    import altair as alt

    with datasets() as rows:
        known = {"map": map_panel, "shells": _shells, "outages": _outages}
        if len(report.years) > 1:
            known |= {"latency": _latency, "rates": _rates}
        drawn = {name: known[name](report, style) for name in chosen_panels(panels, known)}
        below = [panel for name, panel in drawn.items() if name != "map" and panel is not None]
        parts = [*([drawn["map"]] if "map" in drawn else []), *([placed(below, style)] if below else [])]
        picture = alt.vconcat(*parts, spacing=GAP).resolve_scale(**dict.fromkeys(CHANNELS, "independent"))
        spec: dict[str, Any] = with_style(picture, report.title, _subtitle(report), style).to_dict()
        return {**spec, "datasets": rows}


def _subtitle(report: NetworkReport) -> list[str]:
    one = report.figures.overall
    what = "the plan" if report.planned else "declared shells at nominal size"
    first = f"{report.date}, {what}: {number_format.power(one.power_gw)} on {one.nodes:,.0f} nodes, {one.links:,} links"
    if report.graph.count < 0.9 * one.nodes:
        first += f" between {one.vertices:,} vertices"
    mean = number_format.number(one.ground_mean_gbps / 1000)
    ground = f"to the ground {mean} Tb/s as a mean, bottleneck {_cut(report)}"
    bisection = f"bisection bandwidth {number_format.number(one.bisection.gbps / 1000)} Tb/s ({one.bisection.method})"
    return [first, f"{ground}; {bisection}"]


def _cut(report: NetworkReport) -> str:
    cut = report.figures.overall.ground.cut
    return number_format.listed(sorted(cut, key=lambda kind: -cut[kind][1])) or "no path to the ground"


def _shells(report: NetworkReport, style: Style) -> Any:
    """Draw the bisection bandwidth over power of each shell and of a cluster of it."""
    import altair as alt

    rows: list[dict[str, Any]] = []
    for shell in report.figures.shells:
        found = {MIDDLE: shell.bisection_gbps_per_mw, INSIDE: shell.cluster_gbps_per_mw}
        rows += [
            {"shell": _named(shell), "what": what, "value": value}
            for what, value in found.items()
            if value is not None and math.isfinite(value) and value > 0
        ]
    if not rows:
        return None
    names = [_named(shell) for shell in report.figures.shells]
    what = list(dict.fromkeys(row["what"] for row in rows))
    y = alt.Y("shell:N", title=None, scale=alt.Scale(domain=names), axis=_names(style))
    x = alt.X(
        "value:Q",
        title="Gb/s per MW (log scale)",
        **_log([row["value"] for row in rows]),
    )
    drawn = (
        alt.Chart(data(rows))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(y=y, x=x, color=_colour(what, (1, 2), style), tooltip=_tooltip("shell", "Gb/s per MW"))
    )
    return _rowed(drawn, "Bandwidth of shells, by IT power", len(names), style)


def _named(shell: ShellFigures) -> str:
    return f"{shell.spec.title}, {number_format.power(shell.spec.power_mw / 1000)}"


def _outages(report: NetworkReport, style: Style) -> Any:
    """Draw traffic and connected power after each outage, as shares of the intact network."""
    import altair as alt

    kinds = {"traffic_share": "traffic to the ground", "ground_connected_power_share": "power connected to the ground"}
    rows = [
        {"outage": impact.outage, "what": what, "value": 100 * getattr(impact, key)}
        for impact in report.figures.outages
        for key, what in kinds.items()
    ]
    names = [impact.outage for impact in report.figures.outages]
    y = alt.Y("outage:N", title=None, sort=names, axis=_names(style))
    x = alt.X("value:Q", title="% of the intact network", scale=alt.Scale(domain=[0, 104], nice=False))
    # A ring and a dot, so that neither hides the other where both are the same; one legend for all channels.
    what = list(kinds.values())
    legend, vermillion, blue = _legend(what, style), style.colour(5), style.colour(0)
    ranges = {
        alt.Stroke: [vermillion, blue], alt.Fill: ["transparent", blue], alt.Size: [95, 22]
    }  # fmt: skip
    channels = [
        channel("what:N", title=None, scale=alt.Scale(domain=what, range=found), legend=legend)
        for channel, found in ranges.items()
    ]
    base = alt.Chart(data(rows)).mark_point(strokeWidth=2.2, opacity=1)
    drawn = base.encode(y, x, *channels, tooltip=_tooltip("outage", "%"))
    return _rowed(drawn, "After an outage", len(names), style)


def _rowed(drawn: Any, title: str, rows: int, style: Style) -> Any:
    return drawn.properties(title=title, width=style.panel_width, height=max(2, rows) * ROW)


def _names(style: Style) -> Any:
    """Return an axis of names that stand above their rows within the frame, so that all frames are in line."""
    import altair as alt

    return alt.Axis(
        grid=True, ticks=False, labelAlign="left", labelPadding=-5, labelOffset=-11, labelLimit=style.panel_width - 10,
        minExtent=LABELS + 18, maxExtent=LABELS + 18,
    )  # fmt: skip


def _tooltip(name: str, unit: str) -> list[Any]:
    import altair as alt

    named = [alt.Tooltip(f"{name}:N"), alt.Tooltip("what:N", title="figure")]
    return [*named, alt.Tooltip("value:Q", title=unit, format=",.3~r")]


def _latency(report: NetworkReport, style: Style) -> Any:
    """Draw the latency between cities over the years."""
    rows = [
        {"year": _year(year.date), "date": year.date, "what": what, "value": getattr(year.cities, key)}
        for year in report.years
        if year.cities is not None
        for key, what in (
            ("latency_p50_ms", "median"),
            ("latency_p95_ms", "95 % of pairs"),
            ("latency_p99_ms", "99 % of pairs"),
        )
    ]
    return _over_years(rows, "Latency between the 20 largest cities", "ms one way", (4, 0, 8), style)


def _rates(report: NetworkReport, style: Style) -> Any:
    """Draw bisection bandwidth and capacity to the ground, by power, over the years."""
    rows = [
        {"year": _year(year.date), "date": year.date, "what": what, "value": value}
        for year in report.years
        for what, value in (
            ("bisection", year.bisection.gbps_per_mw), ("to the ground", year.ground_gbps_per_mw),
        )
        if value > 0
    ]  # fmt: skip
    return _over_years(rows, "Bandwidth by IT power", "Gb/s per MW", (1, 5), style, log=True)


def _over_years(
    rows: list[dict[str, Any]], title: str, unit: str, colours: Sequence[int], style: Style, log: bool = False
) -> Any:
    import altair as alt

    # A scale without values has no domain.
    if not rows:
        return None
    names = list(dict.fromkeys(row["what"] for row in rows))
    years = sorted({row["year"] for row in rows})
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (years[-1] - years[0]) / step <= 9)
    ticks = [y for y in range(math.floor(years[0]), math.ceil(years[-1]) + 1) if y % step == 0]
    values = [row["value"] for row in rows]
    shown = _log(values) if log else linear(max(values))
    shown["axis"].minExtent = shown["axis"].maxExtent = LABELS
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(format="d", values=ticks, grid=False),
    )
    return (
        alt.Chart(data(rows))
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=22))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=f"{unit} (log scale)" if log else unit, **shown),
            color=_colour(names, colours, style),
            tooltip=_tooltip("date", unit),
        )
        .properties(title=title, width=style.panel_width, height=style.panel_height)
    )


def _colour(names: Sequence[str], colours: Sequence[int], style: Style) -> Any:
    import altair as alt

    scale = alt.Scale(domain=list(names), range=[style.colour(i) for i in colours[: len(names)]])
    return alt.Color("what:N", title=None, sort=list(names), scale=scale, legend=_legend(names, style))


def _legend(names: Sequence[str], style: Style) -> Any:
    import altair as alt

    columns = legend_columns(names, style.panel_width)
    return alt.Legend(orient="bottom", direction="horizontal", columns=columns)


def _log(values: Sequence[float]) -> dict[str, Any]:
    """Return scale and axis of a logarithmic scale; no label stands at its upper end, where it would move the title."""
    import altair as alt

    low, high = math.floor(math.log10(min(values))), math.log10(max(values))
    fine = (1, 2, 5) if high - low <= 3 else (1,)
    ticks = [m * 10.0**e for e in range(low, math.ceil(high) + 1) for m in fine if m * 10.0**e <= max(values)]
    domain = [10.0**low, 10.0 ** (low + 1.05 * (high - low) + 0.02)]
    axis = alt.Axis(format=",~g", values=ticks, labelOverlap="greedy", labelSeparation=6)
    return {"scale": alt.Scale(type="log", domain=domain, nice=False), "axis": axis}


def _year(date: str) -> float:
    return int(date[:4]) + (int(date[5:]) - 1) / 12
