"""Least levelised cost where the plan chooses how much it delivers: the least ratio of cost to delivery, by Dinkelbach.

At a price p the plan of the most value has the largest p x delivered - net cost. Where that is 0, no plan delivers a
unit for less than p, and the plan of the round before delivers one for just that. The price of every round is the ratio
of the plan before, so it falls until then. A proven upper bound U on the value at p proves for every plan that
net cost >= p x delivered - U, thus a ratio of at least p - U / least, where ``least`` is the smallest delivery asked.
A budget of the instance holds in every round.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from solver.economics.levelised import LEVELISED_KINDS, asked_stocks, present_stock_years
from solver.economics.value import MUSD_PER_UNIT
from solver.errors import UsageError
from solver.horizon.periods import PlanningHorizon
from solver.instance.dates import COMPUTE_KINDS
from solver.instance.market_rules import PRICE_KEY
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded

FIRST_PRICE = {"power_alive": 1000.0, **dict.fromkeys(COMPUTE_KINDS, 10.0)}
"""Price of the first round, at which everything that can be served is worth it."""
MAX_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class LeastLevelised:
    """Least levelised cost: that of the best plan, and its proven bound.

    The bound holds for plans that serve ``least_share`` of the market. ``changes`` are the options under which
    ``kardashev solve`` finds the plan; ``price`` and ``bound`` are None without a plan.
    """

    unit: str
    least_share: float
    price: float | None = None
    bound: float | None = None
    served_share: float | None = None
    rounds: int = 0
    changes: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """Gap of plan and bound, as a share of the price."""
        if self.price is None or self.bound is None:
            return None
        return max(0.0, 1.0 - self.bound / self.price)

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``levelised --json``."""
        return {**asdict(self), "gap": self.gap}


@dataclass(slots=True)
class RatioSearch:
    """Ratio search: prices that fall until the most value is nothing, each a solve of its own."""

    file: str | Path
    options: Options
    changes: Sequence[str] = ()
    least_share: float = 0.1
    stop: threading.Event = field(default_factory=threading.Event)
    on_stage: Callable[[str], None] = lambda _text: None
    began: float = field(default_factory=time.monotonic)

    def run(self) -> LeastLevelised:
        """Return the least levelised cost found and proven within the limits; UsageError for another kind of target."""
        given = read(self.file, changes=self.changes).instance
        kind = given.target.kind
        if kind not in LEVELISED_KINDS:
            raise UsageError(f"target.kind: found {kind}, expected {' or '.join(LEVELISED_KINDS)} to levelise")
        horizon = PlanningHorizon.of(given.horizon)
        market = present_stock_years(horizon, asked_stocks(given, horizon)) * MUSD_PER_UNIT[kind]
        best = LeastLevelised(PRICE_KEY[kind], self.least_share)
        price = FIRST_PRICE[kind]
        for rounds in range(1, MAX_ROUNDS + 1):
            outcome, changes = self._most_value(given, price)
            best = replace(best, rounds=rounds)
            if outcome is None or outcome.plan is None or outcome.bound is None or not outcome.checked:
                return best
            proven = max(0.0, price - outcome.bound / (self.least_share * market))
            best = replace(best, bound=max(proven, best.bound or 0.0))
            claims = outcome.plan.claims
            served = claims.value_musd / price
            if served < self.least_share * market or claims.objective <= 0:
                break
            price = (claims.cost_musd - claims.salvage_musd) / served
            best = replace(best, price=price, served_share=served / market, changes=changes)
            self.on_stage(f"round {rounds}: {price:.6g} {best.unit}, proven at least {best.bound:.6g}")
            if (best.gap or 0.0) <= self.options.limits.gap:
                break
        return best if best.price is not None else replace(best, bound=None)

    def _most_value(self, given: Instance, price: float) -> tuple[Outcome | None, tuple[str, ...]]:
        """Return the plan of the most value at a price, and its options; None where no time is left."""
        limits = self.options.limits
        left = None if limits.seconds is None else self.began + limits.seconds - time.monotonic()
        if self.stop.is_set() or (left is not None and left < 1.0):
            return None, ()
        changes = (*self.changes, *_market_of(given, price))
        loaded: Loaded[Instance] = read(self.file, changes=changes)
        granted = replace(limits, seconds=left, gap=limits.gap * self.least_share)
        return solve_loaded(loaded, replace(self.options, limits=granted), Callbacks(stop=self.stop)), changes


def _market_of(given: Instance, price: float) -> tuple[str, ...]:
    """Return the options that put the whole target to one price."""
    point = {"date": given.horizon.start, PRICE_KEY[given.target.kind]: price}
    names = list(given.network.workloads) if given.network is not None and given.network.workloads else ["all"]
    market = {name: {"prices": [point]} for name in names}
    others = ("objective.kind=most_value", "target.unmet_penalty_musd=null")
    return (*others, *(f"market.{name}=null" for name in given.market), f"market={json.dumps(market)}")
