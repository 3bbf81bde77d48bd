"""Learning: unit prices fall with cumulative purchases, along a concave curve of cumulative cost.

Variables
  experience[e,t]        cumulative purchases of component e at catalogue prices, at the end of period t, GUSD
  segment_fill[e,n,t]    filled share of segment n of the curve at the end of t, 0 to 1
  segment_active[e,n,t]  1 if segment n is full
Parameters  node_gusd[e,k,s], flight_gusd[e,v], start_gusd[e], min_experience[e,t], max_experience[e,t], begin[e,t], length[e,n,t]
Uses        nodes.loaded[v,k,s,t], launch.flown[v,t]
Constraints
  balance          experience[e,t] = experience[e,t-1] + sum_{v,k,s} node_gusd[e,k,s] loaded[v,k,s,t]
                   + sum_v flight_gusd[e,v] flown[v,t]                                              each e, t; start_gusd[e] before
  segment          experience[e,t] = begin[e,t] + sum_n length[e,n,t] segment_fill[e,n,t]           each e, t with weight in the objective
  filled           segment_fill[e,n,t] >= segment_active[e,n,t]                                     each segment but the last of e, t
  ordered          segment_fill[e,n,t] <= segment_active[e,n-1,t]                                   each segment but the first of e, t
  active_monotone  segment_active[e,n,t] <= segment_active[e,n,u], u the next period with weight    each e, n, t
Exports     experience, segment_fill; the cost of learning components, which nodes and launch leave out
Bounds
  experience      feasibility: min_experience[e,t] = start_gusd[e]: purchases are >= 0; max_experience[e,t] adds for every period up to
                  t the most that can be bought: each flight full of the design with most of e (row launch.lift, bounds of launch.flights),
                  at most what the supply of accelerators allows (row nodes.supply), and each flight of v at flight_gusd
  segment_fill    feasibility: 1, a share of the segment, by definition of the incremental form
  segment_active  feasibility: 1, binary
Tightness   the incremental form: its relaxation is the one chord from the least to the greatest experience of a period, the best a
            convex bound can be. The cost of a period is the increase of the curve in it, priced at that period; summed by parts,
            the weight of an experience is the fall of the unit price to the next period, never below 0, so chords are a
            bound. With one segment a period, as for fixed_point, nothing is binary
Source      endogenous learning as in energy models (Mattsson; Barreto and Kypreos), whose order of segments over time it takes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pyomo.core as pyo

from formulations.coefficients import Coefficients
from formulations.components import columns, rows
from formulations.launch import LaunchVars
from formulations.nodes import NodeVars


@dataclass(frozen=True, slots=True)
class LearningVars:
    """Variables of the learning components that have a cost."""

    experience: pyo.Var
    segment_fill: pyo.Var


def learning_by_segments(m: pyo.ConcreteModel, c: Coefficients, nodes: NodeVars, launch: LaunchVars) -> LearningVars:
    """Build the family of learning: experience as cumulative purchases, and the incremental form of each curve."""
    b = m.learning = pyo.Block()
    index = [(e, t) for e in c.learning.start_gusd for t in c.time.periods]
    b.experience = columns(
        index, bounds=lambda _, e, t: (c.learning.min_experience[e, t], c.learning.max_experience[e, t])
    )
    b.segment_fill = columns(list(c.learning.length), bounds=(0, 1))
    segments: dict[tuple[str, int], list[int]] = {}
    for e, n, t in c.learning.length:
        segments.setdefault((e, t), []).append(n)
    b.segment_active = columns([(e, n, t) for (e, t), ns in segments.items() for n in ns[:-1]], domain=pyo.Binary)
    _balance_rows(b, c, nodes, launch, index)
    _segment_rows(b, c, segments)
    return LearningVars(b.experience, b.segment_fill)


def _balance_rows(
    b: pyo.Block, c: Coefficients, nodes: NodeVars, launch: LaunchVars, index: list[tuple[str, int]]
) -> None:
    bought: dict[tuple[str, int], list[object]] = {i: [] for i in index}
    for e in c.learning.start_gusd:
        prices = {(k, s): gusd for (o, k, s), gusd in c.learning.node_gusd.items() if o == e}
        for key, sum_of in nodes.loaded_by(f"bought_{e}", partial(_price, prices), lambda *_: ()).items():
            bought[e, key[-1]].append(sum_of)
        for v, t in launch.flown:
            if (e, v) in c.learning.flight_gusd:
                bought[e, t].append(c.learning.flight_gusd[e, v] * launch.flown[v, t])
    first = c.time.periods[0]

    def balance(b: pyo.Block, e: str, t: int) -> object:
        before = c.learning.start_gusd[e] if t == first else b.experience[e, t - 1]
        return b.experience[e, t] == before + pyo.quicksum(bought[e, t])

    b.balance = rows(index, rule=balance)


def _price(prices: Mapping[tuple[str, str], float], _v: str, k: str, s: str) -> float | None:
    return prices.get((k, s))


def _segment_rows(b: pyo.Block, c: Coefficients, segments: dict[tuple[str, int], list[int]]) -> None:
    def segment(b: pyo.Block, e: str, t: int) -> object:
        travelled = pyo.quicksum(c.learning.length[e, n, t] * b.segment_fill[e, n, t] for n in segments[e, t])
        return b.experience[e, t] == c.learning.begin[e, t] + travelled

    steps = [(e, n, t) for (e, t), ns in segments.items() for n in ns[1:]]
    b.segment = rows(list(segments), rule=segment)
    b.filled = rows(
        list(b.segment_active), rule=lambda b, e, n, t: b.segment_fill[e, n, t] >= b.segment_active[e, n, t]
    )
    b.ordered = rows(steps, rule=lambda b, e, n, t: b.segment_fill[e, n, t] <= b.segment_active[e, n - 1, t])
    weighed: dict[str, list[int]] = {}
    for e, t in segments:
        weighed.setdefault(e, []).append(t)
    later = {(e, t): u for e, ts in weighed.items() for t, u in pairwise(ts)}
    ordered = [(e, n, t) for e, n, t in b.segment_active if (e, t) in later and (e, n, later[e, t]) in b.segment_active]
    b.active_monotone = rows(
        ordered, rule=lambda b, e, n, t: b.segment_active[e, n, t] <= b.segment_active[e, n, later[e, t]]
    )
