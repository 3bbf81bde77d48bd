"""Chart of a cost bridge: a bar for each step from the cost of one run to that of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solver.report.datasets import data
from solver.report.style import AXIS, Style

ROW = 32
"""Height of a step: its name, and its bar below."""
COST, RISES, FALLS = "net present cost", "rises", "falls"


@dataclass(frozen=True, slots=True)
class Step:
    """Step of a bridge: from one level of cost to the next; a level itself begins at 0."""

    name: str
    start: float
    end: float
    total: bool = False

    @property
    def kind(self) -> str:
        """Kind of the step, which sets its colour."""
        return COST if self.total else RISES if self.end >= self.start else FALLS


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of a bridge from top to bottom, and the sum of both gaps, in one unit."""

    steps: tuple[Step, ...]
    gaps: float | None
    unit: str


def bridge_panel(bridge: Steps, style: Style) -> Any:
    """Draw a bridge from top to bottom; the gaps are a line around the last level."""
    import altair as alt

    steps, gaps = bridge.steps, bridge.gaps
    rows: list[dict[str, Any]] = [
        {"step": s.name, "low": s.start, "high": s.end, "kind": s.kind, "by": s.end - s.start} for s in steps
    ]
    levels = [level for step in steps for level in ((step.end,) if step.total else (step.start, step.end))]
    margin = 0.08 * (max(levels) - min(levels)) or 1.0
    # Totals are cut off where the axis begins, as a bridge is small beside them.
    domain = [max(0.0, min(levels) - 3 * margin), max(levels) + margin]
    for row in rows:
        row["low"] = max(row["low"], domain[0]) if row["kind"] == COST else row["low"]
    names = [step.name for step in steps]
    y = alt.Y(
        "step:N", sort=names, title=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.5),
        axis=alt.Axis(
            ticks=False, labelAlign="left", labelPadding=-5, labelOffset=-14, labelLimit=style.full_width,
            minExtent=AXIS, maxExtent=AXIS,
        ),
    )  # fmt: skip
    kinds = [kind for kind in (COST, RISES, FALLS) if any(row["kind"] == kind for row in rows)]
    of = {COST: style.colour(0), RISES: style.colour(5), FALLS: style.colour(2)}
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=kinds, range=[of[kind] for kind in kinds]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=3, symbolType="square"),
    )  # fmt: skip
    x = alt.X(
        "low:Q", title=f"net present cost, {bridge.unit}{' (axis cut)' if domain[0] > 0 else ''}",
        scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(format=",~f", tickCount=5),
    )  # fmt: skip
    tooltip = [alt.Tooltip("step:N"), alt.Tooltip("by:Q", title=bridge.unit, format="+,.4~r")]
    bars = alt.Chart(data(rows)).mark_bar(height=11).encode(
        y=y, x=x, x2="high:Q", color=colour, tooltip=tooltip
    )  # fmt: skip
    layers = [bars] if gaps is None else [bars, _gaps(steps[-1], gaps, y, style)]
    title = style.lines("Cost bridge by driver; line: both gaps", 13, style.full_width)
    return alt.layer(*layers).properties(title=title, width=style.full_width, height=ROW * len(steps))


def _gaps(last: Step, gaps: float, y: Any, style: Style) -> Any:
    """Draw both gaps around the last level."""
    import altair as alt

    span = {"step": last.name, "low": last.end - gaps, "high": last.end + gaps}
    line = alt.Chart(data([span])).mark_rule(color=style.palette.ink, strokeWidth=2)
    return line.encode(y=y, x=alt.X("low:Q"), x2="high:Q")
