"""Target: demand that the plan must meet in every period.

Variables
  unmet[t]       unmet demand, in the unit of the target; only where the instance prices it
  unserved[w,t]  demand of workload w that is left, in the unit of the target; only where the instance has a market
  factor         the share of the target path that is met: 1, or chosen (most_power)
Parameters  demand[t], delivers[k,s,q,t], delivers[g,q,t], arrives_share[v], unmet_gusd[t], market[w,t], unserved_gusd[w,t]
Uses        nodes.placed[k,s,t], ground.built[g,t], launch.cargo[v,s,t]
Constraints
  demand    sum_{k,s,q} delivers[k,s,q,t] placed[k,s,q] + sum_{g,q} delivers[g,q,t] built[g,q]
            + sum_{v,s} arrives_share[v] cargo[v,s,t] + unmet[t] + sum_w unserved[w,t] >= demand[t] factor
                                                                                                    each t with demand
  market    unserved[w,t] <= market[w,t]                                                            each w, t with demand
Exports     unmet, unserved, factor; cargo counts only for a target of mass
Bounds
  unserved  feasibility: market[w,t]: row market
  unmet     dominance: demand[t]: its price is >= 0, and at demand[t] every row with unmet holds for any other decision
Source      design note: demand as a path of stocks or rates; unmet demand at a price, as lost load in energy models.
            For computing delivered the rows of demand are implied by those of the network, and kept for bounds and cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.demand import at_least
from formulations.ground import GroundVars, ground_delivers
from formulations.launch import LaunchVars
from formulations.nodes import NodeVars

CHOOSE_DELIVERY = ("most_power", "least_levelised")
"""Objectives of models that choose a factor on the target path; the second is asked by a search, not by an instance."""


@dataclass(frozen=True, slots=True)
class TargetVars:
    """Variables of the target for the objective and the network."""

    unmet: pyo.Var
    unserved: pyo.Var
    factor: pyo.Var | None

    def missed(self, t: int) -> Any:
        """Return the demand of period t that the plan may leave and does."""
        at = [self.unmet[t]] if t in self.unmet else []
        return pyo.quicksum([*at, *(self.unserved[i] for i in self.unserved if i[1] == t)])


def target_by_period(
    m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars, ground: GroundVars, launch: LaunchVars
) -> TargetVars:
    """Build the family of target: one row for every period with demand."""
    b = m.target = pyo.Block()
    demand_periods = [t for t in c.time.periods if c.target.demand[t] > 0]
    priced = [t for t in demand_periods if t in c.target.unmet_gusd]
    b.unmet = columns(priced, bounds=lambda _, t: (0, c.target.demand[t]))
    b.unserved = columns(list(c.target.market), bounds=lambda _, *i: (0, c.target.market[i]))
    workloads: dict[int, list[str]] = {}
    for w, t in c.target.market:
        workloads.setdefault(t, []).append(w)
    seeks_power = c.target.objective in CHOOSE_DELIVERY
    if seeks_power:
        b.factor = columns(domain=pyo.NonNegativeReals)
    from_orbit = nodes.placed_by("delivered", c.nodes.delivers, lambda *_: ())

    def demand(b: pyo.Block, t: int) -> object:
        given = from_orbit.get((t,), 0.0)
        given += ground_delivers(c, ground, t)
        if c.target.counts_cargo:
            given += pyo.quicksum(
                c.launch.arrives_share[v] * launch.cargo[v, s, t] for v, s, q in c.launch.routes if q == t
            )
        if t in priced:
            given += b.unmet[t]
        given += pyo.quicksum(b.unserved[w, t] for w in workloads.get(t, ()))
        return at_least(b, given, c.target.demand[t] * (b.factor if seeks_power else 1.0))

    b.demand = rows(demand_periods, rule=demand)
    b.market = rows(list(c.target.market), rule=lambda b, *i: b.unserved[i] <= c.target.market[i])
    return TargetVars(b.unmet, b.unserved, b.factor if seeks_power else None)
