"""Coefficients of the valid inequalities: flights, lines and developments that every plan needs.

They exist only where the target is entirely in orbit, and cannot be left unmet, scaled or delayed.
``formulations.cuts`` has the proof of each row.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np

from formulations.coefficients import Column, Cuts, Landing, Launch, Lines, Lunar, Nodes, Target
from formulations.vintages import Floats
from solver.derive.context import EPS, Context, max_in_window
from solver.instance.dates import RATE_KINDS

THOUSAND = 1000
"""Shares are counted in thousandths, rounded to the safe side, so that coefficients lie close together."""

LEAST_GAIN = 0.01
"""Share by which rounding must raise the number of flights; beyond some fifty flights it does not."""

MOST_LINES = 100
"""Integer lines beyond which rounding adds less than a hundredth."""

FAR_APART = 1e6
"""Largest ratio of the target to the contribution of a node, to keep the coefficients of a row close together."""

K = TypeVar("K", bound=Hashable)
Order = tuple[str, int]
Carriers = dict[tuple[str, str, str], list[int]]
"""Periods in which a vehicle can carry a design to its shell, by design, shell and vehicle."""
Begins = Mapping[Order, Floats]
"""Largest contribution to the target of each period, by platform and period of its begin."""


def derive_cuts(
    x: Context, nodes: Nodes, launch: Launch, lines: Lines, target: Target, landing: Landing, lunar: Lunar
) -> Cuts:
    """Derive the coefficients of all cuts; empty unless the target is a hard constraint in orbit."""
    fixed = target.objective == "least_cost" and not target.unmet_gusd and x.instance.target.where == "orbit"
    from_moon = {
        t for k, s, _ in nodes.driver_routes for t in np.flatnonzero(nodes.delivers[k, s].nonzero_periods()).tolist()
    }
    latest_moon_development = _latest_moon_development(landing, lunar, from_moon)
    # If the Moon can serve without a development, the Earth need not supply anything.
    demand = {
        t: target.demand[t]
        for t in x.horizon.periods
        if fixed and target.demand[t] > 0 and (t not in from_moon or t in latest_moon_development)
    }
    if not demand:
        return Cuts()
    yearly = _years_apart(x, demand) if x.instance.target.kind not in RATE_KINDS else list(demand)
    carriers = _carriers(nodes)
    flights, counts = _flights(_by_flight(x, nodes, launch, target, carriers), {t: demand[t] for t in yearly})
    if target.counts_cargo or any(nodes.platform[k] not in lines.max_lines for k, _, _ in carriers):
        return Cuts(flights, counts, latest_moon_development=latest_moon_development)
    made = _LineOutput(x, nodes, lines, carriers)
    by_line, by_development = made.by_line(), made.by_development()
    together = _lines(by_line, demand)
    shares = {t: _shares(by_development, t, amount) for t, amount in demand.items()}
    kept = _first({t: (share, 1.0) for t, share in shares.items()})
    return Cuts(
        flights_by=flights,
        flight_counts=counts,
        lines_by={t: side for t, (_, side) in together.items()},
        line_counts={t: counts for t, (counts, _) in together.items()},
        development_shares={t: _steps(shares[t]) for t in kept},
        latest_development={t: dict(sorted(shares[t])) for t in yearly if demand[t] <= FAR_APART * made.least(t)},
        latest_moon_development=latest_moon_development,
    )


def _carriers(nodes: Nodes) -> Carriers:
    """Return the periods in which a vehicle can carry a design to its shell, by design, shell and vehicle."""
    ways: Carriers = {}
    for v, k, s, q in nodes.loads:
        ways.setdefault((k, s, v), []).append(q)
    return ways


def _latest_moon_development(landing: Landing, lunar: Lunar, from_moon: Iterable[int]) -> dict[int, int]:
    """Return the last period in which development of the Moon may begin for it to serve each period.

    All its product is assembled by plant, and all plant grows from a seed that lands after the development.
    """
    begins: dict[int, int] = {}
    ready = [(lunar.steps.period[u], q) for u, seeds in lunar.seeds_ready.items() for q in seeds]
    for t in from_moon if lunar.assemblers else ():
        found = [landing.latest_development[q] for r, q in ready if r <= t]
        if found:
            begins[t] = max(found)
    return begins


def _by_flight(
    x: Context, nodes: Nodes, launch: Launch, target: Target, carriers: Carriers
) -> dict[tuple[str, str], Floats]:
    """Bound the contribution of one flight of a vehicle to a shell, by period of flight and period of the target."""
    periods = len(x.horizon.periods)
    most: dict[tuple[str, str], Floats] = {}
    for (k, s, v), flown in carriers.items():
        carried = launch.nodes_per_flight[v, k, s] * launch.arrives_share[v]
        table = most.setdefault((v, s), np.zeros((periods, periods)))
        table[flown] = np.maximum(table[flown], carried * nodes.delivers[k, s].rows(np.array(flown)))
    if target.counts_cargo:
        for v, s, t in launch.routes:
            table = most.setdefault((v, s), np.zeros((periods, periods)))
            table[t, t] = max(table[t, t], launch.payload_kt[v, s] * launch.arrives_share[v])
    return most


def _flights(
    most: Mapping[tuple[str, str], Floats], demand: Mapping[int, float]
) -> tuple[dict[int, float], dict[int, dict[tuple[str, str, int], float]]]:
    """Compute the integer number of flights needed for each period, and the weight of each flight."""
    needed, counts = {}, {}
    for t, amount in demand.items():
        adds = {(v, s, q): float(m[q, t]) for (v, s), m in most.items() for q in np.flatnonzero(m[:, t]).tolist()}
        best = max(adds.values(), default=0.0)
        if best and _ceiling(amount / best) >= (1 + LEAST_GAIN) * amount / best:
            counts[t], needed[t] = rounded(adds, amount, best)
    return needed, counts


def _years_apart(x: Context, demand: Iterable[int]) -> list[int]:
    """Select the first and the last period with demand, and one a year between them."""
    kept: list[int] = []
    for t in demand:
        if not kept or t == max(demand) or x.horizon.end(t) - x.horizon.end(kept[-1]) >= 1 - EPS:
            kept.append(t)
    return kept


class _LineOutput:
    """Bounds on the output of lines: ``most[p][r,t]`` is the largest contribution to t of a line at work in r."""

    def __init__(self, x: Context, nodes: Nodes, lines: Lines, carriers: Carriers) -> None:
        self.nodes, self.lines, periods = nodes, lines, len(x.horizon.periods)
        arrives: dict[Column, Floats] = {}
        for (k, s, v), flown in carriers.items():
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
        """Return the least contribution of a node of any design and build period to the target of a period."""
        return min((float(each[each > 0].min(initial=math.inf)) for each in self._adds(t)), default=math.inf)

    def _adds(self, t: int) -> Iterable[Floats]:
        return (self.nodes.delivers[column].rows(self.nodes.delivers[column].built)[:, t] for column in self.columns)

    def by_line(self) -> dict[Order, Floats]:
        """Bound the contribution of one line to the target of each period, by platform and period of its order."""
        found: dict[Order, Floats] = {}
        for p in self.lines.platforms:
            for r in range(len(self.most[p])):
                for q in self.lines.ready[p, r]:
                    if (p, q) not in found:
                        found[p, q] = self.most[p][r:].sum(axis=0)
        return found

    def by_development(self) -> dict[Order, Floats]:
        """Bound the contribution of a platform to the target of each period, by the period its development begins."""
        found: dict[Order, Floats] = {}
        for p, q in self.lines.orders:
            begin = self.lines.latest_development[p, q]
            if (p, begin) not in found:
                found[p, begin] = self._lines_from(p, q) @ self.most[p]
        return found

    def _lines_from(self, p: str, first: int) -> Floats:
        """Bound the lines at work in each period if none is ordered before period ``first``."""
        lines, periods = self.lines, range(len(self.most[p]))
        window = max_in_window(lines.ramp[p], periods[first:]) if p in lines.ramp else {}
        ordered = np.zeros(len(periods))
        for q in periods[first:]:
            before = ordered[q - 1] if q else 0.0
            ordered[q] = min(before + lines.max_ordered.get((p, q), 0), lines.max_lines[p])
            if p in lines.ramp:
                # Amounts of a period that lies in the window in part are counted in full with those before it.
                earlier = next((r for r in range(q, -1, -1) if lines.ramp[p].window[q].get(r, 0.0) < 1), -1)
                ordered[q] = min(ordered[q], window[q] + (ordered[earlier] if earlier >= 0 else 0.0))
        ready = [max(lines.ready[p, r], default=-1) for r in periods]
        return np.array([ordered[q] if q >= first else 0.0 for q in ready])


def _lines(most: Begins, demand: Mapping[int, float]) -> dict[int, tuple[dict[Order, float], float]]:
    """Compute the weights of lines and the integer number needed, for periods that no earlier one implies."""
    rows = {}
    for t, amount in demand.items():
        adds = {order: float(added[t]) for order, added in most.items() if added[t] > 0}
        if adds and amount <= MOST_LINES * max(adds.values()):
            rows[t] = rounded(adds, amount, max(adds.values()))
    return {t: rows[t] for t in _first(rows)}


def rounded(adds: Mapping[K, float], demand: float, unit: float) -> tuple[dict[K, float], float]:
    """Round ``sum adds x number >= asked`` over integers by mixed-integer rounding; return weights and right-hand side.

    No value of ``adds`` exceeds ``unit``. With count = ceil(asked / unit) and rest = asked - (count - 1) unit, the row
    is ``sum min(1, adds / rest) x number >= count``. Plain rounding has weights of 1 and the same right-hand side, so
    it is never stronger.
    """
    count = _ceiling(demand / unit)
    rest = min(unit, max(EPS * unit, demand - (count - 1) * unit))
    return {key: min(1.0, max(EPS, amount / rest)) for key, amount in adds.items()}, float(count)


def _ceiling(share: float) -> int:
    """Return the integer number that a positive share needs: one at least, however small it is."""
    return max(1, math.ceil(share - EPS))


def _shares(most: Begins, t: int, demand: float) -> dict[Order, float]:
    """Return the largest share of the target that a platform can meet, in thousandths rounded up, at most 1000."""
    return {
        order: min(THOUSAND, math.ceil(amount[t] / demand * THOUSAND)) for order, amount in most.items() if amount[t]
    }


def _steps(share: Mapping[Order, float]) -> dict[Order, float]:
    """Return the difference in share to a begin in the next period; as development stays 1, steps sum to the share."""
    steps: dict[Order, float] = {}
    later: dict[str, float] = {}
    for (p, begin), value in sorted(share.items(), reverse=True):
        steps[p, begin] = (value - later.get(p, 0)) / THOUSAND
        later[p] = value
    return {order: step for order, step in sorted(steps.items()) if step}


def _first(rows: Mapping[int, tuple[Mapping[Order, float], float]]) -> list[int]:
    """Return the periods of rows that no row of an earlier period implies."""
    kept: list[int] = []
    for t, (counts, side) in rows.items():
        if counts and not any(_implies(*rows[earlier], counts, side) for earlier in kept):
            kept.append(t)
    return kept


def _implies(counts: Mapping[Order, float], side: float, others: Mapping[Order, float], other: float) -> bool:
    scale = other / side * (1 - EPS)
    return all(others.get(order, 0.0) >= count * scale for order, count in counts.items())
