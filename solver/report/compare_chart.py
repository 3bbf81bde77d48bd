"""Picture of a comparison: the cost of each run by part, with its objective and its bound, and its power over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from solver.errors import UsageError
from solver.report import number_format
from solver.report.datasets import data, datasets
from solver.report.panels import DASHES, Frame, Unit, legend_columns, linear, lines_panel
from solver.report.plot import FAMILIES, USUAL, chosen_panels, placed, with_style
from solver.report.series import Line, span
from solver.report.style import AXIS, Style
from solver.tables import PlanState, state_of

if TYPE_CHECKING:
    from solver.run.stored_run import Run

ROW = 40
"""Height of a row: the name of a run, and its bar below."""


def compare_chart(
    runs: Sequence[Run], labels: Sequence[str], style: Style = USUAL, panels: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the Vega-Lite specification of the picture of a comparison; UsageError where no run has a plan."""
    states = {
        label: state_of(run.instance, run.plan) for run, label in zip(runs, labels, strict=True) if run.plan is not None
    }
    if not states:
        raise UsageError("none of these runs has a plan to draw")
    with datasets() as rows:
        known = {"cost": lambda: _cost(runs, labels, states, style), "power": lambda: _power(states, style)}
        drawn = [known[name]() for name in chosen_panels(panels, known)]
        picture = with_style(placed(drawn, style), "Comparison of runs", _subtitle(runs, labels), style)
        spec: dict[str, Any] = picture.to_dict()
        return {**spec, "datasets": rows}


def _subtitle(runs: Sequence[Run], labels: Sequence[str]) -> list[str]:
    lacking = [
        f"{label}: no plan ({run.manifest.status})" for run, label in zip(runs, labels, strict=True) if not run.plan
    ]
    return lacking or [number_format.listed(labels)]


def _cost(runs: Sequence[Run], labels: Sequence[str], states: dict[str, PlanState], style: Style) -> Any:
    """Draw gross present cost by part, and net present cost and bound of the least-cost runs, by run."""
    import altair as alt

    parts = [row for label, state in states.items() for row in _parts(label, state)]
    names = [title for title in FAMILIES.values() if any(row["what"] == title for row in parts)]
    y = alt.Y(
        "run:N", title=None, scale=alt.Scale(domain=list(states), paddingInner=0.55, paddingOuter=0.5),
        axis=alt.Axis(
            ticks=False, labelAlign="left", labelPadding=-5, labelOffset=-17, labelLimit=style.panel_width - 10,
            minExtent=AXIS, maxExtent=AXIS,
        ),
    )  # fmt: skip
    title = "present cost, GUSD; line: net of salvage, triangle: bound"
    x = alt.X("low:Q", title=title, **linear(max((row["high"] for row in parts), default=0.0), upright=False))
    tooltip = [alt.Tooltip("run:N"), alt.Tooltip("what:N", title="part"), _gusd("amount")]
    bars = alt.Chart(data(parts)).mark_bar(height=12)
    shown = bars.encode(y=y, x=x, x2="high:Q", color=_colour(names, style), tooltip=tooltip)
    layers = [shown, *_net(runs, labels, y, style)]
    return alt.layer(*layers).properties(
        title="Present cost by part", width=style.panel_width, height=ROW * len(states)
    )


def _net(runs: Sequence[Run], labels: Sequence[str], y: Any, style: Style) -> list[Any]:
    """Return the marks for net present cost and bound; none where no run is of least cost."""
    import altair as alt

    nets = [
        {"run": label, "net": run.manifest.objective / 1000, "bound": (run.manifest.bound or 0.0) / 1000}
        for run, label in zip(runs, labels, strict=True)
        if run.manifest.objective is not None and run.instance.objective.kind == "least_cost"
    ]
    tooltip, ink = [alt.Tooltip("run:N"), _gusd("net"), _gusd("bound")], style.palette.ink
    base = alt.Chart(data(nets)).encode(y=y, tooltip=tooltip)
    triangle = base.mark_point(shape="triangle-up", filled=True, color=ink, opacity=1, size=50, yOffset=14)
    line = base.mark_tick(color=ink, thickness=2.5, height=20)
    return [line.encode(x="net:Q"), triangle.encode(x="bound:Q")] if nets else []


def _parts(label: str, state: PlanState) -> Iterator[dict[str, Any]]:
    """Yield the layers of a run's bar: gross present cost by family, GUSD."""
    sums: dict[str, float] = {}
    for entry in state.plan.claims.ledger:
        if entry.item != "salvage":
            sums[entry.family] = sums.get(entry.family, 0.0) + entry.present_musd / 1000
    low = 0.0
    for family, title in FAMILIES.items():
        amount = sums.get(family, 0.0)
        if amount > 0:
            yield {"run": label, "what": title, "low": low, "high": low + amount, "amount": amount}
            low += amount


def _colour(names: list[str], style: Style) -> Any:
    import altair as alt

    columns = legend_columns(names, style.panel_width)
    return alt.Color(
        "what:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names, range=list(style.colours(names, FAMILIES.values()).values())),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=columns, symbolType="square"),
    )


def _gusd(field: str) -> Any:
    import altair as alt

    return alt.Tooltip(f"{field}:Q", title=f"{field}, GUSD", format=",.4~r")


def _power(states: dict[str, PlanState], style: Style) -> Any:
    """Draw the IT power of each run over time."""
    lines = [
        Line(label, span(state, t)[1], state.orbit_gw(t) + state.on_ground_gw(t))
        for label, state in states.items()
        for t in state.horizon.periods
    ]
    first = min(span(state, 0)[0] for state in states.values())
    frame = Frame(style, (first, max(line.start for line in lines)))
    dashes = {label: DASHES[i % len(DASHES)] for i, label in enumerate(states)}
    return lines_panel(lines, "IT power", Unit("IT power, GW"), frame, style.colours(states, states), dashes)
