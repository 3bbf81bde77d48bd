"""Rows of the table about what learns."""

from __future__ import annotations

from collections.abc import Iterator

from solver.economics.learning import experience_paths
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def learning_rows(state: PlanState) -> Iterator[Row]:
    """What every period buys of each component, and how far down its curve that leads.

    ``bought_musd`` is at catalogue prices; ``mean_price_share`` is the mean factor the period pays on them and
    ``marginal_price_share`` the price of the next unit at its end, both by learning alone; ``spend_musd`` is what the
    ledger has, with the price change from outside.
    """
    spent: dict[tuple[str, int], float] = {}
    parts = {part: e for e, c in state.instance.learning.components.items() for part in c.parts}
    for entry in state.plan.claims.ledger:
        if entry.family == "nodes" and entry.item in parts:
            key = (parts[entry.item], entry.period)
            spent[key] = spent.get(key, 0.0) + entry.musd
    paths = experience_paths(state.instance, state.plan.designs, state.plan.decisions)
    for e, way in paths.items():
        flights = bool(state.instance.learning.components[e].vehicles)
        for t in state.horizon.periods:
            bought = way.bought.get(t, 0.0)
            spend = bought * way.mean_factor[t] if flights else spent.get((e, t), 0.0)
            at = way.experience[t]
            yield state.horizon.label(t), e, bought, at, way.mean_factor[t], way.curve.factor(at), spend
