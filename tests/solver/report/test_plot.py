"""Tests of ``solver.report``."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.errors import EnvironmentFailure, UsageError
from solver.plan import Decisions, Plan
from solver.report.formats import chosen
from solver.report.moon import cargo_bars, flow_lines, mass_driver_bars, plant_lines
from solver.report.panels import Frame, Unit, bars_panel, lines_panel
from solver.report.plot import chart, plot_run
from solver.report.series import Bar, Line, flight_bars, mass_bars, money_bars, power_lines, scaled, target_path
from solver.report.style import Style, Theme
from solver.run.stored_run import Run
from solver.tables import state_of
from tests.solver import lunar_samples, samples

pytestmark = pytest.mark.slow


def _run(plan: Plan | None = None, **changes: Any) -> Run:
    resolved = samples.data(**changes)
    return Run(samples.manifest(resolved=resolved), samples.instance(**changes), plan or samples.plan(), Path("run"))


def _panels(run: Run) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = chart(run)["concat"]
    return panels


def test_bars_are_rates_stacked_on_each_other() -> None:
    """Four flights in a quarter are sixteen a year, so that quarters and years compare; layers do not overlap."""
    bars = flight_bars(samples.state())
    assert bars == [
        Bar(2030.5, 2030.75, "heavy", 0.0, 16.0),
        Bar(2031.0, 2032.0, "heavy", 0.0, 4.0),
        Bar(2031.0, 2032.0, "ship", 4.0, 6.0),
        Bar(2032.0, 2033.0, "ship", 0.0, 4.0),
    ]


def test_mass_and_money_are_complete() -> None:
    """The areas of the bars are the mass launched and the money spent, without salvage."""
    state = samples.state()

    def area(bars: list[Bar]) -> float:
        return sum((bar.high - bar.low) * (bar.end - bar.start) for bar in bars)

    assert area(mass_bars(state)) == pytest.approx(692.5)
    assert area(money_bars(state)) == pytest.approx(1860.0)
    assert list(dict.fromkeys(bar.what for bar in money_bars(state))) == ["nodes", "launch", "lines"]


def test_units_follow_the_tallest_stack() -> None:
    """Bars have the largest unit in which the tallest is at least one."""
    bars, unit = scaled([Bar(0, 1, "a", 0.0, 1500.0)], ((1e6, "Mt"), (1e3, "kt"), (1.0, "t")))
    assert (bars[0].high, unit) == (1.5, "kt")
    assert scaled([], ((1e3, "kt"), (1.0, "t"))) == ([], "t")


def test_power_has_a_fitting_unit() -> None:
    """Small plans are drawn in MW; targets that are rates begin with their period."""
    lines, unit = power_lines(samples.state())
    assert unit == "IT power alive, MW"
    assert max(line.value for line in lines if line.what == "target") == pytest.approx(50.0)
    target = {"kind": "power_added", "milestones": [{"date": "2031-01", "gw_per_year": 0.01}]}
    lines, unit = power_lines(state_of(samples.instance(target=target), samples.plan()))
    assert unit == "IT power added, GW per year"


def test_the_target_is_drawn_as_the_path_that_is_asked() -> None:
    """A step rises at its milestone, an interpolated path between them; a later milestone is on it, not after it."""
    step = target_path(samples.state())
    assert [corner for corner in step if corner[0] == 2033.0] == [(2033.0, 0.007), (2033.0, 0.05)]
    straight = {**samples.DATA["target"], "interpolation": "linear"}
    path = dict(target_path(samples.state(target=straight)))
    assert path[2032.0] == pytest.approx((0.007 + 0.05) / 2)
    assert (path[2033.0], path[2034.0]) == (0.05, 0.05)


def test_the_legend_has_the_dash_of_the_plot() -> None:
    """Colour and dash of a line share one legend."""
    delivered = _panels(_run())[0]["layer"][0]["encoding"]
    assert delivered["strokeDash"]["legend"] == delivered["color"]["legend"]
    assert (
        delivered["strokeDash"]["scale"]["domain"] == delivered["color"]["scale"]["domain"] == ["target", "delivered"]
    )
    assert delivered["strokeDash"]["scale"]["range"] == [[5, 3], [1, 0]]


def test_a_shell_has_one_colour_in_all_pictures() -> None:
    """The colour is that of the shell's place in the catalogue, whatever else is drawn; two never share one."""
    style, declared = Style(), [f"shell{i}" for i in range(30)]
    alone = style.colours(["shell7"], declared)
    assert style.colours(["shell9", "shell7", "shell1"], declared)["shell7"] == alone["shell7"]
    assert len(set(style.colours(declared[:13], declared).values())) == 13
    crowded = style.colours(["shell0", "shell13"], declared)
    assert crowded["shell0"] != crowded["shell13"]


