"""Coefficients of learning: experience, its bounds in each period, and chords under every curve.

The present cost of a component is the sum over periods of the present price w of a unit (discount times exogenous
price change) times the increase of the curve in that period. Summed by parts it is the sum of (w[t] - w[t+1]) times
the cumulative cost along the curve at the end of t. These coefficients are never negative, so a chord under the
concave curve understates the cost of every plan, and the model gives a lower bound. Breakpoints lie where every chord
has the same error as a share of the cost since the start of the plan; equal doublings, the usual choice, have a larger
error near the start. Where w is constant (no discount, one price) a period needs no chord.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from formulations.coefficients import Cost, Launch, Learning, Load, Nodes
from solver.derive.context import LARGEST_COUNT, Context
from solver.economics import learning
from solver.errors import UsageError
from solver.instance.learning import Component
from solver.physics.chords import even_cuts, worst_share
from solver.physics.learning import Curve

MOST_GAP = 0.01
CHORDS_SHARE_OF_GAP = 0.25
MOST_SEGMENTS, MOST_IN_ALL = 64, 5_000
"""Largest number of chords of a curve, and of all curves in all periods, to keep the LP small."""
SMALLEST_WEIGHT = 1e-12


@dataclass(frozen=True, slots=True)
class Curves:
    """Learning curves in model units, and their weights in the objective.

    The sum of ``weight[e,t]`` times the cumulative cost along the curve at the experience of the end of t is the
    present cost. ``segments`` counts the chords of each component; ``chord_error_share`` is the largest share by which
    they understate its cost in any plan.
    """

    mode: str = "segments"
    curve: Mapping[str, Curve] = field(default_factory=dict)
    weight: Mapping[tuple[str, int], float] = field(default_factory=dict)
    segments: Mapping[str, int] = field(default_factory=dict)
    chord_error_share: Mapping[str, float] = field(default_factory=dict)


def derive_learning(x: Context, nodes: Nodes, launch: Launch, gap: float) -> tuple[Learning, Curves]:
    """Derive experience and its chords; ``gap`` is the relative gap of the solve."""
    section = x.instance.learning
    money, periods = x.units.money_per_musd, x.horizon.periods
    node_gusd = {
        (e, d.name, d.shell): learning.node_musd(component, d) * money
        for e, component in section.components.items()
        for d in x.designs
        if component.parts and learning.node_musd(component, d) > 0
    }
    flight_gusd = {
        (e, v): x.instance.vehicles[v].flight_musd * money
        for e, component in section.components.items()
        for v in component.vehicles
    }
    curve = {e: _scaled(learning.curve_of(component), money) for e, component in section.components.items()}
    least = {(e, t): curve[e].start for e in curve for t in periods}
    most = {}
    loads_in: dict[int, list[Load]] = {}
    for load in nodes.loads:
        loads_in.setdefault(load[3], []).append(load)
    for e in curve:
        now = curve[e].start
        for t in periods:
            now += _max_bought(x, nodes, launch, e, node_gusd, flight_gusd, t, loads_in.get(t, []))
            if math.isinf(now):
                raise UsageError(
                    f"learning.components.{e}: nothing limits its purchases below {LARGEST_COUNT:g} flights; give "
                    "flights_per_year of the vehicles, pad_days, or max_lines of the platforms it is bought for"
                )
            most[e, t] = now
    weight = {(e, t): w for e, component in section.components.items() for t, w in _weights(x, component).items()}
    share = min(gap, MOST_GAP) * CHORDS_SHARE_OF_GAP
    ends = {e: most[e, periods[-1]] for e in curve}
    cuts: dict[str, tuple[float, ...]] = {e: (curve[e].start, ends[e]) for e in curve if ends[e] > curve[e].start}
    if section.mode == "segments":
        weighted = sum(e in cuts and w > 0.0 for (e, _), w in weight.items())
        most_each = min(MOST_SEGMENTS, MOST_IN_ALL // max(1, weighted))
        cuts = {e: even_cuts(curve[e], ends[e], share, max(1, most_each)) for e in cuts}
    given = Learning(
        start_gusd={e: curve[e].start for e in curve},
        node_gusd=node_gusd,
        flight_gusd=flight_gusd,
        min_experience=least,
        max_experience=most,
    )
    curves = Curves(
        mode=section.mode,
        curve=curve,
        weight=weight,
        segments={e: len(points) - 1 for e, points in cuts.items()},
        chord_error_share={e: worst_share(curve[e], points) for e, points in cuts.items()},
    )
    return _with_chords(given, curves, cuts), curves


def _scaled(curve: Curve, money: float) -> Curve:
    return Curve(curve.start * money, curve.rate_share, curve.floor_share)


def _weights(x: Context, component: Component) -> dict[int, float]:
    """Return the fall of the present price of a unit from each period to the next; for the last, the price itself."""
    price = [
        x.horizon.discount(x.horizon.middle(t)) * learning.exogenous_price_factor(x.instance, component, x.horizon, t)
        for t in x.horizon.periods
    ]
    falls = [max(0.0, now - later) for now, later in zip(price, [*price[1:], 0.0], strict=True)]
    return {t: fall if fall > SMALLEST_WEIGHT else 0.0 for t, fall in zip(x.horizon.periods, falls, strict=True)}


def _max_bought(
    x: Context,
    nodes: Nodes,
    launch: Launch,
    e: str,
    node_gusd: Mapping[tuple[str, str, str], float],
    flight_gusd: Mapping[tuple[str, str], float],
    t: int,
    loads: list[Load],
) -> float:
    """Bound the increase of an experience in one period: each flight full of the design with most of it."""
    on_flight: dict[str, float] = {}
    per_gw = 0.0
    for v, k, s, _ in loads:
        if (e, k, s) in node_gusd:
            carried = launch.nodes_per_flight[v, k, s] * node_gusd[e, k, s]
            on_flight[v] = max(on_flight.get(v, 0.0), carried)
            per_gw = max(per_gw, node_gusd[e, k, s] / nodes.gw[k, s])
    flights = {v: launch.max_flights[v, s, q] for v, s, q in launch.routes if q == t}
    most = sum(carried * flights[v] for v, carried in on_flight.items())
    if x.instance.supply.accelerators_gw is not None:
        most = min(most, per_gw * x.path_amount(x.instance.supply.accelerators_gw, t) * x.units.power_per_gw)
    return most + sum(gusd * launch.max_flown.get((v, t), 0.0) for (o, v), gusd in flight_gusd.items() if o == e)


def _with_chords(given: Learning, curves: Curves, cuts: Mapping[str, tuple[float, ...]]) -> Learning:
    """Add chords for every period with weight, over the range of its experience."""
    begin: dict[tuple[str, int], float] = {}
    length: dict[tuple[str, int, int], float] = {}
    fill: dict[tuple[object, ...], float] = {}
    slope: dict[tuple[object, ...], float] = {}
    fixed = 0.0
    for (e, t), weight in curves.weight.items():
        if e not in cuts or weight == 0.0:
            continue
        curve, low, high = curves.curve[e], given.min_experience[e, t], given.max_experience[e, t]
        first = max(0, bisect_right(cuts[e], low) - 1)
        last = max(first + 1, bisect_left(cuts[e], high))
        if high <= low:
            fixed += weight * curve.spend(low)
            continue
        inside = [low, *cuts[e][first + 1 : last], high]
        paid = [weight * curve.spend(point) for point in inside]
        if curves.mode == "fixed_point":
            slope[e, t] = (paid[-1] - paid[0]) / (high - low)
            fixed += paid[0] - slope[e, t] * low
            continue
        begin[e, t] = low
        fixed += paid[0]
        for i in range(len(inside) - 1):
            length[e, first + i, t] = inside[i + 1] - inside[i]
            fill[e, first + i, t] = paid[i + 1] - paid[i]
    return Learning(
        start_gusd=given.start_gusd,
        node_gusd=given.node_gusd,
        flight_gusd=given.flight_gusd,
        min_experience=given.min_experience,
        max_experience=given.max_experience,
        begin=begin,
        length=length,
        fill_cost=Cost(fill),
        experience_cost=Cost(slope),
        fixed_gusd=fixed,
    )
