"""Shells: orbital slots for active and failed nodes, and derelict objects.

Variables   nothing
Parameters  slots[s], slots_per_node[k,s], regime_slots[r], regime_slots_per_node[r,k,s], derelicts[s], object_years[s],
            regime_object_years[r], years_each[t], occupied[k,s,q,t], derelict[k,s,q,t]
Uses        nodes.placed[k,s,t]
Constraints
  slots      sum_{k,q} slots_per_node[k,s] occupied[k,s,q,t] placed[k,s,q] <= slots[s]              each s with a limit, t
  regime     sum_{s in r,k,q} regime_slots_per_node[r,k,s] occupied[k,s,q,t] placed[k,s,q] <= regime_slots[r]   each r, t
  derelicts  sum_{k,q} derelict[k,s,q,t] placed[k,s,q] <= derelicts[s]                              each s with a limit, t
  object_years  sum_{k,q,t} years_each[t] derelict[k,s,q,t] placed[k,s,q] <= object_years[s]         each s with a limit
  regime_object_years  sum_{s in r,k in r,q,t} years_each[t] derelict[k,s,q,t] placed[k,s,q] <= regime_object_years[r]   each r with a limit
Exports     nothing
Bounds      none: the family has no columns
Source      design note: slots and derelict objects as linear capacities of a shell. Slots per node by area: the chance of a hit is
            proportional to the cross-section (National Research Council 1995, Orbital Debris, page 80), so a node of n times the area
            takes n slots. A shell or regime without a table counts each node as one slot; a node outside the table of a regime, which
            may count some platforms alone, takes none of it
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients, Column
from formulations.components import rows
from formulations.nodes import NodeVars, Sums
from formulations.vintages import Vintages


def shells_by_count(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars) -> None:
    """Build the family of shells: a node takes its slots while active, and a share of them while derelict."""
    b = m.shells = pyo.Block()
    weighted, by_area = c.shells.regime_slots_per_node, {s for _, s in c.shells.slots_per_node}
    plain = {r: shells for r, shells in c.shells.regimes.items() if r not in weighted}
    nodes_in = nodes.placed_by("occupied", occupied_weights(c), lambda _, s: (s,))
    taken = {key: each for key, each in nodes_in.items() if key[0] not in by_area}
    if by_area:
        scaled = _scaled(c.nodes.occupied, c.shells.slots_per_node)
        taken |= nodes.placed_by("occupied_by_area", scaled, lambda _, s: (s,))
    derelict = nodes.placed_by("derelict", derelict_weights(c), lambda _, s: (s,))
    periods = c.time.periods
    joined = _in_regimes(nodes_in, plain, periods)
    for r, slots_per_node in weighted.items():
        found = nodes.placed_by(f"occupied_{r}", _scaled(c.nodes.occupied, slots_per_node), lambda *_: ())
        joined |= {(r, t): found[t,] for t in periods if (t,) in found}
    b.slots = rows(_with_terms(taken, c.shells.slots, periods), rule=lambda _, s, t: taken[s, t] <= c.shells.slots[s])
    b.regime = rows(
        [(r, t) for r in c.shells.regimes for t in periods if (r, t) in joined],
        rule=lambda _, r, t: joined[r, t] <= c.shells.regime_slots[r],
    )
    b.derelicts = rows(
        _with_terms(derelict, c.shells.derelicts, periods), rule=lambda _, s, t: derelict[s, t] <= c.shells.derelicts[s]
    )
    b.object_years = _object_years(c, derelict, c.shells.object_years)
    dead: dict[tuple[str, int], Any] = {}
    for r, (_, counted_columns) in c.shells.regime_object_years.items():
        tables = {column: table for column, table in c.nodes.derelict.items() if column in counted_columns}
        found = nodes.placed_by(f"derelict_{r}", tables, lambda *_: ())
        dead |= {(r, t): found[t,] for t in periods if (t,) in found}
    limits = {r: most for r, (most, _) in c.shells.regime_object_years.items()}
    b.regime_object_years = _object_years(c, dead, limits)


def occupied_weights(c: Coefficients) -> dict[Column, Vintages]:
    """Return the slots that nodes take, of shells that count nodes: by themselves or in a regime."""
    by_area, weighted = {s for _, s in c.shells.slots_per_node}, c.shells.regime_slots_per_node
    of_regimes = (s for r, shells in c.shells.regimes.items() if r not in weighted for s in shells)
    return _in_shells(c.nodes.occupied, {*(s for s in c.shells.slots if s not in by_area), *of_regimes})


def derelict_weights(c: Coefficients) -> dict[Column, Vintages]:
    """Return the derelict objects that nodes leave, of shells that limit them."""
    return _in_shells(c.nodes.derelict, {*c.shells.derelicts, *c.shells.object_years})


def _object_years(c: Coefficients, dead: Sums, limits: Mapping[str, float]) -> pyo.Constraint:
    """Build the rows of object-years of shells or regimes; ``dead`` are their dead nodes by period."""
    left = {i: [t for t in c.time.periods if (i, t) in dead] for i in limits}
    return rows(
        [i for i, periods in left.items() if periods],
        rule=lambda _, i: pyo.quicksum(c.shells.years_each[t] * dead[i, t] for t in left[i]) <= limits[i],
    )


def _in_regimes(
    nodes_in: Sums, regimes: Mapping[str, tuple[str, ...]], periods: tuple[int, ...]
) -> dict[tuple[str, int], Any]:
    """Sum the nodes of the shells of each regime in each period in which there are any."""
    there = {(r, t): [s for s in shells if (s, t) in nodes_in] for r, shells in regimes.items() for t in periods}
    return {(r, t): pyo.quicksum(nodes_in[s, t] for s in shells) for (r, t), shells in there.items() if shells}


def _scaled(tables: Mapping[Column, Vintages], factors: Mapping[Column, float]) -> dict[Column, Vintages]:
    """Return the tables of the columns that have a factor, times it."""
    return {column: table.scaled(factors[column]) for column, table in tables.items() if column in factors}


def _with_terms(sums: Sums, shells: Iterable[str], periods: tuple[int, ...]) -> list[tuple[str, int]]:
    """Return the shells and periods with a sum, so that no row is empty."""
    return [(s, t) for s in shells for t in periods if (s, t) in sums]


def _in_shells(weights: Mapping[Column, Vintages], shells: Collection[str]) -> dict[Column, Vintages]:
    """Select the weights of shells that have a limit, so that no unused sum is built."""
    return {(k, s): table for (k, s), table in weights.items() if s in shells}
