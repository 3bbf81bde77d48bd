"""One run from file to run directory: what ``solve`` and ``batch`` share."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from solver.console import Console
from solver.errors import KardashevError, ModelError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.manifest import manifest, run_key
from solver.rundir import require_free, write_run
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
    """Solve a file and write its run directory. InstanceError, UsageError, SurroundingsError, ModelError."""
    loaded = read(path)
    console.unit = UNITS[loaded.instance.objective.kind]
    target = out if out is not None else default_directory(path, loaded, options)
    replace = force or out is None
    require_free(target, run_key(loaded, options), replace)
    stop = threading.Event()
    hooks = Hooks(stop, console.stage, console.progress)
    with _interruptible(stop, console):
        outcome = solve_loaded(loaded, options, hooks)
    console.end()
    if outcome.plan is not None and outcome.violations:
        console.stage(f"the plan breaks {len(outcome.violations)} rules: {outcome.violations[0]}")
    frames = tables(loaded.instance, outcome.plan) if outcome.plan is not None else None
    written = write_run(
        target, manifest(outcome, str(path), str(target)), outcome.plan, frames, "\n".join(console.log) + "\n", replace
    )
    if outcome.violations:
        raise ModelError(
            f"our fault: the plan found fails its own check: {outcome.violations[0]}; it is kept in {target}, "
            "please report it"
        )
    return Done(outcome, written)


def exit_code(outcome: Outcome) -> int:
    """What the command line returns for an outcome."""
    if outcome.status == "interrupted" and outcome.plan is None:
        return 4
    return EXIT[outcome.status]


def error_code(error: KardashevError) -> int:
    """What the command line returns for an error."""
    return error.exit_code


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
        for number, old in before.items():
            signal.signal(number, old)
