"""Break-even of a lever: the values at which the answer to a yes/no question on the best plan turns, proven.

At a value both answers are forced, each by a row of the model, and both models are solved. The answer is proven where
the bound of one side exceeds the plan of the other. What one value proves is carried to others (``side.py``);
between the values where yes and where no is proven lies the undecided band, which is narrowed while there is time.
Where the answer never turns, the first price in the way is varied as well, with the lever at the value where the two
answers are nearest.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from solver.ask.breakeven.breakeven_result import BreakEven, Point, Verdict
from solver.ask.breakeven.criterion import COST, LEVELISED, REACHABLE, Criterion
from solver.ask.breakeven.obstacles import Obstacle, obstacles
from solver.ask.breakeven.side import Answer, Carry, Interval, Known, Side, answer_at, intervals, whole_intervals
from solver.ask.common.journal import FOLDER, Journal, identity_of
from solver.ask.common.lever_range import LeverRange, Variant, named
from solver.ask.common.model import Answered, Model
from solver.ask.common.price_patch import PricePatch, is_key_of
from solver.ask.common.question import Question
from solver.errors import InstanceError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.plan import Plan
from solver.run.manifest import options_data
from solver.run.outcome import Options

MOST_SOLVES = 8.0
"""Times of the longest solve after which a question without a time limit ends."""
LEAST_SECONDS = 20.0
NEAR = 0.005
"""Share of the range below which an undecided band is not narrowed."""
GRID = 5
"""Values solved first where nothing carries from one to another."""
MOST_LEVERS, LEAST_PRICE_SHARE = 3, 0.001
"""Levers varied one after another at most, and share of a price that stands for nothing where the file wants more."""
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
    "shells.*.slot_area_m2",
    "regimes.*.slot_area_m2",
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
    at_high: Mapping[bool, Answered] = field(default_factory=dict)

    def run(self) -> None:
        """Solve the ends, then the values that narrow the undecided bands most."""
        self._prepare()
        low, high = self.lever.low, self.lever.high
        first = [low, high]
        if self.at_high:
            self.answers[high] = {}
            for yes, known in self.at_high.items():
                self._add(high, yes, known)
            self._add_constant(high)
            first = [low]
        elif self.carry is Carry.OTHER:
            first = [self.lever.rounded(low + (high - low) * n / (GRID - 1)) for n in range(GRID)]
        for done, value in enumerate(dict.fromkeys(first)):
            self._solve(value)
            self.question.on_step(done + 1, len(first))
        while not self.late() and (following := self._next()) is not None:
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
            if self.late() and self.answers:
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
        self._add_constant(value)

    def _add_constant(self, value: float) -> None:
        """Add the cost with which a question on the cost compares."""
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
        of = whole_intervals if self.lever.whole else intervals
        return of(self.yes, self.no, self.solved())

    def _next(self) -> float | None:
        """Return the next value: in the widest undecided band, between its crossing and the farther end."""
        least, step = NEAR * (self.lever.high - self.lever.low), self.lever.step
        bands = [i for i in self.intervals() if i.answer is Answer.UNDECIDED and i.high - i.low + step > least]
        for band in sorted(bands, key=lambda i: i.low - i.high):
            value = self.lever.rounded(self._within(band))
            if value not in self.answers and band.low - step < value < band.high + step:
                return value
        return None

    def _within(self, band: Interval) -> float:
        """Return a value within an undecided band: its middle, or for a price half-way to where the plans cross."""
        inside, step = [v for v in self.solved() if band.low < v < band.high], self.lever.step
        low, high = max(pairwise([band.low - step, *inside, band.high + step]), key=lambda pair: pair[1] - pair[0])
        return (low + high) / 2

    def late(self) -> bool:
        """Return whether no time is left."""
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
    variant = named(variant, lever)
    search = _searched(variant, lever.counted(variant), criterion, question, folder)
    return _with_obstacles(_answer_of(search), search, folder)


def _searched(
    variant: Variant, lever: LeverRange, criterion: Criterion, question: Question, folder: Path | None,
    before: _Search | None = None, at_high: Mapping[bool, Answered] | None = None,
) -> _Search:  # fmt: skip
    """Return the search of one lever at its end; it keeps to the time of one before it."""
    options = {**options_data(question.solve), "lever": lever.path, "low": lever.low, "high": lever.high}
    identity = identity_of(variant([]), f"breakeven {criterion.text}", options)
    journal = Journal(None if folder is None else folder / FOLDER, identity, question.stop, question.on_stage)
    ends, longest = (question.ends, 0.0) if before is None else (before.ends, before.longest)
    search = _Search(variant, lever, criterion, question, journal, ends, longest=longest, at_high=at_high or {})
    search.run()
    return search


def _answer_of(search: _Search) -> BreakEven:
    musd = None if search.criterion.name == REACHABLE else search.musd
    return BreakEven(
        search.variant([]).instance.name, search.lever, search.criterion, search.carry, tuple(_points(search)),
        tuple(search.intervals()), seconds=time.monotonic() - search.question.began, musd=musd,
    )  # fmt: skip


def _points(search: _Search) -> list[Point]:
    """Return what was solved at each value."""
    found = []
    for value, sides in sorted(search.answers.items()):
        answer = answer_at(search.yes, search.no, value)
        error = search.errors.get(value, "")
        found.append(Point(value, search.lever.shown(value), answer, sides.get(True), sides.get(False), error))
    return found


def _with_obstacles(answer: BreakEven, search: _Search, folder: Path | None, levers: tuple[str, ...] = ()) -> BreakEven:
    """Return an answer that never turns with the prices in the way, and the break-even of the first of them."""
    found = _nearest(answer.verdict, search)
    if found is None:
        return answer
    value, dearer, cheaper = found
    levers = (*levers, search.lever.path)

    def variant(more: Sequence[str]) -> Loaded[Instance]:
        return search.variant([search.lever.change(value), *more])

    prices = obstacles(variant([]).instance, levers, dearer, cheaper)
    answer = replace(answer, obstacles=tuple(prices), nearest=search.lever.shown(value))
    if not prices or len(levers) >= MOST_LEVERS or search.late():
        return answer
    lever = _range_of(prices[0], variant)
    following = _searched(
        variant, lever, search.criterion, search.question, folder, search, search.answers[value]
    )  # fmt: skip
    answered = _with_obstacles(_answer_of(following), following, folder, levers)
    return replace(answer, next=answered, seconds=answered.seconds)


def _nearest(verdict: Verdict, search: _Search) -> tuple[float, Plan, Plan | float] | None:
    """Return the value where an answer that is always the same is nearest to the other, with both plans.

    For a question on the cost the other is that cost. None without plans, and where no price is in the way.
    """
    criterion = search.criterion
    costs = criterion.name in (COST, LEVELISED) and verdict is Verdict.NEVER
    if verdict not in (Verdict.NEVER, Verdict.ALWAYS) or not (criterion.forces or costs):
        return None
    plans = {value: [found.plan for _, found in sorted(search.answers[value].items())] for value in search.solved()}
    apart = {v: abs(search.yes.upper(v) - search.no.upper(v)) for v, pair in plans.items() if all(pair)}
    if not apart:
        return None
    value = min(apart, key=lambda one: apart[one])
    *no, yes = plans[value]
    assert yes is not None
    if not no:
        return value, yes, search.no.upper(value)
    assert no[0] is not None
    return (value, yes, no[0]) if verdict is Verdict.NEVER else (value, no[0], yes)


def _range_of(obstacle: Obstacle, variant: Variant) -> LeverRange:
    """Return the range of a price in the way: from below the value that would be enough, or from nothing."""
    low = 0.0 if obstacle.enough is None else obstacle.enough / 2
    try:
        variant([f"{obstacle.key}={low:.12g}"])
    except InstanceError:
        low = LEAST_PRICE_SHARE * obstacle.value
    return LeverRange(obstacle.key, float(f"{low:.4g}"), obstacle.value)


def _carry(path: str) -> Carry:
    """Return how bounds carry over the values of a key that is no price."""
    if is_key_of(path, LIMITS):
        return Carry.LOOSER
    return Carry.TIGHTER if is_key_of(path, DATES) else Carry.OTHER


def _infinite(bound: float) -> float:
    """Return the bound where it proves that there is no plan, else none."""
    return bound if bound == math.inf else -math.inf
