"""The Moon: landings and their propellant, seeds, closure, drivers, nights, growth, lags.

Ships and barges are bought by the flight but in ``returned``; metal, where its import is not a matter, costs a thousand
MUSD a t to bring and is never brought.
"""

from __future__ import annotations

import math
from itertools import product

from tests.contracts.by_hand.sums import NEVER, at, whole

HOURS = 8766
THROWN_MWH_PER_T = 1000 * 2400**2 / 2 / 0.7 / 3.6e9


def refill(dry: float, landed: float = 30, home_m_per_s: float = 0.0) -> float:
    """Propellant of one landing, t: 6,100 m/s down with the cargo and with what brings the lander home."""
    exhaust = 9.80665 * 375
    home = dry * (math.exp(home_m_per_s / exhaust) - 1)
    return (dry + landed + home) * (math.exp(6100 / exhaust) - 1) + home


def tankers(landings: int) -> int:
    """Tankers of 100 t for landings of 30 t by landers of 20 t, from one depot."""
    return whole(landings * refill(20) / 100)


def seed(nodes: int = 10) -> float:
    """Nodes from the Earth, and the rest by a seed of 100 t or more that makes 1.6 times its mass in metal."""
    best = 50.0 * nodes
    for earth in range(nodes):
        mass = max(100, (20 + 10 * (nodes - earth)) / 1.6)
        landings = whole(mass / 30)
        best = min(best, 50 * earth + 10 + 2 * mass + 20 * (landings + tankers(landings)))
    return best


def light() -> float:
    """30 nodes, 270 t of metal in 2031 and 2032 for those of the Moon; panels of 2.5 kW for each t of seed.

    200 kW stand in light for 0.8 of the year, 200 more for half of that; the energy is spread over both years.
    """
    best = NEVER
    for earth in range(31):
        metal = 20 + 10 * (30 - earth) if earth < 30 else 0
        drawn_mwh = (10 * metal + THROWN_MWH_PER_T * 10 * (30 - earth)) / 2
        full_mwh = 0.2 * HOURS * 0.8
        kw = 200 * min(1.0, drawn_mwh / full_mwh) + 400 * max(0.0, drawn_mwh / full_mwh - 1)
        if metal > 270 or kw > 400:
            continue
        mass = max(10, kw / 2.5) if metal else 0.0
        landings = whole(mass / 100)
        best = min(best, 50 * earth + 0.1 * mass + 5 * (landings + whole(landings * refill(20, 100) / 1000)))
    return best


def idle() -> float:
    """Half as many nodes."""
    return seed(5)


def depot(tanks: float = math.inf) -> float:
    """The seed in 2030 or 2031; ships (6 in twelve months) and barges fill the depot, which keeps 0.8 a year.

    ``tanks`` hold at most so much at the end of a year, t.
    """
    drawn, best = 2 * refill(28), NEVER
    for later, ship0, ship1, barge0, barge1 in product(range(2), range(7), range(7), range(26), range(26)):
        if ship0 + 2 * (1 - later) > 6 or ship1 + 2 * later > 6:
            continue
        first, second = 100 * ship0 + 20 * barge0, 100 * ship1 + 20 * barge1
        left = first if later else first - drawn
        if left > tanks or 0.8 * left + second - (drawn if later else 0) > tanks:
            continue
        if (0.8 * first + second if later else first) >= drawn:
            flights = [20 * ship0 + 15 * barge0, 20 * ship1 + 15 * barge1]
            flights[later] += 2 * 20 + 60
            best = min(best, flights[0] * at(0.1, 0.5) + flights[1] * at(0.1, 1.5))
    return best


def tanks() -> float:
    """The same with tanks of 90 t."""
    return depot(90)


def returned(build: float = 60) -> float:
    """4 landings in 2031, some of them for good; the ships at the end make 10 flights a year and are never worn out.

    With S ships left, flights + 2 for each that comes home <= 10 S, so worn flights / 20 <= S / 2 always.
    """
    best = NEVER
    for home in range(5):
        stay = 4 - home
        flights = 4 + whole((home * refill(20, home_m_per_s=2800) + stay * refill(20)) / 100)
        ships = whole(stay + (flights + 2 * home) / 10)
        paid = build * ships * at(0.1, 0.5) + (20 * flights + 200) * at(0.1, 1.5)
        plant = 200 * (0.2 + 0.8 * 0.9**1.5)
        left = build * (ships - stay - (flights - stay) / 20) + plant
        best = min(best, paid - left * at(0.1, 4))
    return best


