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

import numpy as np
import pyomo.core as pyo
import scipy.sparse as sp
from numpy.typing import NDArray

from formulations.coefficients import Coefficients, Column, Cost
from formulations.ground import GroundVars
from formulations.implicit import ImplicitColumns
from formulations.landings import LandingVars
from formulations.names import Row, Var
from formulations.nodes import (
    ColumnGroup,
    Key,
    LoadGroup,
    NodeVars,
    Sums,
    Weight,
    nodes_by_vintage,
    supply_rows,
)
from formulations.vintages import Vintages

Floats = NDArray[np.float64]
Indices = NDArray[np.integer[Any]]


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
    """Loads and nodes placed as arrays, and the sums over them that other families request."""

    def __init__(self, m: pyo.ConcreteModel, c: Coefficients) -> None:
        self.block, self.c, loads = m.nodes, c, c.nodes.loads
        triples: dict[tuple[str, str, str], int] = {}
        self.triple = np.array([triples.setdefault((v, k, s), len(triples)) for v, k, s, _ in loads], dtype=np.int64)
        self.period = np.fromiter((load[3] for load in loads), np.int64, len(loads))
        self.triples, self.periods = list(triples), len(c.time.periods)
        columns: dict[Column, int] = {}
        of_triple = np.array([columns.setdefault((k, s), len(columns)) for _, k, s in triples], dtype=np.int64)
        self.columns = list(columns)
        # A node placed is a column and a period, in the order in which loads first meet them.
        code = of_triple[self.triple] * self.periods + self.period if len(loads) else self.period
        unique, first, which = np.unique(code, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        self.placed_of_load = rank[which] if len(loads) else self.period
        self.placed_column, self.placed_period = np.divmod(unique[order], self.periods)
        self.placed_key = [
            (*self.columns[j], int(q)) for j, q in zip(self.placed_column, self.placed_period, strict=True)
        ]
        self.implicit = self._implicit_columns()

    def _implicit_columns(self) -> ImplicitColumns:
        loads, placed = len(self.triple), len(self.placed_key)
        arrives = (
            np.array([self.c.nodes.arrives_share[v] for v, _, _ in self.triples])[self.triple] if loads else np.empty(0)
        )
        most = np.fromiter((self.c.nodes.max_loaded[load] for load in self.c.nodes.loads), np.float64, loads)
        sent = sp.csr_matrix((arrives, (self.placed_of_load, np.arange(loads))), shape=(placed, loads))
        return ImplicitColumns(
            columns=[(Var.NODES_LOADED, self.c.nodes.loads), (Var.NODES_PLACED, self.placed_key)],
            upper=np.concatenate([most, sent @ most]),
            integer=np.arange(loads + placed) < loads,
            rows=sp.csr_matrix(sp.hstack([-sent, sp.identity(placed)], format="csr")),
            row_names=[(Row.NODES_ARRIVAL, self.placed_key)],
        )

    def loaded_by(self, name: str, weight: Weight, group: LoadGroup) -> Sums:
        """Return sums of loads as ``NodeVars.loaded_by`` does; every sum is a placeholder."""
        each = [weight(*triple) for triple in self.triples]
        counted = np.array([value is not None for value in each], dtype=bool)
        groups: dict[tuple[str, ...], int] = {}
        of = [
            groups.setdefault(group(*triple), len(groups)) if there else -1
            for triple, there in zip(self.triples, counted, strict=True)
        ]
        at = np.flatnonzero(counted[self.triple]) if len(self.triple) else self.triple
        rows = np.array(of, dtype=np.int64)[self.triple[at]] * self.periods + self.period[at]
        values = np.array([value or 0.0 for value in each])[self.triple[at]]
        return self._placeholders(name, list(groups), rows, at, values)

    def placed_by(self, name: str, weights: Mapping[Column, Vintages], group: ColumnGroup) -> Sums:
        """Return sums of nodes placed as ``NodeVars.placed_by`` does; every sum is a placeholder."""
        groups: dict[tuple[str, ...], int] = {}
        rows, at, values = [], [], []
        order = np.argsort(self.placed_column, kind="stable")
        starts = np.searchsorted(self.placed_column[order], np.arange(len(self.columns) + 1))
        for j, column in enumerate(self.columns):
            if column not in weights:
                continue
            mine = order[starts[j] : starts[j + 1]]
            table = weights[column].rows(self.placed_period[mine])
            q, t = np.nonzero(table)
            first = groups.setdefault(group(*column), len(groups)) * self.periods
            rows.append((first + t).astype(np.int32))
            at.append((mine[q] + len(self.triple)).astype(np.int32))
            values.append(table[q, t])
        return self._placeholders(
            name, list(groups), _joined(rows, np.int32), _joined(at, np.int32), _joined(values, np.float64)
        )

    def priced(self, kind: str) -> Any:
        """Return the placeholder of the cost (``spent``) or the salvage value (``salvage``) of these columns."""
        loaded, placed = getattr(self.c.nodes.cost, kind), getattr(self.c.nodes.placed_cost, kind)
        unit = np.concatenate(
            [
                np.fromiter((loaded.get(load, 0.0) for load in self.c.nodes.loads), np.float64, len(self.triple)),
                np.fromiter((placed.get(key, 0.0) for key in self.placed_key), np.float64, len(self.placed_key)),
            ]
        )
        at = np.flatnonzero(unit)
        sums = self._placeholders(kind, [()], np.zeros(len(at), dtype=np.int64), at, unit[at], by_period=False)
        return next(iter(sums.values()), 0.0)

    def _placeholders(
        self,
        name: str,
        groups: list[tuple[str, ...]],
        rows: Indices,
        at: Indices,
        values: Floats,
        by_period: bool = True,
    ) -> Sums:
        """Add one free variable for each sum that has a term, and record the terms in ``implicit.sums``."""
        counted = np.bincount(rows) > 0
        met, which = np.flatnonzero(counted), (np.cumsum(counted, dtype=np.int32) - 1)[rows]
        keys: list[Key] = [
            (*groups[row // self.periods], row % self.periods) if by_period else ("all",) for row in met.tolist()
        ]
        variable = pyo.Var(keys)
        setattr(self.block, f"sum_{name}", variable)
        sums = sp.csr_matrix((values, (which, at)), shape=(len(met), len(self.implicit.upper)))
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


def _joined(parts: list[Any], kind: type) -> Any:
    """Concatenate the parts into one array and free them."""
    joined = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return joined
