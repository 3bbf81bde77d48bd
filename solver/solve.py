"""The whole story on one page: from an instance file to a checked plan.

path -> Instance -> (physics, sizing) designs -> coefficients -> model -> matrix -> search -> plan -> check
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from solver.check import Violation, check
from solver.clock import Clock
from solver.compiled import compiled
from solver.derive import Derived, derive
from solver.errors import ModelError
from solver.explain import Explanation, Reason, Shortfall, explain
from solver.extract import extract
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.limits import Limits
from solver.matrix import Matrix
from solver.plan import Plan
from solver.ranges import check_ranges, ranges
from solver.scaling import as_handed_over
from solver.search.earliest import Earliest, earliest
from solver.search.find import GAP_TOLERANCE, Found, Request, find
from solver.search.learned import finder
from solver.search.survive import lasting
from solver.sizing import menu
from solver.solution import Progress, Status
from solver.survived import Survived, survived


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks of a solve beside the instance."""

    limits: Limits = field(default_factory=Limits)
    method: str = "auto"
    integrality: str = "auto"


@dataclass(frozen=True, slots=True)
class Hooks:
    """How a running solve speaks to its surroundings, and how they stop it."""

    stop: threading.Event = field(default_factory=threading.Event)
    on_stage: Callable[[str], None] = lambda _text: None
    on_progress: Callable[[str, Progress, float], None] = lambda _stage, _progress, _factor: None


@dataclass(frozen=True, slots=True)
class Learned:
    """How learning curves were met: the mode, the rounds of prices, and for segments how many by component and the
    most by which their chords understate what any plan pays for what learns."""

    mode: str
    rounds: int
    segments: Mapping[str, int]
    chord_error_share: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a solve gives back; objective and bound are in ``unit``.

    ``objective`` and ``bound`` are MUSD for least_cost, a factor on the target path for most_power, and the index of a
    period for earliest_date. ``violations`` is empty for every plan that may be used.
    """

    loaded: Loaded[Instance]
    options: Options
    status: str
    why: str
    plan: Plan | None
    objective: float | None
    bound: float | None
    unit: str
    bound_kind: str
    gap: float | None
    lp_bound: float | None
    violations: tuple[Violation, ...]
    checked: bool
    reasons: tuple[Reason, ...]
    shortfall: tuple[Shortfall, ...]
    repeatable: bool
    rows: int
    columns: int
    integers: int
    ranges: str
    seconds: dict[str, float]
    warnings: tuple[str, ...]
    learning: Learned | None = None
    survived: Survived | None = None


UNITS = {"least_cost": "MUSD", "most_power": "factor on the target", "earliest_date": "period"}


def solve(path: str | Path, options: Options | None = None, hooks: Hooks | None = None) -> Outcome:
    """Read, derive, build, search, check. InstanceError for a bad file, ModelError for a fault of our own."""
    watch = _Watch()
    loaded = read(path)
    watch.lap("read")
    return solve_loaded(loaded, options or Options(), hooks or Hooks(), watch)


def solve_loaded(loaded: Loaded[Instance], options: Options, hooks: Hooks, watch: _Watch | None = None) -> Outcome:
    """The same for an instance that is read already."""
    watch, instance = watch or _Watch(), loaded.instance
    hooks.on_stage("sizing nodes")
    derived = derive(instance, menu(instance), gap=options.limits.gap)
    watch.lap("derive")
    early = _out_of_reach(instance, derived)
    if early is not None:
        return _outcome(loaded, options, watch, None, Found(Status.INFEASIBLE, "infeasible"), None, early, derived)
    hooks.on_stage("building the model")
    matrix, warnings = build(derived)
    watch.lap("build")
    hooks.on_stage(f"model {matrix.rows:,} rows, {matrix.columns:,} columns ({int(matrix.integer.sum()):,} whole)")
    listener = _scaled(hooks, matrix, derived)
    interest = 1 - derived.clock.discount(max(derived.clock.years(t) for t in derived.clock.periods))
    request = Request(options.limits, options.method, options.integrality, interest, hooks.stop, listener)
    learns = bool(derived.curves.curve)
    seek = finder(derived.coefficients.learning, derived.curves, instance.objective.kind) if learns else find
    loop = lasting(instance, derived, seek, warm=not learns)
    seek = seek if loop is None else loop
    date: Earliest | None = None
    searched = matrix
    if instance.objective.kind == "earliest_date":
        found, date, searched = earliest(matrix, request, seek)
    else:
        found = seek(matrix, request)
    if loop is not None and loop.matrix is not None:
        searched = loop.matrix
    explanation = Explanation((), ())
    if found.status is Status.INFEASIBLE:
        hooks.on_stage("infeasible; asking which rules quarrel")
        explanation = explain(searched, derived.clock, Limits(seconds=120.0), hooks.stop)
    watch.lap("solve")
    found.warnings.extend(warnings)
    outcome = _outcome(loaded, options, watch, searched, found, date, explanation, derived)
    return outcome if loop is None else replace(outcome, survived=survived(loop, instance, _factor(instance, derived)))


def build(derived: Derived) -> tuple[Matrix, list[str]]:
    """The compiled matrix of the derived coefficients, and warnings about its ranges as the solver sees them."""
    matrix = compiled(derived.coefficients)
    return matrix, check_ranges(as_handed_over(matrix))


class _Watch:
    """Seconds between the laps of a solve."""

    def __init__(self) -> None:
        self.began = self.last = time.monotonic()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self.last
        self.last = now

    def seconds(self) -> dict[str, float]:
        laps = {name: self.laps.get(name, 0.0) for name in ("read", "derive", "build", "solve", "check")}
        return {**laps, "total": time.monotonic() - self.began}


def _out_of_reach(instance: Instance, derived: Derived) -> Explanation | None:
    """A target asked before anything at all can deliver: no vehicle, no design, no power on yet."""
    c, clock = derived.coefficients, derived.clock
    missed = [t for t in c.time.periods if c.target.demand[t] > 0 and t not in derived.reached]
    if instance.objective.kind == "earliest_date" and not any(c.target.demand.values()):
        missed = [c.time.periods[-1]]
    if not missed or instance.target.unmet_musd is not None:
        return None
    reasons = tuple(Reason("target.demand", "", clock.label(t), 0.0, c.target.demand[t]) for t in missed)
    return Explanation(reasons, tuple(Shortfall(r.period, r.needed, 0.0) for r in reasons))


def _outcome(
    loaded: Loaded[Instance],
    options: Options,
    watch: _Watch,
    matrix: Matrix | None,
    found: Found,
    date: Earliest | None,
    explanation: Explanation,
    derived: Derived,
) -> Outcome:
    instance = loaded.instance
    plan: Plan | None = None
    violations: tuple[Violation, ...] = ()
    if found.x is not None and matrix is not None:
        plan = extract(instance, derived, matrix, found.x, date.period if date else 0)
        violations = tuple(check(instance, plan))
    watch.lap("check")
    objective, bound, gap = _in_file_units(instance, derived, found, plan, date)
    factor = _factor(instance, derived)
    status = found.status.value
    if status == "optimal" and gap is not None and gap > options.limits.gap + GAP_TOLERANCE:
        status = "feasible"
    if found.status is Status.UNBOUNDED:
        raise ModelError("the model is unbounded: a price or a limit is missing; please report this instance")
    return Outcome(
        loaded=loaded,
        options=options,
        status=status,
        why=found.reason,
        plan=plan,
        objective=objective,
        bound=bound,
        unit=UNITS[instance.objective.kind],
        bound_kind=found.bound_kind,
        gap=gap,
        lp_bound=found.lp_bound * factor if abs(found.lp_bound) < 1e300 else None,
        violations=violations,
        checked=plan is not None and not violations,
        reasons=explanation.reasons,
        shortfall=explanation.shortfall,
        repeatable=_repeatable(options, found),
        rows=matrix.rows if matrix is not None else 0,
        columns=matrix.columns if matrix is not None else 0,
        integers=int(matrix.integer.sum()) if matrix is not None else 0,
        ranges=str(ranges(as_handed_over(matrix))) if matrix is not None else "",
        seconds=watch.seconds(),
        warnings=tuple(dict.fromkeys(found.warnings)),
        learning=_learned(derived, found),
    )


def _learned(derived: Derived, found: Found) -> Learned | None:
    curves = derived.curves
    if not curves.curve:
        return None
    if curves.mode == "fixed_point":
        return Learned(curves.mode, found.rounds, {}, None)
    return Learned(curves.mode, found.rounds, curves.segments, max(curves.chord_error_share.values(), default=0.0))


def _factor(instance: Instance, derived: Derived) -> float:
    """From the matrix's minimised sense to the unit of the outcome."""
    if instance.objective.kind == "most_power":
        return -1.0
    return 1.0 / derived.units.money_per_musd