def expended() -> float:
    """The same with cheap ships."""
    return returned(20)


def unlock() -> float:
    """No unlock, the furnace in 2032, or the mill in 2033 besides; 3 landings in 2031, those of metal in 2033."""
    best = NEVER
    for brought, unlocks in ((60, 0.0), (25, 15 * at(0.1, 2.5)), (0, 15 * at(0.1, 2.5) + 60 * at(0.1, 3.5))):
        landings = whole(brought / 30)
        flights = 3 + tankers(3), landings + tankers(3 + landings) - tankers(3)
        paid = unlocks + (5 * flights[0] + 90) * at(0.1, 1.5) + (5 * flights[1] + brought) * at(0.1, 3.5)
        best = min(best, paid - (90 + 0.5 * brought) * at(0.1, 5))
    return best


def unlock_chain() -> float:
    """The furnace begun in 2031 or 2032 and of use a year later, the mill in any year from then on, or neither."""
    best = NEVER
    for furnace, mill, l2, l3 in product((1, 2, 9), (1, 2, 3, 9), range(8), range(8)):
        if mill < furnace:
            continue
        need = [100 * (0.6 - 0.1 * (furnace + 1 <= t) - 0.5 * (furnace + 1 <= t and mill <= t)) for t in (2, 3)]
        late = min(need[1], 30 * l3)
        early = sum(need) - late
        if early > 30 * l2:
            continue
        t2 = tankers(3 + l2) - tankers(3)
        t3 = tankers(3 + l2 + l3) - tankers(3 + l2)
        paid = (5 * (3 + tankers(3)) + 90) * at(0.1, 0.5)
        paid += sum(cost * at(0.1, year + 0.5) for cost, year in ((40, furnace), (5, mill)) if year < 9)
        paid += (5 * (l2 + t2) + early) * at(0.1, 2.5) + (5 * (l3 + t3) + late) * at(0.1, 3.5)
        best = min(best, paid)
    return best


def drivers() -> float:
    """Drivers of 2031 and 2032, nodes from the Earth in 2032 and 2033; metal is never short."""
    best = NEVER
    for d1, d2, n2, n3 in product(range(3), range(3), range(11), range(21)):
        launched = 100 - 10 * n2, 200 - 10 * n3
        if d1 + d2 > 2 or launched[0] > 80 * d1 or launched[1] > 80 * (d1 + d2):
            continue
        powered = max(launched) * THROWN_MWH_PER_T / (0.2 * 0.4 * HOURS / 1000)
        mass = max(50.0, powered) if d1 + d2 else 0.0
        assert 3.2 * mass >= max(20 * d1, 20 * d2 + launched[0], launched[1])
        landings = whole(mass / 30)
        paid = 5 * (landings + tankers(landings)) * at(0.1, 0.5) + 0.5 * mass * (at(0.1, 0.5) - at(0.1, 4))
        paid += 30 * d1 * (at(0.1, 1.5) - (1 - 1.5 / 10) * at(0.1, 4))
        paid += 30 * d2 * (at(0.1, 2.5) - (1 - 0.5 / 10) * at(0.1, 4))
        paid += n2 * (50 * at(0.1, 2.5) - 30 * (1 - 1.5 / 20) * at(0.1, 4))
        paid += n3 * (50 * at(0.1, 3.5) - 30 * (1 - 0.5 / 20) * at(0.1, 4))
        best = min(best, paid)
    return best


