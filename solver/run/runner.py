"""Execution of one solve, from the instance file to the run directory."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from solver.errors import ModelError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.instance.shipped import located
from solver.io.files import finite
from solver.io.processes import on_stop
from solver.io.stop_signals import Interrupted
from solver.milp.solution import Status
from solver.plan import Plan
from solver.run import checkpoint
from solver.run.checkpoint import CheckpointState
from solver.run.directory import require_free, require_writable, write_run
from solver.run.gap import UNITS
from solver.run.incumbent_log import trace_text
from solver.run.manifest import manifest, run_key
from solver.run.manifest_schema import Manifest
from solver.run.model_size import with_threads_of_machine
from solver.run.priced import priced, priced_plan
from solver.run.progress import Console
from solver.run.solve import Callbacks, Options, Outcome, read_within, solve_loaded
from solver.tables import PlanState, state_of, table_texts
from solver.tables.kardashev import headline_data
from solver.tables.run_figures import run_figures

RUNS = Path("results/runs")
EXIT = {
    Status.OPTIMAL: 0,
    Status.INFEASIBLE: 1,
    Status.FEASIBLE: 3,
    Status.INTERRUPTED: 3,
    Status.NO_PLAN: 4,
}


@dataclass(frozen=True, slots=True)
class CheckpointOptions:
    """Directories for checkpoints: the one to write, and the one to resume from; the latter is also written."""

    checkpoint: Path | None = None
    resume: Path | None = None

    @property
    def directory(self) -> Path | None:
        """Directory that checkpoints are written to."""
        return self.checkpoint or self.resume

    def prepared(self, instance_hash: str, force: bool) -> CheckpointState | None:
        """Prepare the directory before a long solve, and read the checkpoint to resume from."""
        state = None if self.resume is None else checkpoint.read_checkpoint(self.resume, instance_hash)
        if self.checkpoint is not None and self.checkpoint != self.resume and not force:
            checkpoint.require_free(self.checkpoint)
        elif self.directory is not None:
            checkpoint.prepare(self.directory)
        return state


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """Finished run: its outcome, its manifest, the state of its plan and its run directory."""

    outcome: Outcome
    manifest: Manifest
    state: PlanState | None
    run_dir: Path


def default_directory(path: Path, loaded: Loaded[Instance], options: Options) -> Path:
    """Return the run directory that is used where none is named."""
    return RUNS / located(str(path), Path()).stem / run_key(loaded, options)


def run(
    path: Path,
    options: Options,
    out: Path | None,
    force: bool,
    console: Console,
    checkpoints: CheckpointOptions | None = None,
    changes: Sequence[str] = (),
    loaded: Loaded[Instance] | None = None,
) -> CompletedRun:
    """Solve a file and write its run directory. InstanceError, UsageError, EnvironmentFailure, ModelError.

    ``changes`` are laid over the file, each as ``path=value``; ``loaded`` is the instance where it was read already.
    The time limit counts from the creation of the console. A plan that fails its check is written nevertheless, and
    ``exit_code`` of its outcome is 5.
    """
    stop, checkpoints = threading.Event(), checkpoints or CheckpointOptions()
    # A plan that is found is also written before Ctrl-C ends the program.
    with interruptible(stop, console):
        options = replace(options, limits=with_threads_of_machine(options.limits, console.stage))
        callbacks = Callbacks(
            console.began, stop=stop, on_stage=console.stage, on_event=console.show, on_step=console.step
        )
        if loaded is None:
            loaded = read_within(path, options, callbacks, changes)
        console.unit = UNITS[loaded.instance.objective.kind]
        target = out if out is not None else default_directory(path, loaded, options)
        replaces = force or out is None
        require_free(target, run_key(loaded, options), replaces)
        require_writable(target)
        resumed = checkpoints.prepared(loaded.hash, force)
        callbacks = replace(callbacks, checkpoint=checkpoints.directory, resumed=resumed)
        outcome = solve_loaded(loaded, options, callbacks)
        console.end()
        if outcome.violations:
            console.stage(f"the plan violates {len(outcome.violations)} constraints: {outcome.violations[0]}")
        if outcome.alarm:
            console.stage(outcome.alarm)
        return _written(outcome, path, target, "\n".join(console.log) + "\n", replaces)


def run_plan(
    path: Path, plan: Path, out: Path | None, force: bool, console: Console, changes: Sequence[str] = ()
) -> CompletedRun:
    """Price and check the plan of another run for a file; a plan without violations gets a run directory.

    InstanceError, UsageError, EnvironmentFailure.
    """
    loaded = read(path, changes=changes)
    outcome = priced(loaded, plan, console.stage)
    console.end()
    target = out if out is not None else default_directory(path, loaded, outcome.options)
    if outcome.violations:
        record = manifest(outcome, str(path), "")
        return CompletedRun(outcome, record, None, target)
    require_free(target, run_key(loaded, outcome.options), force or out is None)
    return _written(outcome, path, target, "\n".join(console.log) + "\n", force or out is None)


def write_plan(path: Path, loaded: Loaded[Instance], plan: Plan, target: Path) -> Path:
    """Write the run directory of a plan of an instance, priced and checked as one that is given; a run is replaced.

    UsageError where the directory holds other files.
    """
    outcome = priced_plan(loaded, plan)
    require_free(target, run_key(loaded, outcome.options), force=True)
    return _written(outcome, path, target, "", replaces=True).run_dir


def _written(outcome: Outcome, path: Path, target: Path, log: str, replaces: bool) -> CompletedRun:
    """Write a run directory; the state of the plan is computed here once, for its tables and for every report."""
    record, trace, plan = manifest(outcome, str(path), str(target.resolve())), trace_text(outcome.trace), outcome.plan
    try:
        state = state_of(outcome.loaded.instance, plan) if plan is not None else None
        texts = table_texts(state) if state is not None else None
        if state is not None:
            record = record.model_copy(update={"figures": finite(run_figures(state))})
    except Exception:
        # An error in a table must not lose the plan.
        write_run(target, record, plan, None, log, replaces, trace)
        raise
    return CompletedRun(outcome, record, state, write_run(target, record, plan, texts, log, replaces, trace))


def solve_data(done: CompletedRun) -> dict[str, Any]:
    """Return the object of ``solve --json``: the summary, and the Kardashev scale of a plan that may use the Moon."""
    data = done.manifest.summary_data()
    if done.state is not None and done.state.instance.use.moon:
        data["kardashev"] = headline_data(done.state)
    return data


def exit_code(outcome: Outcome) -> int:
    """Return the exit code of the command line for an outcome."""
    if outcome.violations or outcome.alarm:
        return ModelError.exit_code
    if outcome.status is Status.INTERRUPTED and outcome.plan is None:
        return EXIT[Status.NO_PLAN]
    return EXIT[outcome.status]


@contextmanager
def interruptible(stop: threading.Event, console: Console) -> Iterator[None]:
    """Stop the search with its best plan at a stop signal; a second signal ends the program."""

    def handler(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise Interrupted
        stop.set()
        console.stage(f"{signal.Signals(number).name}: stopping with the best plan so far; repeat to abort")

    with console, on_stop(handler):
        yield
