"""Outcome of a solve: the plan with the verdict of the checker, and figures in the units of the file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from solver.check import Violation, check
from solver.derive import Derived
from solver.derive.extract import extract
from solver.economics.value import market_musd
from solver.errors import InstanceError, RefusedModelError, ValidationIssue
from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import GAP_TOLERANCE, Limits
from solver.milp.loosened import at_dominance
from solver.milp.matrix import Matrix
from solver.milp.repair import refined, resolved
from solver.milp.solution import WITHIN_GAP, Certificate, Limit, Reason, SearchEvent, Status, Termination
from solver.plan import Plan
from solver.run.dispatch import EARLIEST
from solver.run.gap import GROWS, UNITS, Conversion, Gap, alarm_text
from solver.run.statistics import LearningSummary, ModelSize
from solver.run.survivability import survivability_data
from solver.search.core.result import SearchResult
from solver.search.variants.conflict import Conflict, ConflictingConstraint, Shortfall
from solver.search.variants.unlimited import unlimited_keys


@dataclass(frozen=True, slots=True)
class Options:
    """User options of a solve beside the instance: limits, method, integrality and solver of branch and bound."""

    limits: Limits = field(default_factory=Limits)
    method: str = "auto"
    integrality: str = "auto"
    solver: str = "highs"


REPAIR_SECONDS = 10.0
"""Time limit of the repair of a plan that the checker refuses."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a solve: the result of the search, the plan extracted from it and the checker's verdict.

    ``objective`` and ``bound`` are in ``unit``: MUSD for least_cost and most_value, a factor on the target path for
    most_power, and the index of a period for earliest_date; ``to_unit`` converts to it from the minimised sense.
    ``violations`` is empty for every valid plan. ``designs`` are the candidate designs for which the bound holds, of
    ``designs_sized``; ``at_bounds`` the variables that reach a bound of dominance, each with its columns.
    ``least_budget_musd`` is that for any power, of a plan within a smaller budget. ``least_net_musd`` is the least net
    cost at which any plan delivers what a plan for the most power does, where it was proven.
    ``alarm`` names bound and objective where the bound is better than a checked plan; then there is no gap.
    """

    loaded: Loaded[Instance]
    options: Options
    result: SearchResult
    to_unit: Conversion
    plan: Plan | None
    violations: tuple[Violation, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    conflict: Conflict
    size: ModelSize
    seconds: dict[str, float]
    learning: LearningSummary | None = None
    designs: int = 0
    designs_sized: int = 0
    at_bounds: tuple[str, ...] = ()
    trace: tuple[SearchEvent, ...] = ()
    resumed: bool = False
    alarm: str = ""
    least_budget_musd: float | None = None
    least_net_musd: float | None = None

    @property
    def status(self) -> Status:
        """Status of the search; not optimal where the gap of the plan itself exceeds the limit, or after an alarm."""
        status = self.result.status
        wide = bool(self.alarm) or (self.gap is not None and self.gap > self.options.limits.gap + GAP_TOLERANCE)
        return Status.FEASIBLE if status is Status.OPTIMAL and wide else status

    @property
    def termination(self) -> Termination:
        """Termination of the search."""
        return self.result.termination

    @property
    def unit(self) -> str:
        """Unit of objective and bound."""
        return UNITS[self.loaded.instance.objective.kind]

    @property
    def certificate(self) -> Certificate:
        """Certificate of the bound: that of the date for an earliest date."""
        return self.result.certificate if self.result.date is None else self.result.date.certificate

    @property
    def gap_musd(self) -> float | None:
        """Gap in MUSD; None without a plan or bound, or where the objective is no money."""
        if self.plan is None or self.bound is None or self.unit != "MUSD":
            return None
        return Gap.of(self.loaded.instance.objective.kind, self.plan.claims, self.bound).musd

    @property
    def lp_bound(self) -> float | None:
        """LP relaxation bound, in the unit of the outcome; None where it was not solved."""
        lp_bound = self.result.stats.lp_bound
        return self.to_unit.shown(lp_bound) if np.isfinite(lp_bound) else None

    @property
    def reasons(self) -> tuple[ConflictingConstraint, ...]:
        """Conflicting constraints of an infeasible instance (an IIS)."""
        return self.conflict.constraints

    @property
    def shortfall(self) -> tuple[Shortfall, ...]:
        """Unreachable target of an infeasible instance, by period."""
        return self.conflict.shortfall

    @property
    def checked(self) -> bool:
        """True for a plan without violations."""
        return self.plan is not None and not self.violations

    @property
    def repeatable(self) -> bool:
        """True for a deterministic run: not resumed, and ended neither by time nor by an interrupt.

        Two sides of a search exchange by work; threads of the solver itself, under ``exact``, promise nothing.
        """
        by_time = self.termination.limit in (Limit.TIME, Limit.INTERRUPT) or self.result.stats.time_limited
        within_solver = self.options.limits.threads > 1 and self.options.method == "exact"
        return not (by_time or within_solver or self.resumed)

    @property
    def survivability(self) -> dict[str, Any] | None:
        """Statistics of the search for a plan that survives its contingencies, as JSON."""
        stats, dated = self.result.survivability, self.loaded.instance.objective.kind == EARLIEST
        return None if stats is None else survivability_data(stats, None if dated else self.to_unit.factor)


class Stopwatch:
    """Seconds of each stage of a solve."""

    def __init__(self, began: float) -> None:
        self.began = self.last = began
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """End a stage."""
        now = time.monotonic()
        self.laps[name] = now - self.last
        self.last = now

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each stage, and those since the start."""
        laps = {name: self.laps.get(name, 0.0) for name in ("read", "derive", "build", "solve", "check")}
        return {**laps, "total": time.monotonic() - self.began}


