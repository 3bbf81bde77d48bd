"""Pipeline of a solve on one page: from an instance file to a checked plan.

path -> Instance -> (physics, sizing) designs -> coefficients -> model -> matrix -> search -> plan -> check
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from solver.derive import Derived, derive
from solver.design.candidates import selected_designs
from solver.errors import ContradictionError, RangeError, StoppedError
from solver.horizon.advice import discount_warnings
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.compile import compile_model
from solver.milp.conditioning import check_ranges
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.scaling import as_handed_over
from solver.milp.solution import Incumbent, Limit, Reason, SearchEvent, Status, Termination
from solver.milp.tightening import tightened, with_coefficients
from solver.run.checkpoint import Checkpoint, CheckpointState
from solver.run.dispatch import EARLIEST, known_result, search_instance
from solver.run.gap import UNITS, Conversion
from solver.run.incumbent_log import IncumbentLog
from solver.run.levelised_bound import least_net_musd
from solver.run.manifests import with_packed_flights, without_unpacked
from solver.run.model_size import admitted_size, size_warning, with_threads_of_machine
from solver.run.outcome import Options, Outcome, Stopwatch, conversion_of, outcome_of
from solver.run.purchases import without_idle_purchases
from solver.run.range_keys import with_keys
from solver.run.resume import earlier_trace, not_rederived, start_of
from solver.run.time_budget import (
    EXPLAIN_GRACE,
    SEARCH_GRACE,
    build_ends,
    phase_ends,
    stopped_while,
    to_drop_purchases,
    to_explain,
    to_search,
)
from solver.run.watchdog import import_engine, watched
from solver.search.core.result import SearchResult
from solver.search.core.state import SearchOptions
from solver.search.variants.conflict import NO_CONFLICT, Conflict
from solver.search.variants.explanation import explain, unexplained
from solver.search.variants.least_budget import GAP, NOTHING, least_budget
from solver.search.variants.reach import unreached

MOST_POWER = "most_power"
BUILD_PARTS = 4
"""Parts of building: the import of the engine, variables and constraints, the matrix, the check of its ranges."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callbacks of a running solve, the event that stops it, and its checkpoints.

    ``on_event`` is called with events of the run, in the unit of the outcome, and ``on_step`` with the parts of a stage
    that are done, and their number. ``began`` is the monotonic time from
    which its seconds count. ``checkpoint`` is the directory it writes, ``resumed`` the checkpoint of another run.
    ``known`` is a plan and a bound of the matrix to start from. Without ``explains`` no conflict is looked for.
    """

    began: float = field(default_factory=lambda: time.monotonic())
    checkpoint: Path | None = None
    resumed: CheckpointState | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    on_stage: Callable[[str], None] = lambda _text: None
    on_event: Callable[[SearchEvent], None] = lambda _event: None
    on_step: Callable[[int, int], None] = lambda _done, _of: None
    known: Incumbent | None = None
    explains: bool = True


def solve(path: str | Path, options: Options | None = None, callbacks: Callbacks | None = None) -> Outcome:
    """Solve an instance file: read, derive, build, search, check.

    InstanceError for a bad file, UsageError for a model too large for the machine, StoppedError where a limit ends its
    reading, ModelError for an internal error.
    """
    callbacks, options = callbacks or Callbacks(), options or Options()
    options = replace(options, limits=with_threads_of_machine(options.limits, callbacks.on_stage))
    return solve_loaded(read_within(path, options, callbacks), options, callbacks)


def read_within(
    path: str | Path, options: Options, callbacks: Callbacks, changes: Sequence[str] = ()
) -> Loaded[Instance]:
    """Read an instance file within the limits of a solve; StoppedError where one ends the reading."""
    ends = build_ends(options.limits, callbacks.began)
    loaded = watched(lambda: read(path, changes=changes), ends, callbacks.stop)
    if isinstance(loaded, Limit):
        raise StoppedError(stopped_while("reading the instance", loaded, {}, options.limits))
    return loaded


def solve_loaded(loaded: Loaded[Instance], options: Options, callbacks: Callbacks) -> Outcome:
    """Solve an instance that was read since the start of the command; see ``solve``."""
    watch, ends = Stopwatch(callbacks.began), build_ends(options.limits, callbacks.began)
    watch.lap("read")
    callbacks.on_stage("sizing nodes (step 2 of 5)")
    instance = loaded.instance
    sized = watched(lambda: _derived(instance, options, callbacks), ends, callbacks.stop)
    watch.lap("derive")
    if isinstance(sized, Limit):
        return _stopped(loaded, options, watch, "sizing nodes and deriving coefficients", sized)
    derived, designs_sized = sized
    if unreached(instance, derived):
        early = SearchResult(Termination.infeasible("some demand has nothing that serves it"))
        conflict = _conflict(derived, None, loaded, options, callbacks) if callbacks.explains else NO_CONFLICT
        return replace(outcome_of(loaded, options, watch, early, conflict, derived), designs_sized=designs_sized)
    callbacks.on_stage("building the model (step 3 of 5)")
    built = watched(lambda: _built(instance, derived, callbacks), ends, callbacks.stop)
    watch.lap("build")
    if isinstance(built, Limit):
        return _stopped(loaded, options, watch, "building the model", built)
    outcome = solve_built(loaded, options, callbacks, derived, *built, watch=watch)
    return replace(outcome, designs_sized=designs_sized)


def _derived(instance: Instance, options: Options, callbacks: Callbacks) -> tuple[Derived, int]:
    """Size nodes and derive coefficients; return them and the number of designs sized.

    UsageError, before the long part, where the model would be too large.
    """
    designs, sized = selected_designs(instance, callbacks.on_step)
    for text in discount_warnings(instance):
        callbacks.on_stage(f"warning: {text}")
    warning = size_warning(admitted_size(instance, designs))
    if warning is not None:
        callbacks.on_stage(warning)
    return derive(instance, designs, gap=options.limits.gap), sized


def solve_built(
    loaded: Loaded[Instance],
    options: Options,
    callbacks: Callbacks,
    derived: Derived,
    matrix: Matrix,
    warnings: list[str],
    watch: Stopwatch | None = None,
) -> Outcome:
    """Search a built model, and return the outcome with its plan or its conflict.

    A question may have added rows to the matrix, or patched it.
    """
    watch = watch or Stopwatch(callbacks.began)
    instance, compiled, matrix = loaded.instance, matrix, tightened(matrix)
    size = f"{matrix.rows:,} rows, {matrix.columns:,} columns ({int(matrix.integer.sum()):,} integer)"
    callbacks.on_stage(f"searching (step 4 of 5): model {size}")
    to_unit = Conversion(1.0) if instance.objective.kind == EARLIEST else conversion_of(instance, derived)
    log = IncumbentLog(callbacks.began, to_unit, screen=callbacks.on_event)
    limits = to_search(options.limits, callbacks.began, matrix.columns)
    search_options = _search_options(options, callbacks, derived, limits, log)
    start, checkpoint = _resume(log, loaded, options, callbacks, derived, matrix, warnings)
    if isinstance(start, Limit):
        return _stopped(loaded, options, watch, "checking the plan of the checkpoint", start)
    ends, alarm, conflict = phase_ends(options.limits, callbacks.began, limits, SEARCH_GRACE), "", NO_CONFLICT
    try:
        result = search_instance(instance, derived, matrix, search_options, log, start or callbacks.known, ends)
        result, conflict = _finished(result, instance, derived, matrix, options, callbacks)
    except ContradictionError as error:
        # The plan is written with the alarm; without one nothing is left to show.
        if log.incumbent.x is None:
            raise
        alarm = str(error)
        result = known_result(instance, matrix, log.incumbent, alarm)
    if checkpoint is not None:
        checkpoint.write()
    infeasible = result.status is Status.INFEASIBLE and not conflict.constraints
    if infeasible and callbacks.explains and result.matrix is not None:
        conflict = _conflict(derived, with_coefficients(result.matrix, compiled), loaded, options, callbacks)
    watch.lap("solve")
    callbacks.on_stage("checking and writing (step 5 of 5)")
    warnings = [*discount_warnings(instance), *warnings]
    stats = replace(result.stats, warnings=tuple(dict.fromkeys((*result.stats.warnings, *warnings))))
    outcome = outcome_of(loaded, options, watch, replace(result, stats=stats), conflict, derived)
    return replace(
        outcome,
        trace=tuple(log.trace),
        resumed=start is not None,
        alarm=outcome.alarm or alarm,
        least_budget_musd=_least_budget(outcome, derived, matrix, callbacks),
        least_net_musd=least_net_musd(outcome, derived, callbacks.began, callbacks.stop),
    )


def _search_options(
    options: Options, callbacks: Callbacks, derived: Derived, limits: Limits, log: IncumbentLog
) -> SearchOptions:
    interest = 1 - derived.horizon.discount(max(derived.horizon.years(t) for t in derived.horizon.periods))
    return SearchOptions(
        limits, options.method, options.integrality, interest, callbacks.stop, log.record,
        keep_proof=callbacks.checkpoint is not None, solver=options.solver,
    )  # fmt: skip


def _least_budget(outcome: Outcome, derived: Derived, matrix: Matrix, callbacks: Callbacks) -> float | None:
    """Return the least budget for any power, MUSD, where a plan for the most power has none; else None."""
    plan, options, objective = outcome.plan, outcome.options, outcome.loaded.instance.objective
    budget = objective.budget_musd
    if plan is None or objective.kind != MOST_POWER or budget is None or plan.claims.factor > NOTHING:
        return None
    callbacks.on_stage("the budget buys no power; looking for the least that does")
    limits = to_drop_purchases(options.limits, callbacks.began)
    ends = phase_ends(options.limits, callbacks.began, limits, SEARCH_GRACE)
    granted, per_unit = replace(limits, gap=GAP, work=None), 1 / derived.units.money_per_musd
    least = watched(
        lambda: least_budget(matrix, budget, per_unit, granted, callbacks.stop), ends, callbacks.stop, SEARCH_GRACE
    )
    return None if isinstance(least, Limit) else least


def _stopped(loaded: Loaded[Instance], options: Options, watch: Stopwatch, phase: str, limit: Limit) -> Outcome:
    """Return the outcome of a solve that was ended before its model was built."""
    detail = stopped_while(phase, limit, watch.laps, options.limits)
    return outcome_of(loaded, options, watch, SearchResult(Termination(Reason.LIMIT, limit, detail)), NO_CONFLICT, None)


def _resume(
    log: IncumbentLog,
    loaded: Loaded[Instance],
    options: Options,
    callbacks: Callbacks,
    derived: Derived,
    matrix: Matrix,
    warnings: list[str],
) -> tuple[Incumbent | Limit | None, Checkpoint | None]:
    """Begin the log with a checkpoint; return the incumbent to start from, and the writer of new checkpoints.

    The first is the limit that ended the check of the checkpoint, if one did; the checkpoint is then left as it is.
    """
    start: Incumbent | None = None
    checkpoint, state = None, callbacks.resumed
    if state is not None:
        callbacks.on_stage("checking the plan and the bound of the checkpoint")
        known = start_of(
            state, loaded.instance, derived, matrix, log.to_unit, options.limits, callbacks.began, callbacks.stop
        )
        if isinstance(known, Limit):
            return known, None
        start = known
        warning = not_rederived(state, start, log.to_unit, UNITS[loaded.instance.objective.kind])
        if warning:
            callbacks.on_stage(warning)
            warnings.append(warning)
        log.before, log.trace = state.elapsed, earlier_trace(state, start, log.to_unit)
        bound = start.bound if np.isfinite(start.bound) else None
        event = SearchEvent(0.0, start.objective, bound, certificate=start.certificate, stage="resumed", x=start.x)
        log.record(replace(event, improved=True, proof=state.proof))
    if callbacks.checkpoint is not None:
        checkpoint = Checkpoint(callbacks.checkpoint, loaded.hash, asdict(options), log, matrix, callbacks.on_stage)
        log.on_improvement = checkpoint.update
        checkpoint.write()
    return start, checkpoint


def build(
    derived: Derived, on_step: Callable[[int, int], None] | None = None, instance: Instance | None = None
) -> tuple[Matrix, list[str]]:
    """Build the matrix of the derived coefficients; return it with warnings about its ranges as scaled.

    RangeError where its numbers lie too far apart, which names keys of the file where the instance is given.
    """
    step = on_step or (lambda _done, _of: None)
    matrix = compile_model(derived.coefficients, lambda: step(2, BUILD_PARTS))
    step(3, BUILD_PARTS)
    try:
        return matrix, check_ranges(as_handed_over(matrix))
    except RangeError as error:
        raise (error if instance is None else with_keys(error, instance, derived)) from None


def _built(instance: Instance, derived: Derived, callbacks: Callbacks) -> tuple[Matrix, list[str]]:
    import_engine()
    callbacks.on_step(1, BUILD_PARTS)
    return build(derived, callbacks.on_step, instance)


def _conflict(
    derived: Derived, matrix: Matrix | None, loaded: Loaded[Instance], options: Options, callbacks: Callbacks
) -> Conflict:
    """Explain an infeasible instance within the limits."""
    callbacks.on_stage("infeasible; looking for conflicting constraints")
    limits = to_explain(options.limits, callbacks.began)
    ends = phase_ends(options.limits, callbacks.began, limits, EXPLAIN_GRACE)
    partial: list[Conflict] = []
    found = watched(
        lambda: explain(loaded.instance, derived, matrix, limits, callbacks.stop, callbacks.on_stage, partial.append),
        ends, callbacks.stop, EXPLAIN_GRACE,
    )  # fmt: skip
    if not isinstance(found, Limit):
        return found
    callbacks.on_stage(
        "stopped before the conflicting constraints were reduced"
        if partial
        else "stopped before the conflicting constraints were found"
    )
    return partial[-1] if partial else unexplained(loaded.instance)


def _finished(
    result: SearchResult,
    instance: Instance,
    derived: Derived,
    matrix: Matrix,
    options: Options,
    callbacks: Callbacks,
) -> tuple[SearchResult, Conflict]:
    """Return the result without idle purchases, and with flights that can be loaded; the same where a limit ends it.

    The conflict is that of nodes that no plan can load.
    """
    limits = to_drop_purchases(options.limits, callbacks.began)
    ends = phase_ends(options.limits, callbacks.began, limits, SEARCH_GRACE)

    def finished() -> tuple[SearchResult, Conflict]:
        lean = without_idle_purchases(result, instance, derived, matrix, limits)
        return with_packed_flights(lean, instance, derived, matrix, limits)

    found = watched(finished, ends, callbacks.stop, SEARCH_GRACE)
    if not isinstance(found, Limit):
        return found
    return without_unpacked(result, instance, derived, matrix, found), NO_CONFLICT


__all__ = ["Callbacks", "Options", "Outcome", "build", "solve", "solve_built", "solve_loaded"]
