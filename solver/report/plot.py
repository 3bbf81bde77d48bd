"""One picture of a run: power against target, launches, mass and money over time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver import wording
from solver.errors import SurroundingsError, UsageError
from solver.report.series import Bar, Line, flight_bars, mass_bars, money_bars, power_lines, scaled
from solver.tables import state_of

if TYPE_CHECKING:
    from solver.rundir import Run

FORMATS = ("svg", "png", "html")
_WIDTH, _HEIGHT = 480, 250
_LABEL_LIMIT = 200
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
# Okabe and Ito's colours, which colour-blind readers can tell apart, then lighter ones for long legends.
_COLOURS = (
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
_INK, _FAINT = "#222222", "#DDDDDD"


def plot_run(run: Run, path: str | Path, format: str = "svg") -> list[Path]:
    """Draw a run and return the files written.

    ``path`` is a directory, into which ``plan.<format>`` is written, or a file that ends in ``.<format>``. The same
    run gives the same file; nothing is fetched, and an HTML page holds all it needs. UsageError for another format
    or a run without a plan, SurroundingsError if the disk refuses.
    """
    if format not in FORMATS:
        raise UsageError(f"format: found {format!r}, wanted one of {', '.join(FORMATS)}")
    target = Path(path)
    if target.suffix != f".{format}":
        target = target / f"plan.{format}"
    picture = _rendered(chart(run), format)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(picture)
    except OSError as error:
        raise SurroundingsError(f"{target}: the picture could not be written: {error.strerror or error}") from error
    return [target]


def chart(run: Run) -> dict[str, Any]:
    """Return the Vega-Lite specification of a run's picture; UsageError if the run has no plan."""
    import altair as alt

    if run.plan is None:
        raise UsageError(f"{run.path}: has no plan to draw ({run.manifest['status']})")
    state = state_of(run.instance, run.plan)
    lines, unit = power_lines(state)
    flights, mass, money = flight_bars(state), mass_bars(state, run.plan), money_bars(state, run.plan)
    mass, mass_unit = scaled(mass, ((1e6, "Mt"), (1e3, "kt"), (1.0, "t")))
    money, money_unit = scaled(money, ((1e6, "TUSD"), (1e3, "GUSD"), (1.0, "MUSD")))
    years = (state.clock.first_month / 12, state.clock.ends_month[-1] / 12)
    titles = {v: run.instance.vehicles[v].title or v for v in run.instance.use.vehicles}
    shells = {s: run.instance.shells[s].title or s for s in state.shells}
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        whole = alt.concat(
            _lines_panel(lines, "Delivered against target", unit, years),
            _bars_panel(_titled(flights, titles), "Launches, by vehicle", "flights per year", years),
            _bars_panel(_titled(mass, shells), "Mass launched, by shell", f"{mass_unit} per year", years),
            _bars_panel(money, "Spending, undiscounted, before salvage", f"{money_unit} per year", years),
            columns=2,
            # Flush bounds keep the frames in line; the spacing has to hold axes, titles and legends.
            spacing={"row": 80 + 17 * max(_rows(list(titles.values())), 1), "column": 105},
            bounds="flush",
            align="all",
        ).resolve_scale(color="independent", x="independent", y="independent")
        spec: dict[str, Any] = _styled(whole, run).to_dict()
        return spec


def _titled(bars: list[Bar], titles: Mapping[str, str]) -> list[Bar]:
    return [Bar(bar.start, bar.end, titles.get(bar.what, bar.what), bar.low, bar.high) for bar in bars]


def _records(items: Iterable[Any]) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in type(item).__dataclass_fields__} for item in items]


def _data(items: Iterable[Any]) -> Any:
    import altair as alt

    return alt.InlineData(values=_records(items))


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


