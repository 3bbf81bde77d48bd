"""Decisions -> ledger: every payment of a plan by family, item and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from solver import costs, vintages
from solver.clock import Clock
from solver.costs import Prices
from solver.experience import mean_factors
from solver.instance.schema import Instance
from solver.plan import Decisions, Design, Money


def ledger(instance: Instance, designs: Iterable[Design], decisions: Decisions) -> tuple[Money, ...]:
    """All payments, MUSD, added up by family, item and period; salvage is negative; sorted."""
    described = {(d.name, d.shell): d for d in designs}
    prices = Prices(instance, Clock.of(instance.horizon), mean_factors(instance, described.values(), decisions))
    book = _Book()
    _nodes(book, prices, described, decisions)
    for (platform,), t in decisions.opened.items():
        book.add(costs.of_development(prices, platform, t), 1.0)
    for (platform, t), count in decisions.lines.items():
        book.add(costs.of_line(prices, platform, t), count)
    for (vehicle, _, t), count in decisions.flights.items():
        book.add(costs.of_flight(prices, vehicle, t), count)
    for (site, t), count in decisions.pads.items():
        book.add(costs.of_pad(prices, site, t), count)
    _fleet(book, prices, decisions)
    for (region, t), gw in decisions.ground_gw.items():
        book.add(costs.of_ground(prices, region, t), gw)
    for (t,), amount in decisions.unmet.items():
        book.add(costs.of_unmet(prices, t), amount)
    return book.entries()


class _Book:
    """Payments added up by family, item and period."""

    def __init__(self) -> None:
        self.sums: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])

    def add(self, unit: Iterable[Money], count: float) -> None:
        for m in unit:
            entry = self.sums[m.family, m.item, m.period]
            entry[0] += m.musd * count
            entry[1] += m.present_musd * count

    def entries(self) -> tuple[Money, ...]:
        return tuple(Money(*key, *sums) for key, sums in sorted(self.sums.items()) if any(sums))


def placed(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, int], float]:
    """Nodes that arrive, in expectation over launch losses, by design, shell and period."""
    arrivals: dict[tuple[str, str, int], float] = defaultdict(float)
    for (vehicle, k, s, t), count in decisions.loaded.items():
        arrivals[k, s, t] += count * (1 - instance.vehicles[vehicle].loss_share)
    return dict(arrivals)


def final_stock(instance: Instance, vehicle: str, decisions: Decisions) -> float:
    """Vehicles of an owned type at the end of the horizon."""
    fleet, clock = instance.vehicles[vehicle].fleet, Clock.of(instance.horizon)
    if fleet is None:
        return 0.0
    arrived = sum(
        count
        for (v, q), count in decisions.ordered.items()
        if v == vehicle and clock.arrival(q, fleet.lead_years) < len(clock.periods)
    )
    retired = sum(count for (v, _), count in decisions.retired.items() if v == vehicle)
    flown = sum(count for (v, _, _), count in decisions.flights.items() if v == vehicle)
    return fleet.initial + arrived - retired - instance.vehicles[vehicle].loss_share * flown


def _nodes(book: _Book, prices: Prices, designs: Mapping[tuple[str, str], Design], decisions: Decisions) -> None:
    bought: dict[tuple[str, str, int], int] = defaultdict(int)
    for (_, k, s, t), count in decisions.loaded.items():
        bought[k, s, t] += count
    for (k, s, t), count in bought.items():
        book.add(costs.of_loaded(prices, designs[k, s], t), count)
    for (k, s, t), arrived in placed(prices.instance, decisions).items():
        alive = partial(vintages.alive, designs[k, s])
        book.add(costs.of_placed(prices, designs[k, s], t, alive), arrived)


def _fleet(book: _Book, prices: Prices, decisions: Decisions) -> None:
    for (vehicle, t), count in decisions.ordered.items():
        book.add(costs.of_vehicle(prices, vehicle, t), count)
    for (vehicle, _), scrapped in decisions.retired.items():
        book.add(costs.of_retired(prices, vehicle), scrapped)
    for vehicle in prices.instance.use.vehicles:
        if prices.instance.vehicles[vehicle].fleet is not None:
            book.add(costs.of_stock(prices, vehicle), final_stock(prices.instance, vehicle, decisions))
