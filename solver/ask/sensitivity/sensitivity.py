"""Sensitivity of the objective to the ranges of an instance: a tornado, screening and indices, each with its gaps.

Where there are more levers than asked, the LP relaxation with years as periods screens them at the end that is farther
from the central value. The first ones get, on the instance itself, a proven bound and the price of the best plan at
each end. An end at which that plan breaks a limit is searched where the bar needs it, in the order of effects, as long
as time allows.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from solver.ask.common.journal import Answer, Journal, identity_of
from solver.ask.common.question import Question
from solver.ask.common.workers import started_workers, stop_workers
from solver.ask.sensitivity import lever_points
from solver.ask.sensitivity.bar_ends import (
    Ranked,
    bound_of,
    end_of,
    farther,
    needs_search,
    screened_effect,
    with_search,
)  # fmt: skip
from solver.ask.sensitivity.boxes import Box, Outcome, boxes, outcome_of
from solver.ask.sensitivity.indices import Indices, morris_indices, sobol_indices
from solver.ask.sensitivity.lever_points import Evaluator, KnownPlans
from solver.ask.sensitivity.linked_plans import sparse
from solver.ask.sensitivity.ranges import RangedLever, ranged_levers
from solver.ask.sensitivity.sensitivity_result import Bar, End, Sensitivity
from solver.ask.sensitivity.yearly import with_years
from solver.economics.levelised import asked_stocks, present_stock_years, usd_per_w_year
from solver.errors import StoppedError, UsageError, check_together
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run.dispatch import EARLIEST
from solver.run.gap import GROWS, UNITS
from solver.run.outcome import Options

BEST_SHARE, SCREEN_SHARE, SEARCH_SHARE = 0.5, 0.5, 0.25
"""Shares of the time for the best plan, and of the time left for screening and for one search at an end of a range."""
MOST_SOLVES, PLAN_SOLVES = 24.0, 12.0
"""Times of the search of the best plan after which a sensitivity without a time limit ends, and after which no further
plan is searched at an end; the latter of one processor, so that two jobs have half of it."""
LEAST_SECONDS, SAMPLING_SECONDS, LEAST_SEARCH_SECONDS = 20.0, 900.0, 5.0
"""Least time of a question without a limit, of one with indices or boxes, and of a search at an end of a range."""
POLL_SECONDS = 0.2
"""Seconds between looks for a stop while a worker computes."""


@dataclass(frozen=True, slots=True)
class SensitivityOptions:
    """Options of a sensitivity.

    ``vary`` and ``ranges`` choose the levers, ``count`` the bars. ``top`` levers take part in Morris and Sobol, with
    so many trajectories or base samples, and in boxes of an ``outcome``.
    """

    vary: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    count: int = 40
    top: int = 8
    morris: int = 0
    sobol: int = 0
    outcome: str = ""
    samples: int = 128
    jobs: int = 2

    def levers(self, loaded: Loaded[Instance]) -> list[RangedLever]:
        """Return the levers; UsageError for options that mean nothing for an instance."""
        check_together(
            lambda: self._require_numbers(loaded.instance),
            lambda: outcome_of(self.outcome) if self.outcome else None,
            lambda: ranged_levers(loaded, self.vary, self.ranges),
        )
        return ranged_levers(loaded, self.vary, self.ranges)

    def _require_numbers(self, instance: Instance) -> None:
        counts = (("--count", self.count), ("--top", self.top), ("--jobs", self.jobs))
        problems = [f"{option}: found {value}, expected 1 or more" for option, value in counts if value < 1]
        if instance.objective.kind == EARLIEST:
            problems.append("objective.kind: found earliest_date, expected least_cost or most_power")
        if self.sobol & (self.sobol - 1):
            problems.append(f"--sobol: found {self.sobol}, expected a power of two, such as 64")
        if problems:
            raise UsageError("\n".join(problems))


def sensitivity(
    loaded: Loaded[Instance], question: Question, options: SensitivityOptions, journal: Journal | None = None
) -> Sensitivity:
    """Measure how the objective moves over the ranges of an instance."""
    levers = options.levers(loaded)
    return _Study(loaded, question, options, journal or Journal(None, {}), levers).run()


def journal_identity(loaded: Loaded[Instance], question: Question) -> dict[str, Any]:
    """Return the data on which every stored point depends."""
    return identity_of(loaded, "sensitivity", {"gap": question.solve.limits.gap, "seed": question.solve.limits.seed})


@dataclass(slots=True)
class _Study:
    """Sensitivity of one instance in progress."""

    loaded: Loaded[Instance]
    question: Question
    options: SensitivityOptions
    journal: Journal
    levers: list[RangedLever]
    failed: list[str] = field(default_factory=list)
    workers: ProcessPoolExecutor | None = None
    ends: float = math.inf
    screening_ends: float = math.inf
    plans_end: float = math.inf
    best: Answer | None = None
    journaled: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    slots: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Give as many slots as there are jobs."""
        self.slots = threading.Semaphore(self.options.jobs)

    def run(self) -> Sensitivity:
        """Return the sensitivity as far as time allows."""
        instance, unit = self.loaded.instance, UNITS[self.loaded.instance.objective.kind]
        evaluators = {"whole": Evaluator(self.loaded), "years": Evaluator(with_years(self.loaded))}
        with ExitStack() as stack:
            if self.options.jobs > 1:
                pool = started_workers(self.options.jobs, lever_points.prepare_worker, evaluators)
                stack.callback(stop_workers, pool)
                self.workers = pool
            else:
                lever_points.prepare(evaluators, self.question.stop)
            # The best plan takes one of the slots: with two of them, levers are screened beside it.
            ahead = stack.enter_context(ThreadPoolExecutor(1))
            stack.callback(setattr, self, "screening_ends", 0.0)
            with self.slots:
                self.question.on_stage("finding the best plan")
                screened = ahead.submit(self._screened)
                self.best = best = self.journal.answer({"plan": "best"}, self._solve_best)
            self._set_end(best.seconds)
            plan = Plan.from_json(best.data["plan"]) if not best.failed and best.data["plan"] else None
            status = Status(best.data.get("status", Status.NO_PLAN.value))
            if plan is None:
                return Sensitivity(instance.name, status, unit, failed=(best.error,) if best.error else ())
            bars = self._searched(self._tornado(screened.result(), plan), plan)
            top = [lever for bar in bars[: self.options.top] for lever in self.levers if lever.path == bar.path]
            morris = self._indices("morris", top)
            sobol = self._indices("sobol", top)
            found = self._boxes(top)
        return Sensitivity(
            instance.name, status, unit, best.data["objective"], best.data["bound"], _per_unit(instance),
            len(self.levers), tuple(bars), morris, sobol, found, tuple(self.failed),
        )  # fmt: skip

    @property
    def left(self) -> float:
        """Seconds left for the question, or until it ends by the time of its first solve."""
        return max(0.0, min(self.question.left, self.ends - time.monotonic()))

    def _set_end(self, seconds: float) -> None:
        """Set by the time of the best plan when a question without a limit ends."""
        if math.isinf(self.question.seconds):
            sampled = self.options.morris or self.options.sobol or self.options.outcome
            least = SAMPLING_SECONDS if sampled else LEAST_SECONDS
            self.ends = self.question.began + max(least, MOST_SOLVES * seconds)
            self.plans_end = self.question.began + max(least, PLAN_SOLVES * seconds / min(2, self.options.jobs))
        self.screening_ends = time.monotonic() + SCREEN_SHARE * self.left

    def _solve_best(self) -> dict[str, Any]:
        outcome = self.question.solved(self.loaded, BEST_SHARE * self.question.seconds)
        plan = outcome.plan.to_json() if outcome.plan is not None and outcome.checked else None
        x = outcome.result.x
        return {
            "status": outcome.status.value, "objective": outcome.objective, "bound": outcome.bound, "plan": plan,
            lever_points.POINT: None if x is None else sparse(x),
        }  # fmt: skip

    def _screened(self) -> list[Ranked]:
        """Return the levers to measure with their screened ends: all, or those of the largest effects."""
        if len(self.levers) <= self.options.count:
            return [(lever, (None, None)) for lever in self.levers]
        self.question.on_stage(f"screening {len(self.levers)} levers")
        answers = self._all(lambda lever: self._screen(lever, farther(lever)), self.levers)
        as_is = self._point({"screened": "", "end": ""}, lever_points.screened, "years", {})
        data = self.loaded.instance.model_dump(mode="json", by_alias=True)
        found = []
        for lever, answer in zip(self.levers, answers, strict=True):
            other = as_is if lever.holds(data) else self._screen(lever, 1.0 - farther(lever))
            found.append(screened_effect(lever, answer, bound_of(other)))
        missing = sum(answer is None for answer in answers)
        if missing:
            self.failed.append(f"screening: {missing} of {len(self.levers)} levers not screened in time")
        found.sort(key=lambda item: -item[0])
        return [ranked for _, ranked in found[: self.options.count]]

    def _screen(self, lever: RangedLever, at: float) -> Answer | None:
        """Return the screened point of a lever at one end; None without time for it."""
        point = {"screened": lever.path, "end": "high" if at else "low"}
        late = time.monotonic() > self.screening_ends and self.journal.known(point) is None
        return None if late else self._point(point, lever_points.screened, "years", lever.values(at))

    def _tornado(self, levers: Sequence[Ranked], plan: Plan) -> list[Bar]:
        """Return the bars on the instance itself, the widest first."""
        self.question.on_stage(f"measuring {len(levers)} levers at both ends")
        answers = self._ends(plan, [lever for lever, _ in levers])
        best, grows = self.best, self.loaded.instance.objective.kind in GROWS
        assert best is not None
        bars, data = [], self.loaded.instance.model_dump(mode="json", by_alias=True)
        for (lever, screened), pair in zip(levers, answers, strict=True):
            for name, answer in zip(("low", "high"), pair, strict=True):
                if answer is not None and not answer.failed:
                    self.journaled[lever.path, name] = answer.data
            low, central, high = lever.shown
            middle = End(central, best.data["bound"], best.data["objective"]) if lever.holds(data) else None
            ends = [end_of(answer, value, at) for answer, value, at in zip(pair, (low, high), screened, strict=True)]
            bars.append(Bar(lever.path, central, lever.support, lever.source, ends[0], ends[1], middle, grows))
        return sorted(bars, key=lambda bar: -bar.span)

    def _searched(self, bars: list[Bar], plan: Plan) -> list[Bar]:
        """Find plans at the ends at which a bar needs one: by the counts of the best plan, else by a search.

        Counts come first at all ends, as they take a twentieth of the time of a search.
        """
        gap, grows = self.question.solve.limits.gap, self.loaded.instance.objective.kind in GROWS
        ends = [(bar.path, name) for bar in bars for name in ("low", "high") if needs_search(bar, name, gap)]
        by_path = {bar.path: bar for bar in bars}
        ends.sort(key=lambda end: (getattr(by_path[end[0]], end[1]).bound or 0.0) * (1 if grows else -1))
        assert self.best is not None
        known, number = KnownPlans(plan, self.best.data.get(lever_points.POINT)), len(ends)
        if ends:
            self.question.on_stage(f"searching plans at {number} ends where the best plan breaks a limit")
        left = []
        for end, answer in zip(ends, self._all(partial(self._link, known), ends), strict=True):
            left += [] if self._kept(by_path, end, answer) else [end]
        late = 0
        for n in range(0, len(left), self.options.jobs):
            wave = left[n : n + self.options.jobs]
            for end, answer in zip(wave, self._all(self._search, wave), strict=True):
                self._kept(by_path, end, answer)
                late += answer is None
            self.question.on_step(number - len(left) + n + len(wave), number)
        if late:
            self.failed.append(f"plans: {late} of {number} ends not searched in time; the same command goes on there")
        return sorted(by_path.values(), key=lambda bar: -bar.span)

    @staticmethod
    def _kept(by_path: dict[str, Bar], end: tuple[str, str], answer: Answer | None) -> bool:
        """Keep what an answer has of one end, and return whether it has a plan."""
        if answer is None or answer.failed:
            return False
        if answer.data["plan"] is not None or "searched" in answer.point:
            by_path[end[0]] = with_search(by_path[end[0]], end[1], answer)
        return answer.data["plan"] is not None

    def _link(self, known: KnownPlans, end: tuple[str, str]) -> Answer | None:
        """Return the answer with a plan at one end by the counts of known plans; None where they cannot be tried."""
        path, name = end
        measured, point = self.journaled.get(end), {"linked": path, "end": name}
        if measured is None or lever_points.POINT not in measured:
            return None
        return self._planned(point, lever_points.linked, self._values(end), known, measured, self._search_options)

    def _search(self, end: tuple[str, str]) -> Answer | None:
        """Return the answer with a plan at one end by a search of its own."""
        path, name = end
        point = {"searched": path, "end": name}
        return self._planned(point, lever_points.searched, self._values(end), self._search_options)

    def _planned(self, point: Mapping[str, Any], call: Any, *args: Any) -> Answer | None:
        """Return the answer of a plan at an end; None where the time for plans is over and it is not known."""
        late = time.monotonic() > self.plans_end and self.journal.known(point) is None
        return None if late else self._point(point, call, "whole", *args)

    def _values(self, end: tuple[str, str]) -> Any:
        path, name = end
        lever = next(lever for lever in self.levers if lever.path == path)
        return lever.values(0.0 if name == "low" else 1.0)

    @property
    def _search_options(self) -> Options:
        seconds = max(LEAST_SEARCH_SECONDS, SEARCH_SHARE * self.left)
        return replace(self.question.solve, limits=replace(self.question.solve.limits, seconds=seconds))

    def _ends(self, plan: Plan, levers: Sequence[RangedLever]) -> list[list[Answer | None]]:
        """Return the answers at the low and the high end of each lever; the farther ends are asked first."""

        def ask(item: tuple[RangedLever, float]) -> Answer | None:
            lever, at = item
            point = {"whole": lever.path, "end": "high" if at else "low"}
            return self._point(point, lever_points.relaxed, "whole", lever.values(at), plan)

        far = [(lever, farther(lever)) for lever in levers]
        answers = self._all(ask, [*far, *((lever, 1.0 - at) for lever, at in far)])
        pairs = zip(far, answers[: len(far)], answers[len(far) :], strict=True)
        return [[near, farther] if at else [farther, near] for (_, at), farther, near in pairs]

    def _all(self, ask: Any, items: Sequence[Any]) -> list[Any]:
        """Ask all items, several at once, and report how many are done."""
        found = []
        with ThreadPoolExecutor(self.options.jobs) as threads:
            for n, answer in enumerate(threads.map(ask, items)):
                self.question.on_step(n + 1, len(items))
                found.append(answer)
        return found

    def _point(self, point: Mapping[str, Any], call: Any, *args: Any) -> Answer | None:
        """Answer a point in a worker; None where time is over."""

        def solve() -> Any:
            if self.question.late or self.left <= 0.0:
                raise StoppedError("the time of the question is over")
            with self.slots:
                answer = call(*args) if self.workers is None else self._awaited(self.workers.submit(call, *args))
            if self.question.stop.is_set():
                raise StoppedError("a stop was requested")
            return answer

        try:
            answer = self.journal.answer(point, solve)
        except StoppedError:
            return None
        if answer.failed:
            self.failed.append(f"{', '.join(f'{k} {v}' for k, v in point.items())}: {answer.error}")
        return answer

    def _awaited(self, future: Future[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the answer of a worker; StoppedError once a stop is requested, which workers do not see."""
        while not wait([future], timeout=POLL_SECONDS).done:
            if self.question.stop.is_set():
                raise StoppedError("a stop was requested")
        return future.result()

    def _sampled(self, levers: Sequence[RangedLever], samples: Sequence[Sequence[float]]) -> list[Answer | None]:
        """Return the answers at points of the unit cube over some levers, with years as periods."""

        def ask(shares: Sequence[float]) -> Answer | None:
            at = {lever.path: round(float(share), 9) for lever, share in zip(levers, shares, strict=True)}
            values = {k: v for lever in levers for k, v in lever.values(at[lever.path]).items()}
            return self._point({"sample": at}, lever_points.relaxed, "years", values)

        return self._all(ask, samples)

    def _indices(self, kind: str, levers: Sequence[RangedLever]) -> tuple[Indices, ...]:
        count = getattr(self.options, kind)
        if not count or not levers:
            return ()
        self.question.on_stage(f"{kind} indices of {len(levers)} levers")
        method = morris_indices if kind == "morris" else sobol_indices
        return method(
            [lever.path for lever in levers], count, self.question.solve.limits.seed,
            lambda samples: [bound_of(answer) for answer in self._sampled(levers, samples)],
        )  # fmt: skip

    def _boxes(self, levers: Sequence[RangedLever]) -> tuple[Box, ...]:
        if not self.options.outcome or not levers:
            return ()
        from scipy.stats import qmc

        self.question.on_stage(f"boxes in which {self.options.outcome}")
        asked: Outcome = outcome_of(self.options.outcome)
        rng = self.question.solve.limits.seed
        samples = qmc.LatinHypercube(d=len(levers), rng=rng).random(self.options.samples)
        answers = self._sampled(levers, samples.tolist())
        return boxes(levers, samples, [None if a is None or a.failed else asked.holds(a.data) for a in answers])


def _per_unit(instance: Instance) -> float | None:
    """Return the factor from MUSD to USD per W and year of what is asked; None where that means nothing."""
    if instance.objective.kind != "least_cost":
        return None
    horizon = PlanningHorizon.of(instance.horizon)
    years = present_stock_years(horizon, asked_stocks(instance, horizon))
    return usd_per_w_year(1.0, years) if years else None
