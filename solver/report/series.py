"""What a picture of a run shows, as lines and stacked bars over time; times are calendar years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.plan import Plan
from solver.tables import State
from solver.tables.demand import UNITS
from solver.target_path import RATE_KINDS


@dataclass(frozen=True, slots=True)
class Line:
    """A point of a named line."""

    what: str
    start: float
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A layer of a stack over one period, from ``low`` to ``high``."""

    start: float
    end: float
    what: str
    low: float
    high: float


def power_lines(state: State) -> tuple[list[Line], str]:
    """Target and delivery, and orbit and ground apart where both count; the second is the unit."""
    kind, lines = state.instance.target.kind, []
    rate = kind in RATE_KINDS
    clock, last = state.clock, state.clock.periods[-1]
    for t in clock.periods:
        start, end = _span(state, t)
        lines.append(Line("target", start if rate else end, state.target[t]))
        if state.ground_gw and kind == "power_alive":
            lines.append(Line("orbit", end, state.orbit_gw(t)))
            lines.append(Line("ground", end, state.on_ground_gw(t)))
        # The sum comes last, so that it is drawn over its parts.
        lines.append(Line("delivered", (start + end) / 2 if rate else end, state.delivered[t]))
    if rate:
        lines.append(Line("target", _span(state, last)[1], state.target[last]))
    unit = {"power_alive": "IT power alive, GW", "power_added": "IT power added, GW per year"}.get(kind, UNITS[kind])
    largest = max((line.value for line in lines), default=0.0)
    if kind == "power_alive" and 0 < largest < 0.5:
        return [Line(line.what, line.start, line.value * 1000) for line in lines], "IT power alive, MW"
    return lines, unit


def flight_bars(state: State) -> list[Bar]:
    """Flights per year by vehicle, in the order of ``use.vehicles``."""
    amounts = {key: float(count) for key, count in state.flown.items()}
    return _stacked(state, amounts, state.instance.use.vehicles)


def mass_bars(state: State, plan: Plan) -> list[Bar]:
    """Mass launched per year by shell, t."""
    amounts: dict[tuple[str, int], float] = {}
    for (k, s, t), count in state.loaded.items():
        amounts[s, t] = amounts.get((s, t), 0.0) + count * state.designs[k, s].mass_t
    for (_, s, t), mass_t in plan.decisions.cargo_t.items():
        amounts[s, t] = amounts.get((s, t), 0.0) + mass_t
    return _stacked(state, amounts, state.shells)


def money_bars(state: State, plan: Plan) -> list[Bar]:
    """Spending per year by family as paid, without salvage, MUSD; the largest family at the bottom."""
    amounts: dict[tuple[str, int], float] = {}
    totals: dict[str, float] = {}
    for entry in plan.claims.ledger:
        if entry.item != "salvage":
            key = (entry.family, entry.period)
            amounts[key] = amounts.get(key, 0.0) + entry.musd
            totals[entry.family] = totals.get(entry.family, 0.0) + entry.musd
    return _stacked(state, amounts, sorted(totals, key=lambda family: (-totals[family], family)))


def scaled(bars: list[Bar], units: Sequence[tuple[float, str]]) -> tuple[list[Bar], str]:
    """Bars in the largest of some units in which the tallest stack is 1 or more, and that unit."""
    tallest = max((bar.high for bar in bars), default=0.0)
    size, unit = next(((size, unit) for size, unit in units if tallest >= size), units[-1])
    return [Bar(bar.start, bar.end, bar.what, bar.low / size, bar.high / size) for bar in bars], unit


def _stacked(state: State, amounts: Mapping[tuple[str, int], float], order: Sequence[str]) -> list[Bar]:
    bars = []
    for t in state.clock.periods:
        low, (start, end) = 0.0, _span(state, t)
        for what in order:
            rate = amounts.get((what, t), 0.0) / state.clock.years(t)
            if rate > 0:
                bars.append(Bar(start, end, what, low, low + rate))
                low += rate
    used = [what for what in order if any(bar.what == what for bar in bars)]
    return sorted(bars, key=lambda bar: (used.index(bar.what), bar.start))


def _span(state: State, t: int) -> tuple[float, float]:
    return state.clock.starts_month(t) / 12, state.clock.ends_month[t] / 12
