"""Nodes: what is built on Earth and loaded on flights, or on the Moon and thrown, and what arrives to work.

Decides
  loaded[v,k,s,t]   whole nodes of design k put on flights of vehicle v to shell s in period t (every node built is loaded)
  thrown[k,s,t]     nodes of design k made on the Moon and thrown to shell s in period t, GW of IT power
  placed[k,s,t]     nodes that arrive, in expectation over losses; those made on the Moon are counted in GW
Given     arrives_share[v], throw_arrives_share[s], gw[k,s], accelerators_gw[t]
Takes     ground.built[g,t], landings.accelerators[t]
Says
  arrival   placed[k,s,t] = sum_v arrives_share[v] loaded[v,k,s,t] + throw_arrives_share[s] thrown[k,s,t]   each k, s, t
  supply    sum_{v,k,s} gw[k,s] loaded[v,k,s,t] + sum_g built[g,t] + accelerators[t] <= accelerators_gw[t]
                                                                                                    each t with a limit
Gives     loaded, thrown, placed; spending and salvage of nodes
Source    vintages by precomputed survival: see ``solver/derive``; nodes never carry an index of their own
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.ground import GroundDoor
from formulations.landings import LandingsDoor


@dataclass(frozen=True, slots=True)
class NodesDoor:
    """What other families may use of the nodes."""

    loaded: pyo.Var
    thrown: pyo.Var
    placed: pyo.Var
    thrown_in: dict[int, list[tuple[str, str]]]
    loads_by_column: dict[tuple[str, str, int], list[tuple[str, str, str, int]]]
    periods_of: dict[tuple[str, str], list[int]]


def nodes_by_vintage(m: pyo.ConcreteModel, c: Coefficients, ground: GroundDoor, landings: LandingsDoor) -> NodesDoor:
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
    thrown_in: dict[int, list[tuple[str, str]]] = {}
    for k, s, t in c.nodes.throws:
        thrown_in.setdefault(t, []).append((k, s))
        by_column[k, s, t] = []
        most[k, s, t] = c.nodes.throw_arrives_share[s] * c.nodes.max_thrown[k, s, t]
    b.loaded = pyo.Var(
        list(c.nodes.loads), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, c.nodes.max_loaded[i])
    )
    b.thrown = pyo.Var(list(c.nodes.throws), bounds=lambda _, *i: (0, c.nodes.max_thrown[i]))
    b.placed = pyo.Var(list(by_column), bounds=lambda _, *i: (0, most[i]))

    def arrival(b: pyo.Block, k: str, s: str, t: int) -> object:
        sent = pyo.quicksum(c.nodes.arrives_share[load[0]] * b.loaded[load] for load in by_column[k, s, t])
        if (k, s, t) in b.thrown:
            sent += c.nodes.throw_arrives_share[s] * b.thrown[k, s, t]
        return b.placed[k, s, t] == sent

    def supply(b: pyo.Block, t: int) -> object:
        orbit = pyo.quicksum(c.nodes.gw[load[1], load[2]] * b.loaded[load] for load in by_period[t])
        landed = landings.accelerators[t] if t in landings.accelerators else 0.0  # noqa: SIM401 - a Pyomo variable has no get
        return orbit + ground.built_in(t) + landed <= c.supply.accelerators_gw[t]

    b.arrival = pyo.Constraint(list(by_column), rule=arrival)
    limited = [
        t for t in c.supply.accelerators_gw if by_period[t] or ground.regions_in(t) or t in landings.accelerators
    ]
    b.supply = pyo.Constraint(limited, rule=supply)
    periods: dict[tuple[str, str], list[int]] = {}
    for k, s, t in by_column:
        periods.setdefault((k, s), []).append(t)
    return NodesDoor(b.loaded, b.thrown, b.placed, thrown_in, by_column, periods)
