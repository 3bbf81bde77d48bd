"""Landings: propellant in orbit, and the split of landed cargo into seed and imports.

Constraints   landings.available (landing or tanker before the Moon is open, or a vehicle that is no tanker),
              landings.depot_balance, landings.depot_capacity, landings.imports, landings.seed, landings.development
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from solver.check.context import Context
from solver.check.refuelling import days_away, left_there
from solver.check.replay import StockBalance, no_shortage, stock_balances
from solver.check.substeps import Steps
from solver.check.verdict import Violation
from solver.instance.moon import Lander, Moon
from solver.physics.constants import STANDARD_GRAVITY_M_S2


def landing_rules(x: Context) -> Iterator[Violation]:
    """Yield each violation of the constraints on flights to the depot and the Moon."""
    if x.moon is None or x.steps is None:
        return
    yield from _available(x, x.moon)
    yield from _depot(x, x.moon)
    yield from _imports(x, x.moon, x.steps)
    yield from _seeds(x, x.moon)


def refill_t(lander: Lander) -> float:
    """Return the propellant that a lander takes on in orbit, t: to land with its cargo, and to return empty."""
    exhaust_m_per_s = STANDARD_GRAVITY_M_S2 * lander.isp_s
    home_t = lander.dry_t * math.expm1((lander.return_delta_v_m_per_s or 0.0) / exhaust_m_per_s)
    return (lander.dry_t + lander.landed_t + home_t) * math.expm1(lander.delta_v_m_per_s / exhaust_m_per_s) + home_t


def expended(x: Context, v: str, t: int) -> float:
    """Return the flights of a vehicle in a period that stay on the Moon, or at the place of a refuelled ship."""
    landed = sum(count for lander, count in _landings_of(x, v, t) if lander.return_delta_v_m_per_s is None)
    return landed + sum(left_there(x.instance.vehicles[v], s, count) for s, count in _ships_of(x, v, t))


def away_flights(x: Context, v: str, t: int, turnaround_days: float) -> float:
    """Return the flights that a vehicle could have made in a period while its landers and refuelled ships are away."""
    returned = [(d, count) for d, count in _landings_of(x, v, t) if d.return_delta_v_m_per_s is not None]
    days = sum(lander.away_days * count for lander, count in returned)
    days += sum(days_away(x.instance.vehicles[v], s) * count for s, count in _ships_of(x, v, t))
    return days / turnaround_days


def _ships_of(x: Context, v: str, t: int) -> list[tuple[str, int]]:
    return [(s, count) for (o, s, q), count in x.decisions.flights.items() if (o, q) == (v, t)]


def _landings_of(x: Context, v: str, t: int) -> list[tuple[Lander, int]]:
    landers = x.moon.landers if x.moon is not None else {}
    return [
        (landers[d], count)
        for (d, q), count in x.decisions.landings.items()
        if q == t and d in landers and landers[d].vehicle == v
    ]


def _available(x: Context, moon: Moon) -> Iterator[Violation]:
    for (v, t), count in x.decisions.tankers.items():
        if count > 0 and not (v in moon.depot.tankers and x.in_use(t, moon.available_from)):
            yield Violation("landings.available", (v, x.horizon.label(t)), 0.0, float(count), "flights")
    for (d, t), count in x.decisions.landings.items():
        if count > 0 and not x.in_use(t, moon.available_from):
            yield Violation("landings.available", (d, x.horizon.label(t)), 0.0, float(count), "landings")


def propellant(x: Context, moon: Moon) -> list[StockBalance]:
    """Return the stock of the depot in all periods, t of propellant."""
    depot = moon.depot
    delivered, drawn = dict.fromkeys(x.horizon.periods, 0.0), dict.fromkeys(x.horizon.periods, 0.0)
    for (v, t), count in x.decisions.tankers.items():
        arriving_share = (1.0 - x.instance.vehicles[v].loss_share) * (1.0 - depot.transfer_loss_share)
        delivered[t] += arriving_share * depot.tankers.get(v, 0.0) * count
    for (d, t), count in x.decisions.landings.items():
        drawn[t] += refill_t(moon.landers[d]) * count
    kept = {t: (1.0 - depot.boil_off_share_per_year) ** x.horizon.years(t) for t in x.horizon.periods}
    return stock_balances((x.horizon.label(t), kept[t], delivered[t], drawn[t]) for t in x.horizon.periods)


def _depot(x: Context, moon: Moon) -> Iterator[Violation]:
    history = propellant(x, moon)
    yield from no_shortage(x, "landings.depot_balance", "propellant", history)
    if moon.depot.capacity_t is not None:
        for balance in history:
            at = ("propellant", balance.label)
            yield from x.checker.at_most("landings.depot_capacity", at, balance.left, moon.depot.capacity_t, "t")


def landed_t(x: Context, moon: Moon) -> dict[int, float]:
    """Return the cargo expected to arrive on the Moon by period, t."""
    landed: dict[int, float] = defaultdict(float)
    for (d, t), count in x.decisions.landings.items():
        lander = moon.landers[d]
        arriving_share = (1.0 - x.instance.vehicles[lander.vehicle].loss_share) * (1.0 - lander.loss_share)
        landed[t] += arriving_share * lander.landed_t * count
    return dict(landed)


def _imports(x: Context, moon: Moon, steps: Steps) -> Iterator[Violation]:
    """In each step, imports and the step's share of the seed fit into its share of the landed cargo."""
    landed = landed_t(x, moon)
    imported: dict[int, float] = defaultdict(float)
    for (_, u), mass_t in x.decisions.imported_t.items():
        imported[u] += mass_t
    for t in x.horizon.periods:
        for u in steps.within(t):
            delivered = imported[u] + steps.share(u) * x.decisions.seeds_t.get((t,), 0.0)
            limit = steps.share(u) * landed.get(t, 0.0)
            yield from x.checker.at_most("landings.imports", (steps.label(u),), delivered, limit, "t")


def _seeds(x: Context, moon: Moon) -> Iterator[Violation]:
    """A seed respects its minimum and maximum, its last date and the development of the Moon."""
    begun = x.decisions.moon_begun.get(("moon",))
    done = len(x.horizon.periods) if begun is None else x.horizon.arrival(begun, moon.development_years)
    for (t,), mass_t in sorted(x.decisions.seeds_t.items()):
        at = (x.horizon.label(t),)
        if mass_t <= x.checker.tolerance:
            continue
        late = not x.in_use(t, None, moon.seed.available_until)
        if late:
            yield Violation("landings.seed", at, 0.0, mass_t, "t of seed")
        yield from x.checker.at_least("landings.seed", at, mass_t, moon.seed.min_t, "t")
        yield from x.checker.at_most("landings.seed", at, mass_t, moon.seed.max_t, "t")
        if t < done:
            yield Violation("landings.development", at, 0.0, mass_t, "t of seed")
