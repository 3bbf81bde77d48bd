"""Rules of the market: its workloads, their shares and the unit of their prices fit target, objective and network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.instance.fields import month_number
from solver.instance.validate import Rule
from solver.instance.validation_issues import Issue, Path

if TYPE_CHECKING:
    from solver.instance.market import Market
    from solver.instance.network import Network
    from solver.instance.schema import Objective, Target

PRICE_KEY = {
    "power_alive": "usd_per_w_year",
    "compute_alive": "usd_per_pflop_hour",
    "compute_delivered": "usd_per_pflop_hour",
}
"""Key of the price by kind of target; other kinds have no market."""


def _objective_of_market(objective: Objective, market: Mapping[str, Market]) -> Iterator[Issue]:
    if objective.kind == "most_value" and not market:
        yield ("market",), "missing; expected it, because objective.kind is most_value"
    if objective.kind != "most_value" and market:
        yield ("market",), f"found a market, expected none, because objective.kind is {objective.kind}"


def _kind_of_target(objective: Objective, target: Target) -> Iterator[Issue]:
    if objective.kind == "most_value" and target.kind not in PRICE_KEY:
        expected = " or ".join(PRICE_KEY)
        yield ("target", "kind"), f"found {target.kind}, expected {expected}, because objective.kind is most_value"


def _market_shares(market: Mapping[str, Market], network: Network | None = None) -> Iterator[Issue]:
    if network is not None and network.workloads:
        for name, workload in market.items():
            if name not in network.workloads:
                expected = f"one of network.workloads: {', '.join(network.workloads)}"
                yield ("market", name), f"found {name}, expected {expected}"
            elif workload.share is not None:
                yield ("market", name, "share"), "found a share, expected none: that of network.workloads counts"
        for name in network.workloads if market else ():
            if name not in market:
                yield ("market", name), f"missing; expected a price of the workload {name} of the network"
        return
    shares = [1.0 if workload.share is None else workload.share for workload in market.values()]
    if market and not math.isclose(sum(shares), 1.0, abs_tol=1e-9):
        yield ("market",), f"found shares that add up to {sum(shares):g}, expected 1"


def _market_prices(market: Mapping[str, Market], target: Target) -> Iterator[Issue]:
    expected = PRICE_KEY.get(target.kind)
    if expected is None:
        return
    for name, workload in market.items():
        previous = None
        for i, price in enumerate(workload.prices):
            path: Path = ("market", name, "prices", i)
            for key in dict.fromkeys(PRICE_KEY.values()):
                if key != expected and getattr(price, key) is not None:
                    yield (*path, key), f"found {key}, expected {expected}, because target.kind is {target.kind}"
            if getattr(price, expected) is None:
                yield (*path, expected), f"missing; expected it, because target.kind is {target.kind}"
            month = month_number(price.date)
            if previous is not None and month <= previous:
                yield (*path, "date"), f"found {price.date}, expected a month after the price before"
            previous = month


def _no_contingencies(market: Mapping[str, Market], network: Network) -> Iterator[Issue]:
    if market and network.contingencies:
        found = "found contingencies, expected none with a market: they ask that the target itself survives"
        yield ("network", "contingencies"), found


MARKET_RULES: tuple[Rule, ...] = (
    _objective_of_market,
    _kind_of_target,
    _market_shares,
    _market_prices,
    _no_contingencies,
)