def night() -> float:
    """Nodes from the Earth, and a second seed or not; what days leave open is made in the nights of 2032, by cells."""
    best = 15 * 50 * at(0.1, 2.5)
    for earth, more in product(range(15), range(2)):
        launched = 150 - 10 * earth
        days = 48 + 48 * (1 + more)
        dark = max(0.0, 20 + launched - days)
        cells = dark * 10 / (10 * HOURS / 2 / 1000)
        used = 10 * (min(days, 20 + launched) - 48) + 10 * dark / 0.8 + launched * THROWN_MWH_PER_T
        if dark > 48 * (1 + more) or cells > 60 or used > 300 * (1 + more) * HOURS / 2 / 1000:
            continue
        landings = whole((60 * more + cells) / 30)
        flights = 2 + tankers(2), landings + tankers(2 + landings) - tankers(2)
        paid = (5 * flights[0] + 180) * at(0.1, 0.5) + (5 * flights[1] + 180 * more + 5 * cells) * at(0.1, 1.5)
        best = min(best, paid + 50 * earth * at(0.1, 2.5))
    return best


def growth() -> float:
    """Nodes from the Earth; the seed and what is built of its product in 2031, each t of which gives back one more."""
    best = 17 * 50.0
    for earth in range(17):
        mass = max(30.0, (170 - 10 * earth + 20) / (3 * 0.8 + math.sqrt(2) - 1))
        if mass <= 60:
            landings = whole(mass / 30)
            best = min(best, 50 * earth + 2 * mass + 20 * (landings + tankers(landings)))
    return best


def late() -> float:
    """5 nodes from the Earth by the end of 2032; the next 10 from there too, or from a Moon begun in 2030."""
    running = 3 * sum(at(0.1, t + 0.5) for t in range(1, 5))
    moon = 100 * at(0.1, 0.5) + running + (75 + 5 * (3 + tankers(3))) * at(0.1, 1.5)
    return 250 * at(0.1, 2.5) + min(500 * at(0.1, 3.5), moon)


def accelerators() -> float:
    """10 nodes in 2032: from the Earth, from chips landed in 2031 (for 6 at most), from chips of 2032."""
    best = NEVER
    for earth in range(10):
        after = max(0, 10 - earth - 6)
        if earth + after <= 6:
            landings = 2 + 1 + whole(2 * after / 30)
            best = min(best, 13 * earth + 60 + 0.2 * (10 - earth) + 20 * (landings + tankers(landings)))
    return best


def generations() -> float:
    """Nodes from the Earth, of old chips that land with the seed (for ten), or of new ones on one more landing."""
    new, old = 10 * 1.1**2.5, 10 * 1.1**0.5
    best = 45.0 * whole(115 / new)
    for earth in range(10):
        left = 115 - earth * new
        for each, landings, most in ((old, 2, 10), (new, 3, 15)):
            if left <= each * most:
                best = min(best, 45 * earth + 40 + 0.2 * left / each + 20 * (landings + tankers(landings)))
    return best


def transfer() -> float:
    """The least seed that each number of landings allows, and the largest: between them the cost runs straight."""
    best = NEVER
    for landings in range(2, 8):
        for mass in (50.0, 200 / 3, 30.0 * landings):
            swarm = min(10.0, 0.08 * mass - 2)
            high = 8 - 0.8 * swarm
            if mass <= 30 * landings and high <= 0.08 * mass + 1e-9:
                best = min(best, 2 * mass + 5 * (2 + high) + 5 * (landings + tankers(landings)))
    return best


def too_large() -> float:
    """A seed of 100 t in 2030 or 2031 flies in its year, its tankers by then, 5 flights in each year."""
    landings = whole(100 / 30)
    possible = any(landings <= 5 and landings + tankers(landings) <= 5 * years for years in (1, 2))
    return 0.0 if possible else NEVER


def earliest() -> str:
    """Quarters counted by their middles, 0.125 years and on; the first end at which nodes work."""

    def after(quarter: int, lag: float) -> int:
        return next(q for q in range(quarter, 99) if 0.25 * (q - quarter) >= lag)

    lands = max(2, after(0, 0.75))
    driver_routes = after(after(lands, 0.5), 0.5)
    works = next(q for q in range(driver_routes, 99) if 0.25 * (q + 1) - (0.25 * driver_routes + 0.125) >= 0.5)
    year, quarter = divmod(works + 1, 4)
    return f"{2030 + year}-{3 * quarter + 1:02d}"
