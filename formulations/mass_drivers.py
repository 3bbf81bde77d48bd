"""Mass drivers: integer machines that launch nodes made on the Moon.

Variables
  ordered[t]     integer mass drivers ordered in period t
  built_mass[t]  their mass, kt
Parameters  at_work[t] (order periods whose drivers launch in t), not_worn_out[t] (order periods whose drivers are
            not worn out in t), throughput_kt[t], max_drivers, driver_kt, node_kt[k,s]
Uses        nodes.mass_driver_launched[k,s,t]
Constraints
  mass         built_mass[t] = driver_kt ordered[t]                                                 each t
  throughput   sum_{k,s} node_kt[k,s] mass_driver_launched[k,s,t] <= throughput_kt[t] sum_{q in at_work[t]} ordered[q]   each t
  max_drivers  sum_{q in not_worn_out[t]} ordered[q] <= max_drivers                                 each t
Exports     ordered, built_mass; drivers launch by day only, and the lunar family has their power
Bounds
  ordered     dominance: max_ordered[t], the lesser of: max_drivers (row max_drivers); the drivers that launch the bounds of all
              nodes.mass_driver_launched in any period. Proof of the last: those of one order alone then keep row throughput
              in every period in which they work, and a driver less costs no more
  built_mass  dominance: driver_kt max_ordered[t]: row mass
Source      throughput and power of NASA SP-413 (1977) and of O'Neill's group
Scaling     one driver is far lighter than the plant of a late step: mass is a column of its own, so that no row of the plant
            has an integer column
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.nodes import NodeVars


@dataclass(frozen=True, slots=True)
class MassDriverVars:
    """Variables of the mass drivers for other families."""

    ordered: pyo.Var
    built_mass: pyo.Var


def drivers_by_count(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars) -> MassDriverVars:
    """Build the family of mass drivers: integer machines of one type."""
    b = m.mass_drivers = pyo.Block()
    given = c.drivers
    b.ordered = columns(
        list(given.orders), domain=pyo.NonNegativeIntegers, bounds=lambda _, t: (0, given.max_ordered[t])
    )
    b.built_mass = columns(list(given.orders), bounds=lambda _, t: (0, given.driver_kt * given.max_ordered[t]))
    b.mass = rows(list(given.orders), rule=lambda b, t: b.built_mass[t] == given.driver_kt * b.ordered[t])

    def throughput(b: pyo.Block, t: int) -> object:
        mass = pyo.quicksum(
            c.lunar.node_kt[k, s] * nodes.mass_driver_launched[k, s, t] for k, s in nodes.launched_in[t]
        )
        return mass <= given.throughput_kt[t] * pyo.quicksum(b.ordered[q] for q in given.at_work[t])

    b.throughput = rows(sorted(nodes.launched_in), rule=throughput)
    b.max_drivers = rows(
        [t for t, orders in given.not_worn_out.items() if orders],
        rule=lambda b, t: pyo.quicksum(b.ordered[q] for q in given.not_worn_out[t]) <= given.max_drivers,
    )
    return MassDriverVars(b.ordered, b.built_mass)
