"""Valid inequalities (cuts): rows that strengthen the bound and never change the optimum.

Variables   nothing
Parameters  flights_by[t], flight_counts[t][v,s,q], lines_by[t], line_counts[t][p,q],
            development_shares[t][p,q], latest_development[t][p], latest_moon_development[t], demand[t], delivers[k,s,q,t]
Uses        launch.flights[v,s,t], lines.ordered[p,t], lines.development_started[p,t], landings.development_started[t], nodes.placed[k,s,t]
Constraints
  flights       sum_{v,s,q} flight_counts[t][v,s,q] flights[v,s,q] >= flights_by[t] (1 - moon[t])   each t where it helps
  lines         sum_{p,q} line_counts[t][p,q] ordered[p,q] >= lines_by[t] (1 - moon[t])             each t not implied by an earlier one, few lines
  developments  sum_{p,q} development_shares[t][p,q] development_started[p,q] >= 1 - moon[t]        same
  delivered     sum_{k of p,s,q} delivers[k,s,q,t] placed[k,s,q] >= demand[t] (1 - moon[t] - others[p,t])   each p, one t a year
                with moon[t] = development_started[latest_moon_development[t]], or 0 where the Moon cannot serve t,
                with others[p,t] = sum of development_started[o, latest_development[t][o]] over platforms o that can serve t, but for p
Exports     nothing
Bounds      none: the family has no columns
Source      cumulative and mixed-integer rounding, as the (l,S) inequalities of lot sizing (Pochet and Wolsey)
Proof       Where the Moon's development has begun in time moon is 1 and every row is slack; else nothing from the Moon serves t, as
            all it makes is assembled by plant and all plant grows from a seed. Likewise for others: where another platform
            may serve, the row is slack; else p must serve alone, for no line is ordered before the development.
            flights: nodes.arrival, launch.lift and target.demand of t add up to sum w[v,s,q] flights[v,s,q] >= demand, with w[v,s,q] the
            contribution to t of a flight full of the best design for t. lines: nodes.arrival, lines.output and target.demand of t add
            up to sum w[p,q] ordered[p,q] >= demand, with w[p,q] the output of a line ordered in q over all periods in which it works,
            each as the design that then delivers most at t. Both are over integers, so mixed-integer rounding of the row divided by
            its largest w holds: count = ceil(demand / w_max), rest = demand - (count - 1) w_max, coefficients min(1, w / rest).
            developments: U[p,q] is the most that platform p can deliver at t if its development begins in q, by the ramps of its
            lines. sum_p U[p, begin of p] >= demand, so the shares min(1, U / demand) add up to one or more; development_started never
            falls, so sum_q development_shares[t][p,q] development_started[p,q], the steps of these shares, is the share of p at its begin.
            delivered: row target.demand of t, without what only the Moon and the other platforms place, where neither is begun in time
Range       shares are in thousandths, no row asks for more than a hundred lines, none of delivered has the target a million times
            what a node adds: with them coefficients of the largest instance lay too far apart to be trusted
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyomo.core as pyo

from formulations.coefficients import Coefficients, Column
from formulations.components import rows
from formulations.landings import LandingVars
from formulations.launch import LaunchVars
from formulations.lines import LineVars
from formulations.nodes import NodeVars
from formulations.vintages import Vintages


@dataclass(frozen=True, slots=True)
class Cutting:
    """Context of the cuts: their block, the coefficients and the variables they use."""

    block: pyo.Block
    c: Coefficients
    nodes: NodeVars
    launch: LaunchVars
    lines: LineVars
    landings: LandingVars

    def needed(self, t: int, amount: float, but: str | None = None) -> Any:
        """Return an amount required for the target of t; 0 if the Moon, or a platform other than one, can serve it."""
        cuts = self.c.cuts
        relaxed = (
            self.landings.development_started[cuts.latest_moon_development[t]]
            if t in cuts.latest_moon_development
            else 0.0
        )
        if but is not None:
            others = (begin for begin in cuts.latest_development[t].items() if begin[0] != but)
            relaxed += pyo.quicksum(self.lines.development_started[begin] for begin in others)
        return amount - amount * relaxed


Cut = Callable[[Cutting], None]
"""Function that adds the rows of one constraint."""


def integer_flights(m: Cutting) -> None:
    """Add a lower bound on flights by mixed-integer rounding of the target of a period."""
    cuts = m.c.cuts

    def flights(_b: pyo.Block, t: int) -> object:
        counts = cuts.flight_counts[t]
        flown = pyo.quicksum(count * m.launch.flights[route] for route, count in counts.items())
        return flown >= m.needed(t, cuts.flights_by[t])

    m.block.flights = rows(list(cuts.flights_by), rule=flights)


def integer_lines(m: Cutting) -> None:
    """Add a lower bound on production lines by mixed-integer rounding of the target of a period."""
    cuts = m.c.cuts

    def ordered(_b: pyo.Block, t: int) -> object:
        counts = cuts.line_counts[t]
        lines = pyo.quicksum(count * m.lines.ordered[order] for order, count in counts.items())
        return lines >= m.needed(t, cuts.lines_by[t])

    m.block.lines = rows(list(cuts.lines_by), rule=ordered)


def developments(m: Cutting) -> None:
    """Require the development of platforms that can together meet the target of a period."""
    cuts = m.c.cuts

    def opened(_b: pyo.Block, t: int) -> object:
        shares = cuts.development_shares[t]
        return pyo.quicksum(share * m.lines.development_started[begin] for begin, share in shares.items()) >= m.needed(
            t, 1.0
        )

    m.block.developments = rows(list(cuts.development_shares), rule=opened)


def delivered_alone(m: Cutting) -> None:
    """Require one platform to meet the target of a period unless another is developed."""
    cuts = m.c.cuts
    platform = m.c.nodes.platform
    given = (
        m.nodes.placed_by("alone", alone_weights(m.c), lambda k, _: (platform[k],)) if cuts.latest_development else {}
    )

    def delivered(_b: pyo.Block, p: str, t: int) -> object:
        return given[p, t] >= m.needed(t, m.c.target.demand[t], but=p)

    several = [
        t for t, begins in cuts.latest_development.items() if len(begins) + (t in cuts.latest_moon_development) > 1
    ]
    index = [(p, t) for t in several for p in cuts.latest_development[t] if (p, t) in given]
    m.block.delivered = rows(index, rule=delivered)


def alone_weights(c: Coefficients) -> dict[Column, Vintages]:
    """Return what nodes deliver, of platforms made on production lines."""
    made = c.lines.max_lines
    return {column: table for column, table in c.nodes.delivers.items() if c.nodes.platform[column[0]] in made}


CUTS: tuple[Cut, ...] = (integer_flights, integer_lines, developments, delivered_alone)


def add_cuts(m: Cutting, cuts: tuple[Cut, ...]) -> None:
    """Add the chosen cuts, each a constraint of its own."""
    for cut in cuts:
        cut(m)
