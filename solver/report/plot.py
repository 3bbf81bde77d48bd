"""Picture of a run: power against target, launches, mass and spending over time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.replace import replace_file
from solver.report import number_format
from solver.report.datasets import datasets
from solver.report.formats import Picture, place
from solver.report.moon import moon_panels
from solver.report.panels import Frame, Unit, bars_panel, lines_panel
from solver.report.png import compressed
from solver.report.series import TO_DEPOT, TO_MOON, Bar, flight_bars, mass_bars, money_bars, power_lines, scaled
from solver.report.style import FONT, GAP, LABEL_LIMIT, PADDING, Style
from solver.tables import PlanState, state_of

if TYPE_CHECKING:
    from solver.run.stored_run import Run

PNG_SCALE = 1.25
"""Pixels of a PNG for one of an SVG: some 1,450 across a picture of two columns."""
FAMILIES = {
    "nodes": "nodes",
    "launch": "launch",
    "lines": "production lines",
    "lunar": "the Moon",
    "ground": "ground",
    "network": "network",
    "target": "unmet target",
}
CHANNELS = ("x", "y", "color", "stroke", "strokeDash", "fill", "fillOpacity", "size")
USUAL = Style()


def plot_run(
    run: Run, path: str | Path, format: str = "svg", style: Style = USUAL, panels: Sequence[str] = ()
) -> list[Path]:
    """Draw a run and return the files written.

    ``path`` is a directory, into which ``plan.<format>`` is written, or a file that ends in ``.<format>``. The same
    run gives the same file, but for the order of parts in a PDF; nothing is downloaded, and an HTML page is
    self-contained. UsageError for another format,
    an unknown panel or a run without a plan, EnvironmentFailure if the disk refuses.
    """
    if format not in list(Picture):
        raise UsageError(f"format: found {format!r}, expected one of {', '.join(Picture)}")
    return [write_picture(chart(run, style, panels), path, "plan", format)]


def write_picture(spec: Mapping[str, Any], path: str | Path, stem: str, format: str) -> Path:
    """Draw a specification into a file, or into ``stem.<format>`` of a directory, and return the file."""
    target = place(path, stem, format)
    picture = rendered(spec, format)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, picture)
    except OSError as error:
        raise EnvironmentFailure(
            f"{target}: the picture could not be written: {(error.strerror or str(error)).lower()}"
        ) from error
    return target


def chart(run: Run, style: Style = USUAL, panels: Sequence[str] = ()) -> dict[str, Any]:
    """Return the Vega-Lite specification of a run's picture; UsageError if the run has no plan, or no such panel."""
    if run.plan is None:
        raise UsageError(f"{run.path}: has no plan to draw ({run.manifest.status})")
    state = state_of(run.instance, run.plan)
    frame = Frame(style, (state.horizon.first_month / 12, state.horizon.ends_month[-1] / 12))
    with datasets() as rows:
        known = _panels(state, frame)
        if state.lunar is not None and state.lunar.used:
            known |= moon_panels(state, state.lunar, frame)
        drawn = [known[name]() for name in chosen_panels(panels, known)]
        spec: dict[str, Any] = with_style(placed(drawn, style), run.instance.name, _subtitle(run), style).to_dict()
        return {**spec, "datasets": rows}


def chosen_panels(panels: Sequence[str], known: Iterable[str]) -> list[str]:
    """Return the names of the panels to draw, all that are known by default; UsageError for an unknown one."""
    listed = list(known)
    for name in panels:
        if name not in listed:
            raise UsageError(f"--panels: found {name!r}, expected some of {','.join(listed)}")
    return list(dict.fromkeys(panels)) or listed


def placed(panels: Sequence[Any], style: Style) -> Any:
    """Return panels side by side and below each other; their axes are of one width, so that the frames are in line."""
    import altair as alt

    columns = min(style.columns, len(panels))
    picture = alt.concat(*panels, columns=columns, spacing={"row": 26, "column": GAP}, align="each")
    return picture.resolve_scale(**dict.fromkeys(CHANNELS, "independent"))


def below(pictures: Sequence[Any]) -> Any:
    """Return pictures below each other; the picture itself where there is one."""
    import altair as alt

    if len(pictures) == 1:
        return pictures[0]
    return alt.vconcat(*pictures, spacing=26).resolve_scale(**dict.fromkeys(CHANNELS, "independent"))


