"""Nodes: how many, with whom, replaced when."""

from __future__ import annotations

import math
from itertools import product

from tests.contracts.by_hand.sums import NEVER, at, whole


def one_flight() -> float:
    """4 nodes by small flights of 2, big of 4, huge of 10; half a year of five is worn at the end."""
    flights = min(
        30 * small + 50 * big + 120 * huge
        for small, big, huge in product(range(3), range(2), range(2))
        if 2 * small + 4 * big + 10 * huge >= 4
    )
    return (4 * 5 + flights) / math.sqrt(1.21) - 4 * 5 * (1 - 0.5 / 5) / 1.21


def integer_flights() -> float:
    """21 nodes by lorries of 10 and vans of 1."""
    return 21 * 3 + min(50 * b + 12 * s for b, s in product(range(4), range(22)) if 10 * b + s >= 21)


def volume() -> float:
    """9 nodes of 10 t and 20 m3."""
    heavy, wide = min(100 // 10, 60 // 20), min(60 // 10, 200 // 20)
    return 9 * 4 + min(20 * h + 36 * w for h, w in product(range(4), range(3)) if heavy * h + wide * w >= 9)


def replacement() -> float:
    """5 nodes alive at six year ends; a node of year q counts at the ends of q, q + 1, q + 2."""

    def node(q: int) -> float:
        price = 8 * math.pow(0.9, q + 0.5)
        paid = price * at(0.05, q + 0.5)
        for t in range(q, min(q + 3, 6)):
            paid += 0.1 * price * (0.5 if t == q else 1) * at(0.05, t + 0.5)
        age = 6 - (q + 0.5)
        return paid - (price * (1 - age / 3) * at(0.05, 6) if age < 3 else 0)

    nodes, flights = [node(q) for q in range(6)], [20 * at(0.05, q + 0.5) for q in range(6)]
    # More than 5 a year only add cost.
    return min(
        sum(n * nodes[q] + whole(n / 5) * flights[q] for q, n in enumerate(built))
        for built in product(range(6), repeat=6)
        if all(sum(built[max(0, t - 2) : t + 1]) >= 5 for t in range(6))
    )


def shells() -> float:
    """20 nodes over three shells."""
    return 20 * 2 + min(
        40 * (whole(near / 10) + whole(beside / 5) + whole((20 - near - beside) / 2))
        for near, beside in product(range(7), range(11))
        if near + beside <= 10
    )


def slot_area() -> float:
    """Slim and wide nodes near and far: slots of 45,000 m2 near and of 30,000 in all, and a filing of slim ones."""
    return min(
        6 * (slim + slim_far)
        + 2 * (wide + wide_far)
        + 40 * (whole((slim + wide) / 10) + whole((slim_far + wide_far) / 2))
        for slim, wide, slim_far, wide_far in product(range(21), repeat=4)
        if slim + wide + slim_far + wide_far == 20
        and slim + 90 / 45 * wide <= 11
        and slim <= 5
        and slim + slim_far + 90 / 30 * (wide + wide_far) <= 40
    )


def transfer() -> float:
    """Direct nodes of both years, spirals of the first; spirals of the second work only after the horizon."""
    return min(
        30 * (d0 + d1 + whole(s0 / 4)) + 5 * (d0 + d1 + s0)
        for d0, d1, s0 in product(range(11), repeat=3)
        if d0 >= 2 and d0 + d1 + s0 >= 10
    )


def losses() -> float:
    """5 nodes must arrive; a node costs 50 on either vehicle."""
    return min(60 * r + 81 * s for r, s in product(range(8), range(6)) if 0.75 * r + s >= 5)


def serviced() -> float:
    """Kept and plain nodes of two years; supplies of each year fly in it, and half a year's money is paid at first."""
    best = NEVER
    for k0, k1, p0, p1 in product(range(8), range(8), range(15), range(15)):
        if k0 + p0 * 0.5**0.5 < 5 or k0 + k1 + p0 * 0.5**1.5 + p1 * 0.5**0.5 < 5:
            continue
        flights = whole((k0 + p0) / 5 + 10 * k0 / 100) + whole((k1 + p1) / 5 + 10 * (k0 + k1) / 100)
        best = min(best, 20 * flights + 10 * (k0 + k1 + p0 + p1) + 0.5 * k0 + (k0 + 0.5 * k1))
    return best


def derelict(age: float, hazard: float) -> float:
    """Dead objects per node placed: half of the dead stay, a tenth of those retired at 2; all decay over 50 years."""
    work, steps = min(age, 2.0), 200
    failed = 0.0
    for i in range(steps + 1):  # Simpson's rule over the moment of failure
        moment = work * i / steps
        weight = 1 if i in (0, steps) else 4 if i % 2 else 2
        failed += weight * hazard * math.exp(-hazard * moment) * math.exp(-(age - moment) / 50)
    failed *= work / steps / 3
    retired = 0.95 * math.exp(-hazard * 2) * math.exp(-(age - 2) / 50) if age >= 2 else 0.0
    return 0.5 * (0.05 * math.exp(-age / 50) + 0.95 * failed) + 0.1 * retired


def derelicts(most: float = 1.0, most_years: float = NEVER, of_a_kind: int = 6) -> float:
    """Frail and sturdy nodes of three years; at each end 3 nodes' power and at most one derelict.

    ``most_years`` are the object-years of the three years together, trapezia between their ends; more than
    ``of_a_kind`` in a year only add cost.
    """
    ages = (0.5, 1.5, 2.5)
    kinds = [
        ([0.95 * math.exp(-hazard * age) if age < 2 else 0.0 for age in ages], [derelict(age, hazard) for age in ages])
        for hazard in (0.2, 0.02)
    ]

    def good(frail: tuple[int, ...], sturdy: tuple[int, ...]) -> bool:
        end = len(frail)
        alive = dead = 0.0
        for built, (living, left) in zip((frail, sturdy), kinds, strict=True):
            alive += sum(n * living[end - 1 - q] for q, n in enumerate(built))
            dead += sum(n * left[end - 1 - q] for q, n in enumerate(built))
        return alive >= 3 - 1e-9 and dead <= most + 1e-9

    def object_years(frail: tuple[int, ...], sturdy: tuple[int, ...]) -> float:
        each = (1.0, 1.0, 0.5)
        return sum(
            n * sum(each[t] * left[t - q] for t in range(q, 3))
            for built, (_, left) in zip((frail, sturdy), kinds, strict=True)
            for q, n in enumerate(built)
        )

    def cheapest(frail: tuple[int, ...], sturdy: tuple[int, ...]) -> float:
        if len(frail) == 3:
            return 0.0 if object_years(frail, sturdy) <= most_years + 1e-9 else NEVER
        return min(
            (
                10 * f + 20 * s + 6 * whole((f + s) / 2) + cheapest((*frail, f), (*sturdy, s))
                for f, s in product(range(of_a_kind + 1), repeat=2)
                if good((*frail, f), (*sturdy, s))
            ),
            default=NEVER,
        )

    return cheapest((), ())


def licence_years() -> float:
    """The same in two shells alike: flights to both are never fewer than to one, and the licence adds up both."""
    return object_years()


def object_years() -> float:
    """The same nodes with room for any number of derelicts, and 1.3 object-years."""
    return derelicts(NEVER, 1.3, 4)


def compute() -> float:
    """Nodes of three years: 10 EFLOP/s each, better and cheaper with time, fading with age."""

    def gives(q: int, t: int) -> float:
        age = t + 1 - (q + 0.5)
        return (
            10
            * math.pow(1.5, q + 0.5)
            * 0.9
            * math.exp(-0.05 * age)
            * min(math.pow(0.8, age), math.pow(0.9, age))
            * 0.9
        )

    best = NEVER
    for built in product(range(13), repeat=3):
        if all(sum(built[q] * gives(q, t) for q in range(t + 1)) >= 20 * (t + 1) for t in range(3)):
            paid = ((10 * 0.8 ** (q + 0.5) * n + 9 * whole(n / 3)) * at(0.05, q + 0.5) for q, n in enumerate(built))
            best = min(best, sum(paid))
    return best


def unmet() -> float:
    """Nodes of two years; each of the 21 that is missing costs 5 a year."""
    return min(
        5 * (n0 + n1) + 50 * (whole(n0 / 10) + whole(n1 / 10)) + 5 * (max(0, 21 - n0) + max(0, 21 - n0 - n1))
        for n0, n1 in product(range(22), repeat=2)
    )


def value() -> float:
    """Nodes of two years at the prices of two workloads; the dearer work is served first."""

    def worth(nodes: int, training: float, inference: float) -> float:
        return max(training * first + inference * min(nodes - first, 13) for first in range(min(nodes, 12) + 1))

    return max(
        worth(n0, 10, 4) + worth(n0 + n1, 5, 6.5) - 5 * (n0 + n1) - 50 * (whole(n0 / 10) + whole(n1 / 10))
        for n0, n1 in product(range(26), repeat=2)
    )
