"""Transport: vehicles, pads, licences and their ramps."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import product
from math import ceil, exp

from tests.contracts.by_hand.sums import NEVER, at, ramped


def fleet_lasts(arrived: Iterable[float], flown: Iterable[float], yearly: float, life: float, loss: float) -> bool:
    """Whether vehicles that arrive in each year can fly the flights: enough are left, and none too worn.

    With R scrapped, S left, F flown so far: S = arrived - R - loss F, flights of the year <= yearly S, and
    (1 / life - loss / 2) F <= R + S / 2. R only grows; the least R that wears nothing out is always the best.
    """
    there = flights = scrapped = 0.0
    for new, now in zip(arrived, flown, strict=True):
        there, flights = there + new, flights + now
        unscrapped = there - loss * flights
        scrapped = max(scrapped, 2 * (1 / life - loss / 2) * flights - unscrapped)
        if unscrapped - scrapped < now / yearly - 1e-9:
            return False
    return True


def fleet() -> float:
    """Orders of the first two years, flights of the last two; what is left counts half-lost and worn vehicles off."""
    best = NEVER
    for f1, f2, o0, o1 in product(range(12, 31), range(16), range(9), range(9)):
        if 0.9 * (f1 + f2) < 20 or not fleet_lasts((0, o0, o1), (0, f1, f2), 5, 5, 0.1):
            continue
        flights = f1 + f2
        left = 100 * (o0 + o1 - 0.1 * flights / 2 - flights / 5)
        paid = 100 * (o0 * at(0.1, 0.5) + o1 * at(0.1, 1.5)) + 5 * (f1 * at(0.1, 1.5) + f2 * at(0.1, 2.5))
        best = min(best, paid - left * at(0.1, 3))
    return best


def expendable() -> float:
    """Arrows of the first year from the store of 3, of the second from what is left and ordered."""
    return min(
        25 * (e0 + e1) + 40 * orders + 80 * (t0 + t1)
        for e0, e1, orders, t0, t1 in product(range(4), range(11), range(11), range(9), range(9))
        if e1 <= 3 - e0 + orders and 0.8 * e0 + t0 >= 4 - 1e-9 and 0.8 * (e0 + e1) + t0 + t1 >= 8 - 1e-9
    )


def fleet_ramp() -> float:
    """4 vehicles for the fourth year; each flies twice, 8 of its 100 flights never wear it out."""
    orders = min(sum(100 * n * at(0.1, q + 0.5) for q, n in enumerate(o)) for o in ramped((1, 2, 2)) if sum(o) >= 4)
    return orders + 8 * (2 + 5) * at(0.1, 3.5)


def launch_ramp() -> float:
    """3 nodes in the third year; flights before it are empty."""
    return 3 * 5 * at(0.1, 2.5) + min(
        sum(10 * n * at(0.1, t + 0.5) for t, n in enumerate(vans)) + 40 * max(0, 3 - vans[2]) * at(0.1, 2.5)
        for vans in ramped((1, 2, 2))
    )


def pads() -> float:
    """22 nodes in two years: a new pad in the east or not, the rest by taxi."""
    net_pad = 1000 - 1000 * (1 - (2 - 1.5) / 5)
    return min(
        new * net_pad + 10 * vans + 70 * (22 - vans)
        for new in range(2)
        for vans in range(5 + 5 * (1 + new) + 2 * min(2, 5) + 1)
    )


def polar() -> float:
    """10 nodes: two to a polar flight, of which the south has 2, and one to a tilted flight from anywhere."""
    return min(10 * (over + tilted) for over, tilted in product(range(3), range(11)) if 2 * over + tilted >= 10)


def quarters() -> float:
    """Vans 6 in any twelve months and 2 in a quarter, liners after a year's lag, taxis. Payments at the middles.

    Flights of a year are spread evenly over it. Taxis of the first year fly in its last quarter, the latest that
    counts. A liner for the second year is ordered in the second quarter (0.375 + 1 <= 1.5), one for the third in the
    second year.
    """
    d = [at(0.1, years) for years in (0.875, 1.5, 2.5)]
    paid = [at(0.1, years) for years in (0.125, 0.375, 0.625, 0.875)]

    @cache
    def hired(n1: int, n2: int) -> float:
        return min(
            15 * sum(x * n for x, n in zip(paid, vans, strict=True))
            + 35 * d[0] * (n1 - sum(vans))
            + d[1] * (10 * second + 30 * (n2 - second))
            for vans in product(range(3), repeat=4)
            for second in range(min(6, n2) + 1)
            if sum(vans) <= n1 and all(sum(vans[k:]) + second * k / 4 <= 6 for k in range(4))
        )

    best = NEVER
    for early, late, l2, l3 in product(range(3), range(3), range(11), range(21)):
        if not fleet_lasts((early, late), (l2, l3), 5, 20, 0.0):
            continue
        liners = 100 * (early * at(0.1, 0.375) + late * d[1]) + 2 * (l2 * d[1] + l3 * d[2])
        for n1, n2 in product(range(7, 13), range(l2, 19)):
            n3 = max(l3, 24 - n1 - n2)
            if n1 + n2 < 14:
                continue
            third = d[2] * (10 * min(6, n3 - l3) + 30 * max(0, n3 - l3 - 6))
            nodes = 5 * (n2 * d[1] + n3 * d[2])
            best = min(best, liners + hired(n1, n2 - l2) + third + nodes)
    return best


def licence_in_quarters() -> float:
    """3 nodes by the end of the first year, 6 by the end of the second, two of them cheap in any twelve months.

    With n flights by the end of the first year, as late as possible, the second may fly as many in its last quarter.
    """
    best = NEVER
    for first, second in product(range(3, 7), range(4)):
        if first + second >= 6:
            years = ((first, 0.875), (second, 1.875))
            best = min(best, sum(at(0.1, x) * (15 * min(2, n) + 45 * max(0, n - 2)) for n, x in years))
    return best


def tonnage() -> float:
    """Each year by itself: lorries bring 90 t, vans 30 t."""
    return sum(
        min(60 * b + 22 * s for b, s in product(range(6), range(15)) if 90 * b + 30 * s >= asked - 1e-9)
        for asked in (100 * 4**0.25, 100 * 4**0.75, 400)
    )


def earliest() -> str:
    """8 flights as early as possible, in the quarters 2030-Q3 to 2031-Q4; twelve months grow from where they begin."""

    def flyable(flights: tuple[int, ...]) -> bool:
        quarters = (0, 0, *flights)
        for t in range(2, len(quarters)):
            rate = 4 * 2 ** ((t - 2) / 4)
            year, before = sum(quarters[max(0, t - 3) : t + 1]), sum(quarters[max(0, t - 7) : max(0, t - 3)])
            reached = 4 * 2 ** (max(0, t - 5) / 4)
            if quarters[t] > ceil(rate / 4 - 1e-9) or year > min(reached, 4 + 2 * before) + 1e-9:
                return False
        return True

    ends = ["2030-10", "2031-01", "2031-04", "2031-07", "2031-10", "2032-01"]
    for count, end in enumerate(ends, start=1):
        if any(sum(flights) >= 8 and flyable(flights) for flights in product(range(4), repeat=count)):
            return end
    raise AssertionError("no quarter is late enough")


def too_slow() -> float:
    """80 flights are needed in a year that may hold 50: no plan at all."""
    return 0.0 if 800 / 10 <= 50 else NEVER


def filled(dry: float, cargo: float, up: float, back: float) -> float:
    """Propellant of a ship of an Isp of 375 s: burnt to bring its cargo up, and to come home empty."""
    speed = 9.80665 * 375
    arrives = dry * exp(back / speed)
    return (arrives + cargo) * exp(up / speed) - dry - cargo


def refuelled() -> float:
    """Ships that come home, ships that stay, and arrows for what is left of 7 nodes."""
    tanker = 30 * 0.95
    home, stays = (1 + ceil(filled(20, 20, 2500, back) / tanker) for back in (1500, 0))
    return min(
        10 * (home * n + stays * k)
        + 10 * max(0, ceil((home + 3) * n / 10) - 1)
        + 11 * (k + ceil(stays * k / 10))
        + 27 * max(0, 7 - 2 * n - 2 * k)
        for n, k in product(range(5), range(5))
    )
