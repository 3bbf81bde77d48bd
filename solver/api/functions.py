"""Functions of the Python interface: read, solve, compare, open a stored run."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from solver.api.notebook import console_of
from solver.api.result import Result
from solver.api.scenario import Scenario
from solver.errors import UsageError
from solver.milp.limits import Limits
from solver.milp.other_solvers import require
from solver.run.gap import UNITS
from solver.run.incumbent_log import trace_text
from solver.run.manifest import manifest
from solver.run.model_size import default_threads
from solver.run.runner import interruptible
from solver.run.solve import Callbacks, Options, solve_loaded
from solver.run.stored_run import read_run

if TYPE_CHECKING:
    from solver.compare import Comparison


def read(path: str | PathLike[str], *, case: str | None = None) -> Scenario:
    """Read an instance file, or a shipped one such as ``reference:gigawatt``; InstanceError with every issue."""
    return Scenario(path, case=case)


def solve(
    scenario: Scenario | str | PathLike[str],
    *,
    gap: float = 0.01,
    seconds: float | None = None,
    work: int | None = None,
    threads: int | None = None,
    seed: int = 0,
    method: str = "auto",
    integrality: str = "auto",
    solver: str = "highs",
    progress: bool = False,
) -> Result:
    """Find a least-cost plan, check it, and return it with its bound; the options are those of the command line.

    ``seconds`` counts from the call. ``threads`` are by default those of the machine, at most the two of a search.
    Ctrl-C stops the search with the best plan so far. An infeasible instance is a result as well, with its
    ``conflict``. InstanceError for a bad file, UsageError for an impossible option, ModelError for an internal error.
    """
    threads = default_threads(method) if threads is None else threads
    options = options_of(gap, seconds, work, threads, seed, method, integrality, solver)
    console = console_of(progress, seconds)
    scenario = scenario if isinstance(scenario, Scenario) else read(scenario)
    console.unit, console.limited = UNITS[scenario.instance.objective.kind], work is not None
    stop = threading.Event()
    with interruptible(stop, console):
        callbacks = Callbacks(console.began, None, None, stop, console.stage, console.show, console.step)
        outcome = solve_loaded(scenario.loaded, options, callbacks)
    record = manifest(outcome, scenario.path, "").sealed()
    log = "\n".join(console.log) + "\n"
    return Result(record, scenario.instance, outcome.plan, log, trace_text(outcome.trace))


def open_run(path: str | PathLike[str]) -> Result:
    """Read the result of a run directory; UsageError for a damaged one."""
    run = read_run(path if isinstance(path, str) else str(path))
    return Result(run.manifest, run.instance, run.plan, path=run.path)


def compare(results: Iterable[Result | str | PathLike[str]]) -> Comparison:
    """Compare results, or run directories, side by side; differences below the gaps are not distinguishable."""
    from solver.compare import compare as compare_runs

    return compare_runs([(r if isinstance(r, Result) else open_run(r)).run for r in results])


def options_of(
    gap: float = 0.01,
    seconds: float | None = None,
    work: int | None = None,
    threads: int = 1,
    seed: int = 0,
    method: str = "auto",
    integrality: str = "auto",
    solver: str = "highs",
) -> Options:
    """Return the options of a solve; UsageError for an impossible one, or a solver that is not there."""
    require(solver, _one_of("method", method))
    return Options(_limits(gap, seconds, work, threads, seed), method, _one_of("integrality", integrality), solver)


_CHOICES = {"method": ("auto", "exact", "search"), "integrality": ("auto", "all", "none")}


def _one_of(option: str, value: str) -> str:
    if value not in _CHOICES[option]:
        raise UsageError(f"{option}: found {value!r}, expected {', '.join(_CHOICES[option])}")
    return value


def _limits(gap: float, seconds: float | None, work: int | None, threads: int, seed: int) -> Limits:
    if gap > 1.0:
        raise UsageError(f"gap: found {gap:g}, expected a share of at most 1: perhaps {gap / 100.0:.6g}")
    try:
        return Limits(
            seconds=None if seconds is None else float(seconds), gap=float(gap), threads=threads, seed=seed, work=work
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
