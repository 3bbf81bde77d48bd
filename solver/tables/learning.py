"""Rows of the table on learning histories."""

from __future__ import annotations

from collections.abc import Iterator

from solver.economics.learning import experience_paths
from solver.tables.plan_state import PlanState
from solver.tables.transport import Row


def learning_rows(state: PlanState) -> Iterator[Row]:
    """Yield purchases, experience and price factors of each component in every period.

    ``bought_musd`` is at catalogue prices; ``mean_price_share`` is the mean factor on them in the period and
    ``marginal_price_share`` the factor of the next unit at its end, both by learning alone; ``spend_musd`` is the
    spending in the ledger, exogenous price changes included.
    """
    spent: dict[tuple[str, int], float] = {}
    parts = {part: e for e, c in state.instance.learning.components.items() for part in c.parts}
    for entry in state.plan.claims.ledger:
        if entry.family == "nodes" and entry.item in parts:
            key = (parts[entry.item], entry.period)
            spent[key] = spent.get(key, 0.0) + entry.musd
    histories = experience_paths(state.instance, state.plan.designs, state.plan.decisions)
    for e, history in histories.items():
        flights = bool(state.instance.learning.components[e].vehicles)
        for t in state.horizon.periods:
            bought = history.bought.get(t, 0.0)
            spend = bought * history.mean_factor[t] if flights else spent.get((e, t), 0.0)
            at = history.experience[t]
            yield state.horizon.label(t), e, bought, at, history.mean_factor[t], history.curve.factor(at), spend
