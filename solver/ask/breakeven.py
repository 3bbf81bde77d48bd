"""Break-even of a lever: the values at which the answer to a yes/no question on the best plan turns, proven.

At a value both answers are forced, each by a row of the model, and both models are solved. The answer is proven where
the bound of one side exceeds the plan of the other. What one value proves is carried to others (``solver.ask.side``);
between the values where yes and where no is proven lies the undecided band, which is narrowed while there is time.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from solver.ask.criterion import REACHABLE, Criterion
from solver.ask.journal import FOLDER, Journal, identity_of
from solver.ask.lever_range import LeverRange, Variant
from solver.ask.model import Answered, Model
from solver.ask.obstacles import Obstacle, obstacles
from solver.ask.price_patch import PricePatch, is_key_of
from solver.ask.question import Question
from solver.ask.side import Answer, Carry, Interval, Known, Side, answer_at, intervals
from solver.errors import UsageError
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.run.manifest import options_data
from solver.run.outcome import Options

MOST_SOLVES = 9.0
"""Times of the first solve after which a question without a time limit ends."""
LEAST_SECONDS = 20.0
NEAR = 0.005
"""Share of the range below which an undecided band is not narrowed."""
GRID = 5
"""Values solved first where nothing carries from one to another."""
SHARE = 0.25
"""Largest share of the time left for one solve."""
FINEST = 1e-5
LIMITS = (
    "vehicles.*.flights_per_year.start_per_year",
    "vehicles.*.flights_per_year.growth_share_per_year",
    "vehicles.*.flights_per_year.ceiling_per_year",
    "vehicles.*.fleet.production_per_year.start_per_year",
    "vehicles.*.fleet.production_per_year.growth_share_per_year",
    "vehicles.*.fleet.production_per_year.ceiling_per_year",
    "sites.*.max_pads",
    "sites.*.licence_flights_per_year",
    "platforms.*.production_line.max_lines",
    "shells.*.slots",
    "regimes.*.slots",
    "ground.*.queue_gw.start_per_year",
    "ground.*.queue_gw.growth_share_per_year",
    "ground.*.queue_gw.ceiling_per_year",
    "supply.accelerators_gw.start_per_year",
    "supply.accelerators_gw.growth_share_per_year",
    "supply.accelerators_gw.ceiling_per_year",
    "moon.mass_driver.max_drivers",
    "network.gateways.*.max_stations",
)
"""Keys of upper limits, which change no price: a plan within one is a plan within a looser one, at the same cost."""
DATES = ("vehicles.*.available_from", "platforms.*.available_from", "moon.available_from", "ground.*.available_from")
"""Keys of first months: a plan with a later one is a plan with an earlier one."""


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

    ``obstacles`` are the prices in the way where the answer is the same over the whole range. ``musd`` is the cost
    that a question on the cost compares with.
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

    @property
    def verdict(self) -> Verdict:
        """Verdict over the range."""
        answers = {interval.answer for interval in self.intervals}
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
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class _Search:
    """State of one search: models, sides, journal and the answers so far."""

    variant: Variant
    lever: LeverRange
    criterion: Criterion
    question: Question
    journal: Journal
    ends: float
    carry: Carry = Carry.OTHER
    yes: Side = field(default_factory=lambda: Side(Carry.OTHER))
    no: Side = field(default_factory=lambda: Side(Carry.OTHER))
    patch: PricePatch | None = None
    models: dict[float, Model] = field(default_factory=dict)
    answers: dict[float, dict[bool, Answered]] = field(default_factory=dict)
    errors: dict[float, str] = field(default_factory=dict)
    longest: float = 0.0
    musd: float | None = None

    def run(self) -> None:
        """Solve the ends, then the values that narrow the undecided bands most."""
        self._prepare()
        low, high = self.lever.low, self.lever.high
        first = [low, high]
        if self.carry is Carry.OTHER:
            first = [self.lever.rounded(low + (high - low) * n / (GRID - 1)) for n in range(GRID)]
        for done, value in enumerate(dict.fromkeys(first)):
            self._solve(value)
            self.question.on_step(done + 1, len(first))
        while not self._late() and (following := self._next()) is not None:
            self._solve(following)

    def _prepare(self) -> None:
        """Build the models of the ends, and find how bounds carry over the range."""
        low, high = self.lever.low, self.lever.high
        self.question.on_stage(f"building the models of {self.lever.path} at both ends of its range")
        models = self.model(low), self.model(high)
        for model in models:
            if model.loaded.instance.objective.kind != "least_cost":
                kind = model.loaded.instance.objective.kind
                raise UsageError(f"objective.kind: found {kind}, expected least_cost for a break-even")
        self.patch = PricePatch.of(self.lever.path, *models, (low, high))
        self.carry = Carry.PRICE if self.patch is not None else _carry(self.lever.path)
        self.yes, self.no = Side(self.carry), Side(self.carry)
        if self.criterion.forces:
            self.criterion.forced(models[0], True)
        else:
            self.musd = self.criterion.constant_musd(models[0])

    def model(self, value: float) -> Model:
        """Return the model of a value, built once; those between the ends are not kept."""
        if value not in self.models:
            loaded, gap = self.variant([self.lever.change(value)]), self.question.solve.limits.gap
            if self.patch is not None:
                return self.patch.at(loaded, value, gap)
            built = Model.of(loaded, gap)
            if value not in (self.lever.low, self.lever.high):
                return built
            self.models[value] = built
        return self.models[value]

    def _solve(self, value: float) -> None:
        """Solve both sides at a value, and add what they prove."""
        self.answers.setdefault(value, {})
        for yes in (True, False) if self.criterion.forces else (True,):
            if self._late() and self.answers:
                return
            answer = "yes" if yes else "no"
            self.question.on_stage(f"{self.lever.path} = {self.lever.text(value)}: best plan with the answer {answer}")
            point = {"value": self.lever.text(value), "answer": answer, "gap": self._gap(value)}
            found = self.journal.answer(point, lambda yes=yes: self._answer(value, yes).data())  # type: ignore[misc]
            self._budget(found.seconds)
            if found.failed:
                self.errors[value] = found.error
                return
            self._add(value, yes, Answered.of(found.data))
        if self.musd is not None:
            musd = self.musd if self.carry is not Carry.OTHER else self.criterion.constant_musd(self.model(value))
            self.no.add(Known(value, musd, musd))

    def _answer(self, value: float, yes: bool) -> Answered:
        began = time.monotonic()
        model = self.model(value)
        matrix = self.criterion.forced(model, yes) if self.criterion.forces else model.matrix
        gap = 1.0 if self.criterion.name == REACHABLE else self._gap(value)
        seconds = max(2.0, SHARE * min(self.ends - began, self.question.left))
        return model.solved(self.question, matrix, seconds, self._start(value, yes, model, matrix), gap)

    def _budget(self, seconds: float) -> None:
        """Set the end of a question without a time limit by its longest solve."""
        if math.isinf(self.question.seconds) and seconds > self.longest:
            self.longest = seconds
            self.ends = self.question.began + max(LEAST_SECONDS, MOST_SOLVES * seconds)

    def _start(self, value: float, yes: bool, model: Model, matrix: Matrix) -> Answered | None:
        """Return the best plan known for a side, and the bound that carries to a value."""
        side = self.yes if yes else self.no
        known = [(side.cost(point, value), point.at) for point in side.points]
        cost, at = min(known, default=(math.inf, 0.0))
        bound = side.lower(value)
        bound = bound if math.isfinite(bound) else -math.inf
        if not math.isfinite(cost):
            return None
        old = self.answers[at][yes]
        x = model.vector(old.values, matrix)
        if x is None or not old.values:
            return None
        return Answered(old.status, matrix.value(x) * model.musd, bound, old.plan, old.values)

    def _add(self, value: float, yes: bool, found: Answered) -> None:
        self.answers[value][yes] = found
        known = Known(value, math.inf if found.objective is None else found.objective, found.bound)
        if self.criterion.name == REACHABLE:
            known = Known(value, 0.0 if found.objective is not None else math.inf, _infinite(found.bound))
        elif self.patch is not None and found.objective is not None:
            known = replace(known, slope=self.patch.slope_musd(found.values))
        (self.yes if yes else self.no).add(known)

    def _gap(self, value: float) -> float:
        """Return the gap of a solve: the one asked, or half the difference of the sides where that is known."""
        asked = self.question.solve.limits.gap
        yes, no = self.yes.upper(value), self.no.upper(value)
        if not (math.isfinite(yes) and math.isfinite(no)) or self.carry is Carry.OTHER:
            return asked
        apart = abs(yes - no) / max(abs(yes), abs(no), 1e-9)
        return float(f"{max(FINEST, min(asked, apart / 2)):.3g}")

    def solved(self) -> list[float]:
        """Return the values solved on every side that is solved."""
        needed = 2 if self.criterion.forces else 1
        return sorted(value for value, found in self.answers.items() if len(found) == needed)

    def intervals(self) -> list[Interval]:
        """Return the intervals of the range with their answers."""
        return intervals(self.yes, self.no, self.solved())

    def _next(self) -> float | None:
        """Return the next value: in the widest undecided band, between its crossing and the farther end."""
        least = NEAR * (self.lever.high - self.lever.low)
        bands = [i for i in self.intervals() if i.answer is Answer.UNDECIDED and i.high - i.low > least]
        for band in sorted(bands, key=lambda i: i.low - i.high):
            value = self.lever.rounded(self._within(band))
            if value not in self.answers and band.low < value < band.high:
                return value
        return None

    def _within(self, band: Interval) -> float:
        """Return a value within an undecided band: its middle, or for a price half-way to where the plans cross."""
        inside = [v for v in self.solved() if band.low < v < band.high]
        ends = [band.low, *inside, band.high]
        low, high = max(pairwise(ends), key=lambda pair: pair[1] - pair[0])
        return (low + high) / 2

    def _late(self) -> bool:
        return self.question.stop.is_set() or time.monotonic() >= self.ends or self.question.left <= 0


def break_even(
    variant: Variant,
    lever: LeverRange,
    criterion: Criterion,
    question: Question | None = None,
    folder: Path | None = None,
) -> BreakEven:
    """Find where the answer to a yes/no question turns over the range of a lever.

    ``variant`` reads the instance with more values set. Answered points are kept in ``folder`` and not solved again.
    InstanceError for a key that does not exist, UsageError for a question that the instance cannot answer.
    """
    question = question or Question(Options(Limits()))
    loaded = variant([])
    options = {**options_data(question.solve), "lever": lever.path, "low": lever.low, "high": lever.high}
    identity = identity_of(loaded, f"breakeven {criterion.text}", options)
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    search = _Search(variant, lever, criterion, question, journal, question.ends)
    search.run()
    found = tuple(search.intervals())
    musd = None if criterion.name == REACHABLE else search.musd
    answer = BreakEven(
        loaded.instance.name, lever, criterion, search.carry, tuple(_points(search)), found,
        seconds=time.monotonic() - question.began, musd=musd,
    )  # fmt: skip
    if answer.verdict not in (Verdict.NEVER, Verdict.ALWAYS) or not criterion.forces:
        return answer
    return _with_obstacles(answer, search)


def _points(search: _Search) -> list[Point]:
    """Return what was solved at each value."""
    found = []
    for value, sides in sorted(search.answers.items()):
        answer = answer_at(search.yes, search.no, value)
        error = search.errors.get(value, "")
        found.append(Point(value, search.lever.shown(value), answer, sides.get(True), sides.get(False), error))
    return found


def _with_obstacles(answer: BreakEven, search: _Search) -> BreakEven:
    """Return the answer with the prices in the way of the other one, at the value where the two plans are nearest."""
    pairs = {value: [search.answers[value][yes].plan for yes in (True, False)] for value in search.solved()}
    apart = {value: abs(search.yes.upper(value) - search.no.upper(value)) for value, pair in pairs.items() if all(pair)}
    if not apart:
        return answer
    value = min(apart, key=lambda one: apart[one])
    yes, no = pairs[value]
    assert yes is not None
    assert no is not None
    instance = search.variant([search.lever.change(value)]).instance
    dearer, cheaper = (yes, no) if answer.verdict is Verdict.NEVER else (no, yes)
    found = obstacles(instance, search.lever.path, dearer, cheaper)
    return replace(answer, obstacles=tuple(found), seconds=time.monotonic() - search.question.began)


def _carry(path: str) -> Carry:
    """Return how bounds carry over the values of a key that is no price."""
    if is_key_of(path, LIMITS):
        return Carry.LOOSER
    return Carry.TIGHTER if is_key_of(path, DATES) else Carry.OTHER


def _infinite(bound: float) -> float:
    """Return the bound where it proves that there is no plan, else none."""
    return bound if bound == math.inf else -math.inf
