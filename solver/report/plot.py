"""Picture of a run: power against target, launches, mass and spending over time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.replace import replace_file
from solver.report import number_format
from solver.report.formats import place
from solver.report.moon import moon_panels
from solver.report.panels import COLOURS, INK, LABEL_LIMIT, Panel, Unit, bars_panel, lines_panel
from solver.report.png import compressed
from solver.report.series import Bar, flight_bars, mass_bars, money_bars, power_lines, scaled
from solver.tables import PlanState, state_of

if TYPE_CHECKING:
    from solver.run.stored_run import Run

FORMATS = ("svg", "png", "html")
PNG_SCALE = 1.25
"""Pixels of a PNG for one of an SVG: some 1,450 across a picture of two columns."""
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_FAINT = "#DDDDDD"
_POWER_COLOURS = {
    "target": INK,
    "delivered": COLOURS[0],
    "orbit": COLOURS[4],
    "Earth-made": COLOURS[4],
    "Moon-made": COLOURS[1],
    "ground": COLOURS[3],
}


def plot_run(run: Run, path: str | Path, format: str = "svg") -> list[Path]:
    """Draw a run and return the files written.

    ``path`` is a directory, into which ``plan.<format>`` is written, or a file that ends in ``.<format>``. The same
    run gives the same file; nothing is downloaded, and an HTML page is self-contained. UsageError for another format
    or a run without a plan, EnvironmentFailure if the disk refuses.
    """
    if format not in FORMATS:
        raise UsageError(f"format: found {format!r}, expected one of {', '.join(FORMATS)}")
    return [write_picture(chart(run), path, "plan", format)]


def write_picture(spec: Mapping[str, Any], path: str | Path, stem: str, format: str) -> Path:
    """Draw a specification into a file, or into ``stem.<format>`` of a directory, and return the file."""
    target = place(path, stem, format)
    picture = rendered(spec, format)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, picture)
    except OSError as error:
        raise EnvironmentFailure(f"{target}: the picture could not be written: {error.strerror or error}") from error
    return target


def chart(run: Run) -> dict[str, Any]:
    """Return the Vega-Lite specification of a run's picture; UsageError if the run has no plan."""
    import altair as alt

    if run.plan is None:
        raise UsageError(f"{run.path}: has no plan to draw ({run.manifest.status})")
    state = state_of(run.instance, run.plan)
    years = (state.horizon.first_month / 12, state.horizon.ends_month[-1] / 12)
    with alt.data_transformers.enable("default", consolidate_datasets=False, max_rows=None):
        panels = _panels(state, years)
        if state.lunar is not None and state.lunar.used:
            panels += moon_panels(state, state.lunar, years)
        # Legends of the last row have free space below.
        legend_rows = max(panel.legend_rows for panel in panels[:-2])
        picture = alt.concat(
            *(panel.chart for panel in panels),
            columns=2,
            # Flush bounds keep the frames in line; the spacing has to hold axes, titles and legends.
            spacing={"row": 80 + 17 * max(legend_rows, 1), "column": 105},
            bounds="flush",
            align="all",
        ).resolve_scale(color="independent", x="independent", y="independent")
        spec: dict[str, Any] = with_style(picture, run.instance.name, _subtitle(run)).to_dict()
        return spec


def _panels(state: PlanState, years: tuple[float, float]) -> list[Panel]:
    """Return the four panels of every plan."""
    lines, unit = power_lines(state)
    mass, mass_unit = scaled(mass_bars(state), ((1e6, "Mt"), (1e3, "kt"), (1.0, "t")))
    money, money_unit = scaled(money_bars(state), ((1e6, "TUSD"), (1e3, "GUSD"), (1.0, "MUSD")))
    titles = {v: state.instance.vehicles[v].title or v for v in state.instance.use.vehicles}
    shells = {s: state.instance.shells[s].title or s for s in state.shells}
    return [
        lines_panel(lines, "Delivered against target", Unit(unit), years, _POWER_COLOURS),
        bars_panel(_titled(flight_bars(state), titles), "Launches, by vehicle", "flights per year", years),
        bars_panel(_titled(mass, shells), "Mass launched, by shell", f"{mass_unit} per year", years),
        bars_panel(money, "Spending, undiscounted, before salvage", f"{money_unit} per year", years),
    ]


def _titled(bars: list[Bar], titles: Mapping[str, str]) -> list[Bar]:
    return [Bar(bar.start, bar.end, titles.get(bar.what, bar.what), bar.low, bar.high) for bar in bars]


def with_style(picture: Any, name: str, subtitle: str | list[str]) -> Any:
    """Return a picture with its title and the fonts and greys common to all pictures."""
    import altair as alt

    title = alt.TitleParams(
        name,
        subtitle=subtitle,
        anchor="start",
        frame="bounds",
        fontSize=17,
        subtitleFontSize=12,
        subtitleColor="#555555",
        offset=14,
    )
    return (
        picture.properties(title=title, padding=16, background="white", usermeta={"embedOptions": {"actions": False}})
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=12, titleFontWeight="normal", gridColor=_FAINT, domainColor="#888888"
        )
        .configure_title(fontSize=13, anchor="start", frame="group", fontWeight="bold", color=INK, offset=8)
        .configure_legend(labelFontSize=11, labelLimit=LABEL_LIMIT, symbolSize=110, symbolStrokeWidth=2, offset=6)
    )


def _subtitle(run: Run) -> str:
    manifest = run.manifest
    words: list[str] = [manifest.status]
    if manifest.gap is not None:
        words.append(f"gap {number_format.share(manifest.gap)}")
    if manifest.violations:
        words.append("CHECK FAILED")
    elif manifest.checked:
        words.append("checked")
    else:
        words.append("not checked")
    return ", ".join(words)


def rendered(spec: Mapping[str, Any], format: str) -> bytes:
    """Draw a specification as SVG, PNG or HTML and return the bytes of the file."""
    import vl_convert

    text = json.dumps(escapes.picture(spec), sort_keys=True)
    if format == "png":
        return compressed(bytes(vl_convert.vegalite_to_png(text, scale=PNG_SCALE, allowed_base_urls=[])))
    if format == "svg":
        return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[])).encode()
    return escapes.html(str(vl_convert.vegalite_to_html(escapes.script(spec), bundle=True))).encode()
