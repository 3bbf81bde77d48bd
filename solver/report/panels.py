"""Panels of a picture: lines and stacked bars over calendar years, each with its legend below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from solver.report.series import Bar, Line

WIDTH, HEIGHT = 480, 250
LABEL_LIMIT = 200
# Okabe and Ito's colours, distinct for colour-blind readers, then lighter ones for long legends.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8C8C8C",
    "#F0E442",
    "#5D4E8C",
    "#A6761D",
    "#7FC6A4",
    "#F4A7B9",
)
INK = "#222222"
LOG_SCALE_FACTOR = 30.0
"""Largest over smallest value beyond which a scale is logarithmic."""
LOG_SCALE_MIN_SHARE = 1e-7
"""Share of the largest value below which nothing is drawn on a logarithmic scale."""
MAX_TICKS = 9


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of an axis; with ``sizes``, largest first, values are in the last size and labels in the fitting one."""

    title: str
    sizes: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """Panel of a picture with the number of rows of its legend."""

    chart: Any
    legend_rows: int


def lines_panel(
    lines: Sequence[Line], title: str, unit: Unit, years: tuple[float, float], colours: Mapping[str, str]
) -> Panel:
    """Draw lines over time, on a log scale beyond a factor of 30; the line ``target`` is dashed and stepped."""
    import altair as alt

    names = [name for name in colours if any(line.what == name for line in lines)]
    shown, y = _values(lines, unit)
    what = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[colours[name] for name in names]),
        legend=_legend(names, symbol="stroke"),
    )
    base = alt.Chart(_data(shown)).encode(x=_years_axis(years), y=y, color=what, order=alt.Order("start:Q"))
    stepped = base.transform_filter("datum.what == 'target'").mark_line(
        interpolate="step-after", strokeWidth=1.6, strokeDash=[5, 3]
    )
    smooth = base.transform_filter("datum.what != 'target'").mark_line(
        strokeWidth=2.2, point=alt.OverlayMarkDef(size=16)
    )
    return Panel(alt.layer(smooth, stepped).properties(title=title, width=WIDTH, height=HEIGHT), _rows(names))


def bars_panel(bars: Sequence[Bar], title: str, unit: str, years: tuple[float, float], integer: bool = False) -> Panel:
    """Draw stacked bars over time, one for each period; ``integer`` amounts have ticks at integers only."""
    import altair as alt

    names = list(dict.fromkeys(bar.what for bar in bars))
    highest = max((bar.high for bar in bars), default=0.0)
    axis = _integer_axis(highest) if integer else _value_axis()
    what = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[colour(i) for i in range(len(names))]),
        legend=_legend(names, symbol="square"),
    )
    drawn = (
        alt.Chart(_data(bars))
        .mark_rect(stroke="white", strokeWidth=0.3)
        .encode(
            x=_years_axis(years),
            x2="end:Q",
            y=alt.Y("low:Q", title=unit, scale=_linear(highest), axis=axis),
            y2="high:Q",
            color=what,
        )
        .properties(title=title, width=WIDTH, height=HEIGHT)
    )
    return Panel(drawn, _rows(names))


def colour(i: int) -> str:
    """Return the colour of the i-th name of a legend."""
    return COLOURS[i % len(COLOURS)]


def _values(lines: Sequence[Line], unit: Unit) -> tuple[list[Line], Any]:
    """Return the lines in the unit of the axis, without values too small to draw, and the axis."""
    import altair as alt

    values = [line.value for line in lines if line.value > 0]
    largest = max(values, default=0.0)
    visible = [value for value in values if value >= LOG_SCALE_MIN_SHARE * largest]
    if not visible or largest / min(visible) <= LOG_SCALE_FACTOR:
        size, named = next(
            (found for found in unit.sizes if largest >= found[0]), unit.sizes[-1] if unit.sizes else (1.0, "")
        )
        converted = [Line(line.what, line.start, line.value / size) for line in lines]
        title = f"{named} {unit.title}".strip()
        return converted, alt.Y("value:Q", title=title, scale=_linear(largest / size), axis=_value_axis())
    decades = range(math.floor(math.log10(min(visible))), math.floor(math.log10(largest)) + 1)
    ticks = [10.0**exponent for exponent in decades[:: -(-len(decades) // MAX_TICKS)]]
    scale = alt.Scale(type="log", domain=[10.0 ** decades[0], 1.3 * largest], nice=False)
    axis = alt.Axis(format=",~g", minExtent=32, values=ticks)
    if unit.sizes:
        axis = alt.Axis(minExtent=32, values=ticks, labelExpr=_label_expression(unit))
    drawn = [line for line in lines if line.value >= LOG_SCALE_MIN_SHARE * largest and line.value > 0]
    return drawn, alt.Y("value:Q", title=f"{unit.title} (log scale)".strip(), scale=scale, axis=axis)


def _label_expression(unit: Unit) -> str:
    """Return a Vega expression that formats a value in the largest unit in which it is 1 or more."""
    *larger, (last, smallest) = unit.sizes
    text = f"format(datum.value / {last:g}, ',~g') + ' {smallest}'"
    for size, named in reversed(larger):
        text = f"datum.value >= {0.999 * size:g} ? format(datum.value / {size:g}, ',~g') + ' {named}' : {text}"
    return text


def _data(items: Iterable[Bar] | Iterable[Line]) -> Any:
    import altair as alt

    return alt.InlineData(values=[asdict(item) for item in items])


def _years_axis(years: tuple[float, float]) -> Any:
    import altair as alt

    span = years[1] - years[0]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if span / step <= 9)
    first = -(-int(years[0] * 12) // 12)
    ticks = [year for year in range(first, int(years[1]) + 1) if year % step == 0]
    return alt.X(
        "start:Q",
        title=None,
        scale=alt.Scale(domain=list(years), nice=False),
        axis=alt.Axis(format="d", values=ticks, grid=False, labelFlush=False),
    )


def _value_axis() -> Any:
    import altair as alt

    return alt.Axis(format=",~f", tickCount=6, minExtent=32)


def _integer_axis(largest: float) -> Any:
    import altair as alt

    step = next((m * 10**e for e in range(9) for m in (1, 2, 5) if largest <= 6 * m * 10**e), 10**9)
    return alt.Axis(format=",d", values=list(range(0, int(largest) + 1, step)), minExtent=32)


def _linear(largest: float) -> Any:
    import altair as alt

    return alt.Scale(domain=[0, 1.04 * largest or 1], nice=False)


def _columns(names: list[str]) -> int:
    """Return the number of legend entries that fit side by side under a panel; a letter takes about 6 pixels."""
    widest = max((min(len(name) * 6, LABEL_LIMIT) for name in names), default=0) + 34
    return max(1, min(len(names), WIDTH // widest))


def _rows(names: list[str]) -> int:
    return -(-len(names) // _columns(names))


def _legend(names: list[str], symbol: str) -> Any:
    import altair as alt

    if not names:
        return None
    return alt.Legend(orient="bottom", direction="horizontal", columns=_columns(names), symbolType=symbol)
