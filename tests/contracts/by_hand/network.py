"""The network: gateways, relays, workloads, failures."""

from __future__ import annotations

from itertools import product
from math import acos, ceil, cos, radians, sin, sqrt

from tests.contracts.by_hand.sums import NEVER

LIGHT_KM_PER_MS = 299.792458
EARTH_KM = 6371.0


def in_view(altitude_km: float) -> float:
    """Share of a shell above 25 degrees of elevation: that of the sphere under the cap."""
    cap = acos(EARTH_KM / (EARTH_KM + altitude_km) * cos(radians(25))) - radians(25)
    return (1 - cos(cap)) / 2


def down_ms(altitude_km: float) -> float:
    """Light time over the slant at 25 degrees of elevation."""
    up = EARTH_KM * sin(radians(25))
    return (sqrt((EARTH_KM + altitude_km) ** 2 - EARTH_KM**2 + up**2) - up) / LIGHT_KM_PER_MS


def delivered() -> float:
    """Nodes of 12 EFLOP/s, three to a flight, stations of 12 Gb/s, and at most 12 EFLOP/s in halls."""
    best = NEVER
    for nodes, stations in product(range(4), range(4)):
        batch = min(12.0, 12.0 * nodes)
        halls = 24.0 - batch - min(12.0 * nodes - batch, 12.0 * stations / 2)
        if halls <= 12.0:
            best = min(best, 9 * ceil(nodes / 3) + 10 * nodes + 5 * stations + 1.5 * halls)
    return best


def gateways() -> float:
    """Nodes (more than 4 would see more), dishes (at most one) and bowls that take 40 Gb/s of what is in view."""
    best = NEVER
    for nodes, dishes, bowls in product(range(4, 9), range(2), range(6)):
        seen = in_view(650) * 1000 * nodes
        if min(seen, 20 * dishes) + min(seen, 15 * bowls) >= 40:
            best = min(best, 2 * nodes + 20 * ceil(nodes / 4) + 5 * dishes + 10 * bowls)
    return best


def worst() -> float:
    """Stations at both places; each place alone must take half. Ten terminals a node see enough."""
    return min(
        28 + 5 * dishes + 8 * bowls
        for dishes, bowls in product(range(6), range(6))
        if 20 * (dishes + bowls) >= 40 and 20 * min(dishes, bowls) >= 20
    )


def workloads(asked_gbps: float = 100) -> float:
    """Plain and linked nodes near and far; answers only from near enough, training only on nodes linked closely."""
    trains = asked_gbps <= 4 * 1000 / 4 / 10
    answers_near, answers_far = down_ms(600) <= 6, down_ms(1400) <= 6
    best = NEVER
    for near_plain, near_linked, far_plain, far_linked in product(range(9), repeat=4):
        near, far, linked = near_plain + near_linked, far_plain + far_linked, near_linked + far_linked
        answering = (near if answers_near else 0) + (far if answers_far else 0)
        # What answers in near cannot train there; enough is left where the linked nodes beside 2 that answer are 4.
        spare = linked - max(0, 2 - near_plain)
        if near + far >= 8 and answering >= 2 and trains and spare >= 4:
            cost = 2 * (near_plain + far_plain) + 3 * linked + 20 * (ceil(near / 2) + ceil(far / 4))
            best = min(best, cost)
    return best


def low_bisection() -> float:
    """The same with more asked than any design has."""
    return workloads(101)


def relays() -> float:
    """Nodes near and high, and the traffic that high sends through near; one gateway takes all of it."""
    best = NEVER
    for near, high in product(range(12), range(16)):
        if near + high < 8:
            continue
        # Near sends all it can itself, because what comes from high takes up the same links and more.
        own = min(40.0, 5.0 * near)
        across = 40 - own
        fits = 20 / 2.9 * near >= 40 and across <= min(5 * high, 0.2 * 20 * high, 0.2 * 20 * near, 20 / 2 * high)
        if fits and in_view(650) * 10_000 * near >= 40:
            best = min(best, near + high + 20 * (near + ceil(high / 4)) + 5)
    return best


def survive(share: float = 0.5) -> float:
    """Nodes near and far; each shell alone must deliver a share of 8 nodes."""
    return min(
        2 * (near + far) + 20 * (ceil(near / 4) + ceil(far / 2))
        for near, far in product(range(13), range(13))
        if near + far >= 8 and min(near, far) >= share * 8
    )
