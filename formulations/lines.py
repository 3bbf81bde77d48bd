"""Lines: platforms are developed once and made on production lines with a lead time.

Variables
  development_started[p,t]  1 if the development of platform p has begun by period t
  ordered[p,t]              integer production lines ordered in period t
Parameters  gw_per_year[p], gw[k,s], max_lines[p], max_ordered[p,t], years[t], latest_development[p,t] (last period in which development
            may begin), ready[p,t] (order periods whose lines work in t); ramp[p] with its window[h,q], before[h,q], cap[p,h],
            start[p,h], factor[p]
Uses        nodes.loaded[v,k,s,t]
Constraints
  development_monotone  development_started[p,t] >= development_started[p,t-1]                      each p, t
  development           ordered[p,t] <= max_ordered[p,t] development_started[p, latest_development[p,t]]   each p, t
  max_lines             sum_{q<=t} ordered[p,q] <= max_lines[p]                                     each p, last t
  output                sum_{v,k of p,s} gw[k,s] loaded[v,k,s,t] <= gw_per_year[p] years[t] sum_{q in ready[p,t]} ordered[p,q]
                                                                                                    each p, t
  cap                   sum_q window[h,q] ordered[p,q] <= cap[p,h]                                          each p with a ramp, h
  growth                sum_q window[h,q] ordered[p,q] <= start[p,h] + factor[p] sum_q before[h,q] ordered[p,q]   same
Exports     development_started, ordered; cost and salvage of lines and development
Bounds
  development_started  feasibility: 1, binary
  ordered              feasibility: max_ordered[p,t] = floor of the lesser of max_lines[p] (row max_lines) and the largest window
                       that ends with t (rows cap and growth, by induction over periods, as ordered >= 0)
Source      design note: a platform is developed before its first line; lines last beyond the horizon
"""

from __future__ import annotations

from dataclasses import dataclass

import pyomo.core as pyo

from formulations import ramps
from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.nodes import NodeVars


@dataclass(frozen=True, slots=True)
class LineVars:
    """Variables of the production lines for other families."""

    development_started: pyo.Var
    ordered: pyo.Var


def lines_by_order(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars) -> LineVars:
    """Build the family of lines: integer, lasting beyond the horizon, ready after a lead time."""
    b = m.lines = pyo.Block()
    platforms, periods = list(c.lines.platforms), list(c.time.periods)
    b.development_started = columns(platforms, periods, domain=pyo.Binary)
    b.ordered = columns(
        list(c.lines.orders), domain=pyo.NonNegativeIntegers, bounds=lambda _, *o: (0, c.lines.max_ordered[o])
    )
    made = nodes.loaded_by(
        "made",
        lambda _, k, s: c.nodes.gw[k, s] if c.nodes.platform[k] in c.lines.max_lines else None,
        lambda _v, k, _s: (c.nodes.platform[k],),
    )
    orders_of = {p: [t for o, t in c.lines.orders if o == p] for p in platforms}

    def development_monotone(b: pyo.Block, p: str, t: int) -> object:
        return b.development_started[p, t] >= b.development_started[p, t - 1]

    def development(b: pyo.Block, p: str, t: int) -> object:
        return b.ordered[p, t] <= c.lines.max_ordered[p, t] * b.development_started[p, c.lines.latest_development[p, t]]

    def max_lines(b: pyo.Block, p: str) -> object:
        return pyo.quicksum(b.ordered[p, t] for t in orders_of[p]) <= c.lines.max_lines[p]

    def output(b: pyo.Block, p: str, t: int) -> object:
        lines = pyo.quicksum(b.ordered[p, q] for q in c.lines.ready[p, t])
        return made[p, t] <= c.lines.gw_per_year[p] * c.time.years[t] * lines

    b.development_monotone = rows([(p, t) for p in platforms for t in periods[1:]], rule=development_monotone)
    b.development = rows(list(c.lines.orders), rule=development)
    b.max_lines = rows([p for p in platforms if orders_of[p]], rule=max_lines)
    b.output = rows(list(made), rule=output)
    _ramp_rows(b, c)
    return LineVars(b.development_started, b.ordered)


def _ramp_rows(b: pyo.Block, c: Coefficients) -> None:
    orders = set(c.lines.orders)

    def rate(p: str) -> ramps.Rate:
        return lambda q: b.ordered[p, q] if (p, q) in orders else 0.0

    ramp = c.lines.ramp
    index = ramps.windows({p: ramp[p].windows for p in ramp}, c.lines.orders)
    b.cap = rows(ramps.capped(index, ramp), rule=lambda _, p, h: ramps.cap(ramp[p], rate(p), h))
    b.growth = rows(index, rule=lambda _, p, h: ramps.growth(ramp[p], rate(p), h))
