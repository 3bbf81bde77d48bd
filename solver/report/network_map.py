"""Geographic map of a network at one instant: nodes, links between shells and to the ground, stations."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solver.physics.constants import EARTH_MEAN_RADIUS_KM
from solver.report.datasets import data
from solver.report.panels import LABELS, legend_columns
from solver.report.style import Style
from solver.topology.graph import BETWEEN

if TYPE_CHECKING:
    from solver.report.network_analysis import NetworkReport
    from solver.topology.graph import Graph

MAX_NODES = 4000
MAX_LINKS = 500
LOW_KM = 3000.0
"""Links down from higher nodes would cover the map."""
LABEL_DEG = 9.0
"""Distance in degrees from a named station below which another one has no name; more on a small map."""


def map_panel(report: NetworkReport, style: Style) -> Any:
    """Draw nodes by shell on a map of latitude and longitude, a sample of links, and the stations by name."""
    import altair as alt

    graph, width = report.graph, style.full_width
    longitude, latitude = _below(graph)
    near = np.array([spec.geometry is not None for spec in graph.shells])[graph.shell]
    shown = np.flatnonzero(near)
    drawn = shown
    if len(shown) > MAX_NODES:
        drawn = np.sort(np.random.default_rng(0).choice(shown, MAX_NODES, replace=False))
    nodes = [{**_point(longitude[i], latitude[i]), "shell": graph.shells[graph.shell[i]].title} for i in drawn]
    x = alt.X("x:Q", title="longitude", scale=alt.Scale(domain=[-180, 180], nice=False), axis=_degrees(60, 180, style))
    y = alt.Y("y:Q", title="latitude", scale=alt.Scale(domain=[-90, 90], nice=False), axis=_degrees(30, 90, style))
    dots = (
        alt.Chart(data(nodes))
        .mark_circle(size=7 if width > 600 else 4, opacity=0.8)
        .encode(x=x, y=y, color=_by_shell(report, style), tooltip=alt.Tooltip("shell:N"))
    )
    layers = [_land(x, y, style), _links(graph, longitude, latitude, near, style), dots, *_stations(report, style)]
    share = f", {len(drawn) / len(shown):.0%} of them drawn".replace("%", " %") if len(drawn) < len(shown) else ""
    title = (
        f"Nodes at one instant{share}; thin lines: some links down and between shells; triangles: stations by traffic"
    )
    sized = {"title": style.lines(title, 13, width), "width": width, "height": round(0.46 * width)}
    return alt.layer(*layers).properties(**sized)


def _by_shell(report: NetworkReport, style: Style) -> Any:
    """Return the colour of each shell near the Earth, the same as in all other pictures."""
    import altair as alt

    near = [spec for spec in report.graph.shells if spec.geometry is not None]
    colours = style.colours((spec.name for spec in near), report.declared)
    titles = [spec.title for spec in near]
    columns = legend_columns(titles, style.full_width)
    return alt.Color(
        "shell:N",
        title=None,
        sort=titles,
        scale=alt.Scale(domain=titles, range=[colours[spec.name] for spec in near]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=columns, symbolOpacity=1),
    )


@cache
def coastlines() -> tuple[tuple[int, float, float], ...]:
    """Return the outlines of land: the number of the ring, longitude and latitude in degrees of each corner."""
    text = files("solver.report").joinpath("coastlines.csv").read_text(encoding="utf-8")
    lines = [line.split(",") for line in text.splitlines() if not line.startswith("#")][1:]
    return tuple((int(ring), float(x), float(y)) for ring, x, y in lines)


def _land(x: Any, y: Any, style: Style) -> Any:
    import altair as alt

    values = [{"ring": ring, "x": x, "y": y, "corner": i} for i, (ring, x, y) in enumerate(coastlines())]
    return (
        alt.Chart(data(values))
        .mark_line(fill=style.palette.land, stroke=style.palette.axis, strokeWidth=0.5, clip=True, tooltip=None)
        .encode(x=x, y=y, detail="ring:N", order="corner:Q")
    )


def _point(x: float, y: float, end: str = "") -> dict[str, float]:
    return {f"x{end}": round(float(x), 2), f"y{end}": round(float(y), 2)}


def _below(graph: Graph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude below each vertex, degrees."""
    at = graph.position_km
    latitude = np.degrees(np.arcsin(at[:, 2] / np.linalg.norm(at, axis=1)))
    return np.degrees(np.arctan2(at[:, 1], at[:, 0])), np.asarray(latitude, dtype=np.float64)


