"""Geographic map of a network at one instant: nodes, links between shells and to the ground, stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solver.physics.constants import EARTH_MEAN_RADIUS_KM
from solver.report.panels import COLOURS, INK
from solver.topology.graph import BETWEEN

if TYPE_CHECKING:
    from solver.report.network_analysis import NetworkReport
    from solver.topology.graph import Graph

WIDTH, HEIGHT = 980, 430
MAX_NODES = 4000
MAX_LINKS = 500
GREY = "#777777"
LOW_KM = 3000.0
"""Links down from higher nodes would cover the map."""
LABEL_DEG = 9.0
"""Distance in degrees from a named station below which another station has no name."""


def map_panel(report: NetworkReport) -> Any:
    """Draw nodes by shell on a map of latitude and longitude, a sample of links, and the stations by name."""
    import altair as alt

    graph = report.graph
    longitude, latitude = _below(graph)
    near = np.array([spec.geometry is not None for spec in graph.shells])[graph.shell]
    titles = [spec.title for spec in graph.shells if spec.geometry is not None]
    shown = np.flatnonzero(near)
    drawn = shown
    if len(shown) > MAX_NODES:
        drawn = np.sort(np.random.default_rng(0).choice(shown, MAX_NODES, replace=False))
    nodes = [{**_point(longitude[i], latitude[i]), "shell": graph.shells[graph.shell[i]].title} for i in drawn]
    x = alt.X("x:Q", title="longitude", scale=alt.Scale(domain=[-180, 180], nice=False), axis=_degrees(60, 180))
    y = alt.Y("y:Q", title="latitude", scale=alt.Scale(domain=[-90, 90], nice=False), axis=_degrees(30, 90))
    colour = alt.Color(
        "shell:N",
        title=None,
        sort=titles,
        scale=alt.Scale(domain=titles, range=[COLOURS[i % len(COLOURS)] for i in range(len(titles))]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=5, symbolSize=90, labelLimit=220),
    )
    dots = alt.Chart(alt.InlineData(values=nodes)).mark_circle(size=7, opacity=0.75).encode(x=x, y=y, color=colour)
    layers = [_links(graph, longitude, latitude, near), dots, *_stations(report)]
    share = f", {len(drawn) / len(shown):.0%} of them drawn".replace("%", " %") if len(drawn) < len(shown) else ""
    title = f"Nodes at one instant{share}; grey: some links down and between shells; triangles: stations by traffic"
    return alt.layer(*layers).properties(title=title, width=WIDTH, height=HEIGHT)


def _point(x: float, y: float, end: str = "") -> dict[str, float]:
    return {f"x{end}": round(float(x), 2), f"y{end}": round(float(y), 2)}


def _below(graph: Graph) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude below each vertex, degrees."""
    at = graph.position_km
    latitude = np.degrees(np.arcsin(at[:, 2] / np.linalg.norm(at, axis=1)))
    return np.degrees(np.arctan2(at[:, 1], at[:, 0])), np.asarray(latitude, dtype=np.float64)


def _links(graph: Graph, longitude: Any, latitude: Any, near: Any) -> Any:
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
        alt.Chart(alt.InlineData(values=values))
        .mark_rule(strokeWidth=0.6, color=GREY, opacity=0.6)
        .encode(x="x:Q", y="y:Q", x2="x2:Q", y2="y2:Q")
    )


def _sample(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return pairs[:: max(1, -(-len(pairs) // MAX_LINKS))]


def _stations(report: NetworkReport) -> list[Any]:
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
    base = alt.Chart(alt.InlineData(values=values)).encode(x="x:Q", y="y:Q")
    size = alt.Size("tbps:Q", legend=None, scale=alt.Scale(range=[40, 380], domainMin=0))
    marks = base.mark_point(shape="triangle-up", filled=True, color=INK, opacity=1, stroke="white").encode(size=size)
    labels = alt.Chart(alt.InlineData(values=_without_overlap(values))).encode(x="x:Q", y="y:Q", text="name:N")
    plain: dict[str, Any] = {"align": "left", "dx": 7, "dy": -6, "fontSize": 11, "fontWeight": "bold", "color": INK}
    return [marks, labels.mark_text(stroke="white", strokeWidth=3, **plain), labels.mark_text(**plain)]


def _without_overlap(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stations to name without overlap of names, those with most traffic first."""
    labels: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda value: -value["tbps"]):
        if all(abs(value["y"] - n["y"]) > LABEL_DEG or abs(value["x"] - n["x"]) > 3 * LABEL_DEG for n in labels):
            labels.append(value)
    return labels


def _degrees(step: int, most: int) -> Any:
    import altair as alt

    return alt.Axis(values=list(range(-most, most + 1, step)), labelExpr="datum.value + '°'", grid=True)
