"""Alternatives: plans that cost nearly the same as the best one and differ most, with must-haves and real choices.

Modelling to generate alternatives: each plan minimises a weighted sum of features within the limit. Hop-skip-jump
weighs the features that earlier plans use, evolving weights add up their shares, and random directions follow none.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from solver.ask.alternatives.choices import Choice, choices_of, mean_distance, spread_of
from solver.ask.alternatives.claim_answers import ClaimAnswers
from solver.ask.alternatives.must_haves import Answered, candidates, claim_of
from solver.ask.common.in_order import in_order
from solver.ask.common.journal import Answer, Journal, identity_of
from solver.ask.common.question import Question
from solver.check import check
from solver.derive import Derived, derive
from solver.derive.extract import extract
from solver.design.candidates import selected_designs
from solver.errors import StoppedError, UsageError
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Status
from solver.milp.tightening import tightened
from solver.plan import Plan
from solver.run.dispatch import EARLIEST
from solver.run.gap import UNITS
from solver.run.manifests import with_packed_flights
from solver.run.outcome import conversion_of
from solver.run.purchases import without_idle_purchases
from solver.search.core.result import SearchResult
from solver.search.engine.search import search
from solver.search.variants.near_optimal import NearOptimal, neighbourhood_search
from solver.search.variants.plan_features import Features, Group, features_of
from solver.search.variants.survivable_search import survivable_search

METHODS = ("hop_skip_jump", "evolving_weights", "random_direction")
SLACK_SHARE = 0.5
"""Share of the slack for the LP relaxation; the rest is for integer counts."""
PLAN_SHARE, LEAST_POINT_SECONDS = 1.0, 5.0
"""Longest time of one alternative or claim: this share of the time of the best plan, and a minimum."""
BEST_SHARE, MOST_TRIES = 0.5, 2
MOST_SOLVES, LEAST_SECONDS = 8.0, 50.0
"""Times of the first solve, and seconds, after which alternatives without a time limit end."""
FINISH_SECONDS, LEAN_SECONDS = 10.0, 1.5
"""Seconds to make the flights of a plan loadable, and to find purchases that it can do without."""
SAME, CLAIM_SHARE, REST_SHARE = 0.005, 0.45, 0.33
"""Distance up to which two plans are the same, and parts of the time: kept for claims while the first half of the
alternatives is sought, and for missing alternatives while plans against claims are."""
BEST = "best"


@dataclass(frozen=True, slots=True)
class AlternativePlan:
    """Near-optimal plan: how it was found, its objective, the shares of its features, and the nearest earlier plan.

    Distances are from 0 (the same) to 1 (nothing in common). Dates are years.
    """

    method: str
    objective: float
    shares: Mapping[str, float]
    nearest: float
    plan: Plan = field(repr=False)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Alternatives of an instance: near-optimal plans, the best one first, claims about all of them, and choices.

    ``spread`` is the mean distance of two plans by group of features. ``failed`` are points without another plan.
    """

    name: str
    status: Status
    unit: str
    within: float
    objective: float | None = None
    bound: float | None = None
    limit: float | None = None
    plans: tuple[AlternativePlan, ...] = ()
    claims: tuple[Answered, ...] = ()
    choices: tuple[Choice, ...] = ()
    spread: Mapping[str, float] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``alternatives --json``."""
        shown = {f: getattr(self, f) for f in self.__dataclass_fields__ if f not in ("plans", "claims", "choices")}
        listed = [{k: getattr(p, k) for k in ("method", "objective", "shares", "nearest")} for p in self.plans]
        return {
            **shown,
            "plans": listed,
            "claims": [asdict(claim) for claim in self.claims],
            "choices": [asdict(choice) for choice in self.choices],
        }


@dataclass(frozen=True, slots=True)
class AlternativesOptions:
    """Options of alternatives: share of the objective, number of plans, claims to answer, and searches at once."""

    within: float = 0.03
    count: int = 10
    claims: tuple[str, ...] = ()
    jobs: int = 2

    def require(self, instance: Instance) -> None:
        """Raise UsageError for options that mean nothing for an instance."""
        if not (math.isfinite(self.within) and 0.0 < self.within <= 1.0):
            raise UsageError(f"--within: found {self.within!r}, expected a share above 0 and at most 1, such as 3%")
        if self.count < 1:
            raise UsageError(f"--count: found {self.count}, expected 1 or more")
        if instance.objective.kind == EARLIEST:
            raise UsageError("objective.kind: found earliest_date, expected least_cost or most_power")


def alternatives(
    loaded: Loaded[Instance], question: Question, options: AlternativesOptions, journal: Journal | None = None
) -> Alternatives:
    """Find near-optimal plans that differ most, and answer claims about all of them."""
    options.require(loaded.instance)
    return _Study(loaded, question, options, journal or Journal(None, {})).run()


def journal_identity(loaded: Loaded[Instance], question: Question, options: AlternativesOptions) -> dict[str, Any]:
    """Return the data on which every stored point depends."""
    limits = question.solve.limits
    return identity_of(loaded, "alternatives", {"within": options.within, "gap": limits.gap, "seed": limits.seed})


class _Study:
    """Search of the alternatives of one instance: matrix, features, and the points found so far."""

    def __init__(
        self, loaded: Loaded[Instance], question: Question, options: AlternativesOptions, journal: Journal
    ) -> None:
        self.loaded, self.question, self.options, self.journal = loaded, question, options, journal
        instance = loaded.instance
        question.on_stage("sizing nodes and building the model")
        self.derived: Derived = derive(instance, selected_designs(instance)[0], gap=question.solve.limits.gap)
        self.matrix: Matrix = tightened(compile_model(self.derived.coefficients))
        self.features: Features = features_of(instance, self.derived, self.matrix)
        self.given = [claim_of(text, self.features) for text in options.claims]
        self.factor = conversion_of(instance, self.derived).factor
        self.points: list[tuple[str, Floats, Plan]] = []
        self.shares: list[dict[str, float]] = []
        self.failed: list[str] = []
        self.numbers = iter(range(MOST_TRIES * options.count))
        self.jumps: list[dict[str, float]] = []
        self.claims: list[Answered] = []
        self.near: NearOptimal
        self.seconds = LEAST_POINT_SECONDS

    def run(self) -> Alternatives:
        """Return the alternatives found in time."""
        unit, name = UNITS[self.loaded.instance.objective.kind], self.loaded.instance.name
        best = self.journal.answer({"plan": BEST}, self._best)
        if best.failed or not best.data["columns"]:
            status = Status(best.data.get("status", Status.NO_PLAN.value))
            return Alternatives(name, status, unit, self.options.within, failed=(best.error,) if best.error else ())
        self.add(BEST, best.data["columns"])
        if self.question.seconds == math.inf:
            self.question = self.question.ending(max(LEAST_SECONDS, MOST_SOLVES * best.seconds))
        question = self.question
        x, objective = self.points[0][1], float(best.data["objective"])
        value = objective / self.factor
        find, improve = (
            survivable_search(self.loaded.instance, self.derived, seek, warm=True)
            for seek in (search, neighbourhood_search)
        )
        limit, seed = value + self.options.within * abs(value), question.solve.limits.seed
        network = self.loaded.instance.network
        links = network is None or not network.contingencies
        self.near = NearOptimal(self.matrix, find, improve, value, limit, question.stop, seed=seed, links=links)
        self.scales = self.features.scales(x)
        self.seconds = max(LEAST_POINT_SECONDS, PLAN_SHARE * best.seconds)
        self._find_all()
        return self._result(Status(best.data["status"]), objective, best.data["bound"])

    def _best(self) -> dict[str, Any]:
        """Solve the instance for its best plan."""
        self.question.on_stage("finding the best plan")
        outcome = self.question.solved(self.loaded, BEST_SHARE * self.question.seconds)
        x = outcome.result.x if outcome.checked else None
        columns = {} if x is None else self._stored(x)
        return {
            "status": outcome.status.value, "objective": outcome.objective, "bound": outcome.bound, "columns": columns,
        }  # fmt: skip

    def _find_all(self) -> None:
        """Find alternatives and answer claims: plans against claims lie far apart, so they count as alternatives."""
        claims, count = ClaimAnswers(self), self.options.count
        asked = [*self.given, *candidates(self.features, self.loaded.instance, self.shares)]
        with ThreadPoolExecutor(self.options.jobs) as pool:
            prepared = pool.submit(claims.prepare, asked)
            self._find(pool, (count + 1) // 2, CLAIM_SHARE)
            prepared.result()
            claims.answer(self.given, pool)
            self._find(pool, count, 0.0)
            claims.finish(pool)

    def _find(self, pool: Executor, count: int, kept: float) -> None:
        """Find alternatives until there are so many, or only a part of the time is left.

        Those sought at once do not know of each other.
        """
        begun = deque[tuple[int, str]]()

        def make(waiting: int) -> Callable[[], Answer | None] | None:
            missing, late = count + 1 - len(self.points) - waiting, self.question.late
            if late or missing <= 0 or self.question.left <= kept * self.question.seconds:
                return None
            n = next(self.numbers, None)
            if n is None:
                return None
            begun.append((n, METHODS[n % len(METHODS)]))
            return partial(self._alternative, *begun[-1], self._direction(n))

        def take(answer: Answer | None) -> None:
            n, method = begun.popleft()
            self._take(answer, method, f"alternative {n + 1}, {method.replace('_', ' ')}")
            self.question.on_step(len(self.points) - 1, self.options.count)

        jobs = self.options.jobs
        in_order(pool, jobs + 1 if jobs > 1 else 1, make, take)

    @property
    def spare(self) -> float:
        """Seconds left for plans against claims: without those kept for alternatives that are missing."""
        missing = len(self.points) <= self.options.count
        return self.question.left - (REST_SHARE * self.question.seconds if missing else 0.0)

    def _take(self, answer: Answer | None, method: str, what: str) -> None:
        """Add the plan of an answer, or note that there is none."""
        if answer is None or answer.failed or not answer.data["columns"]:
            why = answer.error if answer is not None else ""
            self.failed.append(f"{what}: {why or 'no other plan found'}")
        elif (known := self._same(answer.data["columns"])) is not None:
            self.failed.append(f"{what}: the same as plan {known}")
        else:
            self.add(method, answer.data["columns"])

    def _same(self, columns: Mapping[str, float]) -> int | None:
        """Return the number of the plan that has the same features as a stored one."""
        shares = self.features.shares(self._point(columns))
        apart = (mean_distance(self.features.distance(shares, other)) for other in self.shares)
        return next((n for n, distance in enumerate(apart) if distance < SAME), None)

    def _direction(self, n: int) -> dict[str, float]:
        """Return the weights of features for the alternative of a number."""
        method, keys = METHODS[n % len(METHODS)], [f.key for f in self.features.all]
        if method == "random_direction":
            rng = np.random.default_rng([self.question.solve.limits.seed, n])
            return dict(zip(keys, rng.normal(size=len(keys)).tolist(), strict=True))
        used = [[self._use(shares, key) for shares in self.shares] for key in keys]
        if method == "hop_skip_jump":
            # Each jump leaves what the last plan uses; where that was asked before, what most plans use.
            last = {key: float(of[-1] > 0) for key, of in zip(keys, used, strict=True)}
            if last not in self.jumps:
                self.jumps.append(last)
                return last
            return {key: float(np.count_nonzero(of)) for key, of in zip(keys, used, strict=True)}
        return {key: float(np.mean(of)) for key, of in zip(keys, used, strict=True)}

    def _use(self, shares: Mapping[str, float], key: str) -> float:
        """Return the use of a feature by a plan, from 0 to 1; of a date the part of the horizon after the start."""
        if not key.startswith(f"{Group.DATES}."):
            return shares[key]
        return (self.features.ends - shares[key]) / self.features.years if key in shares else 0.0

    def _alternative(self, n: int, method: str, weights: Mapping[str, float]) -> Answer | None:
        """Answer the point of one alternative; None where time ran out."""
        self.question.on_stage(f"alternative {n + 1}: {method.replace('_', ' ')}")
        row = self.features.row(weights, self.scales, self.matrix.columns)

        def solve() -> dict[str, Any]:
            seconds = min(self.seconds, self.question.left)
            if seconds <= 0.0:
                raise StoppedError("the time of the question is over")
            return self.finished(self.near.plan(row, self.points[0][1], SLACK_SHARE, seconds))

        rounded = {key: round(weight, 9) for key, weight in weights.items()}
        return self.answered({"plan": method, "weights": rounded}, solve)

    @property
    def jobs(self) -> int:
        """Searches at once."""
        return self.options.jobs

    def answered(self, point: Mapping[str, Any], solve: Callable[[], Mapping[str, Any]]) -> Answer | None:
        """Return the answer to a point, stored or solved now; None where time ran out."""
        try:
            return self.journal.answer(point, solve)
        except StoppedError:
            return None

    def finished(self, found: SearchResult | None) -> dict[str, Any]:
        """Return a found plan with flights that can be loaded, checked; StoppedError where the question ran out."""
        x = None if found is None else self._checked(found)
        if x is None and self.question.late:
            raise StoppedError("the time of the question is over")
        return {"columns": {} if x is None else self._stored(x)}

    def _checked(self, found: SearchResult) -> Floats | None:
        """Return the point of a plan that the checker accepts and that is within the limit."""
        instance, limits = self.loaded.instance, Limits(seconds=FINISH_SECONDS)
        base = replace(found, matrix=self.matrix)
        lean = without_idle_purchases(base, instance, self.derived, self.matrix, Limits(seconds=LEAN_SECONDS))
        for result in (lean, base):
            packed, _ = with_packed_flights(result, instance, self.derived, self.matrix, limits)
            if packed.x is None:
                continue
            plan = extract(instance, self.derived, self.matrix, packed.x)
            if self.near.within(plan.claims.objective / self.factor) and not check(instance, plan):
                return packed.x
        return None

    def add(self, method: str, columns: Mapping[str, float]) -> int:
        """Add a stored plan, and return its number."""
        x = self._point(columns)
        self.points.append((method, x, extract(self.loaded.instance, self.derived, self.matrix, x)))
        self.shares.append(self.features.shares(x))
        return len(self.points) - 1

    def _point(self, columns: Mapping[str, float]) -> Floats:
        x = np.zeros(self.matrix.columns)
        x[[self.matrix.index[name] for name in columns]] = list(columns.values())
        return x

    def _stored(self, x: Floats) -> dict[str, float]:
        names = self.matrix.column_names
        return {names[int(j)]: float(x[j]) for j in np.flatnonzero(x)}

    def _result(self, status: Status, objective: float, bound: float | None) -> Alternatives:
        plans = []
        for n, ((method, _, plan), shares) in enumerate(zip(self.points, self.shares, strict=True)):
            apart = [mean_distance(self.features.distance(shares, other)) for other in self.shares[:n]]
            plans.append(AlternativePlan(method, plan.claims.objective, shares, min(apart, default=0.0), plan))
        limit = self.near.limit * self.factor
        return Alternatives(
            self.loaded.instance.name, status, UNITS[self.loaded.instance.objective.kind], self.options.within,
            objective, bound, limit, tuple(plans), tuple(self.claims), choices_of(self.features, self.shares),
            spread_of(self.features, self.shares), tuple(self.failed),
        )  # fmt: skip
