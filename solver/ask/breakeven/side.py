"""Side of a yes/no question over a lever: upper bounds from plans and lower bounds from proofs, between its points.

How bounds carry from one value to another depends on the lever. ``price``: the cost of a fixed plan is a line, and the
least cost, a minimum over such lines, is concave, so that the chord of two proven bounds lies below it. ``limit``: a
plan stays one where the limit is looser, and a bound stays one where it is tighter. ``other``: nothing carries.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise


class Carry(StrEnum):
    """Kind of a lever by how bounds carry from one of its values to another."""

    PRICE = "price"
    LOOSER = "looser"
    """Limit that the lever loosens as it grows."""
    TIGHTER = "tighter"
    OTHER = "other"


class Answer(StrEnum):
    """Proven answer to a yes/no question at a value of the lever, or none."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Known:
    """Knowledge at one value of the lever: the cost of a plan with its slope, and a proven bound, MUSD."""

    at: float
    plan: float = math.inf
    bound: float = -math.inf
    slope: float = 0.0


MORE_THAN_NEXT = 1.5
"""Distance of two whole values with another one between them, less the rounding of numbers."""
Line = tuple[float, float]
"""Values at both ends of an interval, linear between."""


@dataclass(slots=True)
class Side:
    """Plans for which the answer is the same, over the range of a lever."""

    carry: Carry
    points: list[Known] = field(default_factory=list)

    def add(self, known: Known) -> None:
        """Add what is known at a value."""
        self.points.append(known)
        self.points.sort(key=lambda point: point.at)

    def upper(self, at: float) -> float:
        """Return the cost of the best plan known at a value; infinite without one."""
        return min((self.cost(point, at) for point in self.points), default=math.inf)

    def lower(self, at: float) -> float:
        """Return the best proven bound at a value."""
        if self.carry is Carry.PRICE:
            return self._chord(at)
        return max((point.bound for point in self.points if self._bounds(point, at)), default=-math.inf)

    def lines(self, low: float, high: float) -> list[Line]:
        """Return the costs of plans over an interval between two neighbouring values."""
        if self.carry is Carry.PRICE:
            return [(self.cost(p, low), self.cost(p, high)) for p in self.points if math.isfinite(p.plan)]
        ends = low if self.carry is Carry.LOOSER else high
        known = math.inf if self.carry is Carry.OTHER else self.upper(ends)
        return [(known, known)] if math.isfinite(known) else []

    def chord(self, low: float, high: float) -> Line:
        """Return the proven bound over an interval between two neighbouring values."""
        if self.carry is Carry.PRICE:
            return self._chord(low), self._chord(high)
        if self.carry is Carry.OTHER:
            return -math.inf, -math.inf
        known = self.lower(high if self.carry is Carry.LOOSER else low)
        return known, known

    def cost(self, point: Known, at: float) -> float:
        """Return the cost of the plan of a point at another value; infinite where it need not be one there."""
        if self.carry is Carry.PRICE:
            return point.plan + point.slope * (at - point.at)
        looser = at >= point.at if self.carry is Carry.LOOSER else at <= point.at
        valid = at == point.at if self.carry is Carry.OTHER else looser
        return point.plan if valid else math.inf

    def _bounds(self, point: Known, at: float) -> bool:
        if self.carry is Carry.OTHER:
            return at == point.at
        return at <= point.at if self.carry is Carry.LOOSER else at >= point.at

    def _chord(self, at: float) -> float:
        """Return the least concave function above the proven bounds at a value; -inf outside of them."""
        if any(point.bound == math.inf for point in self.points):
            # Prices do not make a plan possible.
            return math.inf
        left = [p for p in self.points if p.at <= at and math.isfinite(p.bound)]
        right = [p for p in self.points if p.at >= at and math.isfinite(p.bound)]
        best = -math.inf
        for a in left:
            for b in right:
                share = (at - a.at) / (b.at - a.at) if b.at > a.at else 0.0
                best = max(best, a.bound + share * (b.bound - a.bound))
        return best


@dataclass(frozen=True, slots=True)
class Interval:
    """Interval of a lever with its answer.

    Where the answer is known at both ends only, it is ``proven`` at them and not between.
    """

    low: float
    high: float
    answer: Answer
    proven: bool = True


