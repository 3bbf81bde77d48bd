"""The whole story on one page: from an instance file to a checked plan.

path -> Instance -> (physics, sizing) designs -> coefficients -> model -> matrix -> search -> plan -> check
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from solver.check import Violation, check
from solver.derive import Derived, derive
from solver.derive.extract import extract
from solver.design.sizing import candidate_designs
from solver.errors import ModelError
from solver.horizon.periods import PlanningHorizon
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.conditioning import check_ranges, ranges
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from solver.milp.solution import Progress, Solution, Status
from solver.plan import Plan
from solver.run.checkpoint import Checkpoint, State
from solver.run.dispatch import EARLIEST, answer
from solver.run.incumbent_log import Record, Step
from solver.run.survivability import SurvivabilityStats, survived
from solver.run.time_budget import to_explain, to_search
from solver.search.core.state import Mark, Request
from solver.search.engine.search import GAP_TOLERANCE, Found
from solver.search.variants.earliest_date import Earliest, asked_from
from solver.search.variants.infeasibility import Explanation, Reason, Shortfall, explain


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks of a solve beside the instance."""

    limits: Limits = field(default_factory=Limits)
    method: str = "auto"
    integrality: str = "auto"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """How a running solve speaks to its surroundings, how they stop it, and what it goes on from.

    ``began`` is the monotonic time from which its seconds count. What it knows is kept in ``checkpoint``, and
    ``resumed`` is what another run kept.
    """

    began: float = field(default_factory=time.monotonic)
    checkpoint: Path | None = None
    resumed: State | None = None
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
    survived: SurvivabilityStats | None = None
    trace: tuple[Step, ...] = ()
    resumed: bool = False


UNITS = {"least_cost": "MUSD", "most_power": "factor on the target", "earliest_date": "period"}


def solve(path: str | Path, options: Options | None = None, callbacks: Callbacks | None = None) -> Outcome:
    """Read, derive, build, search, check. InstanceError for a bad file, ModelError for a fault of our own."""
    callbacks = callbacks or Callbacks()
    return solve_loaded(read(path), options or Options(), callbacks)


def solve_loaded(loaded: Loaded[Instance], options: Options, callbacks: Callbacks) -> Outcome:
    """The same for an instance that was read since the start of the command."""
    watch, instance = _Watch(callbacks.began), loaded.instance
    watch.lap("read")
    callbacks.on_stage("sizing nodes")
    derived = derive(instance, candidate_designs(instance), gap=options.limits.gap)
    watch.lap("derive")
    early = _out_of_reach(instance, derived)
    if early is not None:
        return _outcome(loaded, options, watch, None, Found(Status.INFEASIBLE, "infeasible"), None, early, derived)
    callbacks.on_stage("building the model")
    matrix, warnings = build(derived)
    watch.lap("build")
    callbacks.on_stage(f"model {matrix.rows:,} rows, {matrix.columns:,} columns ({int(matrix.integer.sum()):,} whole)")
    interest = 1 - derived.horizon.discount(max(derived.horizon.years(t) for t in derived.horizon.periods))
    record = Record(callbacks.began, 1.0 if instance.objective.kind == EARLIEST else _factor(instance, derived))
    limits = to_search(options.limits, callbacks.began, matrix.columns)
    request = Request(
        limits, options.method, options.integrality, interest, callbacks.stop,
        lambda stage, progress: callbacks.on_progress(stage, record.shown(progress), 1.0), on_mark=record.hear,
    )  # fmt: skip
    start, keeper = _kept(record, loaded, options, callbacks, matrix)
    told = answer(instance, derived, matrix, request, record, start)
    if keeper is not None:
        keeper.write()
    found, explanation = told.found, Explanation((), ())
    if found.status is Status.INFEASIBLE:
        callbacks.on_stage("infeasible; asking which rules quarrel")
        explanation = explain(
            told.searched, derived.horizon, to_explain(options.limits, callbacks.began), callbacks.stop
        )
    watch.lap("solve")
    found.warnings.extend(warnings)
    outcome = _outcome(loaded, options, watch, told.searched, found, told.date, explanation, derived)
    resumed, repeatable = start is not None, outcome.repeatable and start is None
    outcome = replace(outcome, trace=tuple(record.steps), resumed=resumed, repeatable=repeatable)
    loop = told.loop
    return outcome if loop is None else replace(outcome, survived=survived(loop, instance, _factor(instance, derived)))


def _kept(
    record: Record, loaded: Loaded[Instance], options: Options, callbacks: Callbacks, matrix: Matrix
) -> tuple[Solution | None, Checkpoint | None]:
    """Begin the record with what another run kept: what the search goes on from, and what keeps it in its turn."""
    start, keeper, state = None, None, callbacks.resumed
    if state is not None:
        start = state.start(matrix, asked_from if loaded.instance.objective.kind == EARLIEST else None)
        record.before, record.steps = state.elapsed, list(state.steps)
        record.hear(Mark(state.objective, state.bound, state.bound_kind, "resumed", start.x))
    if callbacks.checkpoint is not None:
        keeper = Checkpoint(callbacks.checkpoint, loaded.hash, asdict(options), record, matrix, callbacks.on_stage)
        record.on_better = keeper.better
        keeper.write()
    return start, keeper


def build(derived: Derived) -> tuple[Matrix, list[str]]:
    """The compiled matrix of the derived coefficients, and warnings about its ranges as the solver sees them."""
    matrix = compile_model(derived.coefficients)
    return matrix, check_ranges(as_handed_over(matrix))


class _Watch:
    """Seconds between the laps of a solve."""

    def __init__(self, began: float) -> None:
        self.began = self.last = began
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self.last
        self.last = now

    def seconds(self) -> dict[str, float]:
        laps = {
            name: self.laps.get(name, 0.0) for name in ("read", "derive", "PlanningHorizon", "build", "solve", "check")
        }
        return {**laps, "total": time.monotonic() - self.began}


def _out_of_reach(instance: Instance, derived: Derived) -> Explanation | None:
    """A target asked before anything at all can deliver: no vehicle, no design, no power on yet."""
    c, horizon = derived.coefficients, derived.horizon
    missed = [t for t in c.time.periods if c.target.demand[t] > 0 and t not in derived.reached]
    if instance.objective.kind == "earliest_date" and not any(c.target.demand.values()):
        missed = [c.time.periods[-1]]
    if not missed or instance.target.unmet_penalty_musd is not None:
        return None
    reasons = tuple(Reason("target.demand", "", horizon.label(t), 0.0, c.target.demand[t]) for t in missed)
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
    return options.limits.threads == 1 and found.reason not in ("time", "interrupt") and not found.clocked


__all__ = ["Callbacks", "Options", "Outcome", "PlanningHorizon", "build", "solve", "solve_loaded"]
