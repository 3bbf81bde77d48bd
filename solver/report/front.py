"""Pareto front in lines and as a picture: each plan with its gap, and a band from bound to plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from solver.ask.pareto.axes import DATE, Axis
from solver.ask.pareto.front import Front
from solver.milp.solution import Status
from solver.report import number_format
from solver.report.number_format import counted
from solver.report.plot import USUAL, with_style
from solver.report.style import Style

_HEIGHT = 0.6
MONTHS_PER_YEAR = 12.0


def front_lines(front: Front) -> list[str]:
    """Return the lines of ``kardashev pareto``."""
    return list(_lines(front))


def _lines(front: Front) -> Iterator[str]:
    names = number_format.listed(["cost", *(axis.name for axis in front.axes)])
    plans, solves = counted(len(front.points), "plan"), counted(len(front.trials), "solve")
    yield f"{front.name}: {plans} that none of the others dominates, of {solves}"
    yield f"  {'cost':>12}  {'bound':>12}  {'gap':>7}  " + "  ".join(f"{_head(axis):>16}" for axis in front.axes)
    for point in front.points:
        cost, bound = (number_format.money(musd) for musd in (point.cost_musd, max(point.bound_musd, 0.0)))
        values = "  ".join(f"{axis.shown(point.values[axis.name])!s:>16}" for axis in front.axes)
        yield f"  {cost:>12}  {bound:>12}  {100 * point.gap:>5.2f} %  {values}"
    if len(front.axes) == 1:
        yield from _flat(front, front.axes[0])
    for trial in front.trials:
        levels = ", ".join(f"{axis.name} {axis.shown(trial.levels[axis.name])}" for axis in _at(front, trial.levels))
        if trial.error:
            yield f"  failed    {levels}: {trial.error}"
        elif trial.status is Status.INFEASIBLE:
            yield f"  no plan   {levels}: proven infeasible"
        elif trial.cost_musd is None:
            yield f"  no plan   {levels}: none found in the time given; raise --seconds"
    if not front.points:
        yield f"  no plan of {names} in the time given; raise --seconds"


def _flat(front: Front, axis: Axis) -> Iterator[str]:
    """Yield the stretches along which the plan of a tighter level is within the gap of the bound of a looser one."""
    for point in front.points:
        value = point.values[axis.name]
        answered = [trial for trial in front.trials if trial.cost_musd == point.cost_musd and trial.levels]
        loosest = max(answered, key=lambda trial: abs(trial.levels[axis.name] - value), default=None)
        if loosest is None or loosest.status is not Status.OPTIMAL or len(answered) == 1:
            continue
        gap = 100 * max(0.0, point.cost_musd - loosest.bound_musd) / max(abs(point.cost_musd), 1e-9)
        ends = f"{axis.shown(value)} to {axis.shown(loosest.levels[axis.name])}"
        yield f"  flat      {axis.name} {ends}: no plan costs less than that of {axis.shown(value)} by over {gap:.2f} %"


def _at(front: Front, levels: Any) -> list[Axis]:
    return [axis for axis in front.axes if axis.name in levels]


def _head(axis: Axis) -> str:
    return f"{axis.name}, {axis.unit}" if axis.unit else axis.name


def front_chart(front: Front, style: Style = USUAL) -> dict[str, Any] | None:
    """Return the picture of a front: cost over one objective, a third by colour; None without a plan."""
    import altair as alt

    if not front.points:
        return None
    first, width = front.axes[0], min(640, style.full_width)
    rows = _rows(front)
    dated = first.name == DATE
    axis = alt.Axis(format=".2f") if dated else alt.Axis()
    title = "date, year" if dated else _head(first)
    x = alt.X("at:Q", title=title, scale=alt.Scale(zero=False, padding=20), axis=axis)
    y = alt.Y("plan:Q", title="plan (point) and proven bound, GUSD", scale=alt.Scale(zero=False))
    tooltip = [alt.Tooltip(f"{name}:Q", title=f"{name}, GUSD", format=",.4~r") for name in ("plan", "bound")]
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        base = alt.Chart(alt.Data(values=rows))
        if len(front.axes) == 1:
            band = base.mark_rule(strokeWidth=5, color=style.colour(4), opacity=0.6).encode(x=x, y=y, y2="bound:Q")
            points = base.mark_point(filled=True, size=60, color=style.colour(0), opacity=1)
            between = alt.Chart(alt.Data(values=_between(rows))).mark_rect(color=style.colour(4), opacity=0.35)
            steps = between.encode(x=x, x2="to:Q", y=y, y2="bound:Q")
            picture = alt.layer(steps, band, points.encode(x=x, y=y, tooltip=tooltip))
        else:
            colour = alt.Color(
                "third:N",
                title=_head(front.axes[1]),
                scale=alt.Scale(range=[style.colour(i) for i in range(8)]),
                legend=alt.Legend(orient="bottom", direction="horizontal"),
            )
            band = base.mark_rule(strokeWidth=5, opacity=0.4).encode(x=x, y=y, y2="bound:Q", color=colour)
            points = base.mark_point(filled=True, size=60, opacity=1)
            picture = alt.layer(band, points.encode(x=x, y=y, color=colour, tooltip=tooltip))
        sized = picture.properties(width=width, height=round(_HEIGHT * width))
        widest = max(point.gap for point in front.points)
        subtitle = [
            f"{counted(len(front.points), 'plan')}, none dominated beyond the gaps; largest gap {100 * widest:.2g} %"
        ]
        spec: dict[str, Any] = with_style(sized, front.name, subtitle, style).to_dict()
    return spec


def _rows(front: Front) -> list[dict[str, Any]]:
    rows = []
    for point in front.points:
        shown = [axis.shown(point.values[axis.name]) for axis in front.axes]
        bound = point.bound_musd if math.isfinite(point.bound_musd) else point.cost_musd
        at = point.values[DATE] / MONTHS_PER_YEAR if front.axes[0].name == DATE else shown[0]
        row = {"at": at, "plan": point.cost_musd / 1000, "bound": bound / 1000}
        rows.append(row if len(shown) == 1 else {**row, "third": _third(shown[1])})
    return rows


def _between(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what holds between neighbours: the plan of the tighter level, and the bound of the looser one."""
    listed = sorted(rows, key=lambda row: row["at"])
    return [
        {
            "at": one["at"],
            "to": other["at"],
            "plan": max(one["plan"], other["plan"]),
            "bound": min(one, other, key=lambda row: row["plan"])["bound"],
        }
        for one, other in pairwise(listed)
    ]


def _third(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