def outcome_of(
    loaded: Loaded[Instance],
    options: Options,
    watch: Stopwatch,
    result: SearchResult,
    conflict: Conflict,
    derived: Derived | None,
) -> Outcome:
    """Return the outcome of a search: its plan, checked and if need be repaired, and its figures in file units.

    ``derived`` is None where the search was ended before. InstanceError for an unbounded model, RefusedModelError for
    one that the solver refuses.
    """
    instance, matrix = loaded.instance, result.matrix
    if result.x is None:
        _require_answer(result, loaded, derived)
    plan: Plan | None = None
    violations: tuple[Violation, ...] = ()
    at_bounds: tuple[str, ...] = ()
    if result.x is not None and matrix is not None and derived is not None:
        first = result.date.period if result.date else 0
        plan = extract(instance, derived, matrix, result.x, first)
        violations = tuple(check(instance, plan))
        if violations:
            repaired = _repaired(instance, derived, result, first, options.limits)
            if repaired is not None:
                (plan, result), violations = repaired, ()
        at_bounds = at_dominance(matrix, result.x) if result.x is not None else ()
    watch.lap("check")
    to_unit = Conversion(1.0) if derived is None else conversion_of(instance, derived)
    objective, bound = _in_file_units(instance, to_unit, result, plan)
    gap = None if plan is None or bound is None else Gap.of(instance.objective.kind, plan.claims, bound)
    alarm = alarm_text(gap, UNITS[gap.kind]) if gap is not None and gap.contradiction and not violations else ""
    if gap is not None and gap.open < 0 and not gap.contradiction:
        bound = objective
    return Outcome(
        loaded=loaded,
        options=options,
        result=replace(result, matrix=None, basis=None),
        to_unit=to_unit,
        plan=plan,
        violations=violations,
        objective=objective,
        bound=bound,
        gap=None if gap is None else gap.share,
        conflict=conflict,
        size=ModelSize() if matrix is None else ModelSize.of(matrix),
        seconds=watch.seconds(),
        learning=None if derived is None else LearningSummary.of(derived.curves, result.stats.price_rounds),
        designs=0 if derived is None else len(derived.designs),
        at_bounds=at_bounds,
        alarm=alarm,
    )


def _repaired(
    instance: Instance, derived: Derived, result: SearchResult, first: int, limits: Limits
) -> tuple[Plan, SearchResult] | None:
    """Return a plan that passes the checker with its result; None where none is found.

    A point within the tolerance of the solver may miss that of the checker: first its counts are kept, then the model
    is solved again to finer tolerances. Under learning curves the bound of that model is none of the instance.
    """
    matrix, x = result.matrix, result.x
    assert matrix is not None
    assert x is not None
    brief = replace(limits, seconds=REPAIR_SECONDS)
    point = refined(matrix, x, Limits(seconds=REPAIR_SECONDS))
    plan = None if point is None else extract(instance, derived, matrix, point, first)
    if plan is not None and not check(instance, plan):
        return plan, result
    again = resolved(matrix, brief)
    plan = None if again is None or again.x is None else extract(instance, derived, matrix, again.x, first)
    if again is None or plan is None or check(instance, plan):
        return None
    known = replace(again, bound=result.bound) if derived.curves.curve else again
    proven = limits.met_by(known.value, known.bound)
    ended = WITHIN_GAP if proven else Termination(Reason.EXHAUSTED, detail="solved to finer tolerances")
    return plan, replace(result, incumbent=known, termination=ended)


def _require_answer(result: SearchResult, loaded: Loaded[Instance], derived: Derived | None) -> None:
    """Raise InstanceError for an unbounded model, RefusedModelError for one that the solver refuses."""
    if result.termination.reason is Reason.MODEL_REFUSED:
        raise RefusedModelError(result.termination.detail)
    if result.status is Status.UNBOUNDED:
        raise _unlimited(loaded, derived, result.matrix)


def _unlimited(loaded: Loaded[Instance], derived: Derived | None, matrix: Matrix | None) -> InstanceError:
    """Return the error of an instance whose objective improves without end, with the keys that could limit it."""
    instance = loaded.instance
    keys = [] if derived is None or matrix is None else unlimited_keys(instance, derived, matrix)
    kind = instance.objective.kind
    grows = "it grows" if kind in GROWS else "the cost falls"
    text = f"found {kind}, whose optimum is infinite: {grows} without end at no price; expected a price or a limit"
    if keys:
        text += f" at one of {', '.join(keys)}"
    return InstanceError(
        [ValidationIssue(str(loaded.files[0]) if loaded.files else "instance", 0, "objective.kind", text)]
    )


def conversion_of(instance: Instance, derived: Derived) -> Conversion:
    """Return the conversion from the minimised sense of the matrix to the unit of the outcome."""
    if instance.objective.kind == "most_power":
        return Conversion(-1.0)
    musd = 1.0 / derived.units.money_per_musd
    if instance.objective.kind == "most_value":
        # The matrix minimises net cost and value forgone: the value of the whole market less the net present value.
        return Conversion(-musd, market_musd(instance, derived.horizon))
    return Conversion(musd)


def _in_file_units(
    instance: Instance, to_unit: Conversion, result: SearchResult, plan: Plan | None
) -> tuple[float | None, float | None]:
    """Return objective and bound as they are reported; the objective is that of the plan itself."""
    if instance.objective.kind == EARLIEST:
        return (None, None) if plan is None or result.date is None else (result.date.period, result.date.bound)
    bound = to_unit.shown(result.bound) if np.isfinite(result.bound) else None
    return (None if plan is None else plan.claims.objective), bound