def _links(graph: Graph, longitude: Any, latitude: Any, near: Any, style: Style) -> Any:
    import altair as alt

    between = graph.links[(graph.kind == BETWEEN)]
    between = between[near[between].all(axis=1)]
    rows = [(longitude[a], latitude[a], longitude[b], latitude[b]) for a, b in _sample(between)]
    down = np.column_stack((graph.down.satellite, graph.down.place))
    low = np.linalg.norm(graph.position_km[down[:, 0]], axis=1) < EARTH_MEAN_RADIUS_KM + LOW_KM
    down = down[low]
    rows += [
        (longitude[s], latitude[s], graph.stations[p].longitude_deg, graph.stations[p].latitude_deg)
        for s, p in _sample(down)
    ]
    # A link across the date line would be drawn right across the map.
    values = [{**_point(a, b), **_point(c, d, "2")} for a, b, c, d in rows if abs(a - c) < 180]
    return (
        alt.Chart(data(values))
        .mark_rule(strokeWidth=0.6, color=style.palette.muted, opacity=0.6)
        .encode(x="x:Q", y="y:Q", x2="x2:Q", y2="y2:Q")
    )


def _sample(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return pairs[:: max(1, -(-len(pairs) // MAX_LINKS))]


def _stations(report: NetworkReport, style: Style) -> list[Any]:
    import altair as alt

    graph = report.graph
    arriving = np.bincount(graph.down.place, weights=graph.down_gbps, minlength=len(graph.stations))
    values = [
        {
            "x": s.longitude_deg, "y": s.latitude_deg, "name": s.title.split(",")[0],
            "tbps": float(min(s.expected_gbps, arriving[i])) / 1000,
        }
        for i, s in enumerate(graph.stations)
    ]  # fmt: skip
    base = alt.Chart(data(values)).encode(x="x:Q", y="y:Q")
    ink, ground = style.palette.ink, style.palette.background
    size = alt.Size("tbps:Q", legend=None, scale=alt.Scale(range=[40, 380], domainMin=0))
    tooltip = [alt.Tooltip("name:N", title="station"), alt.Tooltip("tbps:Q", title="Tb/s", format=",.3~r")]
    marks = base.mark_point(shape="triangle-up", filled=True, color=ink, opacity=1, stroke=ground)
    named = _without_overlap(values, LABEL_DEG * max(1.0, 900 / style.full_width))
    labels = alt.Chart(data(named)).encode(x="x:Q", y="y:Q", text="name:N")
    plain: dict[str, Any] = {"align": "left", "dx": 7, "dy": -6, "fontSize": 11, "fontWeight": "bold", "color": ink}
    return [
        marks.encode(size=size, tooltip=tooltip),
        labels.mark_text(stroke=ground, strokeWidth=3, **plain),
        labels.mark_text(**plain),
    ]


def _without_overlap(values: list[dict[str, Any]], apart_deg: float) -> list[dict[str, Any]]:
    """Return the stations to name without overlap of names, those with most traffic first."""
    labels: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda value: -value["tbps"]):
        if all(abs(value["y"] - n["y"]) > apart_deg or abs(value["x"] - n["x"]) > 3 * apart_deg for n in labels):
            labels.append(value)
    return labels


def _degrees(step: int, most: int, style: Style) -> Any:
    import altair as alt

    values = list(range(-most, most + 1, step if style.full_width > 600 else 2 * step))
    upright = {"minExtent": LABELS, "maxExtent": LABELS} if most == 90 else {}
    return alt.Axis(values=values, labelExpr="datum.value + '°'", gridOpacity=0.6, **upright)
