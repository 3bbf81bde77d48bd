"""Levelised cost where the plan itself chooses how much is delivered: the least of any plan."""

from __future__ import annotations

import threading
from dataclasses import replace

from solver.derive import Derived
from solver.economics.levelised import LEVELISED_KINDS, asked_stocks, present_stock_years
from solver.milp.solution import Limit
from solver.run.outcome import Outcome
from solver.run.time_budget import SEARCH_GRACE, phase_ends, to_drop_purchases
from solver.run.watchdog import watched
from solver.search.variants.least_budget import NOTHING
from solver.search.variants.least_levelised import least_ratio, net_cost_of


def least_net_musd(outcome: Outcome, derived: Derived, began: float, stop: threading.Event) -> float | None:
    """Return a lower bound on the net present cost, MUSD, at which any plan delivers as much as that of the outcome.

    None but for a plan of the most power with a levelised cost, and where a limit ends the search first.
    """
    plan, instance = outcome.plan, outcome.loaded.instance
    if plan is None or instance.objective.kind != "most_power" or instance.target.kind not in LEVELISED_KINDS:
        return None
    if plan.claims.factor <= NOTHING:
        return None
    limits = replace(to_drop_purchases(outcome.options.limits, began), work=None)
    ends = phase_ends(outcome.options.limits, began, limits, SEARCH_GRACE)
    per_factor = present_stock_years(derived.horizon, asked_stocks(instance, derived.horizon))
    net_musd = plan.claims.cost_musd - plan.claims.salvage_musd
    unit = derived.units.money_per_musd

    def search() -> float | None:
        known = net_musd * unit, plan.claims.factor
        return least_ratio(net_cost_of(derived.coefficients), known, per_factor, limits, stop)

    ratio = watched(search, ends, stop, SEARCH_GRACE)
    if ratio is None or isinstance(ratio, Limit):
        return None
    return min(net_musd, ratio / unit * per_factor * plan.claims.factor)
