"""Cuts: valid inequalities that strengthen the bound and never change the optimum.

Decides   nothing
Given     flights_by[t], opened_by[p], least[t], weight[p,q,t]
Takes     launch.flown[v,t], lines.ordered[p,t], lines.opened[p,t]
Says
  flights      sum_{v, q<=t} flown[v,q] >= flights_by[t]                                             each t where it rises
  lines        sum_{p,q} weight[p,q,t] ordered[p,q] >= least[t]                                      each t where rounding gains
  development  sum_p opened[p, opened_by[p]] >= 1                                                    if every node needs a line
Gives     nothing
Tightness development and lines raise the bound most where the target is a few launches: the relaxation buys a hundredth of a
          line and develops a thousandth of a platform (results/tables/cuts.csv). Tried and left out, as it raised no bound:
          covers of vehicles ordered by the flights of their lives
Source    cumulative rounding, as the (l,S) inequalities of lot sizing (Pochet and Wolsey): the target at t needs a least number
          of nodes, no flight carries more than the best vehicle does, no line makes more than it can, and all are whole; the
          numbers, with their proofs, are in ``solver/derive``
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.launch import LaunchDoor
from formulations.lines import LinesDoor


@dataclass(frozen=True, slots=True)
class Whole:
    """The families whose whole things the cuts count."""

    launch: LaunchDoor
    lines: LinesDoor


Cut = Callable[[pyo.Block, Coefficients, Whole], None]


def flights(b: pyo.Block, c: Coefficients, whole: Whole) -> None:
    """Whole flights that any plan must have flown by the end of a period."""
    flown = whole.launch.flown

    def rule(_b: pyo.Block, t: int) -> object:
        return pyo.quicksum(flown[v, q] for v, q in flown if q <= t) >= c.cuts.flights_by[t]

    b.flights = pyo.Constraint(list(c.cuts.flights_by), rule=rule)


def lines(b: pyo.Block, c: Coefficients, whole: Whole) -> None:
    """Whole lines that any plan must have ordered to meet the target of a period."""

    def rule(_b: pyo.Block, t: int) -> object:
        cover = c.cuts.lines[t]
        return pyo.quicksum(each * whole.lines.ordered[i] for i, each in cover.weight.items()) >= cover.least

    b.lines = pyo.Constraint(list(c.cuts.lines), rule=rule)


def development(b: pyo.Block, c: Coefficients, whole: Whole) -> None:
    """One platform at least whose development has begun in time for the first target."""
    by = c.cuts.opened_by
    b.development = pyo.Constraint(
        [1] if by else [], rule=lambda *_: pyo.quicksum(whole.lines.opened[p, by[p]] for p in by) >= 1
    )


ALL: tuple[Cut, ...] = (flights, lines, development)


def add_cuts(m: pyo.ConcreteModel, c: Coefficients, whole: Whole, chosen: tuple[Cut, ...]) -> None:
    """The chosen cuts, none for the bare formulation."""
    b = m.cuts = pyo.Block()
    for cut in chosen:
        cut(b, c, whole)
