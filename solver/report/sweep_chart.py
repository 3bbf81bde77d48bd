"""Picture of a sweep: objective between plan and bound over one lever, and power by place; or as a map over two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solver.instance.units import unit
from solver.milp.solution import Status
from solver.report import number_format
from solver.report.panels import LABELS
from solver.report.plot import USUAL, with_style
from solver.report.style import Style

if TYPE_CHECKING:
    from pandas import DataFrame

_EXTENT: dict[str, Any] = {"minExtent": LABELS, "maxExtent": LABELS}
_PLACES = ["orbit", "ground"]
_FEW = 12
"""Scenarios up to which both panels of one lever have the same columns, and numbers at points and bars."""
_NOISE = 1e-9
"""Share of the objective by which bound and plan differ for rounding."""
_SMALL_SHARE = 0.04
"""Share of the highest bar below which a part of a bar has no number."""
_STATUS_COLOURS = {"infeasible": 5, "no plan": 6}


def sweep_chart(table: DataFrame, levers: tuple[str, ...], title: str, style: Style = USUAL) -> dict[str, Any] | None:
    """Return the Vega-Lite specification of a sweep over one or two levers; None for more, or without any plan.

    With one lever, a bar spans bound and plan of each scenario; where plans build on the ground, a second panel has the
    power by place. With two, a cell has the colour of the objective, and cells without a plan say why.
    """
    import altair as alt

    if len(levers) not in (1, 2) or table["objective"].notna().sum() == 0:
        return None
    shown = _shown(table, levers)
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        both = len(levers) == 1 and bool(shown["ground"].fillna(0.0).gt(0.0).any())
        picture = _over_one(shown, levers[0], style, both) if len(levers) == 1 else _over_two(shown, levers, style)
        sized = picture.properties(width=_width(style), height=_height(style))
        if both:
            sized = alt.vconcat(sized, _places(shown, levers[0], style), spacing=26)
        spec: dict[str, Any] = with_style(sized, title, [_subtitle(shown, levers)], style).to_dict()
    return spec


def _width(style: Style) -> int:
    return min(640, style.full_width)


def _height(style: Style) -> int:
    return round(min(380, 0.75 * _width(style)))


def _subtitle(frame: DataFrame, levers: tuple[str, ...]) -> str:
    found = int((frame["state"] == "plan").sum())
    text = f"{len(frame):,} scenarios over {number_format.listed(levers)}"
    return text if found == len(frame) else f"{text}; {found:,} with a plan"


def lever_label(path: str) -> str:
    """Return a path in words with its unit: ``vehicles.van.flight_musd`` is ``van, flight, MUSD``."""
    *sections, key = path.split(".")
    words, of = key.split("_"), unit(key)
    while of and len(words) > 2 and words[-2] == "per":
        words = words[:-2]
    name = " ".join(words[:-1] if of and len(words) > 1 else words)
    return ", ".join([*(section.replace("_", " ") for section in sections[1:]), name, *([of] if of else [])])


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
        **{place: table[f"{place}_gw"].astype(float) for place in _PLACES},
        "label": [number_format.number(value / scale) if value == value else "" for value in table["objective"]],
    }
    frame = DataFrame(data)
    frame.attrs["unit"] = "GUSD" if costs else str(table["unit"].dropna().iloc[0])
    return frame


def _over_one(frame: DataFrame, lever: str, style: Style, both: bool) -> Any:
    import altair as alt

    columns = both and len(frame) <= _FEW
    x = _column(lever) if columns else _axis(frame, "lever0", lever_label(lever), alt.X)
    title = f"{_measure(frame)}: plan (point) and bound, {frame.attrs['unit']}"
    axis = alt.Axis(grid=True, tickCount=8, **_EXTENT)
    y = alt.Y("plan:Q", title=title, scale=alt.Scale(domain=_domain(frame), nice=True), axis=axis)
    base, tooltip = alt.Chart(frame), _tooltip(frame, (lever,))
    found = base.transform_filter("datum.state == 'plan'")
    band = found.mark_rule(strokeWidth=5, color=style.colour(4), opacity=0.7).encode(x=x, y=y, y2="bound:Q")
    points = found.mark_point(filled=True, size=70, color=style.colour(0), opacity=1).encode(x=x, y=y, tooltip=tooltip)
    missing = base.transform_filter("datum.state != 'plan'").mark_text(text="×", fontSize=22).encode(
        x=x, y=alt.value(_height(style) - 12), color=_states(frame, style)
    )  # fmt: skip
    beside = found.mark_text(align="left", dx=12, fontSize=13, color=style.palette.ink)
    numbers = beside.encode(x=x, y=y, text="label:N")
    # An empty legend would have no size.
    layers = [band, points, *([numbers] if columns else []), *([missing] if (frame["state"] != "plan").any() else [])]
    return alt.layer(*layers)


def _measure(frame: DataFrame) -> str:
    """Return the noun of the objective, which a bound above a plan of money gives away as a value."""
    if frame.attrs["unit"] != "GUSD":
        return "objective"
    above = (frame["bound"] - frame["plan"]) / frame["plan"].abs().max()
    return "net present value" if above.max() > _NOISE else "net present cost" if above.min() < -_NOISE else "objective"


def _column(lever: str) -> Any:
    import altair as alt

    return alt.X("lever0:O", title=lever_label(lever), axis=alt.Axis(labelAngle=0, labelFontSize=13))


def _places(frame: DataFrame, lever: str, style: Style) -> Any:
    """Return the panel of IT power in orbit and on the ground at the end, side by side for each scenario."""
    import altair as alt

    colours = alt.Scale(domain=_PLACES, range=[style.colour(0), style.colour(1)])
    power = alt.Chart(frame).transform_filter("datum.state == 'plan'").transform_fold(_PLACES, as_=["place", "gw"])
    placed = power.encode(x=_column(lever), order=alt.Order("place:N", sort="ascending"))
    bars = placed.mark_bar().encode(
        y=alt.Y("gw:Q", title="IT power at the end, GW", axis=alt.Axis(tickCount=5, **_EXTENT)),
        color=alt.Color("place:N", title=None, scale=colours, legend=alt.Legend(orient="bottom", labelFontSize=13)),
        tooltip=[alt.Tooltip("place:N"), alt.Tooltip("gw:Q", title="GW", format=",.3~r")],
    )
    if len(frame) <= _FEW:
        least = _SMALL_SHARE * float((frame["orbit"].fillna(0.0) + frame["ground"].fillna(0.0)).max())
        numbers = placed.mark_text(fontSize=13).encode(
            y=alt.Y("gw:Q", stack="zero", bandPosition=0.5),
            text=alt.condition(f"datum.gw > {least!r}", alt.Text("gw:Q", format=".2~r"), alt.value("")),
            color=alt.condition("datum.place == 'orbit'", alt.value("#FFFFFF"), alt.value("#222222")),
        )  # fmt: skip
        bars = alt.layer(bars, numbers)
    return bars.properties(width=_width(style), height=_height(style) // 2)


def _tooltip(frame: DataFrame, levers: tuple[str, ...]) -> list[Any]:
    import altair as alt

    unit = frame.attrs["unit"]
    named = [alt.Tooltip(f"lever{i}", title=lever) for i, lever in enumerate(levers)]
    return [
        *named,
        *(alt.Tooltip(f"{column}:Q", title=f"{column}, {unit}", format=",.4~r") for column in ("plan", "bound")),
    ]


def _domain(frame: DataFrame) -> list[float]:
    """Return the ends of the axis of costs: a tenth of the largest apart at least, so that noise is not enlarged."""
    low = float(min(frame["bound"].min(), frame["plan"].min()))
    high = float(max(frame["bound"].max(), frame["plan"].max()))
    room = max(0.05 * (high - low), (0.1 * max(abs(high), abs(low)) - (high - low)) / 2)
    return [low - room, high + room]


def _over_two(frame: DataFrame, levers: tuple[str, ...], style: Style) -> Any:
    import altair as alt

    x = alt.X("lever0:O", title=lever_label(levers[0]), axis=alt.Axis(labelAngle=0))
    y = alt.Y("lever1:O", title=lever_label(levers[1]), sort="descending", axis=alt.Axis(**_EXTENT))
    base = alt.Chart(frame).encode(x=x, y=y)
    found = base.transform_filter("datum.state == 'plan'")
    legend = alt.Legend(orient="bottom", direction="horizontal", gradientLength=min(240, _width(style)))
    dark, light = "#08306B", "#DEEBF7"
    cells = found.mark_rect().encode(
        color=alt.Color(
            "plan:Q",
            title=f"plan, {frame.attrs['unit']}",
            scale=alt.Scale(range=[light, dark], zero=False),
            legend=legend,
        ),
        tooltip=_tooltip(frame, levers),
    )
    middle = float(frame["plan"].min() + frame["plan"].max()) / 2
    labels = found.mark_text(fontSize=12).encode(
        text="label:N",
        color=alt.condition(f"datum.plan > {middle!r}", alt.value("#FFFFFF"), alt.value("#222222")),
    )
    missing = base.transform_filter("datum.state != 'plan'").mark_text(fontSize=11, color=style.palette.ink)
    return alt.layer(cells, labels, missing.encode(text="state:N")).resolve_scale(color="independent")


def _axis(frame: DataFrame, column: str, title: str, kind: Any) -> Any:
    import altair as alt
    from pandas.api.types import is_numeric_dtype

    if is_numeric_dtype(frame[column]):
        return kind(f"{column}:Q", title=title, scale=alt.Scale(zero=False, padding=20))
    return kind(f"{column}:N", title=title, axis=alt.Axis(labelAngle=0))


def _states(frame: DataFrame, style: Style) -> Any:
    import altair as alt

    names = [name for name in _STATUS_COLOURS if (frame["state"] == name).any()]
    return alt.Color(
        "state:N",
        title=None,
        scale=alt.Scale(domain=names, range=[style.colour(_STATUS_COLOURS[name]) for name in names]),
        legend=alt.Legend(orient="bottom", direction="horizontal"),
    )
