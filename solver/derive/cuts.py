"""Numbers of the valid inequalities: what any plan must have bought, in whole units, to meet the target.

The target at t is an amount that whole things carry there: flights their nodes, lines what they make while they work.
With a_j the most that one unit of thing j can bring to t, any plan has sum_j a_j x_j >= demand, and as x is whole the
row may be rounded. Mixed-integer rounding (Nemhauser and Wolsey, Integer
and Combinatorial Optimization, 1988) by a divisor d with f the fraction of b/d:
sum_j (floor(a_j/d) + min(1, frac(a_j/d)/f)) x_j >= ceil(b/d). The divisor is the largest a_j; where one unit brings
all, any larger one gives sum_j min(1, a_j/b) x_j >= 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from formulations.coefficients import Column, Cover, Cuts, Launch, Lines, Nodes, Target
from formulations.vintages import Floats
from solver.derive.context import EPS, Context
from solver.instance.schema import Instance
from solver.target_path import RATE_KINDS

Order = tuple[str, int]
"""A platform and the period in which a line for it is ordered."""
SMALLEST_FRACTION = 0.02
"""Fractions of b/d below this would make large coefficients of noise."""


def derive_cuts(x: Context, nodes: Nodes, launch: Launch, lines: Lines, target: Target) -> Cuts:
    """Only where the whole target is in orbit, forbidden to miss, and fixed: elsewhere nothing must be bought."""
    fixed = target.question == "least_cost" and not target.unmet_gusd and x.instance.target.where == "orbit"
    if not fixed:
        return Cuts({})
    asked = _asked(x, nodes, target)
    flights_by = _flights_by(x.instance, asked, target, _most_by_flight(x, nodes, launch, target))
    if target.counts_cargo:
        return Cuts(flights_by)
    by_line = _most_by_line(x, nodes, lines, launch)
    lined = {} if by_line is None else {t: _rounded(_at(by_line, t), target.demand[t]) for t in asked}
    first = min((t for t in lined if lined[t] is not None), default=None)
    return Cuts(
        flights_by=flights_by,
        lines=_kept(lined),
        opened_by={} if first is None or by_line is None else _opened_by(lines, _at(by_line, first)),
    )


def _asked(x: Context, nodes: Nodes, target: Target) -> list[int]:
    """Periods with a target, up to the first that nodes made on the Moon can serve: for it nothing need be flown."""
    from_moon = {t for k, s, _ in nodes.throws for t in np.flatnonzero(nodes.delivers[k, s].met()).tolist()}
    return [t for t in x.clock.periods[: min(from_moon, default=len(x.clock.periods))] if target.demand[t] > 0]


def _most_by_flight(x: Context, nodes: Nodes, launch: Launch, target: Target) -> list[float]:
    """The most that one flight, flown whenever, delivers in each period."""
    carried: dict[Column, dict[int, float]] = {column: {} for column in nodes.columns}
    for v, k, s, q in nodes.loads:
        most = carried[k, s]
        most[q] = max(most.get(q, 0.0), launch.nodes_per_flight[v, k, s] * launch.arrives_share[v])
    best = np.zeros(len(x.clock.periods))
    for column, most in carried.items():
        if most:
            rows = nodes.delivers[column].rows(np.array(list(most)))
            best = np.maximum(best, (np.array(list(most.values()))[:, None] * rows).max(axis=0))
    if target.counts_cargo:
        for v, s, t in launch.routes:
            best[t] = max(best[t], launch.payload_kt[v, s] * launch.arrives_share[v])
    return [float(value) for value in best]


def _flights_by(instance: Instance, asked: list[int], target: Target, best: list[float]) -> dict[int, int]:
    """Flights that must have flown by the end of a period, where that number rises."""
    needed: dict[int, int] = {}
    total, adds_up = 0, instance.target.kind in RATE_KINDS
    for t in asked:
        if best[t] > 0:
            flights = math.ceil(target.demand[t] / best[t] - EPS)
            by_now = total + flights if adds_up else flights
            if by_now > max(needed.values(), default=0):
                needed[t] = by_now
            total = by_now if adds_up else total
    return needed


def _most_by_line(x: Context, nodes: Nodes, lines: Lines, launch: Launch) -> dict[Order, Floats] | None:
    """The most that all a line ordered in a period makes in its life delivers, by t; None if not all nodes need one."""
    size = len(x.clock.periods)
    arrives: dict[tuple[str, str], float] = {}
    for v, k, s, _ in nodes.loads:
        arrives[k, s] = max(arrives.get((k, s), 0.0), launch.arrives_share[v])
    per_gw: dict[str, Floats] = {}
    for (k, s), share in arrives.items():
        p = nodes.platform[k]
        if p not in lines.max_lines:
            return None
        table, built = nodes.delivers[k, s], nodes.delivers[k, s].built
        best = per_gw.setdefault(p, np.zeros((size, size)))
        best[built] = np.maximum(best[built], table.rows(built) * share / nodes.gw[k, s])
    most: dict[Order, Floats] = {}
    for (p, t), orders in lines.ready.items():
        if p in per_gw:
            made = lines.gw_per_year[p] * x.clock.years(t) * per_gw[p][t]
            for q in orders:
                most[p, q] = most.get((p, q), np.zeros(size)) + made
    return most


def _opened_by(lines: Lines, useful: Mapping[Order, float]) -> dict[str, int]:
    """For the first target: the last period in which the development of each platform may begin to serve it."""
    last: dict[str, int] = {}
    for p, q in useful:
        last[p] = max(last.get(p, 0), lines.opens_for[p, q])
    return last


def _at(most: Mapping[Order, Floats], t: int) -> dict[Order, float]:
    return {index: float(row[t]) for index, row in most.items() if row[t] > 0}


def _rounded(amounts: Mapping[Order, float], demand: float) -> Cover | None:
    """The rounded row, or None where rounding gains nothing."""
    needed = demand * (1 - EPS)
    if needed <= 0 or not amounts:
        return None
    largest = max(amounts.values())
    if largest >= needed:
        return Cover({index: min(1.0, amount / needed) for index, amount in amounts.items()}, 1)
    whole, fraction = divmod(needed / largest, 1.0)
    if fraction < SMALLEST_FRACTION:
        return None
    cover = {}
    for index, amount in amounts.items():
        floor, left = divmod(amount / largest, 1.0)
        cover[index] = floor + min(1.0, left / fraction)
    return Cover(cover, int(whole) + 1)


def _kept(covers: Mapping[int, Cover | None]) -> dict[int, Cover]:
    return {t: cover for t, cover in covers.items() if cover is not None}
