"""Occupancy of slots: those of a shell or a regime that the nodes of a plan take, alive or derelict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from solver.design import slots
from solver.tables.node_stock import Column
from solver.tables.plan_state import PlanState


def slots_in_shell(state: PlanState, shell: str) -> dict[Column, float]:
    """Return the slots that one node of each design of the plan takes in a shell."""
    of = state.instance.shells[shell]
    return {key: slots.of_shell(design, of) for key, design in state.designs.items() if key[1] == shell}


def slots_in_regime(state: PlanState, regime: str) -> dict[Column, float]:
    """Return the slots that one node of each design of the plan takes in a regime, without those that take none."""
    shells, of = state.instance.shells, state.instance.regimes[regime]
    there = {key: design for key, design in state.designs.items() if regime in shells[key[1]].regimes}
    return {key: each for key, design in there.items() if (each := slots.of_regime(design, of)) > 0}


def occupied(state: PlanState, per_node: Mapping[Column, float], t: int) -> float:
    """Return the slots that are taken at the end of a period."""
    stocks = ((each, state.nodes.get((*key, t))) for key, each in per_node.items())
    return sum(each * (stock.alive + stock.derelict) for each, stock in stocks if stock is not None)


def object_years(state: PlanState, columns: Iterable[Column]) -> float:
    """Return the years that dead nodes of some designs spend in orbit; they grow evenly between ends of periods."""
    dead = [
        sum(state.nodes[*key, t].derelict for key in columns if (*key, t) in state.nodes) for t in state.horizon.periods
    ]
    lengths = [state.horizon.years(t) for t in state.horizon.periods]
    return sum(years * (a + b) / 2 for years, a, b in zip(lengths, [0.0, *dead], dead, strict=False))