def _lines_panel(lines: list[Line], title: str, unit: str, years: tuple[float, float]) -> Any:
    import altair as alt

    colours = {"target": _INK, "delivered": _COLOURS[0], "orbit": _COLOURS[4], "ground": _COLOURS[3]}
    values = [line.value for line in lines if line.value > 0]
    logarithmic = bool(values) and max(values) / min(values) > 30
    shown = [line for line in lines if line.value > 0] if logarithmic else lines
    names = [name for name in colours if any(line.what == name for line in lines)]
    y = alt.Y("value:Q", title=unit, scale=_linear(max(values, default=0.0)), axis=_value_axis())
    if logarithmic:
        decades = range(math.floor(math.log10(min(values))), math.floor(math.log10(max(values))) + 1)
        scale = alt.Scale(type="log", domain=[10.0 ** decades[0], 1.3 * max(values)], nice=False)
        axis = alt.Axis(format=",~g", minExtent=32, values=[10.0**exponent for exponent in decades])
        y = alt.Y("value:Q", title=f"{unit} (log scale)", scale=scale, axis=axis)
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
    return alt.layer(smooth, stepped).properties(title=title, width=_WIDTH, height=_HEIGHT)


def _bars_panel(bars: list[Bar], title: str, unit: str, years: tuple[float, float]) -> Any:
    import altair as alt

    names = list(dict.fromkeys(bar.what for bar in bars))
    what = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[_COLOURS[i % len(_COLOURS)] for i in range(len(names))]),
        legend=_legend(names, symbol="square"),
    )
    return (
        alt.Chart(_data(bars))
        .mark_rect(stroke="white", strokeWidth=0.3)
        .encode(
            x=_years_axis(years),
            x2="end:Q",
            y=alt.Y(
                "low:Q", title=unit, scale=_linear(max((bar.high for bar in bars), default=0.0)), axis=_value_axis()
            ),
            y2="high:Q",
            color=what,
        )
        .properties(title=title, width=_WIDTH, height=_HEIGHT)
    )


def _value_axis() -> Any:
    import altair as alt

    return alt.Axis(format=",~f", tickCount=6, minExtent=32)


def _linear(largest: float) -> Any:
    import altair as alt

    return alt.Scale(domain=[0, 1.04 * largest or 1], nice=False)


def _columns(names: list[str]) -> int:
    """Legend entries that fit side by side under a panel; a letter takes about 6 pixels."""
    widest = max((min(len(name) * 6, _LABEL_LIMIT) for name in names), default=0) + 34
    return max(1, min(len(names), _WIDTH // widest))


def _rows(names: list[str]) -> int:
    return -(-len(names) // _columns(names))


def _legend(names: list[str], symbol: str) -> Any:
    import altair as alt

    if not names:
        return None
    return alt.Legend(orient="bottom", direction="horizontal", columns=_columns(names), symbolType=symbol)


def _styled(whole: Any, run: Run) -> Any:
    import altair as alt

    title = alt.TitleParams(
        run.instance.name,
        subtitle=_subtitle(run),
        anchor="start",
        frame="bounds",
        fontSize=17,
        subtitleFontSize=12,
        subtitleColor="#555555",
        offset=14,
    )
    return (
        whole.properties(title=title, padding=16, background="white", usermeta={"embedOptions": {"actions": False}})
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=12, titleFontWeight="normal", gridColor=_FAINT, domainColor="#888888"
        )
        .configure_title(fontSize=13, anchor="start", frame="group", fontWeight="bold", color=_INK, offset=8)
        .configure_legend(labelFontSize=11, labelLimit=_LABEL_LIMIT, symbolSize=110, symbolStrokeWidth=2, offset=6)
    )


def _subtitle(run: Run) -> str:
    manifest = run.manifest
    words = [str(manifest["status"])]
    if manifest.get("gap") is not None:
        words.append(f"gap {wording.share(manifest['gap'])}")
    if manifest.get("violations"):
        words.append("CHECK FAILED")
    elif manifest.get("checked"):
        words.append("checked")
    else:
        words.append("not checked")
    return ", ".join(words)


def _rendered(spec: Mapping[str, Any], format: str) -> bytes:
    import vl_convert

    text = json.dumps(spec, sort_keys=True)
    if format == "png":
        return bytes(vl_convert.vegalite_to_png(text, scale=2, allowed_base_urls=[]))
    if format == "svg":
        return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[])).encode()
    return str(vl_convert.vegalite_to_html(text, bundle=True)).encode()
