"""Chart of a two-stage problem: cost of every scenario, with one first stage for all and with perfect information."""

from __future__ import annotations

from typing import Any

from solver.ask.risk.two_stage_result import ScenarioResult
from solver.report import number_format
from solver.report.bridge_chart import ROW
from solver.report.datasets import data
from solver.report.plot import USUAL, with_style
from solver.report.style import AXIS, Style

BEST, MEAN, ALONE = "best first stage", "first stage by expected values", "perfect information"
GUSD = 1e3


def scenario_chart(result: ScenarioResult, style: Style = USUAL) -> dict[str, Any]:
    """Return the Vega-Lite specification of the costs by scenario, each from bound to plan."""
    import altair as alt

    rows = _rows(result)
    names = [f"{name} ({100 * p:.3g} %)" for name, p, _ in result.scenarios]
    kinds = [kind for kind in (BEST, MEAN, ALONE) if any(row["kind"] == kind for row in rows)]
    colours = {BEST: style.colour(0), MEAN: style.colour(1), ALONE: style.colour(2)}
    y = alt.Y(
        "scenario:N", sort=names, title=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.5),
        axis=alt.Axis(
            ticks=False, labelAlign="left", labelPadding=-5, labelOffset=-14, labelLimit=style.full_width,
            minExtent=AXIS, maxExtent=AXIS,
        ),
    )  # fmt: skip
    offset = alt.YOffset("kind:N", sort=kinds)
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=kinds, range=[colours[kind] for kind in kinds]),
        legend=alt.Legend(orient="bottom", direction="horizontal", columns=3, symbolType="circle"),
    )  # fmt: skip
    scale = alt.Scale(zero=False, nice=True)
    base = alt.Chart(data(rows)).encode(y=y, yOffset=offset, color=colour)
    axis = alt.Axis(format=",~f", tickCount=8)
    x = alt.X("plan:Q", title="net present cost, GUSD; line: down to the bound", scale=scale, axis=axis)
    points = base.mark_point(filled=True, size=60, opacity=1).encode(x=x)
    spans = base.mark_rule(strokeWidth=3, opacity=0.6).encode(x=alt.X("bound:Q", scale=scale, axis=axis), x2="plan:Q")
    picture = alt.layer(spans, points).properties(width=style.full_width, height=(ROW + 14) * len(names))
    spec: dict[str, Any] = with_style(picture, result.name, [_subtitle(result)], style).to_dict()
    return spec


def _subtitle(result: ScenarioResult) -> str:
    best = result.best
    if best is None or best.expected is None:
        return "no plan"
    gap = "" if result.gap is None else f", gap {number_format.share(result.gap)}"
    tail = "" if best.cvar is None else f", CVaR {number_format.money(best.cvar)}"
    return f"expected cost {number_format.money(best.expected)}{gap}{tail}"


def _rows(result: ScenarioResult) -> list[dict[str, Any]]:
    """Return plan and bound of every scenario, GUSD."""
    labels = {name: f"{name} ({100 * p:.3g} %)" for name, p, _ in result.scenarios}
    found = {BEST: result.best, MEAN: next((f for f in result.tried if f.name == "expected values"), None)}
    if found[BEST] is found[MEAN]:
        del found[MEAN]
    rows = [
        {
            "scenario": labels[c.scenario],
            "kind": kind,
            "plan": (c.objective or 0.0) / GUSD,
            "bound": (c.bound or 0.0) / GUSD,
        }
        for kind, first in found.items()
        for c in (first.costs if first is not None else ())
        if c.objective is not None and c.bound is not None
    ]
    rows += [
        {"scenario": labels[c.scenario], "kind": ALONE, "plan": c.objective / GUSD, "bound": c.bound / GUSD}
        for c in result.alone
        if c.objective is not None and c.bound is not None
    ]
    return rows
