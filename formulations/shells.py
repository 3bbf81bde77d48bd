"""Shells: room in orbit, for the living and the dead.

Decides   nothing
Given     slots[s], regime_slots[r], derelicts[s], occupied[k,s,q,t], derelict[k,s,q,t]
Takes     nodes.placed[k,s,t]
Says
  slots      sum_{k,q} occupied[k,s,q,t] placed[k,s,q] <= slots[s]                                   each s with a limit, t
  regime     sum_{s in r,k,q} occupied[k,s,q,t] placed[k,s,q] <= regime_slots[r]                     each r, t
  derelicts  sum_{k,q} derelict[k,s,q,t] placed[k,s,q] <= derelicts[s]                               each s with a limit, t
Gives     nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyomo.environ as pyo

from formulations.coefficients import Coefficients, Column
from formulations.nodes import NodesDoor

Vintages = Mapping[Column, Mapping[int, Mapping[int, float]]]


def shells_by_count(m: pyo.ConcreteModel, c: Coefficients, nodes: NodesDoor) -> None:
    """Every node takes a slot while it lives, and a share of one while it drifts dead."""
    b = m.shells = pyo.Block()
    columns_in: dict[str, list[Column]] = {}
    for column in nodes.periods_of:
        columns_in.setdefault(column[1], []).append(column)

    def total(vintages: Vintages, shells: Iterable[str], t: int) -> Any:
        return pyo.quicksum(
            vintages[column][q][t] * nodes.placed[(*column, q)]
            for s in shells
            for column in columns_in.get(s, ())
            for q in nodes.periods_of[column]
            if t in vintages[column].get(q, ())
        )

    periods = c.time.periods
    used = [s for s in c.shells.slots if s in columns_in]
    dirty = [s for s in c.shells.derelicts if s in columns_in]
    regimes = [r for r, shells in c.shells.regimes.items() if any(s in columns_in for s in shells)]
    b.slots = pyo.Constraint(
        _lived_in(c.nodes.occupied, nodes, used, columns_in, periods),
        rule=lambda _, s, t: total(c.nodes.occupied, [s], t) <= c.shells.slots[s],
    )
    b.regime = pyo.Constraint(
        [(r, t) for r in regimes for t in _periods(c.nodes.occupied, nodes, c.shells.regimes[r], columns_in, periods)],
        rule=lambda _, r, t: total(c.nodes.occupied, c.shells.regimes[r], t) <= c.shells.regime_slots[r],
    )
    b.derelicts = pyo.Constraint(
        _lived_in(c.nodes.derelict, nodes, dirty, columns_in, periods),
        rule=lambda _, s, t: total(c.nodes.derelict, [s], t) <= c.shells.derelicts[s],
    )


def _lived_in(
    vintages: Vintages,
    nodes: NodesDoor,
    shells: Iterable[str],
    columns_in: Mapping[str, list[Column]],
    periods: tuple[int, ...],
) -> list[tuple[str, int]]:
    return [(s, t) for s in shells for t in _periods(vintages, nodes, [s], columns_in, periods)]


def _periods(
    vintages: Vintages,
    nodes: NodesDoor,
    shells: Iterable[str],
    columns_in: Mapping[str, list[Column]],
    periods: tuple[int, ...],
) -> list[int]:
    """Periods in which anything can be there at all, so that no row is empty."""
    there = {
        t
        for s in shells
        for column in columns_in.get(s, ())
        for q in nodes.periods_of[column]
        for t in vintages[column].get(q, ())
    }
    return [t for t in periods if t in there]
