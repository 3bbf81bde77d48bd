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

from collections.abc import Collection, Iterable, Mapping

import pyomo.environ as pyo

from formulations.coefficients import Coefficients, Column
from formulations.nodes import NodeVars, Sums
from formulations.vintages import Vintages


def shells_by_count(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars) -> None:
    """Every node takes a slot while it lives, and a share of one while it drifts dead."""
    b = m.shells = pyo.Block()
    limited = {*c.shells.slots, *(s for shells in c.shells.regimes.values() for s in shells)}
    taken = nodes.placed_by("occupied", _in_shells(c.nodes.occupied, limited), lambda _, s: (s,))
    adrift = nodes.placed_by("derelict", _in_shells(c.nodes.derelict, c.shells.derelicts), lambda _, s: (s,))
    periods = c.time.periods
    there = {(r, t): [s for s in shells if (s, t) in taken] for r, shells in c.shells.regimes.items() for t in periods}
    b.slots = pyo.Constraint(
        _met(taken, c.shells.slots, periods), rule=lambda _, s, t: taken[s, t] <= c.shells.slots[s]
    )
    b.regime = pyo.Constraint(
        [i for i, shells in there.items() if shells],
        rule=lambda _, r, t: pyo.quicksum(taken[s, t] for s in there[r, t]) <= c.shells.regime_slots[r],
    )
    b.derelicts = pyo.Constraint(
        _met(adrift, c.shells.derelicts, periods), rule=lambda _, s, t: adrift[s, t] <= c.shells.derelicts[s]
    )


def _met(sums: Sums, shells: Iterable[str], periods: tuple[int, ...]) -> list[tuple[str, int]]:
    """Shells and periods in which anything can be there at all, so that no row is empty."""
    return [(s, t) for s in shells for t in periods if (s, t) in sums]


def _in_shells(weights: Mapping[Column, Vintages], shells: Collection[str]) -> dict[Column, Vintages]:
    """What concerns shells that have a limit; sums that no row asks for are not made."""
    return {(k, s): table for (k, s), table in weights.items() if s in shells}
