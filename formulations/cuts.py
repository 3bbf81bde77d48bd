"""Cuts: valid inequalities that strengthen the bound and never change the optimum.

Decides   nothing
Given     flights_by[t], lines_by[t], line_counts[t][p,q], opened_shares[t][p,q]
Takes     launch.flown[v,t], lines.ordered[p,t], lines.opened[p,t]
Says
  flights   sum_{v, q<=t} flown[v,q] >= flights_by[t]                                                each t where it rises
  lines     sum_{p,q} line_counts[t][p,q] ordered[p,q] >= lines_by[t]                                each t not implied by another
  opened    sum_{p,q} opened_shares[t][p,q] opened[p,q] >= 1                                         each t not implied by another
Gives     nothing
Proof     flights: the target at t needs a least number of nodes, no flight carries more than the best vehicle does, and
          flights are whole. lines: nodes.arrival, lines.output and target.demand of t add up to sum_{p,q} w[p,q] ordered[p,q] >= demand,
          with w[p,q] the output of one line ordered in q over all periods in which it works, as the best of its designs that
          flies then delivers it at t, losses of the best vehicle taken off. Lines are whole, so mixed-integer rounding of that row, divided
          by the largest w, holds: with whole = ceil(demand / w_max) and rest = demand - (whole - 1) w_max, a line counts
          min(1, w / rest) and whole lines are needed. opened: U[p,q] is the most that platform p can
          deliver at t if its development begins in q, by the ramps of its lines. Whatever is decided, sum_p U[p, begin of p]
          >= demand, so the shares min(1, U / demand) add up to one or more; opened never falls, so the sum of
          (share[p,q] - share[p, next q]) opened[p,q] is share[p, begin of p]
Source    cumulative and mixed-integer rounding, as the (l,S) inequalities of lot sizing (Pochet and Wolsey)
"""

from __future__ import annotations

from collections.abc import Callable

import pyomo.environ as pyo

from formulations.coefficients import Coefficients
from formulations.launch import LaunchDoor
from formulations.lines import LinesDoor

Cut = Callable[[pyo.Block, Coefficients, LaunchDoor, LinesDoor], None]
"""Writes the rows of one word."""


def cumulative_flights(b: pyo.Block, c: Coefficients, launch: LaunchDoor, _lines: LinesDoor) -> None:
    """Whole flights that any plan must have flown by the end of a period."""

    def flights(_b: pyo.Block, t: int) -> object:
        return pyo.quicksum(launch.flown[v, q] for v, q in launch.flown if q <= t) >= c.cuts.flights_by[t]

    b.flights = pyo.Constraint(list(c.cuts.flights_by), rule=flights)


def whole_lines(b: pyo.Block, c: Coefficients, _launch: LaunchDoor, lines: LinesDoor) -> None:
    """Whole production lines without which the target of a period cannot be met."""

    def needed(_b: pyo.Block, t: int) -> object:
        counts = c.cuts.line_counts[t]
        return pyo.quicksum(count * lines.ordered[order] for order, count in counts.items()) >= c.cuts.lines_by[t]

    b.lines = pyo.Constraint(list(c.cuts.line_counts), rule=needed)


def developments(b: pyo.Block, c: Coefficients, _launch: LaunchDoor, lines: LinesDoor) -> None:
    """Platforms whose development must have begun for the target of a period."""

    def opened(_b: pyo.Block, t: int) -> object:
        shares = c.cuts.opened_shares[t]
        return pyo.quicksum(share * lines.opened[begin] for begin, share in shares.items()) >= 1

    b.opened = pyo.Constraint(list(c.cuts.opened_shares), rule=opened)


CUTS: tuple[Cut, ...] = (cumulative_flights, whole_lines, developments)


def add_cuts(
    m: pyo.ConcreteModel, c: Coefficients, launch: LaunchDoor, lines: LinesDoor, cuts: tuple[Cut, ...]
) -> None:
    """The chosen cuts, each a word of its own."""
    m.cuts = pyo.Block()
    for cut in cuts:
        cut(m.cuts, c, launch, lines)
