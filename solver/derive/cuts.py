"""Numbers of the cuts: what any plan must fly, order and develop, whatever else it does.

They exist only where the whole target is in orbit and may not be missed, scaled or put off. ``formulations.cuts`` says
why each row holds.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np

from formulations.coefficients import Column, Cuts, Landing, Launch, Lines, Lunar, Nodes, Target
from formulations.vintages import Floats
from solver.derive.context import EPS, Context, most_in_window
from solver.horizon.target_path import RATE_KINDS

THOUSAND = 1000
"""Shares are counted in thousandths, rounded to the safe side, so that coefficients lie close together."""

LEAST_GAIN = 0.01
"""Share by which rounding must raise the number of flights: beyond some fifty, long rows say nothing."""

MOST_LINES = 100
"""Whole lines beyond which rounding adds less than a hundredth."""

FAR_APART = 1e6
"""Largest ratio of the target to what a node adds: rows with coefficients further apart are not to be trusted."""

K = TypeVar("K", bound=Hashable)
Order = tuple[str, int]
Begins = Mapping[Order, Floats]
"""By platform and period of its begin, the most that it adds to the target of each period."""


def derive_cuts(
    x: Context, nodes: Nodes, launch: Launch, lines: Lines, target: Target, landing: Landing, lunar: Lunar
) -> Cuts:
    """What any plan needs for the target of a period; nothing where the target may give way."""
    fixed = target.question == "least_cost" and not target.unmet_gusd and x.instance.target.where == "orbit"
    from_moon = {t for k, s, _ in nodes.driver_routes for t in np.flatnonzero(nodes.delivers[k, s].met()).tolist()}
    moon_begins = _moon_begins(landing, lunar, from_moon)
    # Where the Moon could serve without a development, nothing need be made on the Earth.
    asked = {
        t: target.demand[t]
        for t in x.horizon.periods
        if fixed and target.demand[t] > 0 and (t not in from_moon or t in moon_begins)
    }
    if not asked:
        return Cuts()
    yearly = _years_apart(x, asked) if x.instance.target.kind not in RATE_KINDS else list(asked)
    flights, counts = _flights(_by_flight(x, nodes, launch, target), {t: asked[t] for t in yearly})
    if target.counts_cargo or any(nodes.platform[k] not in lines.max_lines for k, _, _ in _earthly(nodes)):
        return Cuts(flights, counts, moon_begins=moon_begins)
    made = _Made(x, nodes, lines)
    by_line, by_development = made.by_line(), made.by_development()
    together = _lines(by_line, asked)
    shares = {t: _shares(by_development, t, amount) for t, amount in asked.items()}
    kept = _first({t: (share, 1.0) for t, share in shares.items()})
    return Cuts(
        flights_by=flights,
        flight_counts=counts,
        lines_by={t: side for t, (_, side) in together.items()},
        line_counts={t: counts for t, (counts, _) in together.items()},
        opened_shares={t: _steps(shares[t]) for t in kept},
        opens_for={t: dict(sorted(shares[t])) for t in yearly if asked[t] <= FAR_APART * made.least(t)},
        moon_begins=moon_begins,
    )


def _earthly(nodes: Nodes) -> dict[tuple[str, str, str], list[int]]:
    """Periods in which each vehicle can carry each design to its shell: by design, shell, vehicle."""
    ways: dict[tuple[str, str, str], list[int]] = {}
    for v, k, s, q in nodes.loads:
        ways.setdefault((k, s, v), []).append(q)
    return ways


def _moon_begins(landing: Landing, lunar: Lunar, from_moon: Iterable[int]) -> dict[int, int]:
    """The last period in which the Moon's development may begin for it to serve a period; all it makes is assembled by
    plant, and all plant grows from a seed that lands after the development."""
    begins: dict[int, int] = {}
    ready = [(lunar.steps.period[u], q) for u, seeds in lunar.seeds_ready.items() for q in seeds]
    for t in from_moon if lunar.assemblers else ():
        found = [landing.begun_for[q] for r, q in ready if r <= t]
        if found:
            begins[t] = max(found)
    return begins


def _by_flight(x: Context, nodes: Nodes, launch: Launch, target: Target) -> dict[tuple[str, str], Floats]:
    """The most that one flight of a vehicle to a shell adds, by period of flight and period of the target."""
    periods = len(x.horizon.periods)
    most: dict[tuple[str, str], Floats] = {}
    for (k, s, v), flown in _earthly(nodes).items():
        carried = launch.nodes_per_flight[v, k, s] * launch.arrives_share[v]
        table = most.setdefault((v, s), np.zeros((periods, periods)))
        table[flown] = np.maximum(table[flown], carried * nodes.delivers[k, s].rows(np.array(flown)))
    if target.counts_cargo:
        for v, s, t in launch.routes:
            table = most.setdefault((v, s), np.zeros((periods, periods)))
            table[t, t] = max(table[t, t], launch.payload_kt[v, s] * launch.arrives_share[v])
    return most


def _flights(
    most: Mapping[tuple[str, str], Floats], asked: Mapping[int, float]
) -> tuple[dict[int, float], dict[int, dict[tuple[str, str, int], float]]]:
    """Whole flights that are needed for each period, and what a flight counts among them."""
    needed, counts = {}, {}
    for t, amount in asked.items():
        adds = {(v, s, q): float(m[q, t]) for (v, s), m in most.items() for q in np.flatnonzero(m[:, t]).tolist()}
        best = max(adds.values(), default=0.0)
        if best and math.ceil(amount / best - EPS) >= (1 + LEAST_GAIN) * amount / best:
            counts[t], needed[t] = rounded(adds, amount, best)
    return needed, counts


def _years_apart(x: Context, asked: Iterable[int]) -> list[int]:
    """The first period asked of, the last, and of those between one a year."""
    kept: list[int] = []
    for t in asked:
        if not kept or t == max(asked) or x.horizon.end(t) - x.horizon.end(kept[-1]) >= 1 - EPS:
            kept.append(t)
    return kept


class _Made:
    """What the lines of a platform can come to: ``most[p][r,t]`` is the most that one line at work in r adds to t."""

    def __init__(self, x: Context, nodes: Nodes, lines: Lines) -> None:
        self.nodes, self.lines, periods = nodes, lines, len(x.horizon.periods)
        arrives: dict[Column, Floats] = {}
        for (k, s, v), flown in _earthly(nodes).items():
            share = arrives.setdefault((k, s), np.zeros(periods))
            share[flown] = np.maximum(share[flown], nodes.arrives_share[v])
        self.most = {p: np.zeros((periods, periods)) for p in lines.platforms}
        for (k, s), share in arrives.items():
            most, table = self.most[nodes.platform[k]], nodes.delivers[k, s]
            each = share[table.built, None] * table.rows(table.built) / nodes.gw[k, s]
            most[table.built] = np.maximum(most[table.built], each)
        self.columns = tuple(arrives)
        years = np.array([x.horizon.years(t) for t in x.horizon.periods])
        for p in lines.platforms:
            self.most[p] *= lines.gw_per_year[p] * years[:, None]

    def least(self, t: int) -> float:
        """The least that a node of any design and build period adds to the target of a period."""
        return min((float(each[each > 0].min(initial=math.inf)) for each in self._adds(t)), default=math.inf)

    def _adds(self, t: int) -> Iterable[Floats]:
        return (self.nodes.delivers[column].rows(self.nodes.delivers[column].built)[:, t] for column in self.columns)

    def by_line(self) -> dict[Order, Floats]:
        """The most that one line adds to the target of each period, by platform and period of its order."""
        found: dict[Order, Floats] = {}
        for p in self.lines.platforms:
            for r in range(len(self.most[p])):
                for q in self.lines.ready[p, r]:
                    if (p, q) not in found:
                        found[p, q] = self.most[p][r:].sum(axis=0)
        return found

    def by_development(self) -> dict[Order, Floats]:
        """The most that a platform adds to the target of each period if its development begins in a period."""
        found: dict[Order, Floats] = {}
        for p, q in self.lines.orders:
            begin = self.lines.opens_for[p, q]
            if (p, begin) not in found:
                found[p, begin] = self._lines_from(p, q) @ self.most[p]
        return found

    def _lines_from(self, p: str, first: int) -> Floats:
        """The most lines at work in each period if none is ordered before a period."""
        lines, periods = self.lines, range(len(self.most[p]))
        window = most_in_window(lines.ramp[p], periods[first:]) if p in lines.ramp else {}
        ordered = np.zeros(len(periods))
        for q in periods[first:]:
            before = ordered[q - 1] if q else 0.0
            ordered[q] = min(before + lines.max_ordered.get((p, q), 0), lines.max_lines[p])
            if p in lines.ramp:
                earlier = lines.ramp[p].window[q][0] - 1
                ordered[q] = min(ordered[q], window[q] + (ordered[earlier] if earlier >= 0 else 0.0))
        ready = [max(lines.ready[p, r], default=-1) for r in periods]
        return np.array([ordered[q] if q >= first else 0.0 for q in ready])


def _lines(most: Begins, asked: Mapping[int, float]) -> dict[int, tuple[dict[Order, float], float]]:
    """What a line counts among the whole lines that are needed, and their number, where no earlier period says it."""
    rows = {}
    for t, amount in asked.items():
        adds = {order: float(added[t]) for order, added in most.items() if added[t] > 0}
        if adds and amount <= MOST_LINES * max(adds.values()):
            rows[t] = rounded(adds, amount, max(adds.values()))
    return {t: rows[t] for t in _first(rows)}


def rounded(adds: Mapping[K, float], asked: float, unit: float) -> tuple[dict[K, float], float]:
    """Mixed-integer rounding of ``sum adds x number >= asked`` over whole numbers, each at most one unit, and its side.

    With whole = ceil(asked / unit) and rest = asked - (whole - 1) unit, ``sum min(1, adds / rest) x number >= whole``.
    Plain rounding counts every number as one: never stronger, as no count is above one and the side is the same.
    """
    whole = math.ceil(asked / unit - EPS)
    rest = min(unit, max(EPS * unit, asked - (whole - 1) * unit))
    return {key: min(1.0, max(EPS, amount / rest)) for key, amount in adds.items()}, float(whole)


def _shares(most: Begins, t: int, asked: float) -> dict[Order, float]:
    """What a platform can come to in a period, in thousandths of the target rounded up, and at most all of it."""
    return {
        order: min(THOUSAND, math.ceil(amount[t] / asked * THOUSAND)) for order, amount in most.items() if amount[t]
    }


def _steps(share: Mapping[Order, float]) -> dict[Order, float]:
    """What beginning by a period adds to beginning by the next; as ``opened`` stays 1, steps add up to the share."""
    steps: dict[Order, float] = {}
    later: dict[str, float] = {}
    for (p, begin), value in sorted(share.items(), reverse=True):
        steps[p, begin] = (value - later.get(p, 0)) / THOUSAND
        later[p] = value
    return {order: step for order, step in sorted(steps.items()) if step}


def _first(rows: Mapping[int, tuple[Mapping[Order, float], float]]) -> list[int]:
    """Periods of the rows that no row of an earlier period implies."""
    kept: list[int] = []
    for t, (counts, side) in rows.items():
        if counts and not any(_implies(*rows[earlier], counts, side) for earlier in kept):
            kept.append(t)
    return kept


def _implies(counts: Mapping[Order, float], side: float, others: Mapping[Order, float], other: float) -> bool:
    scale = other / side * (1 - EPS)
    return all(others.get(order, 0.0) >= count * scale for order, count in counts.items())
