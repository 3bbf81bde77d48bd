"""Nodes: what is built, loaded on flights, and arrives to work.

Decides
  loaded[v,k,s,t]   whole nodes of design k put on flights of vehicle v to shell s in period t (every node built is loaded)
  placed[k,s,t]     nodes that arrive, in expectation over launch losses
Given     arrives_share[v], gw[k,s], accelerators_gw[t]
Takes     ground.built[g,t]
Says
  arrival   placed[k,s,t] = sum_v arrives_share[v] loaded[v,k,s,t]                                  each k, s, t
  supply    sum_{v,k,s} gw[k,s] loaded[v,k,s,t] + sum_g built[g,t] <= accelerators_gw[t]            each t with a limit
Gives     loaded, placed; spending and salvage of nodes
Source    vintages by precomputed survival: see ``solver/derive``; nodes never carry an index of their own
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.ground import GroundDoor


@dataclass(frozen=True, slots=True)
class NodesDoor:
    """What other families may use of the nodes."""

    loaded: pyo.Var
    placed: pyo.Var
    loads_by_column: dict[tuple[str, str, int], list[tuple[str, str, str, int]]]
    periods_of: dict[tuple[str, str], list[int]]


def nodes_by_vintage(m: pyo.ConcreteModel, c: Coefficients, ground: GroundDoor) -> NodesDoor:
    """Nodes counted by design, shell and build period; survival is a coefficient, not a variable."""
    b = m.nodes = pyo.Block()
    by_column: dict[tuple[str, str, int], list[tuple[str, str, str, int]]] = {}
    by_period: dict[int, list[tuple[str, str, str, int]]] = {t: [] for t in c.time.periods}
    for load in c.nodes.loads:
        _, k, s, t = load
        by_column.setdefault((k, s, t), []).append(load)
        by_period[t].append(load)
    most = {
        key: sum(c.nodes.arrives_share[load[0]] * c.nodes.max_loaded[load] for load in loads)
        for key, loads in by_column.items()
    }
    b.loaded = pyo.Var(
        list(c.nodes.loads), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, c.nodes.max_loaded[i])
    )
    b.placed = pyo.Var(list(by_column), bounds=lambda _, *i: (0, most[i]))

    def arrival(b: pyo.Block, k: str, s: str, t: int) -> object:
        sent = pyo.quicksum(c.nodes.arrives_share[load[0]] * b.loaded[load] for load in by_column[k, s, t])
        return b.placed[k, s, t] == sent

    def supply(b: pyo.Block, t: int) -> object:
        orbit = pyo.quicksum(c.nodes.gw[load[1], load[2]] * b.loaded[load] for load in by_period[t])
        return orbit + ground.built_in(t) <= c.supply.accelerators_gw[t]

    b.arrival = pyo.Constraint(list(by_column), rule=arrival)
    limited = [t for t in c.supply.accelerators_gw if by_period[t] or ground.regions_in(t)]
    b.supply = pyo.Constraint(limited, rule=supply)
    periods: dict[tuple[str, str], list[int]] = {}
    for k, s, t in by_column:
        periods.setdefault((k, s), []).append(t)
    return NodesDoor(b.loaded, b.placed, by_column, periods)
