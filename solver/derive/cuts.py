"""Numbers of the cuts: what any plan must have flown, ordered and developed, whatever else it does.

They exist only where the whole target is in orbit, may not be missed, scaled or put off, and only for the periods
before nodes made on the Moon can serve. ``formulations.cuts`` says why each row holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from formulations.coefficients import Column, Cuts, Launch, Lines, Nodes, Target
from formulations.vintages import Floats
from solver.derive.context import EPS, Context, most_in_window
from solver.target_path import RATE_KINDS

MILLION = 1_000_000

Order = tuple[str, int]
Row = tuple[Mapping[Order, float], float]


def derive_cuts(x: Context, nodes: Nodes, launch: Launch, lines: Lines, target: Target) -> Cuts:
    """What any plan needs by the end of a period; nothing where the target may give way."""
    fixed = target.question == "least_cost" and not target.unmet_gusd and x.instance.target.where == "orbit"
    from_moon = {t for k, s, _ in nodes.throws for t in np.flatnonzero(nodes.delivers[k, s].met()).tolist()}
    # From the first period on that Moon-made nodes can serve, nothing need be made on the Earth for it.
    sure = x.clock.periods[: min(from_moon, default=len(x.clock.periods))] if fixed else ()
    asked = {t: target.demand[t] for t in sure if target.demand[t] > 0}
    if not asked:
        return Cuts()
    ways = _ways(nodes)
    flights = _flights_by(x, nodes, launch, target, asked, ways)
    if target.counts_cargo or any(nodes.platform[k] not in lines.max_lines for k, _ in nodes.columns):
        return Cuts(flights)
    made = _Made(x, nodes, lines, ways)
    by_line, by_development = made.by_line(), made.by_development()
    counts, lines_by = _kept(
        {t: _whole_lines({o: float(most[t]) for o, most in by_line.items()}, asked[t]) for t in asked}
    )
    shares, _ = _kept({t: (_shares(by_development, t, asked[t]), MILLION) for t in asked})
    return Cuts(flights, counts, lines_by, {t: _steps(share) for t, share in shares.items()})


def _ways(nodes: Nodes) -> dict[tuple[str, str, str], list[int]]:
    """Periods in which each vehicle can carry each design to its shell."""
    ways: dict[tuple[str, str, str], list[int]] = {}
    for v, k, s, q in nodes.loads:
        ways.setdefault((v, k, s), []).append(q)
    return ways


def _flights_by(
    x: Context,
    nodes: Nodes,
    launch: Launch,
    target: Target,
    asked: Mapping[int, float],
    ways: Mapping[tuple[str, str, str], list[int]],
) -> dict[int, int]:
    """Flights that any plan must have flown by the end of each period in which their number rises."""
    best = _most_per_flight(x, nodes, launch, ways)
    if target.counts_cargo:
        for v, s, t in launch.routes:
            best[t] = max(best[t], launch.payload_kt[v, s] * launch.arrives_share[v])
    needed: dict[int, int] = {}
    total = 0
    adds_up = x.instance.target.kind in RATE_KINDS
    for t, amount in asked.items():
        if not best[t]:
            continue
        flights = math.ceil(amount / best[t] - EPS)
        by_now = total + flights if adds_up else flights
        if by_now > max(needed.values(), default=0):
            needed[t] = by_now
        total = by_now if adds_up else total
    return needed


def _most_per_flight(
    x: Context, nodes: Nodes, launch: Launch, ways: Mapping[tuple[str, str, str], list[int]]
) -> list[float]:
    """The most that the nodes of one flight, flown whenever, deliver in each period."""
    carried: dict[Column, Floats] = {}
    for (v, k, s), periods in ways.items():
        most = carried.setdefault((k, s), np.zeros(len(x.clock.periods)))
        most[periods] = np.maximum(most[periods], launch.nodes_per_flight[v, k, s] * launch.arrives_share[v])
    best = np.zeros(len(x.clock.periods))
    for column, most in carried.items():
        table = nodes.delivers[column]
        best = np.maximum(best, (most[table.built, None] * table.rows(table.built)).max(axis=0))
    return [float(value) for value in best]


class _Made:
    """What the lines of a platform can come to: ``most[p][r,t]`` is the most that one line at work in r adds to t."""

    def __init__(self, x: Context, nodes: Nodes, lines: Lines, ways: Mapping[tuple[str, str, str], list[int]]) -> None:
        self.lines, periods = lines, len(x.clock.periods)
        arrives: dict[Column, Floats] = {}
        for (v, k, s), flown in ways.items():
            share = arrives.setdefault((k, s), np.zeros(periods))
            share[flown] = np.maximum(share[flown], nodes.arrives_share[v])
        self.most = {p: np.zeros((periods, periods)) for p in lines.platforms}
        for (k, s), share in arrives.items():
            most, table = self.most[nodes.platform[k]], nodes.delivers[k, s]
            each = share[table.built, None] * table.rows(table.built) / nodes.gw[k, s]
            most[table.built] = np.maximum(most[table.built], each)
        years = np.array([x.clock.years(t) for t in x.clock.periods])
        for p in lines.platforms:
            self.most[p] *= lines.gw_per_year[p] * years[:, None]

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


def _whole_lines(most: Mapping[Order, float], asked: float) -> tuple[dict[Order, float], float]:
    """Mixed-integer rounding of ``sum most x lines >= asked`` over whole lines, divided by the best of them.

    Plain rounding would count every line as one. Here a line counts ``most / rest`` where that is less, with rest what
    is asked beyond the whole best lines: never weaker, as no count is above one and the side is the same.
    """
    best = max(most.values(), default=0.0)
    if not best:
        return {}, 0.0
    whole = math.ceil(asked / best - EPS)
    rest = min(best, max(EPS * best, asked - (whole - 1) * best))
    return {order: min(1.0, max(EPS, amount / rest)) for order, amount in most.items() if amount > 0}, float(whole)


def _shares(most: Mapping[Order, Floats], t: int, asked: float) -> dict[Order, float]:
    """What a platform can come to in a period, in millionths of the target rounded up, and at most all of it."""
    return {order: min(MILLION, math.ceil(amount[t] / asked * MILLION)) for order, amount in most.items() if amount[t]}


def _steps(share: Mapping[Order, float]) -> dict[Order, float]:
    """What beginning by a period adds to beginning by the next; as ``opened`` stays 1, steps add up to the share."""
    steps: dict[Order, float] = {}
    later: dict[str, float] = {}
    for (p, begin), value in sorted(share.items(), reverse=True):
        steps[p, begin] = (value - later.get(p, 0)) / MILLION
        later[p] = value
    return {order: step for order, step in sorted(steps.items()) if step}


def _kept(found: Mapping[int, Row]) -> tuple[dict[int, dict[Order, float]], dict[int, float]]:
    """Counts and sides of the rows that no row kept before implies."""
    kept: dict[int, Row] = {}
    for t, row in found.items():
        if row[0] and not any(_implies(earlier, row) for earlier in kept.values()):
            kept[t] = row
    return {t: dict(row[0]) for t, row in kept.items()}, {t: row[1] for t, row in kept.items()}


def _implies(one: Row, other: Row) -> bool:
    scale = other[1] / one[1]
    return all(other[0].get(order, 0.0) >= count * scale * (1 - EPS) for order, count in one[0].items())
