"""Nodes: built on Earth and loaded on flights, or made on the Moon and launched by mass driver, and their arrival.

Variables
  loaded[v,k,s,t]              integer nodes of design k loaded on flights of vehicle v to shell s in period t (every node built is loaded)
  mass_driver_launched[k,s,t]  nodes of design k made on the Moon and launched to shell s in period t, GW of IT power
  placed[k,s,t]                nodes that arrive, in expectation over losses; those made on the Moon are counted in GW
Parameters  arrives_share[v], arrival_share[s], gw[k,s], accelerators_gw[t], draws[g,q,t] of the ground
Uses        ground.built[g,t], landings.accelerators[t]
Constraints
  arrival  placed[k,s,t] = sum_v arrives_share[v] loaded[v,k,s,t] + arrival_share[s] mass_driver_launched[k,s,t]   each k, s, t
  supply   sum_{v,k,s} gw[k,s] loaded[v,k,s,t] + sum_{g,q} draws[g,q,t] built[g,q] + accelerators[t] <= accelerators_gw[t]
                                                                                                    each t with a limit
Exports     mass_driver_launched; weighted sums of loaded and of placed, as other families request them; cost and salvage of nodes
Bounds
  loaded                feasibility: max_loaded[v,k,s,t], the least of: flights times nodes per flight (row launch.lift, bound of
                        launch.flights); output of all lines of the platform (rows lines.output and lines.max_lines); slots of the
                        shell over those that a node takes in its period of arrival (rows arrival and shells.slots);
                        rounded down. Infinite where none of them is finite
  mass_driver_launched  dominance: max_launched[k,s,t], the least of: throughput of max_drivers drivers (rows mass_drivers.throughput
                        and mass_drivers.max_drivers); output of assembly at max_capital (row lunar.assembly, bound of
                        lunar.capital); and, without a network and but for most_power, the nodes of all designs that meet the demand
                        of each later period in which they work by themselves. Proof of the last: launch no more of k,s in t than
                        meets every such demand alone: every row target.demand holds, and a node less costs no more and
                        takes nothing from another row but lunar.closure, where production falls with needs (family lunar)
  placed                dominance: arrival shares times the bounds of loaded and mass_driver_launched: row arrival
Source      vintages by precomputed survival (``solver/derive``): a node has no age index, so survival is a coefficient
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from formulations.coefficients import Coefficients, Column, DriverRoute, Load
from formulations.components import columns, rows
from formulations.ground import GroundVars
from formulations.implicit import ImplicitColumns
from formulations.landings import LandingVars
from formulations.vintages import Vintages

Key = tuple[Any, ...]
Sums = Mapping[Key, Any]
Terms = list[tuple[float, Any]]
Weight = Callable[[str, str, str], float | None]
"""Weight of a node of design k that vehicle v carries to shell s; None for one outside the sum."""
LoadGroup = Callable[[str, str, str], tuple[str, ...]]
ColumnGroup = Callable[[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NodeVars:
    """Variables and weighted sums of nodes for other families.

    ``loaded_by(name, weight, group)[g,t]`` is the sum of weight x loaded over the v, k, s of group g in t, and
    ``placed_by(name, weights, group)[g,t]`` that of weights[k,s,q,t] x placed[k,s,q] over the k, s of g and all q. A
    sum without terms has no key. ``implicit`` are columns outside the Pyomo model.
    """

    mass_driver_launched: pyo.Var
    launched_in: dict[int, list[tuple[str, str]]]
    loaded_by: Callable[[str, Weight, LoadGroup], Sums]
    placed_by: Callable[[str, Mapping[Column, Vintages], ColumnGroup], Sums]
    spent: Any
    salvage: Any
    implicit: ImplicitColumns | None = None


def nodes_by_vintage(m: pyo.ConcreteModel, c: Coefficients, ground: GroundVars, landings: LandingVars) -> NodeVars:
    """Build the family of nodes by design, shell and build period; survival is a coefficient, not a variable."""
    b = m.nodes = pyo.Block()
    by_column: dict[DriverRoute, list[Load]] = {}
    for load in c.nodes.loads:
        _, k, s, t = load
        by_column.setdefault((k, s, t), []).append(load)
    most = {
        key: sum(c.nodes.arrives_share[load[0]] * c.nodes.max_loaded[load] for load in loads)
        for key, loads in by_column.items()
    }
    b.loaded = columns(
        list(c.nodes.loads), domain=pyo.NonNegativeIntegers, bounds=lambda _, *i: (0, c.nodes.max_loaded[i])
    )
    b.mass_driver_launched = columns(list(c.nodes.driver_routes), bounds=lambda _, *i: (0, c.nodes.max_launched[i]))
    for k, s, t in c.nodes.driver_routes:
        by_column[k, s, t] = []
        most[k, s, t] = c.nodes.arrival_share[s] * c.nodes.max_launched[k, s, t]
    b.placed = columns(list(by_column), bounds=lambda _, *i: (0, most[i]))

    def arrival(b: pyo.Block, k: str, s: str, t: int) -> object:
        sent = pyo.quicksum(c.nodes.arrives_share[load[0]] * b.loaded[load] for load in by_column[k, s, t])
        if (k, s, t) in b.mass_driver_launched:
            sent += c.nodes.arrival_share[s] * b.mass_driver_launched[k, s, t]
        return b.placed[k, s, t] == sent

    b.arrival = rows(list(by_column), rule=arrival)
    family_vars = NodeVars(
        mass_driver_launched=b.mass_driver_launched,
        launched_in=routes_by_period(c),
        loaded_by=lambda _name, weight, group: loaded_sums(b.loaded, c.nodes.loads, weight, group),
        placed_by=lambda _name, weights, group: placed_sums(b.placed, by_column, weights, group),
        spent=_priced(c.nodes.cost.spent, b.loaded) + _priced(c.nodes.placed_cost.spent, b.placed),
        salvage=_priced(c.nodes.cost.salvage, b.loaded) + _priced(c.nodes.placed_cost.salvage, b.placed),
    )
    supply_rows(b, c, family_vars, ground, landings)
    return family_vars


def supply_rows(b: pyo.Block, c: Coefficients, nodes: NodeVars, ground: GroundVars, landings: LandingVars) -> None:
    """Add the rows of accelerator supply, shared by orbit, ground and imports of the Moon."""
    orbit = nodes.loaded_by("gw", lambda _, k, s: c.nodes.gw[k, s], lambda *_: ())

    def supply(_b: pyo.Block, t: int) -> object:
        landed = landings.accelerators[t] if t in landings.accelerators else 0.0  # noqa: SIM401 - a Pyomo variable has no get
        return orbit.get((t,), 0.0) + ground.servers_in(t) + landed <= c.supply.accelerators_gw[t]

    limited = [t for t in c.supply.accelerators_gw if (t,) in orbit or t in ground.draws or t in landings.accelerators]
    b.supply = rows(limited, rule=supply)


def routes_by_period(c: Coefficients) -> dict[int, list[tuple[str, str]]]:
    """Return the designs and shells that a mass driver can serve in each period."""
    launched_in: dict[int, list[tuple[str, str]]] = {}
    for k, s, t in c.nodes.driver_routes:
        launched_in.setdefault(t, []).append((k, s))
    return launched_in


def loaded_sums(loaded: pyo.Var, loads: Iterable[Load], weight: Weight, group: LoadGroup) -> dict[Key, Any]:
    """Sum weighted loads by group and period, term by term."""
    terms: dict[Key, Terms] = {}
    for v, k, s, t in loads:
        each = weight(v, k, s)
        if each is not None:
            terms.setdefault((*group(v, k, s), t), []).append((each, loaded[v, k, s, t]))
    return {key: _sum(found) for key, found in terms.items()}


def placed_sums(
    placed: pyo.Var, index: Iterable[DriverRoute], weights: Mapping[Column, Vintages], group: ColumnGroup
) -> dict[Key, Any]:
    """Sum weighted nodes placed over all earlier periods, by group and period, term by term."""
    terms: dict[Key, Terms] = {}
    for k, s, q in index:
        if (k, s) in weights:
            variable, of = placed[k, s, q], group(k, s)
            for t, each in weights[k, s].get(q, {}).items():
                terms.setdefault((*of, t), []).append((each, variable))
    return {key: _sum(found) for key, found in terms.items()}


def _priced(unit: Mapping[tuple[object, ...], float], variable: pyo.Var) -> Any:
    return _sum([(value, variable[index]) for index, value in unit.items()])


def _sum(terms: Terms) -> Any:
    """Return the weighted sum of variables as Pyomo's ``quicksum`` makes it, without a step for every term."""
    found = [(value, variable) for value, variable in terms if value != 0.0]
    if not found:
        return 0.0
    values, variables = zip(*found, strict=True)
    return LinearExpression(linear_coefs=values, linear_vars=variables)
