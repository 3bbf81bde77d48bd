"""Ground: data centres on Earth, the rival of orbit, held back by the grid queue.

Decides   built[g,t]   GW of IT power for which region g takes a grid offer in period t
Given     max_gw[g,t], delivers[g,q,t]
Takes     nothing
Says
  queue     built[g,t] <= max_gw[g,t]                                                                each g, t
Gives     built; what it delivers; spending and salvage of ground
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients


@dataclass(frozen=True, slots=True)
class GroundVars:
    """What other families may use of the ground."""

    built: pyo.Var
    offers: tuple[tuple[str, int], ...]

    def regions_in(self, t: int) -> list[str]:
        """Regions that make an offer in period t."""
        return [g for g, q in self.offers if q == t]

    def built_in(self, t: int) -> object:
        """GW taken in period t over all regions."""
        return pyo.quicksum(self.built[g, t] for g in self.regions_in(t))


def ground_by_queue(m: pyo.ConcreteModel, c: Coefficients) -> GroundVars:
    """Grid offers come at a yearly rate; what is not taken is gone."""
    b = m.ground = pyo.Block()
    b.built = pyo.Var(list(c.ground.offers), bounds=lambda _, *i: (0, c.ground.max_gw[i]))
    b.queue = pyo.Constraint(list(c.ground.offers), rule=lambda b, *i: b.built[i] <= c.ground.max_gw[i])
    return GroundVars(b.built, c.ground.offers)