def _panels(state: PlanState, frame: Frame) -> dict[str, Callable[[], Any]]:
    """Return the four panels of every plan, by name."""
    style, instance = frame.style, state.instance

    def power() -> Any:
        lines, unit = power_lines(state)
        return lines_panel(lines, "Delivered against target", Unit(unit), frame, _power_colours(style))

    def launches() -> Any:
        titles = {v: vehicle.title or v for v, vehicle in instance.vehicles.items()}
        bars, colours = _titled(flight_bars(state), titles, titles, style)
        return bars_panel(bars, "Launches, by vehicle", "flights per year", frame, colours)

    def mass() -> Any:
        bars, unit = scaled(mass_bars(state), ((1e6, "Mt"), (1e3, "kt"), (1.0, "t")))
        titles = {s: shell.title or s for s, shell in instance.shells.items()}
        bars, colours = _titled(bars, titles, (*titles, TO_MOON, TO_DEPOT), style)
        return bars_panel(bars, "Mass launched, by shell", f"{unit} per year", frame, colours)

    def money() -> Any:
        bars, unit = scaled(money_bars(state), ((1e3, "GUSD"), (1.0, "MUSD")))
        bars, colours = _titled(bars, FAMILIES, FAMILIES, style)
        title = "Spending, undiscounted, before salvage"
        return bars_panel(bars, title, f"{unit} per year", frame, colours)

    return {"power": power, "launches": launches, "mass": mass, "money": money}


def _power_colours(style: Style) -> dict[str, str]:
    blue, orange, _, pink, sky, *_ = style.palette.series
    parts = {"orbit": sky, "Earth-made": sky, "Moon-made": orange, "ground": pink}
    return {"target": style.palette.ink, "delivered": blue, **parts}


def _titled(
    bars: list[Bar], titles: Mapping[str, str], declared: Iterable[str], style: Style
) -> tuple[list[Bar], dict[str, str]]:
    """Return bars by title, and the colour of each title, which is that of its name."""
    colours = style.colours((bar.what for bar in bars), declared)
    titled = [Bar(bar.start, bar.end, titles.get(bar.what, bar.what), bar.low, bar.high) for bar in bars]
    return titled, {titles.get(name, name): colour for name, colour in colours.items()}


def with_style(picture: Any, name: str, subtitle: Sequence[str], style: Style = USUAL) -> Any:
    """Return a picture with its title and the fonts and colours common to all pictures."""
    import altair as alt

    colours = style.palette
    title = alt.TitleParams(
        style.lines(name, 17),
        subtitle=[line for text in subtitle for line in style.lines(text, 12)],
        anchor="start",
        frame="bounds",
        fontSize=17,
        subtitleFontSize=12,
        color=colours.ink,
        subtitleColor=colours.muted,
        offset=14,
    )
    plain = {"labelColor": colours.muted, "titleColor": colours.ink, "labelFontSize": 11, "titleFontWeight": "normal"}
    return (
        picture.properties(
            title=title,
            description=f"{name}: {'; '.join(subtitle)}",
            padding=PADDING,
            background=colours.background,
            usermeta={"embedOptions": {"actions": False}},
        )
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            titleFontSize=12, gridColor=colours.grid, domainColor=colours.axis, tickColor=colours.axis, **plain
        )
        .configure_title(fontSize=13, anchor="start", frame="group", fontWeight="bold", color=colours.ink, offset=8)
        .configure_legend(
            labelLimit=LABEL_LIMIT,
            symbolSize=85,
            symbolOpacity=1,
            symbolStrokeWidth=2,
            offset=6,
            titleFontSize=11,
            **plain,
        )
    )


def _subtitle(run: Run) -> list[str]:
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
    return [", ".join(words)]


def rendered(spec: Mapping[str, Any], format: str) -> bytes:
    """Draw a specification as SVG, PNG, PDF or HTML and return the bytes of the file."""
    import vl_convert

    text = json.dumps(escapes.picture(spec), sort_keys=True)
    if format == "png":
        return compressed(bytes(vl_convert.vegalite_to_png(text, scale=PNG_SCALE, allowed_base_urls=[])))
    if format == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(text, allowed_base_urls=[]))
    if format == "svg":
        return str(vl_convert.vegalite_to_svg(text, allowed_base_urls=[])).encode()
    return escapes.html(str(vl_convert.vegalite_to_html(escapes.script(spec), bundle=True))).encode()
