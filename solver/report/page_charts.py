"""Charts of the report page beside those of ``solver.report.plot``: stocks over time, costs by part, gap over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from solver.milp.solution import SearchEvent
from solver.report.series import span
from solver.report.style import FONT, LIGHT
from solver.report.summary import cost_shares
from solver.tables import PlanState
from solver.tables.account import STAGES, account_of
from solver.tables.demand import stock_unit

WIDTH, HEIGHT = 620, 260
Point = tuple[float, str, float]
"""Year (or second), name, value."""


def fleet_points(state: PlanState) -> list[Point]:
    """Return the fleet of each vehicle type at the end of each period."""
    titles = {v: state.instance.vehicles[v].title or v for v in state.instance.use.vehicles}
    return _used((span(state, t)[1], titles.get(v, v), fleet.stock) for (v, t), fleet in state.fleets.items())


def pad_points(state: PlanState) -> list[Point]:
    """Return the pads in use at each site at the end of each period."""
    return _used((span(state, t)[1], site, float(pads)) for (site, t), pads in state.pads.items())


def shell_points(state: PlanState) -> list[Point]:
    """Return the IT power in each shell at the end of each period, GW."""
    titles = {s: state.instance.shells[s].title or s for s in state.shells}
    return _used(
        (span(state, t)[1], titles[s], state.in_shell[s, t].power_gw)
        for s in state.shells
        for t in state.horizon.periods
    )


def gap_points(events: Sequence[SearchEvent]) -> list[Point]:
    """Return cost of the best plan and lower bound over the seconds of a solve, in the unit of the objective."""
    points = [(event.seconds, "best plan", event.objective) for event in events if event.objective is not None]
    bounds = [(event.seconds, "bound", event.bound) for event in events if event.bound is not None]
    return [point for point in (*points, *bounds) if math.isfinite(point[2])]


def over_time(points: Sequence[Point], title: str, unit: str, seconds: bool = False) -> dict[str, Any]:
    """Return the specification of steps over time, one line for each name."""
    import altair as alt

    names = list(dict.fromkeys(name for _, name, _ in points))
    data = [{"at": round(at, 4), "what": name, "value": value} for at, name, value in points]
    axis = alt.Axis(format="~g" if seconds else "d", tickCount=8, grid=False)
    lowest = min(value for *_, value in points)
    zero = not seconds or lowest <= 0
    return _styled(
        alt.Chart(alt.InlineData(values=data))
        .mark_line(interpolate="step-after" if seconds else "linear", strokeWidth=2)
        .encode(
            x=alt.X("at:Q", title="seconds" if seconds else None, axis=axis, scale=alt.Scale(zero=False, nice=seconds)),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=zero), axis=alt.Axis(format=",~f", tickCount=6)),
            color=alt.Color("what:N", title=None, sort=names, scale=_scale(names), legend=_legend(names)),
            strokeDash=alt.StrokeDash("what:N", sort=names, legend=None),
        )
        .properties(width=WIDTH, height=HEIGHT, title=title)
    )


def cost_bars(state: PlanState, levelised: float | None) -> tuple[dict[str, Any], list[tuple[str, float]]]:
    """Return the chart of cost by part, largest first, and its values: levelised, or gross present MUSD without it."""
    import altair as alt

    shares = cost_shares(state.plan)
    whole = sum(shares.values())
    factor = levelised / whole if levelised is not None and whole > 0 else 1.0
    parts = [(name, factor * value) for name, value in shares.items() if value > 0]
    unit = "USD per W and year" if levelised is not None else "gross present cost, MUSD"
    drawn = (
        alt.Chart(alt.InlineData(values=[{"part": name, "value": value} for name, value in parts]))
        .mark_bar(color=LIGHT.series[0])
        .encode(
            x=alt.X("value:Q", title=unit, axis=alt.Axis(format=",~f", tickCount=6)),
            y=alt.Y("part:N", title=None, sort=[name for name, _ in parts]),
        )
        .properties(width=WIDTH, height=max(60, 24 * len(parts)), title="Cost by part")
    )
    return _styled(drawn), parts


def stages(state: PlanState) -> tuple[str, str, list[tuple[str, float, float]]] | None:
    """Return period, unit, and amount and loss of each stage from installed to used, at the last milestone."""
    horizon = state.horizon
    asked = [t for t in horizon.periods if state.target[t] > 0]
    if not asked:
        return None
    t = asked[-1]
    amounts = account_of(state, t)
    if amounts[0] <= 0:
        return None
    unit = stock_unit(state.instance.target.kind)
    before = (amounts[0], *amounts)
    rows = [
        (name, amount, max(0.0, last - amount)) for name, amount, last in zip(STAGES, amounts, before, strict=False)
    ]
    return horizon.label(t), unit, rows


def waterfall(rows: Sequence[tuple[str, float, float]], title: str, unit: str) -> dict[str, Any]:
    """Return the chart of the stages: what is left at each, and the loss that leads to it."""
    import altair as alt

    names = ["left", "lost"]
    data = [
        {"stage": stage, "what": what, "low": low, "high": high}
        for stage, amount, lost in rows
        for what, low, high in (("left", 0.0, amount), ("lost", amount, amount + lost))
        if high > low
    ]
    return _styled(
        alt.Chart(alt.InlineData(values=data))
        .mark_bar(stroke="white")
        .encode(
            x=alt.X("low:Q", title=unit, axis=alt.Axis(format=",~f", tickCount=6)),
            x2="high:Q",
            y=alt.Y("stage:N", title=None, sort=[stage for stage, *_ in rows]),
            color=alt.Color("what:N", title=None, sort=names, scale=_scale(names), legend=_legend(names)),
        )
        .properties(width=WIDTH, height=24 * len(rows), title=title)
    )


def _used(points: Iterable[Point]) -> list[Point]:
    """Return the points of names that are ever above zero."""
    listed = list(points)
    used = {name for _, name, value in listed if value > 0}
    return [point for point in listed if point[1] in used]


def _scale(names: Sequence[str]) -> Any:
    import altair as alt

    return alt.Scale(domain=list(names), range=[LIGHT.series[i % len(LIGHT.series)] for i in range(len(names))])


def _legend(names: Sequence[str]) -> Any:
    import altair as alt

    return alt.Legend(orient="bottom", direction="horizontal", columns=4, labelLimit=220) if len(names) > 1 else None


def _styled(drawn: Any) -> dict[str, Any]:
    spec: dict[str, Any] = (
        drawn.properties(background="white")
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, titleFontSize=12, titleFontWeight="normal", gridColor="#DDDDDD")
        .configure_title(fontSize=13, anchor="start")
        .to_dict()
    )
    return spec
