"""Simulation of the lunar industry: capital and stocks step by step, from the decisions alone."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from solver.check.calendar import INSTANT
from solver.check.context import Context, compounded, moon_of, nodes_of
from solver.check.substeps import Steps, calendar_years
from solver.check.verdict import Violation
from solver.instance.moon import MassDriver, Moon
from solver.instance.schema import Instance

Flow = tuple[str, float, float, float]
"""Flow of a stock in one period or step: label, share kept since the one before, inflow, amount drawn."""


@dataclass(frozen=True, slots=True)
class StockBalance:
    """Balance of a stock in one period or step: available and drawn amounts."""

    label: str
    available: float
    drawn: float

    @property
    def left(self) -> float:
        """Stock at the end, at least 0."""
        return max(0.0, self.available - self.drawn)

    @property
    def shortage(self) -> float:
        """Amount drawn beyond the available one."""
        return max(0.0, self.drawn - self.available)


def stock_balances(flows: Iterable[Flow]) -> list[StockBalance]:
    """Simulate a stock that begins empty; return its balances."""
    history, left = [], 0.0
    for label, kept_share, brought, drawn in flows:
        balance = StockBalance(label, kept_share * left + brought, drawn)
        history.append(balance)
        left = balance.left
    return history


def no_shortage(x: Context, constraint: str, item: str, history: list[StockBalance]) -> Iterator[Violation]:
    """Check that a stock is never overdrawn: in each balance, and for the sum of shortages within the tolerance."""
    found = [
        v
        for balance in history
        for v in x.checker.at_least(constraint, (item, balance.label), balance.available, balance.drawn, "t")
    ]
    yield from found
    if not found:
        drawn = sum(balance.drawn for balance in history)
        shortage = sum(balance.shortage for balance in history)
        yield from x.checker.at_least(constraint, (item, "total"), drawn - shortage, drawn, "t")


@dataclass(frozen=True, slots=True)
class Plant:
    """Lunar plant in all steps.

    ``period`` and ``middle`` by step; ``capital[i, u]``: t of an activity at work in a step; ``seeded_t``: t of seed
    that starts work by step; ``launched_t``: mass launched by mass drivers by period; ``node_bill_t[j, t]``:
    commodities in it.
    """

    x: Context
    moon: Moon
    steps: Steps
    period: tuple[int, ...]
    middle: tuple[float, ...]
    capital: Mapping[tuple[str, int], float]
    seeded_t: Mapping[int, float]
    launched_t: Mapping[int, float]
    node_bill_t: Mapping[tuple[str, int], float]

    @classmethod
    def of(cls, x: Context) -> Plant | None:
        """Simulate the decisions; None if the instance does not use the Moon."""
        if x.moon is None or x.steps is None:
            return None
        middle = tuple(x.steps.middles())
        period = tuple(x.steps.period(u) for u in x.steps.steps)
        seeds = _seeds(x, x.moon, x.steps)
        capital: dict[tuple[str, int], float] = {}
        for i in x.moon.activities:
            capital.update(_capital(x, x.moon, i, seeds, middle))
        seeded = {u: sum(x.moon.seed.mix.values()) * mass_t for u, mass_t in seeds.items()}
        launched, bill = _launched(x, x.moon)
        return cls(x, x.moon, x.steps, period, middle, capital, seeded, launched, bill)

    @property
    def works_at_night(self) -> bool:
        """Presence of a night, and of plant that stores power for it."""
        return self.moon.illumination_share < 1.0 and any(a.does == "storage" for a in self.moon.activities.values())

    def at_work(self, i: str, u: int) -> float:
        """Return the capital of an activity times the years it can work in a step, day and night: t years."""
        share = self.moon.activities[i].availability_share
        return self.capital[i, u] * share * self.x.horizon.years(self.period[u]) * self.share(u)

    def share(self, u: int) -> float:
        """Return the length of a step over that of its period."""
        return 1.0 / self.steps.cuts[self.period[u]]

    def made(self, i: str, u: int) -> float:
        """Return the output of an activity in a step, t."""
        return self.x.decisions.made_t.get((i, u), 0.0)

    def night(self, i: str, u: int) -> float:
        """Return the part of the output that is made at night, t."""
        return self.x.decisions.night_t.get((i, u), 0.0)

    def invested(self, u: int) -> Iterator[tuple[str, float]]:
        """Return the new capital built in a step, by activity, t."""
        return ((i, self.x.decisions.invested_t.get((i, u), 0.0)) for i in self.moon.activities)

    def drivers_t(self, t: int) -> float:
        """Return the mass of the mass drivers ordered in a period, t."""
        driver = self.moon.mass_driver
        return self.x.decisions.mass_drivers.get((t,), 0) * driver.mass_t if driver is not None else 0.0

    def need_t(self, j: str, u: int) -> float:
        """Return the need of new capital, mass drivers and launched nodes for a commodity in a step, t."""
        t, driver = self.period[u], self.moon.mass_driver
        plant = sum(self.moon.activities[i].bill.get(j, 0.0) * mass_t for i, mass_t in self.invested(u))
        machines = self.drivers_t(t) * driver.bill.get(j, 0.0) if driver is not None else 0.0
        return plant + self.share(u) * (machines + self.node_bill_t.get((j, t), 0.0))

    def output_t(self, j: str, u: int) -> float:
        """Return the output of a commodity in a step, t."""
        return sum(self.made(i, u) for i, a in self.moon.activities.items() if a.does == "make" and a.makes == j)

    def feed_t(self, j: str, u: int) -> float:
        """Return the amount of a commodity that other production consumes in a step, t."""
        return sum(a.feed.get(j, 0.0) * self.made(i, u) for i, a in self.moon.activities.items())

    def store(self, j: str) -> list[StockBalance]:
        """Return the stock of a commodity in all steps."""
        imported = self.x.decisions.imported_t
        return stock_balances(
            (
                self.steps.label(u),
                1.0,
                self.output_t(j, u) + imported.get((j, u), 0.0),
                self.feed_t(j, u) + self.need_t(j, u),
            )
            for u in self.steps.steps
        )


def generation_growth(instance: Instance, name: str) -> float:
    """Return the growth of computing by the year of the chips in a node; 0 where their age does not count."""
    platform, moon = instance.platforms[name], moon_of(instance)
    if platform.made_on != "moon" or moon is None or not instance.target.kind.startswith("compute"):
        return 0.0
    if all(commodity.accelerators_kg_per_kw is None for commodity in moon.commodities.values()):
        return 0.0
    sized, declared = platform.sized, platform.declared
    part = declared if sized is None else instance.technology.accelerators[sized.accelerator]
    return 0.0 if part is None else max(0.0, part.eflops_growth_share_per_year)


def driver_ready_years(x: Context, driver: MassDriver, q: int) -> float:
    """Return the years from the start of the horizon to the first launch of a mass driver ordered in period q."""
    return x.horizon.middle(q) + driver.lag_years


def driver_lives(x: Context, driver: MassDriver, q: int, t: int) -> bool:
    """Return whether a mass driver ordered in period q is on order or within its life in period t."""
    return q <= t and x.horizon.middle(t) - driver_ready_years(x, driver, q) < driver.life_years - INSTANT


def _seeds(x: Context, moon: Moon, steps: Steps) -> dict[int, float]:
    """Return the seed by the step in which it starts work, t."""
    seeds: dict[int, float] = defaultdict(float)
    for (q,), mass_t in x.decisions.seeds_t.items():
        t = x.horizon.arrival(q, moon.seed.lag_years)
        if t in x.horizon.periods:
            seeds[steps.within(t).start] += mass_t
    return dict(seeds)


def _capital(
    x: Context, moon: Moon, i: str, seeds: Mapping[int, float], middle: tuple[float, ...]
) -> dict[tuple[str, int], float]:
    """Return the capital of one activity by step: decayed stock, seed, and investment of a lag ago."""
    activity, arriving = moon.activities[i], [moon.seed.mix.get(i, 0.0) * seeds.get(u, 0.0) for u in range(len(middle))]
    lag_years = calendar_years(moon, activity.lag_years)
    for (built, w), mass_t in x.decisions.invested_t.items():
        due = bisect_left(middle, middle[w] + lag_years - INSTANT, lo=w + 1)
        if built == i and due < len(middle):
            arriving[due] += mass_t
    capital, now = {}, 0.0
    for u, new in enumerate(arriving):
        kept = compounded(-activity.decay_share_per_year, middle[u] - middle[u - 1]) if u > 0 else 0.0
        now = kept * now + new
        capital[i, u] = now
    return capital


def _launched(x: Context, moon: Moon) -> tuple[dict[int, float], dict[tuple[str, int], float]]:
    """Return the mass launched by mass drivers by period, and the commodities in it, t."""
    launched: dict[int, float] = defaultdict(float)
    bill: dict[tuple[str, int], float] = defaultdict(float)
    for (k, s, t), gw in x.decisions.mass_driver_launched_gw.items():
        design = x.designs[k, s]
        nodes = nodes_of(design, gw)
        launched[t] += nodes * design.mass_t
        for part, mass_kg in design.mass_kg.items():
            for j, share in moon.bills.get(part, {}).items():
                bill[j, t] += nodes * mass_kg / 1000 * share
    return dict(launched), dict(bill)
