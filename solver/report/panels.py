"""Panels of a picture: lines and stacked bars over calendar years, each with its legend below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from solver.instance.dates import month_text
from solver.report.datasets import data
from solver.report.series import TARGET, Bar, Line
from solver.report.style import AXIS, LABEL_LIMIT, Style

LOG_SCALE_FACTOR = 30.0
"""Largest over smallest value beyond which a scale is logarithmic."""
LOG_SCALE_MIN_SHARE = 1e-7
"""Share of the largest value below which nothing is drawn on a logarithmic scale."""
MAX_TICKS = 9
SOLID, DASHES = (1, 0), ((1, 0), (6, 3), (2, 2), (9, 3, 2, 3))
"""Dash of a plain line, and those of lines that may lie on each other."""
LABELS = AXIS - 22
"""Pixels for the labels of an axis beside its title; the same in all panels, so that their frames are aligned."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of an axis; with ``sizes``, largest first, values are in the last size and labels in the fitting one."""

    title: str
    sizes: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Frame common to the panels of a picture: its style, and the calendar years at its sides."""

    style: Style
    years: tuple[float, float]


def lines_panel(
    lines: Sequence[Line],
    title: str,
    unit: Unit,
    frame: Frame,
    colours: Mapping[str, str],
    dashes: Mapping[str, Sequence[int]] = MappingProxyType({TARGET: (5, 3)}),
) -> Any:
    """Draw lines over time, on a log scale beyond a factor of 30; ``target`` is on top, dashed and without points."""
    import altair as alt

    names = [name for name in colours if any(line.what == name for line in lines)]
    shown, y = _values(lines, unit)
    legend = _legend(names, "stroke", frame.style)
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    what = alt.Color("what:N", title=None, scale=scale, legend=legend)
    # Both channels have one legend, so that the dash is in it as well.
    dash = alt.StrokeDash(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[list(dashes.get(name, SOLID)) for name in names]),
        legend=legend,
    )
    base = alt.Chart(_lines_data(shown)).encode(x=_years_axis(frame), y=y)
    apart = base.encode(color=what, strokeDash=dash, order=alt.Order("start:Q"))
    delivered = apart.transform_filter(f"datum.what != '{TARGET}'").mark_line(strokeWidth=2.6, strokeJoin="round")
    # On top, as a plan at least cost follows its target.
    target = apart.transform_filter(f"datum.what == '{TARGET}'").mark_line(strokeWidth=1.4)
    tooltip = [alt.Tooltip("what:N", title="line"), alt.Tooltip("when:N", title="date"), _amount("value", unit.title)]
    points = (
        base.transform_filter(f"datum.what != '{TARGET}'")
        .mark_point(filled=True, size=20, opacity=1)
        .encode(color=alt.Color("what:N", scale=scale, legend=None), tooltip=tooltip)
    )
    layers = [delivered, points, target] if TARGET in names else [delivered, points]
    return _sized(alt.layer(*layers), title, frame)


def bars_panel(
    bars: Sequence[Bar], title: str, unit: str, frame: Frame, colours: Mapping[str, str], integer: bool = False
) -> Any:
    """Draw stacked bars over time, one for each period; ``integer`` amounts have ticks at integers only."""
    import altair as alt

    names = [name for name in colours if any(bar.what == name for bar in bars)]
    highest = max((bar.high for bar in bars), default=0.0)
    what = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[colours[name] for name in names]),
        legend=_legend(names, "square", frame.style),
    )
    drawn = (
        alt.Chart(_bars_data(bars))
        .mark_rect(stroke=frame.style.palette.background, strokeWidth=0.3)
        .encode(
            x=_years_axis(frame),
            x2="end:Q",
            y=alt.Y("low:Q", title=unit, **linear(highest, integer)),
            y2="high:Q",
            color=what,
            tooltip=[
                alt.Tooltip("what:N", title="part"), alt.Tooltip("when:N", title="period"), _amount("amount", unit)
            ],
        )
    )  # fmt: skip
    return _sized(drawn, title, frame)


def _sized(drawn: Any, title: str, frame: Frame) -> Any:
    style = frame.style
    return drawn.properties(
        title=style.lines(title, 13, style.panel_width), width=style.panel_width, height=style.panel_height
    )


def _amount(field: str, title: str) -> Any:
    import altair as alt

    return alt.Tooltip(f"{field}:Q", title=title or "amount", format=",.4~r")


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
        return converted, alt.Y("value:Q", title=title, **linear(largest / size))
    decades = range(math.floor(math.log10(min(visible))), math.floor(math.log10(largest)) + 1)
    ticks = [10.0**exponent for exponent in decades[:: -(-len(decades) // MAX_TICKS)]]
    room = 1.04 * (math.log10(largest) - decades[0])
    scale = alt.Scale(type="log", domain=[10.0 ** decades[0], 10.0 ** (decades[0] + room)], nice=False)
    labels = {"labelExpr": _label_expression(unit)} if unit.sizes else {"format": ",~g"}
    axis = alt.Axis(minExtent=LABELS, maxExtent=LABELS, values=ticks, **labels)
    drawn = [line for line in lines if line.value >= LOG_SCALE_MIN_SHARE * largest and line.value > 0]
    return drawn, alt.Y("value:Q", title=f"{unit.title} (log scale)".strip(), scale=scale, axis=axis)


def _label_expression(unit: Unit) -> str:
    """Return a Vega expression that formats a value in the largest unit in which it is 1 or more."""
    *larger, (last, smallest) = unit.sizes
    text = f"format(datum.value / {last:g}, ',~g') + ' {smallest}'"
    for size, named in reversed(larger):
        text = f"datum.value >= {0.999 * size:g} ? format(datum.value / {size:g}, ',~g') + ' {named}' : {text}"
    return text


def _lines_data(lines: Iterable[Line]) -> Any:
    return data(
        [{"what": line.what, "start": line.start, "value": line.value, "when": _date(line.start)} for line in lines]
    )


def _bars_data(bars: Iterable[Bar]) -> Any:
    values = []
    for bar in bars:
        sides = {"start": bar.start, "end": bar.end, "low": bar.low, "high": bar.high}
        when = f"{_date(bar.start)} to {_date(bar.end)}"
        values.append({"what": bar.what, **sides, "when": when, "amount": bar.high - bar.low})
    return data(values)


def _date(year: float) -> str:
    """Return the month of a calendar year with a fraction."""
    return month_text(round(12 * year))


def _years_axis(frame: Frame) -> Any:
    import altair as alt

    years, most = frame.years, max(3, frame.style.panel_width // 50)
    span = years[1] - years[0]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if span / step <= most)
    first = -(-int(years[0] * 12) // 12)
    ticks = [year for year in range(first, int(years[1]) + 1) if year % step == 0]
    return alt.X(
        "start:Q",
        title=None,
        scale=alt.Scale(domain=list(years), nice=False),
        axis=alt.Axis(format="d", values=ticks, grid=False, labelFlush=False),
    )


def linear(largest: float, integer: bool = False, upright: bool = True) -> dict[str, Any]:
    """Return scale and axis from 0 to an amount; no label stands at the top, where it would move the title."""
    import altair as alt

    least = 0 if integer else -12
    step = next((m * 10.0**e for e in range(least, 15) for m in (1, 2, 5) if largest <= 8.5 * m * 10.0**e), largest)
    ticks = [i * step for i in range(int(largest / step + 1e-9) + 1)] if largest > 0 else [0]
    axis = alt.Axis(format=",~f", values=ticks, **({"minExtent": LABELS, "maxExtent": LABELS} if upright else {}))
    return {"scale": alt.Scale(domain=[0, 1.05 * largest or 1], nice=False), "axis": axis}


def legend_columns(names: Sequence[str], width: int) -> int:
    """Return the number of legend entries that fit side by side under a panel; a letter takes about 6 pixels."""
    widest = max((min(len(name) * 6, LABEL_LIMIT) for name in names), default=0) + 34
    return max(1, min(len(names), width // widest))


def _legend(names: list[str], symbol: str, style: Style) -> Any:
    import altair as alt

    if not names:
        return None
    return alt.Legend(
        orient="bottom", direction="horizontal", columns=legend_columns(names, style.panel_width), symbolType=symbol
    )
