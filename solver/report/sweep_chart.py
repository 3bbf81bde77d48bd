"""Picture of a sweep: cost between plan and bound over one lever, or as a map over two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solver.milp.solution import Status
from solver.report import number_format
from solver.report.panels import COLOURS, INK

if TYPE_CHECKING:
    from pandas import DataFrame

WIDTH, HEIGHT = 640, 380
_STATUS_COLOURS = {"plan": COLOURS[0], "infeasible": COLOURS[5], "no plan": COLOURS[6]}


def sweep_chart(table: DataFrame, levers: tuple[str, ...], title: str) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of a sweep over one or two levers; None for more, or without any plan.

    With one lever, a bar spans bound and plan of each scenario. With two, a cell has the colour of the cost, and cells
    without a plan say why.
    """
    import altair as alt

    if len(levers) not in (1, 2) or table["objective"].notna().sum() == 0:
        return None
    shown = _shown(table, levers)
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        picture = _over_one(shown, levers[0]) if len(levers) == 1 else _over_two(shown, levers)
        spec: dict[str, Any] = (
            picture.properties(title=title, width=WIDTH, height=HEIGHT).configure_view(stroke=None).to_dict()
        )
    return spec


def _shown(table: DataFrame, levers: tuple[str, ...]) -> DataFrame:
    """Return the columns drawn, under names without dots, which Vega reads as paths; costs in GUSD."""
    from pandas import DataFrame

    costs = table["unit"].dropna().eq("MUSD").all()
    scale = 1000.0 if costs else 1.0
    found = table["objective"].notna()
    status = table["status"].where(table["status"].eq(Status.INFEASIBLE.value), "no plan").mask(found, "plan")
    data = {
        **{f"lever{i}": table[lever] for i, lever in enumerate(levers)},
        "plan": table["objective"].astype(float) / scale,
        "bound": table["bound"].astype(float) / scale,
        "state": status,
        "label": [number_format.number(value / scale) if value == value else "" for value in table["objective"]],
    }
    frame = DataFrame(data)
    frame.attrs["unit"] = "GUSD" if costs else str(table["unit"].dropna().iloc[0])
    return frame


def _over_one(frame: DataFrame, lever: str) -> Any:
    import altair as alt

    x = _axis(frame, "lever0", lever, alt.X)
    title = f"plan (point) and proven bound, {frame.attrs['unit']}"
    y = alt.Y("plan:Q", title=title, scale=alt.Scale(domain=_domain(frame), nice=True), axis=alt.Axis(grid=True))
    base = alt.Chart(frame)
    found = base.transform_filter("datum.state == 'plan'")
    band = found.mark_rule(strokeWidth=5, color=COLOURS[4], opacity=0.7).encode(x=x, y=y, y2="bound:Q")
    points = found.mark_point(filled=True, size=70, color=COLOURS[0]).encode(
        x=x, y=y, tooltip=["lever0", "plan", "bound"]
    )
    missing = base.transform_filter("datum.state != 'plan'").mark_text(text="×", fontSize=22).encode(
        x=x, y=alt.value(HEIGHT - 12), color=_states(frame)
    )  # fmt: skip
    # An empty legend would have no size.
    return alt.layer(band, points, missing) if (frame["state"] != "plan").any() else alt.layer(band, points)


def _domain(frame: DataFrame) -> list[float]:
    """Return the ends of the axis of costs: a tenth of the largest apart at least, so that noise is not enlarged."""
    low = float(min(frame["bound"].min(), frame["plan"].min()))
    high = float(max(frame["bound"].max(), frame["plan"].max()))
    room = max(0.05 * (high - low), (0.1 * max(abs(high), abs(low)) - (high - low)) / 2)
    return [low - room, high + room]


def _over_two(frame: DataFrame, levers: tuple[str, ...]) -> Any:
    import altair as alt

    x = alt.X("lever0:O", title=levers[0], axis=alt.Axis(labelAngle=0))
    y = alt.Y("lever1:O", title=levers[1], sort="descending")
    base = alt.Chart(frame).encode(x=x, y=y)
    found = base.transform_filter("datum.state == 'plan'")
    cells = found.mark_rect().encode(
        color=alt.Color("plan:Q", title=f"plan, {frame.attrs['unit']}", scale=alt.Scale(scheme="blues", zero=False)),
        tooltip=["lever0", "lever1", "plan", "bound"],
    )
    middle = float(frame["plan"].min() + frame["plan"].max()) / 2
    labels = found.mark_text(fontSize=12).encode(
        text="label:N",
        color=alt.condition(f"datum.plan > {middle!r}", alt.value("#FFFFFF"), alt.value(INK)),
    )
    missing = base.transform_filter("datum.state != 'plan'").mark_text(fontSize=11, color=INK).encode(text="state:N")
    return alt.layer(cells, labels, missing).resolve_scale(color="independent")


def _axis(frame: DataFrame, column: str, title: str, kind: Any) -> Any:
    import altair as alt
    from pandas.api.types import is_numeric_dtype

    if is_numeric_dtype(frame[column]):
        return kind(f"{column}:Q", title=title, scale=alt.Scale(zero=False, padding=20))
    return kind(f"{column}:N", title=title, axis=alt.Axis(labelAngle=0))


def _states(frame: DataFrame) -> Any:
    import altair as alt

    names = [name for name in _STATUS_COLOURS if name != "plan" and (frame["state"] == name).any()]
    return alt.Color(
        "state:N", title=None, scale=alt.Scale(domain=names, range=[_STATUS_COLOURS[name] for name in names])
    )