@pytest.mark.parametrize("width", [320, 400, 719, 720, 1160])
@pytest.mark.parametrize("theme", Theme)
def test_a_picture_is_as_wide_as_asked(width: int, theme: Theme) -> None:
    """All panels have one width, they fit in that of the picture, and the ground is that of the theme."""
    style = Style(theme, width)
    spec = chart(_run(), style, ["power", "mass"])
    assert spec["background"] == style.palette.background
    assert {panel["width"] for panel in spec["concat"]} == {style.panel_width}
    assert spec["columns"] == (2 if width >= 720 else 1)
    assert spec["columns"] * style.panel_width < width
    assert all(len(line) * 17 * 0.5 < width for line in spec["title"]["text"])


def test_four_panels_with_units() -> None:
    """The picture has four panels, each with a title, a unit and a legend of what is in it."""
    panels = _panels(_run())
    assert [" ".join(panel["title"]) for panel in panels] == [
        "Delivered against target",
        "Launches, by vehicle",
        "Mass launched, by shell",
        "Spending, undiscounted, before salvage",
    ]
    units = [panel["encoding"]["y"]["title"] for panel in panels[1:]]
    assert units == ["flights per year", "t per year", "GUSD per year"]
    assert panels[1]["encoding"]["color"]["scale"]["domain"] == ["Heavy lifter", "ship"]


def test_scale_is_logarithmic_beyond_a_factor_of_thirty() -> None:
    """Power that spans more than a factor of thirty is drawn on a log scale, less on a linear one from 0."""
    linear = _panels(_run())[0]["layer"][0]["encoding"]["y"]
    assert linear["scale"]["domain"][0] == 0
    assert "type" not in linear["scale"]
    milestones = [{"date": "2031-01", "gw": 0.001}, {"date": "2033-01", "gw": 0.05}]
    wide = _panels(_run(target={**samples.DATA["target"], "milestones": milestones}))[0]["layer"][0]["encoding"]["y"]
    assert wide["scale"]["type"] == "log"
    assert wide["title"] == "IT power alive, MW (log scale)"
    assert wide["scale"]["domain"][0] == 1.0


@pytest.mark.parametrize("format", ["svg", "png", "html"])
def test_same_run_same_file(tmp_path: Path, format: str) -> None:
    """A picture repeats to the byte, under the name it is given or its own."""
    [first] = plot_run(_run(), tmp_path / "a", format)
    [second] = plot_run(_run(), tmp_path / f"b.{format}", format)
    assert (first, second) == (tmp_path / "a" / f"plan.{format}", tmp_path / f"b.{format}")
    assert first.read_bytes() == second.read_bytes()


def test_pdf_by_the_ending_of_the_file(tmp_path: Path) -> None:
    """A PDF is one page of vectors."""
    [path] = plot_run(_run(), tmp_path / "p.pdf", chosen(None, tmp_path / "p.pdf"))
    assert path.read_bytes().startswith(b"%PDF-")


def test_svg_holds_titles_units_and_names(tmp_path: Path) -> None:
    """Titles, units and names are text in the picture, inside its frame."""
    [path] = plot_run(_run(), tmp_path)
    text = path.read_text()
    for words in ("Two shells by hand", "Heavy lifter", "High dawn-dusk", "flights per year", "optimal, gap 1.0 %"):
        assert words in text
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups()  # type: ignore[union-attr]
    assert Style().width - 40 < float(width) <= Style().width
    assert float(height) > 2 * 250


def test_page_needs_no_network(tmp_path: Path) -> None:
    """The HTML page loads no script, style or font from elsewhere, and offers no menu that would."""
    [path] = plot_run(_run(), tmp_path, "html")
    text = path.read_text()
    assert not re.search(r"""(src|href)\s*=\s*["']https?://""", text)
    assert not re.search(r"""\bimport\s*\(?\s*["']https?://""", text)
    assert re.search(r'"actions":\s*false', text)