def _in_file_units(
    instance: Instance, derived: Derived, found: Found, plan: Plan | None, date: Earliest | None
) -> tuple[float | None, float | None, float | None]:
    """Objective, bound and gap as they are reported; the objective is that of the plan itself."""
    factor = _factor(instance, derived)
    bound = found.bound * factor if abs(found.bound) < 1e300 else None
    if instance.objective.kind == "earliest_date":
        if plan is None or date is None:
            return None, None, None
        return date.period, date.bound, (date.period - date.bound) / max(1, date.period)
    if plan is None:
        return None, bound, None
    objective = plan.claims.objective
    if bound is None:
        return objective, None, None
    worse = bound < objective if factor < 0 else bound > objective
    bound = objective if worse else bound
    return objective, bound, abs(objective - bound) / abs(objective) if objective else float(objective != bound)


def _repeatable(options: Options, found: Found) -> bool:
    """Ends by gap, infeasibility or work with one thread repeat exactly; ends by the clock or a hand do not."""
    return options.limits.threads == 1 and found.reason not in ("time", "interrupt")


def _scaled(hooks: Hooks, matrix: Matrix, derived: Derived) -> Callable[[str, Progress], None]:
    factor = matrix.sign / derived.units.money_per_musd if matrix.sign > 0 else -1.0
    return lambda stage, progress: hooks.on_progress(stage, progress, factor)


__all__ = ["Clock", "Hooks", "Options", "Outcome", "build", "solve", "solve_loaded"]
