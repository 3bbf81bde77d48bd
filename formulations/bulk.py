"""Array form of ``nodes_by_vintage``: the same rows, without a Pyomo object for every load and every node placed.

Loads and nodes placed from the Earth are most columns and coefficients of a large model, and other families use them
only in sums. Here each sum is a placeholder variable in the Pyomo model; the columns themselves, the arrival rows and
the terms of every placeholder are sparse arrays. ``solver.milp.implicit_columns`` substitutes the columns for the
placeholders after compilation. A contract test compares the matrix with that of ``nodes_by_vintage``, row by row, on
every tiny and reference instance. Nodes launched from the Moon are few and stay in Pyomo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients, Column, Cost
from formulations.ground import GroundVars
from formulations.implicit import SUM
from formulations.landings import LandingVars
from formulations.node_arrays import NodeArrays, Terms
from formulations.nodes import (
    ColumnGroup,
    LoadGroup,
    NodeVars,
    Sums,
    Weight,
    nodes_by_vintage,
    supply_rows,
)
from formulations.vintages import Vintages


def nodes_in_arrays(m: pyo.ConcreteModel, c: Coefficients, ground: GroundVars, landings: LandingVars) -> NodeVars:
    """Build the family of nodes with everything from the Earth in arrays."""
    driver_only = replace(
        c,
        nodes=replace(
            c.nodes,
            loads=(),
            cost=Cost(),
            placed_cost=_of(c.nodes.placed_cost, {(k, s) for k, s, _ in c.nodes.driver_routes}),
        ),
        supply=replace(c.supply, accelerators_gw={}),
    )
    moon = nodes_by_vintage(m, driver_only, ground, landings)
    earth = _Earth(m, c)
    family_vars = replace(
        moon,
        loaded_by=earth.loaded_by,
        placed_by=lambda name, weights, group: _added(
            earth.placed_by(name, weights, group), moon.placed_by(name, weights, group)
        ),
        spent=moon.spent + earth.priced("spent"),
        salvage=moon.salvage + earth.priced("salvage"),
        implicit=earth.implicit,
    )
    m.nodes.del_component("supply")
    supply_rows(m.nodes, c, family_vars, ground, landings)
    return family_vars


class _Earth:
    """Loads and nodes placed as arrays, whose sums are placeholders of the Pyomo model."""

    def __init__(self, m: pyo.ConcreteModel, c: Coefficients) -> None:
        self.block, self.arrays = m.nodes, NodeArrays(c)
        self.implicit = self.arrays.implicit

    def loaded_by(self, name: str, weight: Weight, group: LoadGroup) -> Sums:
        """Return sums of loads as ``NodeVars.loaded_by`` does; every sum is a placeholder."""
        return self._placeholders(name, self.arrays.loaded_by(weight, group))

    def placed_by(self, name: str, weights: Mapping[Column, Vintages], group: ColumnGroup) -> Sums:
        """Return sums of nodes placed as ``NodeVars.placed_by`` does; every sum is a placeholder."""
        return self._placeholders(name, self.arrays.placed_by(weights, group))

    def priced(self, kind: str) -> Any:
        """Return the placeholder of the cost (``spent``) or the salvage value (``salvage``) of these columns."""
        return next(iter(self._placeholders(kind, self.arrays.priced(kind)).values()), 0.0)

    def _placeholders(self, name: str, terms: Terms) -> Sums:
        """Add one free variable for each sum, and record its terms in ``implicit.sums``."""
        keys, sums = terms
        variable = pyo.Var(keys)
        setattr(self.block, f"{SUM}{name}", variable)
        self.implicit.sums.append((variable.name, keys, sums))
        return {key: variable[key] for key in keys}


def _added(one: Sums, other: Sums) -> Sums:
    return {key: one.get(key, 0.0) + other.get(key, 0.0) for key in {**one, **other}}


def _of(cost: Cost, columns: set[Column]) -> Cost:
    spent, salvage = (
        {index: value for index, value in unit.items() if (index[0], index[1]) in columns}
        for unit in (cost.spent, cost.salvage)
    )
    return Cost(spent, salvage)
