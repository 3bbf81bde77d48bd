"""Result of a break-even: intervals of a lever with the proven answer, the solved points, and the prices in the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from solver.ask.breakeven.criterion import Criterion
from solver.ask.breakeven.obstacles import Obstacle
from solver.ask.breakeven.side import Answer, Carry, Interval
from solver.ask.common.lever_range import LeverRange
from solver.ask.common.model import Answered


class Verdict(StrEnum):
    """Verdicts over the range of a lever: where the answer is proven to be the same, to turn, or neither."""

    ALWAYS = "always"
    NEVER = "never"
    TURNS = "turns"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Point:
    """Solved value of the lever, with plan and bound of each side, MUSD, and the answer proven there.

    ``at`` is the value as a number; a month counts from year 0.
    """

    at: float
    value: float | str
    answer: Answer
    yes: Answered | None
    no: Answered | None
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the point as JSON, without plans."""
        sides = {
            name: None
            if side is None
            else {key: side.data()[key] for key in ("status", "objective", "bound", "seconds")}
            for name, side in (("yes", self.yes), ("no", self.no))
        }
        return {"value": self.value, "answer": self.answer.value, **sides, "error": self.error}


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Break-even of a lever: intervals with the proven answer, undecided bands between them, and the solved points.

    ``obstacles`` are the prices in the way where the answer is the same over the whole range. ``next`` is the
    break-even of the first of them, with the lever at ``nearest``, where the two answers are nearest. ``musd`` is the
    cost that a question on the cost compares with.
    """

    name: str
    lever: LeverRange
    criterion: Criterion
    carry: Carry
    points: tuple[Point, ...]
    intervals: tuple[Interval, ...]
    obstacles: tuple[Obstacle, ...] = ()
    seconds: float = 0.0
    musd: float | None = None
    nearest: float | str | None = None
    next: BreakEven | None = None

    @property
    def verdict(self) -> Verdict:
        """Verdict over the range."""
        answers = {interval.answer for interval in self.intervals} | {point.answer for point in self.points}
        if {Answer.YES, Answer.NO} <= answers:
            return Verdict.TURNS
        proven = len(answers) == 1 and all(interval.proven for interval in self.intervals)
        if not proven or Answer.UNDECIDED in answers:
            return Verdict.OPEN
        return Verdict.ALWAYS if Answer.YES in answers else Verdict.NEVER

    @property
    def bands(self) -> tuple[Interval, ...]:
        """Undecided bands."""
        return tuple(interval for interval in self.intervals if interval.answer is Answer.UNDECIDED)

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``breakeven --json``."""
        shown = self.lever.shown
        return {
            "name": self.name,
            "lever": self.lever.path,
            "low": shown(self.lever.low),
            "high": shown(self.lever.high),
            "question": self.criterion.text,
            "carry": self.carry.value,
            "verdict": self.verdict.value,
            "intervals": [
                {"low": shown(float(i.low)), "high": shown(float(i.high)), "answer": i.answer.value, "proven": i.proven}
                for i in self.intervals
            ],
            "points": [point.to_json() for point in self.points],
            "obstacles": [
                {
                    "key": o.key,
                    "value": o.value,
                    "musd": o.musd,
                    "difference_musd": o.difference_musd,
                    "enough": o.enough,
                }
                for o in self.obstacles
            ],
            "nearest": self.nearest,
            "next": None if self.next is None else self.next.to_json(),
            "seconds": self.seconds,
        }
