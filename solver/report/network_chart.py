"""Picture of a network: map of nodes and stations, bandwidth of shells, outages, and figures over the years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.report import number_format
from solver.report.network_map import map_panel
from solver.report.panels import COLOURS
from solver.report.plot import with_style, write_picture

if TYPE_CHECKING:
    from solver.report.network_analysis import NetworkReport
    from solver.topology.metrics import ShellFigures

WIDTH, HEIGHT = 430, 240
ROW = 20
"""Height of a bar with its gap."""
LATENCY_COLOURS = ("#56B4E9", "#0072B2", "#5D4E8C")
MIDDLE, INSIDE = "bisection of the shell", "bisection of a cluster"
LABELS = 230


def plot_network(report: NetworkReport, path: str | Path, format: str = "svg") -> Path:
    """Draw a network and return the file: ``network.<format>`` in a directory, or the file that is named."""
    return write_picture(network_chart(report), path, "network", format)


def network_chart(report: NetworkReport) -> dict[str, Any]:
    """Return the Vega-Lite specification of the picture of a network."""
    import altair as alt

    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        below = [panel for panel in (_shells(report), _outages(report)) if panel is not None]
        if len(report.years) > 1:
            below += [panel for panel in (_latency(report), _rates(report)) if panel is not None]
        picture = alt.vconcat(
            map_panel(report),
            alt.concat(*below, columns=2, spacing={"row": 50, "column": 90}, align="none").resolve_scale(
                color="independent", x="independent", y="independent"
            ),
            spacing=45,
        ).resolve_scale(color="independent")
        spec: dict[str, Any] = with_style(picture, report.title, _subtitle(report)).to_dict()
        return spec


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


def _shells(report: NetworkReport) -> Any:
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
    y = alt.Y("shell:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(grid=True, labelLimit=LABELS))
    x = alt.X(
        "value:Q",
        title="Gb/s per MW (log scale)",
        scale=alt.Scale(type="log"),
        axis=_log_axis([row["value"] for row in rows]),
    )
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(y=y, x=x, color=_colour(what, (COLOURS[1], COLOURS[2])))
        .properties(title="Bandwidth of shells, by IT power", width=WIDTH, height=max(4, len(names)) * ROW)
    )


def _named(shell: ShellFigures) -> str:
    return f"{shell.spec.title}, {number_format.power(shell.spec.power_mw / 1000)}"


def _outages(report: NetworkReport) -> Any:
    """Draw traffic and connected power after each outage, as shares of the intact network."""
    import altair as alt

    kinds = {"traffic_share": "traffic to the ground", "ground_connected_power_share": "power connected to the ground"}
    rows = [
        {"outage": impact.outage, "what": what, "value": 100 * getattr(impact, key)}
        for impact in report.figures.outages
        for key, what in kinds.items()
    ]
    names = [impact.outage for impact in report.figures.outages]
    y = alt.Y("outage:N", title=None, sort=names, axis=alt.Axis(labelLimit=LABELS, grid=True))
    x = alt.X("value:Q", title="% of the intact network", scale=alt.Scale(domain=[0, 104], nice=False))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=y, x=x, color=_colour(list(kinds.values()), (COLOURS[5], COLOURS[0]))
    )
    # A ring and a dot, so that neither hides the other where both are the same.
    ring = base.transform_filter(f"datum.what == '{kinds['traffic_share']}'").mark_point(size=95, strokeWidth=2.2)
    dot = base.transform_filter(f"datum.what != '{kinds['traffic_share']}'").mark_point(filled=True, size=32, opacity=1)
    return alt.layer(ring, dot).properties(title="After an outage", width=WIDTH, height=max(4, len(names)) * ROW)


def _latency(report: NetworkReport) -> Any:
    """Draw the latency between cities over the years."""
    rows = [
        {"year": _year(year.date), "what": what, "value": getattr(year.cities, key)}
        for year in report.years
        if year.cities is not None
        for key, what in (
            ("latency_p50_ms", "median"),
            ("latency_p95_ms", "95 % of pairs"),
            ("latency_p99_ms", "99 % of pairs"),
        )
    ]
    return _over_years(rows, "Latency between the 20 largest cities", "ms one way", LATENCY_COLOURS, log=False)


def _rates(report: NetworkReport) -> Any:
    """Draw bisection bandwidth and capacity to the ground, by power, over the years."""
    rows = [
        {"year": _year(year.date), "what": what, "value": value}
        for year in report.years
        for what, value in (
            ("bisection", year.bisection.gbps_per_mw), ("to the ground", year.ground_gbps_per_mw),
        )
        if value > 0
    ]  # fmt: skip
    return _over_years(rows, "Bandwidth by IT power", "Gb/s per MW (log scale)", (COLOURS[1], COLOURS[5]), log=True)


def _over_years(rows: list[dict[str, Any]], title: str, unit: str, colours: Sequence[str], log: bool) -> Any:
    import altair as alt

    # A scale without values has no domain.
    if not rows:
        return None
    names = list(dict.fromkeys(row["what"] for row in rows))
    years = sorted({row["year"] for row in rows})
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (years[-1] - years[0]) / step <= 9)
    ticks = [y for y in range(math.floor(years[0]), math.ceil(years[-1]) + 1) if y % step == 0]
    scale = alt.Scale(type="log") if log else alt.Scale(domainMin=0)
    axis = _log_axis([row["value"] for row in rows]) if log else alt.Axis(format=",~f")
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(format="d", values=ticks, grid=False),
    )
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=22))
        .encode(x=x, y=alt.Y("value:Q", title=unit, scale=scale, axis=axis), color=_colour(names, colours))
        .properties(title=title, width=WIDTH, height=HEIGHT)
    )


def _colour(names: Sequence[str], colours: Sequence[str]) -> Any:
    import altair as alt

    return alt.Color(
        "what:N",
        title=None,
        sort=list(names),
        scale=alt.Scale(domain=list(names), range=list(colours[: len(names)])),
        legend=alt.Legend(orient="bottom", direction="horizontal", labelLimit=260),
    )


def _log_axis(values: Sequence[float]) -> Any:
    import altair as alt

    if not values:
        return alt.Axis()
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    fine = (1, 2, 5) if high - low <= 3 else (1,)
    return alt.Axis(format=",~g", values=[m * 10.0**e for e in range(low, high + 1) for m in fine])


def _year(date: str) -> float:
    return int(date[:4]) + (int(date[5:]) - 1) / 12
