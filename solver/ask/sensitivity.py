"""Sensitivity of the objective to the ranges of an instance: a tornado, screening and indices, each with its gaps.

Where there are more levers than asked, the LP relaxation with years as periods screens them at both ends. The first
ones get, on the instance itself, a proven bound and the price of the best plan at each end. An end at which that plan
breaks a limit is searched, in the order of effects, as long as time allows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

from solver.ask import lever_points
from solver.ask.boxes import Box, Outcome, boxes, outcome_of
from solver.ask.indices import Indices, morris_indices, sobol_indices
from solver.ask.journal import Answer, Journal, identity_of
from solver.ask.lever_points import Evaluator
from solver.ask.question import Question, with_instance
from solver.ask.ranges import RangedLever, ranged_levers
from solver.ask.sensitivity_result import Bar, End, Sensitivity
from solver.economics.levelised import asked_stocks, present_stock_years, usd_per_w_year
from solver.errors import KardashevError, StoppedError, UsageError
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run.dispatch import EARLIEST
from solver.run.gap import UNITS

BEST_SHARE, SCREEN_SHARE, SEARCH_SHARE = 0.5, 0.5, 0.25
"""Shares of the time for the best plan, and of the time left for screening and for one search at an end of a range."""
LEAST_SEARCH_SECONDS = 5.0
MONTHS = 12
FEWER = 0.7
"""Periods of years over periods of the instance, up to which years are worth it for screening."""


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
        for option, value in (("--count", self.count), ("--top", self.top), ("--jobs", self.jobs)):
            if value < 1:
                raise UsageError(f"{option}: found {value}, expected 1 or more")
        if loaded.instance.objective.kind == EARLIEST:
            raise UsageError("objective.kind: found earliest_date, expected least_cost or most_power")
        if self.outcome:
            outcome_of(self.outcome)
        return ranged_levers(loaded, self.vary, self.ranges)


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

    def run(self) -> Sensitivity:
        """Return the sensitivity as far as time allows."""
        instance, unit = self.loaded.instance, UNITS[self.loaded.instance.objective.kind]
        best = self.journal.answer({"plan": "best"}, self._best)
        plan = Plan.from_json(best.data["plan"]) if not best.failed and best.data["plan"] else None
        status = Status(best.data.get("status", Status.NO_PLAN.value))
        if plan is None:
            return Sensitivity(instance.name, status, unit, failed=(best.error,) if best.error else ())
        coarse = _with_years(self.loaded)
        evaluators = {"whole": Evaluator(self.loaded, plan), "years": Evaluator(coarse)}
        with ExitStack() as stack:
            if self.options.jobs > 1:
                pool = ProcessPoolExecutor(self.options.jobs, get_context("spawn"), lever_points.prepare, (evaluators,))
                stack.callback(pool.shutdown, wait=False, cancel_futures=True)
                self.workers = pool
            else:
                lever_points.prepare(evaluators)
            bars = self._searched(self._tornado(self._screened()))
            top = [lever for bar in bars[: self.options.top] for lever in self.levers if lever.path == bar.path]
            morris = self._indices("morris", top)
            sobol = self._indices("sobol", top)
            found = self._boxes(top)
        return Sensitivity(
            instance.name, status, unit, best.data["objective"], best.data["bound"], _per_unit(instance),
            len(self.levers), tuple(bars), morris, sobol, found, tuple(self.failed),
        )  # fmt: skip

    def _best(self) -> dict[str, Any]:
        self.question.on_stage("finding the best plan")
        outcome = self.question.solved(self.loaded, BEST_SHARE * self.question.seconds)
        plan = outcome.plan.to_json() if outcome.plan is not None and outcome.checked else None
        return {"status": outcome.status.value, "objective": outcome.objective, "bound": outcome.bound, "plan": plan}

    def _screened(self) -> list[tuple[RangedLever, tuple[float | None, float | None]]]:
        """Return the levers to measure with their screened ends: all, or those of the largest effects."""
        if len(self.levers) <= self.options.count:
            return [(lever, (None, None)) for lever in self.levers]
        self.question.on_stage(f"screening {len(self.levers)} levers")
        answers = self._ends("years", self.levers, SCREEN_SHARE)
        found = []
        for lever, (low, high) in zip(self.levers, answers, strict=True):
            ends = (_bound(low), _bound(high))
            apart = math.inf if None in ends else abs(ends[0] - ends[1])  # type: ignore[operator]
            unknown = low is None or high is None or low.failed or high.failed
            found.append((0.0 if unknown else apart, lever, ends))
        missing = sum(pair[0] is None or pair[1] is None for pair in answers)
        if missing:
            self.failed.append(f"screening: {missing} of {len(self.levers)} levers not screened in time")
        found.sort(key=lambda item: -item[0])
        return [(lever, ends) for _, lever, ends in found[: self.options.count]]

    def _tornado(self, levers: Sequence[tuple[RangedLever, tuple[float | None, float | None]]]) -> list[Bar]:
        """Return the bars on the instance itself, the widest first."""
        self.question.on_stage(f"measuring {len(levers)} levers at both ends")
        answers = self._ends("whole", [lever for lever, _ in levers])
        bars = []
        for (lever, screened), pair in zip(levers, answers, strict=True):
            low, central, high = lever.range
            ends = [_end(answer, value, at) for answer, value, at in zip(pair, (low, high), screened, strict=True)]
            bars.append(Bar(lever.path, central, lever.support, lever.source, ends[0], ends[1]))
        return sorted(bars, key=lambda bar: -bar.span)

    def _searched(self, bars: list[Bar]) -> list[Bar]:
        """Search the ends without a plan within the gap, those of the widest bars first, as long as time allows."""
        by_path = {lever.path: lever for lever in self.levers}
        open_ = [
            (n, name)
            for n, bar in enumerate(bars)
            for name in ("low", "high")
            if _is_wide(getattr(bar, name), self.question.solve.limits.gap)
        ]
        if open_:
            self.question.on_stage(
                f"searching plans at {len(open_)} ends where the best plan breaks a limit or is far from the bound"
            )

        def search(item: tuple[int, str]) -> tuple[int, str, Answer | None]:
            n, name = item
            seconds = max(LEAST_SEARCH_SECONDS, SEARCH_SHARE * self.question.left)
            limits = replace(self.question.solve.limits, seconds=seconds)
            values = by_path[bars[n].path].values(0.0 if name == "low" else 1.0)
            call = (lever_points.searched, "whole", values, replace(self.question.solve, limits=limits))
            return n, name, self._point({"searched": bars[n].path, "end": name}, *call)

        for n, name, answer in self._all(search, open_):
            if answer is not None and not answer.failed:
                known: End = getattr(bars[n], name)
                better = [b for b in (known.bound, answer.data["bound"]) if b is not None]
                plans = [p for p in (known.plan, answer.data["plan"]) if p is not None]
                most = self.loaded.instance.objective.kind == "most_power"
                found = replace(
                    known, plan=(max if most else min)(plans, default=None), infeasible=answer.data["infeasible"],
                    bound=(min if most else max)(better, default=None), searched=True,
                )  # fmt: skip
                bars[n] = replace(bars[n], **{name: found})
        return sorted(bars, key=lambda bar: -bar.span)

    def _ends(self, name: str, levers: Sequence[RangedLever], share: float = 1.0) -> list[list[Answer | None]]:
        """Return the answers at the low and the high end of each lever, within a share of the time left."""
        ends = time.monotonic() + share * self.question.left

        def ask(item: tuple[RangedLever, float]) -> Answer | None:
            lever, at = item
            point = {name: lever.path, "end": "high" if at else "low"}
            late = time.monotonic() > ends and self.journal.known(point) is None
            return None if late else self._point(point, lever_points.relaxed, name, lever.values(at))

        answers = self._all(ask, [(lever, at) for lever in levers for at in (0.0, 1.0)])
        return [answers[n : n + 2] for n in range(0, len(answers), 2)]

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

        def solve() -> Mapping[str, Any]:
            if self.question.late:
                raise StoppedError("the time of the question is over")
            found: Mapping[str, Any] = (
                call(*args) if self.workers is None else self.workers.submit(call, *args).result()
            )
            return found

        try:
            answer = self.journal.answer(point, solve)
        except StoppedError:
            return None
        if answer.failed:
            self.failed.append(f"{', '.join(f'{k} {v}' for k, v in point.items())}: {answer.error}")
        return answer

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
            lambda samples: [_bound(answer) for answer in self._sampled(levers, samples)],
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


def _is_wide(end: End, gap: float) -> bool:
    """Return whether an end has a bound, but no plan within the gap of it."""
    if end.infeasible or end.bound is None:
        return False
    return end.plan is None or abs(end.plan - end.bound) > gap * abs(end.plan) + 1e-9 * max(1.0, abs(end.plan))


def _bound(answer: Answer | None) -> float | None:
    found: float | None = None if answer is None or answer.failed else answer.data["bound"]
    return found


def _end(answer: Answer | None, value: float, screened: float | None) -> End:
    if answer is None or answer.failed:
        return End(value, screened=screened)
    data = answer.data
    return End(value, data["bound"], data["plan"], bool(data["infeasible"]), screened)


def _per_unit(instance: Instance) -> float | None:
    """Return the factor from MUSD to USD per W and year of what is asked; None where that means nothing."""
    if instance.objective.kind != "least_cost":
        return None
    horizon = PlanningHorizon.of(instance.horizon)
    years = present_stock_years(horizon, asked_stocks(instance, horizon))
    return usd_per_w_year(1.0, years) if years else None


def _with_years(loaded: Loaded[Instance]) -> Loaded[Instance]:
    """Return the instance with years as periods where they are far fewer; else the same."""
    horizon = PlanningHorizon.of(loaded.instance.horizon)
    months = [horizon.ends_month[t] - horizon.starts_month(t) for t in horizon.window]
    years, rest = divmod(sum(months), MONTHS)
    if rest or years > FEWER * len(months):
        return loaded
    data = loaded.instance.model_dump(mode="json", by_alias=True)
    data["horizon"]["periods"] = [{"count": years, "length": "year"}]
    try:
        return with_instance(loaded, Instance.model_validate(data))
    except (ValueError, KardashevError):
        return loaded
