"""Between solved values nothing is claimed that is not true: intervals are held to the values they are made from."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from solver.ask.breakeven.side import Answer, Carry, Known, Side, answer_at, intervals, whole_intervals

VALUES = [0.0, 3.0, 7.0, 10.0]


def least(lines: list[tuple[float, float]], at: float) -> float:
    """The least of some lines at a value: the cost of the best of a few plans over a price."""
    return min(a + b * at for a, b in lines)


def priced(lines: list[tuple[float, float]], gap: float) -> Side:
    """A side with the best plan of each value, and a bound somewhat below it."""
    side = Side(Carry.PRICE)
    for at in VALUES:
        a, b = min(lines, key=lambda line: line[0] + line[1] * at)
        side.add(Known(at, a + b * at, (a + b * at) * (1 - gap), b))
    return side


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("gap", [0.0, 0.01, 0.2])
def test_a_proven_interval_is_true_at_every_price(seed: int, gap: float) -> None:
    """With random plans on both sides, each proven answer is that of the true least costs, and the range is covered."""
    rng = random.Random(seed)
    lines = [[(rng.uniform(5, 20), rng.uniform(0, 2)) for _ in range(4)] for _ in range(2)]
    yes, no = (priced(one, gap) for one in lines)
    found = intervals(yes, no, VALUES)
    assert (found[0].low, found[-1].high) == (VALUES[0], VALUES[-1])
    assert all(a.high == b.low for a, b in pairwise(found))
    for interval in found:
        for n in range(1, 20):
            at = interval.low + (interval.high - interval.low) * n / 20
            difference = least(lines[1], at) - least(lines[0], at)
            worth = {Answer.YES: difference, Answer.NO: -difference, Answer.UNDECIDED: 0.0}
            assert worth[interval.answer] >= -1e-9


def test_a_looser_limit_keeps_plans_and_a_tighter_one_bounds() -> None:
    """The plan of 3 holds up to 10, the bound of 10 down to 3; the other way nothing is known."""
    side = Side(Carry.LOOSER)
    side.add(Known(3.0, 50.0, 40.0))
    side.add(Known(10.0, 30.0, 25.0))
    assert [side.upper(at) for at in (0.0, 3.0, 7.0, 10.0)] == [math.inf, 50.0, 50.0, 30.0]
    assert [side.lower(at) for at in (0.0, 3.0, 7.0, 12.0)] == [40.0, 40.0, 25.0, -math.inf]
    dates = Side(Carry.TIGHTER, list(side.points))
    assert [dates.upper(at) for at in (0.0, 7.0, 12.0)] == [30.0, 30.0, math.inf]
    assert [dates.lower(at) for at in (0.0, 7.0, 12.0)] == [-math.inf, 40.0, 40.0]


def test_where_nothing_carries_only_the_solved_values_are_proven() -> None:
    """The same answer at both ends is no proof between them; another one is a band."""
    yes, no = Side(Carry.OTHER), Side(Carry.OTHER)
    for at, plan in ((0.0, 10.0), (1.0, 12.0), (2.0, 30.0)):
        yes.add(Known(at, plan, plan))
        no.add(Known(at, 20.0, 20.0))
    found = intervals(yes, no, [0.0, 1.0, 2.0])
    assert [(i.low, i.high, i.answer, i.proven) for i in found] == [
        (0.0, 1.0, Answer.YES, False),
        (1.0, 2.0, Answer.UNDECIDED, True),
    ]


def test_between_neighbouring_whole_values_lies_no_band() -> None:
    """Months 3 and 4 are solved, yes and no: nothing lies between them, and what holds at them carries to the ends."""
    yes, no = Side(Carry.TIGHTER), Side(Carry.TIGHTER)
    for at, plan in ((0.0, 10.0), (3.0, 12.0), (4.0, 30.0), (9.0, 30.0)):
        yes.add(Known(at, plan, plan))
        no.add(Known(at, 20.0, 20.0))
    values = [0.0, 3.0, 4.0, 9.0]
    assert [(i.low, i.high, i.answer) for i in whole_intervals(yes, no, values)] == [
        (0.0, 3.0, Answer.YES),
        (4.0, 9.0, Answer.NO),
    ]
    without = [0.0, 4.0, 9.0]
    yes.points, no.points = ([p for p in side.points if p.at != 3.0] for side in (yes, no))
    assert [(i.low, i.high, i.answer) for i in whole_intervals(yes, no, without)] == [
        (0.0, 0.0, Answer.YES),
        (1.0, 3.0, Answer.UNDECIDED),
        (4.0, 9.0, Answer.NO),
    ]


def test_neighbouring_whole_values_are_a_proof_where_nothing_carries() -> None:
    """The counts 1 and 2 are all there is between them; between 2 and 5 the same answer at both ends is no proof."""
    yes, no = Side(Carry.OTHER), Side(Carry.OTHER)
    for at in (1.0, 2.0, 5.0):
        yes.add(Known(at, 1.0, 1.0))
        no.add(Known(at, 2.0, 2.0))
    assert [(i.low, i.high, i.proven) for i in whole_intervals(yes, no, [1.0, 2.0])] == [(1.0, 2.0, True)]
    assert [(i.low, i.high, i.proven) for i in whole_intervals(yes, no, [1.0, 2.0, 5.0])] == [
        (1.0, 1.0, True),
        (2.0, 5.0, False),
    ]


def test_no_price_makes_a_plan_possible() -> None:
    """A side without a plan is out over the whole range, where the other one has a plan."""
    yes, no = Side(Carry.PRICE), Side(Carry.PRICE)
    for at in (0.0, 5.0):
        yes.add(Known(at, math.inf, math.inf))
        no.add(Known(at, 7.0, 7.0, 0.0))
    assert [i.answer for i in intervals(yes, no, [0.0, 5.0])] == [Answer.NO]
    assert answer_at(yes, no, 2.0) is Answer.NO
    assert answer_at(no, yes, 2.0) is Answer.YES


def test_two_sides_without_a_plan_decide_nothing() -> None:
    """Where neither answer has a plan, neither is proven."""
    yes, no = Side(Carry.OTHER, [Known(0.0, math.inf, math.inf)]), Side(Carry.OTHER, [Known(0.0, math.inf, math.inf)])
    assert answer_at(yes, no, 0.0) is Answer.UNDECIDED
