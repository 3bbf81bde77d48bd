"""One run from file to run directory: what ``solve`` and ``batch`` share."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from solver.console import Console
from solver.errors import ModelError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.manifest import manifest, run_key
from solver.rundir import require_free, require_writable, write_run
from solver.solve import UNITS, Hooks, Options, Outcome, solve_loaded
from solver.tables import tables

RUNS = Path("results/runs")
EXIT = {"optimal": 0, "infeasible": 1, "feasible": 3, "interrupted": 3, "no_plan": 4}


@dataclass(frozen=True, slots=True)
class Done:
    """A finished run: its outcome and where it was written."""

    outcome: Outcome
    run_dir: Path


def default_directory(path: Path, loaded: Loaded[Instance], options: Options) -> Path:
    """Where a run goes when no directory is named."""
    return RUNS / path.stem / run_key(loaded, options)


def run(path: Path, options: Options, out: Path | None, force: bool, console: Console) -> Done:
    """Solve a file and write its run directory. InstanceError, UsageError, SurroundingsError, ModelError.

    A plan that fails its check is written all the same, and ``exit_code`` of its outcome is 5.
    """
    began = time.monotonic()
    loaded = read(path)
    reading = time.monotonic() - began
    console.unit = UNITS[loaded.instance.objective.kind]
    target = out if out is not None else default_directory(path, loaded, options)
    replaces = force or out is None
    require_free(target, run_key(loaded, options), replaces)
    require_writable(target)
    stop = threading.Event()
    hooks = Hooks(stop, console.stage, console.progress)
    # A plan that is found is also written before Ctrl-C ends the program.
    with _interruptible(stop, console):
        outcome = solve_loaded(loaded, options, hooks)
        seconds = outcome.seconds
        outcome = replace(outcome, seconds={**seconds, "read": reading, "total": seconds["total"] + reading})
        console.end()
        if outcome.violations:
            console.stage(f"the plan breaks {len(outcome.violations)} rules: {outcome.violations[0]}")
        return Done(outcome, _written(outcome, path, target, "\n".join(console.log) + "\n", replaces))


def _written(outcome: Outcome, path: Path, target: Path, log: str, replaces: bool) -> Path:
    told = manifest(outcome, str(path), str(target))
    try:
        frames = tables(outcome.loaded.instance, outcome.plan) if outcome.plan is not None else None
    except Exception:
        # A fault in a table must not cost the plan.
        write_run(target, told, outcome.plan, None, log, replaces)
        raise
    return write_run(target, told, outcome.plan, frames, log, replaces)


def exit_code(outcome: Outcome) -> int:
    """What the command line returns for an outcome."""
    if outcome.violations:
        return ModelError.exit_code
    if outcome.status == "interrupted" and outcome.plan is None:
        return 4
    return EXIT[outcome.status]


@contextmanager
def _interruptible(stop: threading.Event, console: Console) -> Iterator[None]:
    """Ctrl-C and a polite kill ask the search to stop with its best plan; a second one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        console.stage(f"{signal.Signals(number).name}: stopping with the best plan so far; once more to give up")

    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        console.end()
        for number, old in before.items():
            signal.signal(number, old)
