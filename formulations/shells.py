"""Shells: orbital slots for active and failed nodes, and derelict objects.

Variables   nothing
Parameters  slots[s], regime_slots[r], derelicts[s], object_years[s], years_each[t], occupied[k,s,q,t], derelict[k,s,q,t]
Uses        nodes.placed[k,s,t]
Constraints
  slots      sum_{k,q} occupied[k,s,q,t] placed[k,s,q] <= slots[s]                                  each s with a limit, t
  regime     sum_{s in r,k,q} occupied[k,s,q,t] placed[k,s,q] <= regime_slots[r]                    each r, t
  derelicts  sum_{k,q} derelict[k,s,q,t] placed[k,s,q] <= derelicts[s]                              each s with a limit, t
  object_years  sum_{k,q,t} years_each[t] derelict[k,s,q,t] placed[k,s,q] <= object_years[s]         each s with a limit
Exports     nothing
Bounds      none: the family has no columns
Source      design note: slots and derelict objects as linear capacities of a shell
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pyomo.core as pyo

from formulations.coefficients import Coefficients, Column
from formulations.components import rows
from formulations.nodes import NodeVars, Sums
from formulations.vintages import Vintages


def shells_by_count(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars) -> None:
    """Build the family of shells: a node takes a slot while active, and a share of one while derelict."""
    b = m.shells = pyo.Block()
    limited = {*c.shells.slots, *(s for shells in c.shells.regimes.values() for s in shells)}
    taken = nodes.placed_by("occupied", _in_shells(c.nodes.occupied, limited), lambda _, s: (s,))
    derelict = nodes.placed_by(
        "derelict", _in_shells(c.nodes.derelict, {*c.shells.derelicts, *c.shells.object_years}), lambda _, s: (s,)
    )
    periods = c.time.periods
    present = {
        (r, t): [s for s in shells if (s, t) in taken] for r, shells in c.shells.regimes.items() for t in periods
    }
    b.slots = rows(_with_terms(taken, c.shells.slots, periods), rule=lambda _, s, t: taken[s, t] <= c.shells.slots[s])
    b.regime = rows(
        [i for i, shells in present.items() if shells],
        rule=lambda _, r, t: pyo.quicksum(taken[s, t] for s in present[r, t]) <= c.shells.regime_slots[r],
    )
    b.derelicts = rows(
        _with_terms(derelict, c.shells.derelicts, periods), rule=lambda _, s, t: derelict[s, t] <= c.shells.derelicts[s]
    )
    left = {s: [(s, t) for t in periods if (s, t) in derelict] for s in c.shells.object_years}
    b.object_years = rows(
        [s for s, keys in left.items() if keys],
        rule=lambda _, s: (
            pyo.quicksum(c.shells.years_each[t] * derelict[s, t] for _, t in left[s]) <= c.shells.object_years[s]
        ),
    )


def _with_terms(sums: Sums, shells: Iterable[str], periods: tuple[int, ...]) -> list[tuple[str, int]]:
    """Return the shells and periods with a sum, so that no row is empty."""
    return [(s, t) for s in shells for t in periods if (s, t) in sums]


def _in_shells(weights: Mapping[Column, Vintages], shells: Collection[str]) -> dict[Column, Vintages]:
    """Select the weights of shells that have a limit, so that no unused sum is built."""
    return {(k, s): table for (k, s), table in weights.items() if s in shells}
