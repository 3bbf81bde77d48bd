"""Steps of a front: the middles of the largest ones between neighbouring plans are the next levels.

A step spans an area of cost and objective (box algorithm of Hamacher, Pedersen and Ruzika, Operations Research Letters
35, 2007). Levels that are in search divide a step as if their plans lay half-way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from solver.ask.pareto.axes import Axis
from solver.ask.pareto.front import FrontPoint
from solver.milp.solution import Status

AGAIN = 0.25
"""Weight of a step for each level in it at which no plan was found within the gap."""
LEAST_STEP = 1e-3
"""Part of the range below which two levels are the same."""
Step = tuple[float, float, float]
"""Both ends of a step, in units of the objective, and its weight."""


def next_levels(
    axis: Axis,
    points: Sequence[FrontPoint],
    answered: Mapping[float, Status],
    failed: Collection[float],
    searched: Collection[float],
) -> list[float]:
    """Return the middles of the steps between neighbouring plans, that of the largest area first.

    ``points`` are by rising cost, ``answered`` the status of each level with an answer, ``failed`` levels without one,
    ``searched`` those in search.
    """
    assert axis.loosest is not None
    assert axis.tightest is not None
    width = abs(axis.tightest - axis.loosest) or 1.0
    steps = [*_between(axis, points, answered, width), *_beyond(axis, points, [*answered, *failed], width)]
    for level in searched:
        steps = [part for step in steps for part in _divided(step, level)]
    wide = ((weight, (a + b) / 2) for a, b, weight in steps if abs(b - a) / width > LEAST_STEP)
    return [axis.rounded(middle) for _, middle in sorted(wide, reverse=True)]


def _between(
    axis: Axis, points: Sequence[FrontPoint], answered: Mapping[float, Status], width: float
) -> Iterator[Step]:
    """Yield the steps between plans. A step ends at the loosest level that the tighter plan answers."""
    costs = [point.cost_musd for point in points]
    span = (max(costs) - min(costs) if costs else 0.0) or 1.0
    for one, other in pairwise(points):
        loose, tight = one.values[axis.name], other.values[axis.name]
        within = [x for x in answered if axis.meets(tight, x) and not axis.meets(loose, x)]
        reach = (min if axis.most else max)([tight, *within])
        missed = sum(answered[x] is Status.FEASIBLE for x in within)
        size = abs(loose - reach) / width
        yield loose, reach, size * (other.cost_musd - one.cost_musd) / span * AGAIN**missed


def _beyond(axis: Axis, points: Sequence[FrontPoint], asked: Sequence[float], width: float) -> Iterator[Step]:
    """Yield the step from the tightest plan to the loosest level without one."""
    assert axis.loosest is not None
    last = points[-1].values[axis.name] if points else axis.loosest
    failed = [x for x in asked if not axis.meets(last, x)]
    if failed:
        end = (min if axis.most else max)(failed)
        yield last, end, (end - last) ** 2 / width**2


def _divided(step: Step, level: float) -> list[Step]:
    """Return both parts of a step that a level divides, each with the square of its share of the weight."""
    a, b, weight = step
    if not min(a, b) < level < max(a, b):
        return [step]
    share = (level - a) / (b - a)
    return [(a, level, weight * share**2), (level, b, weight * (1 - share) ** 2)]
