"""Small multiples of compared runs: power by source over time, one small panel for each run with common axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from solver.report.datasets import data
from solver.report.panels import legend_columns, linear
from solver.report.series import Bar, stacked
from solver.report.style import GAP, Style
from solver.tables import PlanState

MOON, GROUND = "Moon-made", "ground"
LEAST_PANEL, MOST_PANEL = 190, 300
"""Pixels across a small panel: the least with its gap, and the most."""


def power_sources(states: Mapping[str, PlanState], style: Style) -> Any:
    """Draw the power by source of every run: shells with nodes from the Earth, nodes from the Moon, and the ground."""
    import altair as alt

    rows: list[dict[str, Any]] = [
        {"run": run, "source": bar.what, "start": bar.start, "end": bar.end, "low": bar.low, "high": bar.high}
        for run, state in states.items()
        for bar in _bars(state)
    ]
    titles = dict.fromkeys(title for state in states.values() for title in _titles(state).values())
    declared = [*titles, MOON, GROUND]
    colours = style.colours((row["source"] for row in rows), declared)
    names = [name for name in declared if name in colours]
    columns = max(1, min(len(states), style.full_width // LEAST_PANEL))
    width = min(MOST_PANEL, (style.full_width - (columns - 1) * GAP) // columns)
    highest = max((row["high"] for row in rows), default=0.0)
    legend = alt.Legend(
        orient="bottom", direction="horizontal", columns=legend_columns(names, style.full_width), symbolType="square"
    )
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    first = min((row["start"] for row in rows), default=0.0)
    last = max((row["end"] for row in rows), default=1.0)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (last - first) / step <= width // 50)
    ticks = [year for year in range(int(first), int(last) + 1) if year % step == 0]
    axis = alt.Axis(format="d", values=ticks, grid=False, labelFlush=True)
    chart = (
        alt.Chart(data(rows))
        .mark_rect(stroke=style.palette.background, strokeWidth=0.3)
        .encode(
            x=alt.X("start:Q", title=None, scale=alt.Scale(domain=[first, last], nice=False), axis=axis),
            x2="end:Q",
            y=alt.Y("low:Q", title="IT power, GW", **linear(highest)),
            y2="high:Q",
            color=alt.Color("source:N", title=None, scale=scale, legend=legend),
            tooltip=["run:N", "source:N", alt.Tooltip("high:Q", format=",.4~r")],
        )
        .properties(width=width, height=round(0.7 * width))
    )
    header = alt.Header(title=None, labelFontSize=11, labelAnchor="start", labelLimit=width)
    facet = alt.Facet("run:N", header=header, sort=list(states))
    return chart.facet(facet, columns=columns, title="IT power by source")


def _bars(state: PlanState) -> Iterator[Bar]:
    """Yield the layers of a run: the power of each source at the end of every period."""
    amounts: dict[tuple[str, int], float] = {}
    titles = _titles(state)
    for (k, s, t), stock in state.nodes.items():
        moon = state.instance.platforms[state.designs[k, s].platform].made_on == "moon"
        key = (MOON if moon else titles[s], t)
        amounts[key] = amounts.get(key, 0.0) + stock.power_gw
    for (_, t), gw in state.ground_gw.items():
        amounts[GROUND, t] = amounts.get((GROUND, t), 0.0) + gw
    # ``stacked`` divides amounts by the length of their period, which stocks are not spread over.
    whole = {(name, t): gw * state.horizon.years(t) for (name, t), gw in amounts.items()}
    yield from stacked(state, whole, [*dict.fromkeys(titles.values()), MOON, GROUND])


def _titles(state: PlanState) -> dict[str, str]:
    return {s: shell.title or s for s, shell in state.instance.shells.items()}
