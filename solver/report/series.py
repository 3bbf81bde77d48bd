"""Series over time in a run's picture: lines and stacked bars; times are calendar years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.horizon.periods import INSTANT
from solver.horizon.target_path import asked_at, path_value
from solver.instance.dates import RATE_KINDS
from solver.tables import PlanState
from solver.tables.demand import UNITS
from solver.tables.figures import freight, propellant

TARGET = "target"
MADE = {"Earth-made": "earth", "Moon-made": "moon"}
TO_MOON, TO_DEPOT = "cargo for the Moon", "propellant"


@dataclass(frozen=True, slots=True)
class Line:
    """Point of a named line."""

    what: str
    start: float
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Layer of a stacked bar over one period, from ``low`` to ``high``."""

    start: float
    end: float
    what: str
    low: float
    high: float


def power_lines(state: PlanState) -> tuple[list[Line], str]:
    """Return target and delivered power as lines, and the unit.

    The target is the path that is asked, between the instants at which it is read too. Orbit and ground are separate
    lines where both count; where the plan uses the Moon, so are Earth-made and Moon-made nodes.
    """
    kind, rate = state.instance.target.kind, state.instance.target.kind in RATE_KINDS
    lines = [Line(TARGET, *corner) for corner in target_path(state)]
    parts = _parts(state) if kind == "power_alive" else {}
    for t in state.horizon.periods:
        start, end = span(state, t)
        delivered = Line("delivered", (start + end) / 2 if rate else end, state.delivered[t])
        part_lines = [Line(what, end, gw[t]) for what, gw in parts.items()]
        # The sum is drawn over its parts, but below Earth-made and Moon-made power.
        lines += [delivered, *part_lines] if state.lunar is not None else [*part_lines, delivered]
    unit = {"power_alive": "IT power alive, GW", "power_added": "IT power added, GW per year"}.get(kind, UNITS[kind])
    largest = max((line.value for line in lines), default=0.0)
    if kind == "power_alive" and largest > 5000:
        return [Line(line.what, line.start, line.value / 1000) for line in lines], "IT power alive, TW"
    if kind == "power_alive" and 0 < largest < 0.5:
        return [Line(line.what, line.start, line.value * 1000) for line in lines], "IT power alive, MW"
    return lines, unit


def target_path(state: PlanState) -> list[tuple[float, float]]:
    """Return the corners of the path that is asked, as calendar years and values; both ends of a jump."""
    target, horizon, claims = state.instance.target, state.horizon, state.plan.claims
    begin, length = horizon.first_month / 12, horizon.end(horizon.periods[-1])
    if state.instance.objective.kind == "earliest_date":
        if claims.first_period > horizon.periods[-1]:
            return [(begin, 0.0), (begin + length, 0.0)]
        asked, value = begin + asked_at(target, horizon, claims.first_period), max(state.target)
        return [(begin, 0.0), (asked, 0.0), (asked, value), (begin + length, value)]
    factor = claims.factor if state.instance.objective.kind == "most_power" else 1.0
    dates = [horizon.year_of(milestone.date) for milestone in target.milestones]
    read = (horizon.end(t) for t in horizon.periods)
    corners: list[tuple[float, float]] = []
    for year in sorted({0.0, *read, *(date for date in dates if 0.0 <= date <= length)}):
        value = factor * path_value(target, horizon, year)
        before = factor * path_value(target, horizon, year - 2 * INSTANT)
        if year in dates and abs(value - before) > 1e-3 * abs(value):
            corners.append((begin + year, before))
        corners.append((begin + year, value))
    return corners


def _parts(state: PlanState) -> dict[str, list[float]]:
    """Return the parts of the delivered power by period, GW; empty where there is only one part."""
    periods, parts = state.horizon.periods, {}
    if state.lunar is not None and state.lunar.used:
        made = {what: [state.made_gw(on, t) for t in periods] for what, on in MADE.items()}
        parts = {what: gw for what, gw in made.items() if any(gw)}
    elif state.ground_gw:
        parts = {"orbit": [state.orbit_gw(t) for t in periods]}
    return {**parts, "ground": [state.on_ground_gw(t) for t in periods]} if state.ground_gw else parts


def flight_bars(state: PlanState) -> list[Bar]:
    """Return flights per year by vehicle, in the order of ``use.vehicles``."""
    amounts = {key: float(count) for key, count in state.flown.items()}
    return stacked(state, amounts, state.instance.use.vehicles)


def mass_bars(state: PlanState) -> list[Bar]:
    """Return mass launched per year by shell, t; then cargo for the Moon and propellant for the depot."""
    amounts: dict[tuple[str, int], float] = {}
    for (k, s, t), count in state.loaded.items():
        amounts[s, t] = amounts.get((s, t), 0.0) + count * state.designs[k, s].mass_t
    for (_, s, t), mass_t in state.plan.decisions.cargo_t.items():
        amounts[s, t] = amounts.get((s, t), 0.0) + mass_t
    for what, carried in ((TO_MOON, freight(state)), (TO_DEPOT, propellant(state))):
        for (_, t), mass_t in carried.items():
            amounts[what, t] = amounts.get((what, t), 0.0) + mass_t
    return stacked(state, amounts, [*state.shells, TO_MOON, TO_DEPOT])


def money_bars(state: PlanState) -> list[Bar]:
    """Return undiscounted spending per year by family, without salvage, MUSD; the largest family at the bottom."""
    amounts: dict[tuple[str, int], float] = {}
    totals: dict[str, float] = {}
    for entry in state.plan.claims.ledger:
        if entry.item != "salvage":
            key = (entry.family, entry.period)
            amounts[key] = amounts.get(key, 0.0) + entry.musd
            totals[entry.family] = totals.get(entry.family, 0.0) + entry.musd
    return stacked(state, amounts, sorted(totals, key=lambda family: (-totals[family], family)))


def scaled(bars: list[Bar], units: Sequence[tuple[float, str]]) -> tuple[list[Bar], str]:
    """Scale bars to the largest unit in which the tallest stack is 1 or more; return them and the unit."""
    tallest = max((bar.high for bar in bars), default=0.0)
    size, unit = next(((size, unit) for size, unit in units if tallest >= size), units[-1])
    return [Bar(bar.start, bar.end, bar.what, bar.low / size, bar.high / size) for bar in bars], unit


def stacked(state: PlanState, amounts: Mapping[tuple[str, int], float], order: Sequence[str]) -> list[Bar]:
    """Return amounts by name and period as layers, per year, in a given order."""
    bars = []
    for t in state.horizon.periods:
        low, (start, end) = 0.0, span(state, t)
        for what in order:
            rate = amounts.get((what, t), 0.0) / state.horizon.years(t)
            if rate > 0:
                bars.append(Bar(start, end, what, low, low + rate))
                low += rate
    used = [what for what in order if any(bar.what == what for bar in bars)]
    return sorted(bars, key=lambda bar: (used.index(bar.what), bar.start))


def span(state: PlanState, t: int) -> tuple[float, float]:
    """Return start and end of a period in calendar years."""
    return state.horizon.starts_month(t) / 12, state.horizon.ends_month[t] / 12