def test_a_plan_that_does_nothing_is_drawn(tmp_path: Path) -> None:
    """Empty panels are a picture too."""
    [path] = plot_run(_run(samples.plan(Decisions(), ())), tmp_path, "png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_ground_is_drawn_apart() -> None:
    """Where ground counts, orbit and ground have their own lines."""
    ground = {
        "texas": {
            "queue_gw": {"start_per_year": 1.0},
            "facility_usd_per_w": 1.0,
            "it_usd_per_w": 1.0,
            "pue": 1.1,
            "power_usd_per_kwh": 0.05,
        }
    }
    plan = samples.plan(replace(samples.DECISIONS, ground_gw={("texas", 0): 0.01}))
    use, target = {**samples.DATA["use"], "ground": ["texas"]}, {**samples.DATA["target"], "where": "anywhere"}
    run = _run(plan, ground=ground, use=use, target=target)
    names = _panels(run)[0]["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert names == ["target", "delivered", "orbit", "ground"]


def test_the_moon_has_four_panels_more(tmp_path: Path) -> None:
    """With a landing, Earth-made and Moon-made power are separate lines, and four panels on the Moon follow."""
    run = lunar_samples.run()
    panels = _panels(run)
    assert [" ".join(panel["title"]) for panel in panels[4:]] == [
        "Mass flows on the Moon",
        "Operating mass drivers",
        "Operating lunar plant, by kind",
        "Mass landed on the Moon, by use",
    ]
    names = panels[0]["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert names == ["target", "delivered", "Moon-made"]
    plant = panels[6]["layer"][0]["encoding"]["y"]
    assert (plant["scale"]["type"], plant["title"]) == ("log", "operating (log scale)")
    assert "' kt'" in plant["axis"]["labelExpr"]
    assert panels[5]["encoding"]["y"]["axis"]["values"] == [0, 1]
    assert len(_panels(lunar_samples.run(decisions=Decisions()))) == 4
    [path] = plot_run(run, tmp_path)
    assert "10 kt" in path.read_text()


def test_lunar_panels_show_the_replay() -> None:
    """Plant is drawn at the middle of its steps, flows and cargo per year, drivers by number."""
    run = lunar_samples.run()
    assert run.plan is not None
    state = state_of(run.instance, run.plan)
    assert state.lunar is not None
    assert plant_lines(state.lunar)[2] == Line("factory", 2032.5, 200.0)
    flows = {(line.what, line.start): line.value for line in flow_lines(state)}
    assert flows["launched by mass driver", 2041.5] == pytest.approx(51200)
    assert ("imported", 2041.5) not in flows
    assert mass_driver_bars(state, state.lunar) == [Bar(2041.0, 2042.0, "operating", 0.0, 1.0)]
    assert cargo_bars(state, state.lunar) == [Bar(2030.0, 2031.0, "seed", 0.0, 100.0)]
    assert mass_bars(state) == [
        Bar(2030.0, 2031.0, "cargo for the Moon", 0.0, 100.0),
        Bar(2030.0, 2031.0, "propellant", 100.0, 1150.0),
    ]


def test_ticks_of_wide_and_whole_axes() -> None:
    """A scale of many decades has at most nine ticks, and values below a ten-millionth of the largest are left out."""
    lines = [Line("a", 2030.0 + n, 10.0**n) for n in range(-3, 13)]
    panel = lines_panel(lines, "Wide", Unit("W"), Frame(Style(), (2027.0, 2043.0)), {"a": "#000000"}).to_dict()
    y = panel["layer"][0]["encoding"]["y"]
    assert y["axis"]["values"] == [10.0**n for n in range(5, 13)]
    assert y["scale"]["domain"] == pytest.approx([1e5, 10**12.28])
    bars = [Bar(2030.0, 2031.0, "a", 0.0, 40.0)]
    frame, colours = Frame(Style(), (2030.0, 2031.0)), {"a": "#000000"}
    integer = bars_panel(bars, "Whole", "drivers", frame, colours, integer=True).to_dict()
    assert integer["encoding"]["y"]["axis"]["values"] == [0, 5, 10, 15, 20, 25, 30, 35, 40]


def test_refusals(tmp_path: Path) -> None:
    """Unknown formats, runs without a plan and unwritable paths raise an error with a message."""
    with pytest.raises(UsageError, match="found 'gif', expected one of svg, png, pdf, html"):
        plot_run(_run(), tmp_path, "gif")
    with pytest.raises(UsageError, match="--panels: found 'cargo', expected some of power,launches,mass,money"):
        chart(_run(), panels=["power", "cargo"])
    empty = Run(samples.manifest(status="infeasible"), samples.instance(), None, Path("run"))
    with pytest.raises(UsageError, match="no plan to draw"):
        plot_run(empty, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="the picture could not be written"):
        plot_run(_run(), tmp_path / "file")


def test_specification_is_plain_data() -> None:
    """The specification is JSON, with its data inside."""
    spec = chart(_run())
    assert json.loads(json.dumps(spec)) == spec
    assert '"url"' not in json.dumps(spec)