def answer_at(yes: Side, no: Side, at: float) -> Answer:
    """Return the proven answer at a value."""
    if no.lower(at) >= yes.upper(at) and math.isfinite(yes.upper(at)):
        return Answer.YES
    if yes.lower(at) > no.upper(at) or (yes.lower(at) == math.inf and math.isfinite(no.upper(at))):
        return Answer.NO
    return Answer.UNDECIDED


def intervals(yes: Side, no: Side, values: Sequence[float]) -> list[Interval]:
    """Return the intervals between the values of a lever that were solved, cut where the answer changes."""
    found: list[Interval] = []
    for low, high in pairwise(values):
        inside = _inside(yes, no, low, high)
        ends = {answer_at(yes, no, low), answer_at(yes, no, high)}
        if yes.carry is Carry.OTHER and len(ends) == 1 and Answer.UNDECIDED not in ends:
            inside = [Interval(low, high, ends.pop(), proven=False)]
        found.extend(inside)
    return _merged(found)


def whole_intervals(yes: Side, no: Side, values: Sequence[float]) -> list[Interval]:
    """Return the intervals of a lever with whole values, both ends included.

    Its bounds do not carry by price, so the answer is the same at all values between two that were solved.
    """
    found: list[Interval] = []
    for low, high in pairwise(values):
        ends = answer_at(yes, no, low), answer_at(yes, no, high)
        found.append(Interval(low, low, ends[0]))
        if high - low < MORE_THAN_NEXT:
            continue
        if yes.carry is Carry.OTHER and ends[0] is ends[1] is not Answer.UNDECIDED:
            found[-1] = Interval(low, high, ends[0], proven=False)
        else:
            found.append(Interval(low + 1, high - 1, answer_at(yes, no, low + 1)))
    last = Interval(values[-1], values[-1], answer_at(yes, no, values[-1]))
    swallowed = found and found[-1].high == last.high
    return _merged(found if swallowed else [*found, last])


def _inside(yes: Side, no: Side, low: float, high: float) -> list[Interval]:
    """Return the intervals between two neighbouring values."""
    shares = {0.0, 1.0}
    decided: dict[Answer, list[tuple[float, float]]] = {
        Answer.YES: [_where_above(no.chord(low, high), line) for line in yes.lines(low, high)],
        Answer.NO: [_where_above(yes.chord(low, high), line) for line in no.lines(low, high)],
    }
    for begin, end in (pair for pairs in decided.values() for pair in pairs):
        shares.update((begin, end))
    ordered = sorted(share for share in shares if 0.0 <= share <= 1.0)
    found = []
    for a, b in pairwise(ordered):
        middle = (a + b) / 2
        found.append(Interval(low + a * (high - low), low + b * (high - low), _answer(decided, middle)))
    return found


def _answer(decided: Mapping[Answer, Sequence[tuple[float, float]]], share: float) -> Answer:
    """Return the answer at a share of an interval."""
    for answer, pairs in decided.items():
        if any(begin <= share <= end for begin, end in pairs):
            return answer
    return Answer.UNDECIDED


def _where_above(chord: Line, line: Line) -> tuple[float, float]:
    """Return the shares of an interval between which a chord lies above a line; an empty pair is (2, 2)."""
    if math.inf in chord:
        return 0.0, 1.0
    if not all(math.isfinite(value) for value in chord):
        return 2.0, 2.0
    left, right = chord[0] - line[0], chord[1] - line[1]
    if left >= 0 and right >= 0:
        return 0.0, 1.0
    if left < 0 and right < 0:
        return 2.0, 2.0
    zero = left / (left - right)
    return (0.0, zero) if left >= 0 else (zero, 1.0)


def _merged(found: Sequence[Interval]) -> list[Interval]:
    kept: list[Interval] = []
    for one in found:
        last = kept[-1] if kept else None
        if last is not None and (last.answer, last.proven) == (one.answer, one.proven):
            kept[-1] = Interval(last.low, one.high, one.answer, one.proven)
        else:
            kept.append(one)
    return kept
