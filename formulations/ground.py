"""Ground: data centres on Earth, an alternative to orbit, limited by the grid connection queue.

Variables   built[g,t]   GW of IT power for which region g takes a grid offer in period t
Parameters  max_gw[g,t], delivers[g,q,t], draws[g,q,t], supply[g,t]
Uses        nothing
Constraints
  queue     built[g,t] <= max_gw[g,t]                                                               each g, t
  supply    sum_q draws[g,q,t] built[g,q] <= supply[g,t]                           each g with such a limit, and t
Exports     built; its contribution to the target; the servers that it takes from the supply; cost and salvage of ground
Bounds
  built     feasibility: built[g,t] <= max_gw[g,t]: row queue
Source      design note: grid connections offered at a yearly rate; an offer lapses at the end of its period
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows


@dataclass(frozen=True, slots=True)
class GroundVars:
    """Variables of the ground for other families."""

    built: pyo.Var
    draws: Mapping[int, Mapping[tuple[str, int], float]]

    def servers_in(self, t: int, region: str | None = None) -> Any:
        """Return the expression of GW of servers bought in period t, over all regions or in one."""
        drawn = self.draws.get(t, {})
        return pyo.quicksum(share * self.built[g, q] for (g, q), share in drawn.items() if region in (None, g))


def ground_delivers(c: Coefficients, ground: GroundVars, t: int, region: str | None = None) -> Any:
    """Return the expression of what halls add to the target in a period: all of them, or those of one region."""
    return pyo.quicksum(
        by_vintage[q][t] * ground.built[g, q]
        for g, by_vintage in c.ground.delivers.items()
        for q in by_vintage
        if region in (None, g) and t in by_vintage[q] and (g, q) in ground.built
    )


def ground_by_queue(m: pyo.ConcreteModel, c: Coefficients) -> GroundVars:
    """Build the family of ground: offers come at a yearly rate, and those not taken lapse."""
    b = m.ground = pyo.Block()
    b.built = columns(list(c.ground.offers), bounds=lambda _, *i: (0, c.ground.max_gw[i]))
    b.queue = rows(list(c.ground.offers), rule=lambda b, *i: b.built[i] <= c.ground.max_gw[i])
    draws: dict[int, dict[tuple[str, int], float]] = {}
    for i, by_period in c.ground.draws.items():
        for t, share in by_period.items():
            draws.setdefault(t, {})[i] = share
    found = GroundVars(b.built, draws)
    limited = [(g, t) for g, t in c.ground.supply if any(region == g for region, _ in draws.get(t, {}))]
    b.supply = rows(limited, rule=lambda _, g, t: found.servers_in(t, g) <= c.ground.supply[g, t])
    return found
