"""Learning: what is bought gets cheaper, by the integral of a power law worked out once more."""

from __future__ import annotations

import math
from functools import cache
from itertools import product

from tests.contracts.by_hand.sums import NEVER, at, whole


@cache
def climbed(start: float, rate: float, before: float, bought: float, floor: float = 0.0) -> float:
    """Cost of a purchase at catalogue prices after another, by Simpson's rule over the price of the next unit."""
    steps = 2000
    total = 0.0
    for i in range(steps + 1):
        weight = 1 if i in (0, steps) else 4 if i % 2 else 2
        experience = 1 + (before + bought * i / steps) / start
        total += weight * max(floor, math.pow(experience, math.log(1 - rate) / math.log(2)))
    return total * bought / steps / 3


def learning_flights() -> float:
    """10 nodes, two a flight, two flights by the end of the first year and five in all; nodes as late as they may."""
    best = NEVER
    for e0, w0, e1, w1 in product(range(6), repeat=4):
        if e0 + w0 < 2 or e0 + w0 + e1 + w1 != 5:
            continue
        cost = 0.0
        for flown, price, rate in (((e0, e1), 30, 0.25), ((w0, w1), 26, 0.1)):
            first, second = (n * price for n in flown)
            cost += climbed(60, rate, 0, first) * at(0.1, 0.5) + climbed(60, rate, first, second) * at(0.1, 1.5)
        best = min(best, cost + 5 * 4 * at(0.1, 0.5) + 5 * 6 * at(0.1, 1.5))
    return best


def learning_nodes() -> float:
    """Cubes for the rest of the plan, bricks for the end of their year and the next; 2, 5, 8 nodes at the ends."""
    best = NEVER
    change = [math.pow(0.9, t + 0.5) for t in range(3)]
    for cubes in product(range(9), repeat=3):
        alive = (cubes[0], cubes[0] + cubes[1], sum(cubes))
        least = (max(0, need - cube) for cube, need in zip(alive, (2, 5, 8), strict=True))
        for bricks in product(*(range(few, 9) for few in least)):
            if sum(cubes) + sum(bricks) > 14:
                continue
            cost, before = 0.0, 0.0
            for t in range(3):
                bought = 40 * cubes[t] + 30 * bricks[t]
                paid = _hardware(before, bought) * change[t]
                before += bought
                cost += (paid + 20 * whole(cubes[t] / 4 + bricks[t] / 2)) * at(0.05, t + 0.5)
                for later in range(t, 3):
                    years = 0.5 if later == t else 1.0
                    cost += 0.1 * 40 * cubes[t] * change[t] * years * at(0.05, later + 0.5)
                age = 3 - (t + 0.5)
                left = 40 * cubes[t] * max(0.0, 1 - age / 4) + 30 * bricks[t] * max(0.0, 1 - age / 1.2)
                cost -= 0.5 * left * change[t] * at(0.05, 3)
            best = min(best, cost)
    return best


@cache
def _hardware(before: float, bought: float) -> float:
    """Along the curve from 100 MUSD at 30 % a doubling, half the price at the least, which it meets at 384.6."""
    b = math.log(0.7) / math.log(2)
    bend = 100 * math.pow(0.5, 1 / b)

    def paid(experience: float) -> float:
        curved = min(experience, bend)
        return 100 / (1 + b) * (math.pow(curved / 100, 1 + b) - 1) + 0.5 * max(0.0, experience - bend)

    return paid(100 + before + bought) - paid(100 + before)


def learning_local() -> float:
    """3 flights: of the one that learns, or of the one that stays at 7."""
    return min(climbed(20, 0.3, 0, 10 * east) + 7 * (3 - east) for east in range(4))
