"""The nodes in arrays: what ``nodes_by_vintage`` says, without a Pyomo object for every load and every node placed.

Loads and nodes placed from the Earth are nine of ten columns and nearly all coefficients of a large model, and other
families meet them in sums alone. Here those sums are placeholders in the Pyomo model, one variable each; the columns
themselves, the arrival rows and what every placeholder stands for are arrays. ``solver.milp.implicit_columns`` puts them in place of
the placeholders after compilation. That the matrix is the one of ``nodes_by_vintage``, row by row, is held by a
contract test on every tiny and reference instance. What is thrown from the Moon is little and stays in Pyomo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
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
    """The nodes with everything from the Earth in arrays."""
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
        placed_by=lambda word, weights, group: _added(
            earth.placed_by(word, weights, group), moon.placed_by(word, weights, group)
        ),
        spent=moon.spent + earth.priced("spent"),
        salvage=moon.salvage + earth.priced("salvage"),
        implicit=earth.implicit,
    )
    m.nodes.del_component("supply")
    supply_rows(m.nodes, c, family_vars, ground, landings)
    return family_vars


class _Earth:
    """Loads and nodes placed as arrays, and the sums over them that are asked for."""

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
        self.implicit = self._outside()

    def _outside(self) -> ImplicitColumns:
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

    def loaded_by(self, word: str, weight: Weight, group: LoadGroup) -> Sums:
        """As of ``NodeVars``; every sum is a placeholder."""
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
        return self._placeholders(word, list(groups), rows, at, values)

    def placed_by(self, word: str, weights: Mapping[Column, Vintages], group: ColumnGroup) -> Sums:
        """As of ``NodeVars``; every sum is a placeholder."""
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
            word, list(groups), _joined(rows, np.int32), _joined(at, np.int32), _joined(values, np.float64)
        )

    def priced(self, kind: str) -> Any:
        """The placeholder of all that is spent, or left, of these columns."""
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
        word: str,
        groups: list[tuple[str, ...]],
        rows: Indices,
        at: Indices,
        values: Floats,
        by_period: bool = True,
    ) -> Sums:
        """One free variable for each sum that has a term, and the sums themselves set down beside it."""
        counted = np.bincount(rows) > 0
        met, which = np.flatnonzero(counted), (np.cumsum(counted, dtype=np.int32) - 1)[rows]
        keys: list[Key] = [
            (*groups[row // self.periods], row % self.periods) if by_period else ("all",) for row in met.tolist()
        ]
        variable = pyo.Var(keys)
        setattr(self.block, f"sum_{word}", variable)
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
    """The parts as one array; they are let go."""
    whole = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return whole
