"""Cuts: valid inequalities that strengthen the bound and never change the optimum.

Decides   nothing
Given     flights_by[t]
Takes     launch.flown[v,t]
Says
  flights   sum_{v, q<=t} flown[v,q] >= flights_by[t]                                                each t where it rises
Gives     nothing
Source    cumulative rounding, as the (l,S) inequalities of lot sizing (Pochet and Wolsey): the target at t needs a least number
          of nodes, no flight carries more than the best vehicle does, and flights are whole
"""

from __future__ import annotations

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.launch import LaunchDoor


def cumulative_flights(m: pyo.ConcreteModel, c: Coefficients, launch: LaunchDoor) -> None:
    """Whole flights that any plan must have flown by the end of a period."""
    b = m.cuts = pyo.Block()

    def flights(_b: pyo.Block, t: int) -> object:
        return pyo.quicksum(launch.flown[v, q] for v, q in launch.flown if q <= t) >= c.cuts.flights_by[t]

    b.flights = pyo.Constraint(list(c.cuts.flights_by), rule=flights)


def no_cuts(m: pyo.ConcreteModel, _c: Coefficients, _launch: LaunchDoor) -> None:
    """The bare formulation."""
    m.cuts = pyo.Block()
