"""Industry: development, lines, accelerators, ground, and what a budget buys."""

from __future__ import annotations

import math
from itertools import product

from tests.contracts.by_hand.sums import NEVER, at, ramped, whole


def development() -> float:
    """Big nodes of the last three years, small ones just before each date: earlier small ones only cost more."""
    best = NEVER
    cost = [at(0.1, t + 0.5) for t in range(5)]
    for begun in (*range(5), None):
        for lines in product(range(3), repeat=3):  # ordered in the second to fourth year, ready a year later
            if sum(lines) > 1 or any(n and (begun is None or q < begun + 1) for q, n in enumerate(lines, 1)):
                continue
            fixed = 0 if begun is None else 300 * cost[begun]
            fixed += sum(50 * n * cost[q] for q, n in enumerate(lines, 1))
            ready = [sum(lines[:n]) for n in (1, 2, 3)]
            for big in product(*(range(2 * n + 1) for n in ready)):
                paid = fixed + sum(120 * n * cost[t] for t, n in enumerate(big, 2))
                for early in range(max(0, 10 - 5 * big[0]), 41):
                    late = max(0, 40 - 5 * sum(big) - early)
                    small = [40 * n + 20 * whole(n / 5) for n in (early, late)]
                    best = min(best, paid + small[0] * cost[2] + small[1] * cost[4])
    return best


def line_ramp() -> float:
    """4 lines for the fourth year; one ordered in year q works from q + 1.5 on and is written off in 5 years."""
    net = [50 * at(0.1, q + 0.5) - 50 * (1 - (4 - (q + 1.5)) / 5) * at(0.1, 4) for q in range(3)]
    lines = min(sum(n * net[q] for q, n in enumerate(o)) for o in ramped((1, 2, 2)) if sum(o) >= 4)
    return lines + 4 * 2 * at(0.1, 3.5)


def ground() -> float:
    """0.12 GW from flights of the last year, the cheapest for every node, and from the cheapest grid offers."""
    offers = []
    for q in range(3):  # an offer of the fourth year gives power after the horizon
        on = q + 1.5
        paid = 5000 * at(0.1, q + 0.5)
        servers = [year for year in (on, on + 2) if year < 4]
        paid += sum(10000 * 0.95**year * at(0.1, year) for year in servers)
        kwh = 1e6 * 8766 * 0.8
        level = kwh * 2 * 1e-3 * 1.5 / 1e6 + 0.04 * 5000
        # Half of the year of power-on, then whole years, each paid in its middle; a tenth of servers fails a year.
        for share, year in ((0.5, on + 0.25), *((1.0, t + 0.5) for t in range(q + 2, 4))):
            energy = kwh * 1.25 * 0.1 * 1.02**year / 1e6
            paid += share * (level + energy + 0.1 * 10000 * 0.95**year) * at(0.1, year)
        left = 5000 * (1 - (4 - on) / 10) + 10000 * 0.95 ** servers[-1] * (1 - (4 - servers[-1]) / 2)
        offers.append(paid - left * at(0.1, 4))
    node = [1100 * (at(0.1, q + 0.5) - (1 - (3.5 - q) / 5) * at(0.1, 4)) for q in range(4)]
    assert min(node) == node[3]
    best = NEVER
    for nodes in range(13):
        cost, missing = nodes * node[3] + 20 * whole(nodes / 5) * at(0.1, 3.5), 0.12 - 0.01 * nodes
        for offer in sorted(offers):
            taken = max(0.0, min(0.05, missing))
            cost, missing = cost + taken * offer, missing - taken
        if missing < 1e-9:
            best = min(best, cost)
    return best


def ground_supply() -> float:
    """0.06 GW from nodes on a flight each, and from halls for which servers double every year."""
    on_sale = sum(0.005 * 2 ** (t + 0.5) for t in range(3))
    halls = {nodes: max(0.0, 0.06 - 0.01 * nodes) for nodes in range(7)}
    return min(310 * nodes + 15_000 * gw for nodes, gw in halls.items() if gw <= on_sale)


def supply() -> float:
    """At most 10 x 2^(t + 0.5) MW in year t, whole nodes of 10 MW, 7.5 of them needed."""
    most = [math.floor(2 ** (t + 0.5)) for t in range(3)]
    return min(
        sum(30 * n * at(0.1, t + 0.5) for t, n in enumerate(bought))
        for bought in product(*(range(n + 1) for n in most))
        if sum(bought) >= 7.5
    )


def budget() -> float:
    """The best factor for 200 MUSD of present value."""
    return max(
        min(n0 / 10, (n0 + n1) / 20)
        for n0, n1 in product(range(21), range(41))
        if (10 * n0 + 20 * whole(n0 / 4)) / 1.1 + (10 * n1 + 20 * whole(n1 / 4)) / 1.331 <= 200 + 1e-9
    )
