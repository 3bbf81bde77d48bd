"""Arrays of the loads and nodes placed from the Earth, and the weighted sums over them that other families request.

The sums are those of ``formulations.nodes.NodeVars``. This module knows no Pyomo: ``formulations.bulk`` gives each sum
a placeholder variable, and ``solver.milp.node_patch`` works out the same sums for other coefficients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from formulations.coefficients import Coefficients, Column
from formulations.implicit import ImplicitColumns
from formulations.names import Row, Var
from formulations.vintages import Vintages

Floats = NDArray[np.float64]
Indices = NDArray[np.integer[Any]]
Key = tuple[Any, ...]
Terms = tuple[list[Key], sp.csr_matrix]
"""Keys of sums, and row by row the weights of loads and nodes placed in each."""


class NodeArrays:
    """Columns of loads and nodes placed outside a Pyomo model; ``implicit`` has no sums yet."""

    def __init__(self, c: Coefficients) -> None:
        """Number loads and nodes placed in the order in which loads first meet them."""
        self.c, loads = c, c.nodes.loads
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

    def loaded_by(
        self, weight: Callable[[str, str, str], float | None], group: Callable[[str, str, str], Key]
    ) -> Terms:
        """Return sums of weighted loads by group and period, without those that have no weight."""
        each = [weight(*triple) for triple in self.triples]
        counted = np.array([value is not None for value in each], dtype=bool)
        groups: dict[Key, int] = {}
        of = [
            groups.setdefault(group(*triple), len(groups)) if there else -1
            for triple, there in zip(self.triples, counted, strict=True)
        ]
        at = np.flatnonzero(counted[self.triple]) if len(self.triple) else self.triple
        rows = np.array(of, dtype=np.int64)[self.triple[at]] * self.periods + self.period[at]
        values = np.array([value or 0.0 for value in each])[self.triple[at]]
        return self._summed(list(groups), rows, at, values)

    def placed_by(self, weights: Mapping[Column, Vintages], group: Callable[[str, str], Key]) -> Terms:
        """Return sums of weighted nodes placed over all earlier periods, by group and period."""
        groups: dict[Key, int] = {}
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
        return self._summed(list(groups), _joined(rows, np.int32), _joined(at, np.int32), _joined(values, np.float64))

    def priced(self, kind: str) -> Terms:
        """Return the cost (``spent``) or the salvage value (``salvage``) of these columns as one sum, if any has one."""
        loaded, placed = getattr(self.c.nodes.cost, kind), getattr(self.c.nodes.placed_cost, kind)
        unit = np.concatenate(
            [
                np.fromiter((loaded.get(load, 0.0) for load in self.c.nodes.loads), np.float64, len(self.triple)),
                np.fromiter((placed.get(key, 0.0) for key in self.placed_key), np.float64, len(self.placed_key)),
            ]
        )
        at = np.flatnonzero(unit)
        return self._summed([()], np.zeros(len(at), dtype=np.int64), at, unit[at], by_period=False)

    def _summed(self, groups: list[Key], rows: Indices, at: Indices, values: Floats, by_period: bool = True) -> Terms:
        """Return each sum that has a term."""
        counted = np.bincount(rows) > 0
        met, which = np.flatnonzero(counted), (np.cumsum(counted, dtype=np.int32) - 1)[rows]
        keys: list[Key] = [
            (*groups[row // self.periods], row % self.periods) if by_period else ("all",) for row in met.tolist()
        ]
        return keys, sp.csr_matrix((values, (which, at)), shape=(len(met), len(self.implicit.upper)))


def _joined(parts: list[Any], kind: type) -> Any:
    """Concatenate the parts into one array and free them."""
    joined = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return joined
