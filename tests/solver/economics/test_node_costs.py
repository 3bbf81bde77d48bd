"""Prices of nodes over all periods at once are the sums of the ledger entries for one node."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from solver.derive.ages import Ages
from solver.design import vintages
from solver.economics import node_costs, unit_costs
from tests.solver.small import context

CHANGES: dict[str, Any] = {
    "horizon.discount_share_per_year": 0.07,
    "platforms.cube.declared": {
        "mass_t": 10.0,
        "cost_musd": 10.0,
        "life_years": 2.0,
        "hazard_share_per_year": 0.05,
        "price_change_share_per_year": -0.1,
        "operations_share_per_year": 0.03,
    },
    "platforms.cube.serviced": {"mass_kg_per_kw_year": 2.0, "cost_usd_per_w_year": 0.5},
}
WORTH: dict[str, Any] = {"money.salvage": "straight_line"}
DELIVERED: dict[str, Any] = {"money.salvage": "delivered"}
LEARNING: dict[str, Any] = {
    "learning": {
        "components": {
            "nodes": {"parts": ["node"], "rate_share": 0.2, "initial_experience_musd": 40.0, "floor_share": 0.5}
        }
    },
    "platforms.cube.declared": {**CHANGES["platforms.cube.declared"], "price_change_share_per_year": 0.0},
}


@pytest.mark.parametrize("changes", [CHANGES, CHANGES | WORTH, CHANGES | WORTH | LEARNING, CHANGES | DELIVERED])
def test_prices_by_array_are_those_of_the_ledger(changes: dict[str, Any]) -> None:
    """Price, running cost and salvage of a node of every period equal the sums of the ledger's entries."""
    x = context(changes)
    design = next(d for d in x.designs if d.name == "cube")
    prices, alive = x.prices, Ages(x.horizon).alive(design)
    loaded = node_costs.present_loaded_musd(prices, design)
    runs = node_costs.yearly_musd(prices, design) * (alive * node_costs.present_years(x.horizon)).sum(axis=1)
    left = node_costs.present_residual_musd(prices, design, alive[:, -1])
    for q in x.horizon.periods:
        placed = unit_costs.of_placed(prices, design, q, partial(vintages.alive, design))
        assert loaded[q] == pytest.approx(sum(m.present_musd for m in unit_costs.of_loaded(prices, design, q)))
        assert runs[q] == pytest.approx(sum(m.present_musd for m in placed if m.item != "salvage"))
        assert left[q] == pytest.approx(-sum(m.present_musd for m in placed if m.item == "salvage"))
