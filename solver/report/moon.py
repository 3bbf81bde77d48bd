"""Panels on the Moon: plant, mass flows, mass drivers, cargo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solver.report.panels import Frame, Unit, bars_panel, lines_panel
from solver.report.series import Bar, Line, scaled, span, stacked
from solver.tables import PlanState
from solver.tables.kardashev import scale
from solver.tables.lunar_state import LunarReplay

MASS_UNITS = ((1e9, "Gt"), (1e6, "Mt"), (1e3, "kt"), (1.0, "t"))
FLOWS = ("made", "imported", "built into plant", "launched by mass driver")


def moon_panels(state: PlanState, lunar: LunarReplay, frame: Frame) -> dict[str, Callable[[], Any]]:
    """Return the four panels of a plan with landings on the Moon, by name."""
    style, activities = frame.style, [activity.title or i for i, activity in lunar.moon.activities.items()]

    def plant() -> Any:
        lines = plant_lines(lunar)
        kinds = style.colours((line.what for line in lines), activities)
        return lines_panel(lines, "Operating lunar plant, by kind", Unit("operating", MASS_UNITS), frame, kinds)

    def cargo() -> Any:
        bars, unit = scaled(cargo_bars(state, lunar), MASS_UNITS)
        uses = style.colours((bar.what for bar in bars), ["seed", *lunar.moon.commodities])
        return bars_panel(bars, "Mass landed on the Moon, by use", f"{unit} per year", frame, uses)

    def flows() -> Any:
        colours = style.colours(FLOWS, FLOWS)
        return lines_panel(flow_lines(state), "Mass flows on the Moon", Unit("per year", MASS_UNITS), frame, colours)

    def drivers() -> Any:
        bars, colours = mass_driver_bars(state, lunar), {"operating": style.colour(0)}
        return bars_panel(bars, "Operating mass drivers", "mass drivers", frame, colours, integer=True)

    return {"flows": flows, "drivers": drivers, "plant": plant, "cargo": cargo}


def plant_lines(lunar: LunarReplay) -> list[Line]:
    """Return operating capital by kind, t, at the middle of every step; kinds that never operate are left out."""
    begin = lunar.horizon.first_month / 12
    return [
        Line(activity.title or i, begin + lunar.middle[u], lunar.capital[i, u])
        for i, activity in lunar.moon.activities.items()
        if any(lunar.capital[i, u] > 0 for u in lunar.steps.steps)
        for u in lunar.steps.steps
    ]


def flow_lines(state: PlanState) -> list[Line]:
    """Return mass flows, t per year: net production, imports, built into plant, launched; zero flows are left out."""
    lines = []
    for s in scale(state):
        start, end = span(state, s.t)
        flows = (s.made_t_per_year, s.imported_t_per_year, s.plant_built_t_per_year, s.mass_driver_launched_t_per_year)
        lines += [Line(what, (start + end) / 2, flow) for what, flow in zip(FLOWS, flows, strict=True) if flow > 0]
    return lines


def mass_driver_bars(state: PlanState, lunar: LunarReplay) -> list[Bar]:
    """Return the operating mass drivers of every period."""
    return [
        Bar(*span(state, t), "operating", 0.0, float(lunar.operating_drivers[t]))
        for t in state.horizon.periods
        if lunar.operating_drivers[t]
    ]


def cargo_bars(state: PlanState, lunar: LunarReplay) -> list[Bar]:
    """Return seed and imports by commodity, t per year."""
    amounts = {("seed", t): mass_t for (t,), mass_t in lunar.decisions.seeds_t.items()}
    for (j, u), mass_t in lunar.decisions.imported_t.items():
        key = (j, lunar.period[u])
        amounts[key] = amounts.get(key, 0.0) + mass_t
    return stacked(state, amounts, ["seed", *lunar.moon.commodities])
