"""Batch on one machine: a process for each instance, so that one that dies takes nothing with it.

An engine for a cluster would offer the same ``run_all``: files in, one ``Result`` each out, in any order.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

from solver.errors import EnvironmentFailure, InstanceError, KardashevError
from solver.instance.read import read
from solver.io import escapes
from solver.io.processes import ends_with_parent, interrupt, on_stop
from solver.milp.solution import Status
from solver.run.directory import is_run
from solver.run.runner import EXIT, default_directory
from solver.run.solve import Options
from solver.run.stored_run import read_run

FINISHED = (Status.OPTIMAL, Status.INFEASIBLE)
ANSWERED = (Status.OPTIMAL, Status.FEASIBLE, Status.INTERRUPTED, Status.INFEASIBLE)
FAULT = EnvironmentFailure.exit_code
STOPPED = 4
ERROR_LINES = 3
"""Lines of a failed process that are shown."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one instance: solved, skipped (solved before) or failed with a message."""

    path: Path
    status: str
    run_dir: Path | None
    exit_code: int
    message: str = ""
    objective: float | None = None
    unit: str = ""
    gap: float | None = None
    skipped: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is no answer: bad input, a crash, no plan or a wrong one; infeasible is an answer."""
        return self.status not in ANSWERED or self.exit_code in (STOPPED, FAULT)

    def __str__(self) -> str:
        if self.message:
            return f"{self.path}: {self.status}\n{self.message}"
        value = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.path}: {self.status}{value}{gap}{', solved before' if self.skipped else ''}  {self.run_dir}"


@dataclass(slots=True)
class _Children:
    """The processes at work, which Ctrl-C asks to stop with their best plans."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[subprocess.Popen[str]] = field(default_factory=set)
    stopping: bool = False

    def run(self, command: list[str]) -> tuple[int, str, str]:
        with self.lock:
            if self.stopping:
                return STOPPED, "", "not begun"
            # A group of its own: Ctrl-C on the terminal must reach a child once, and through us.
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="backslashreplace",
                process_group=0, preexec_fn=ends_with_parent(),
            )  # fmt: skip
            self.running.add(child)
        try:
            out, told = child.communicate()
        finally:
            with self.lock:
                self.running.discard(child)
        return child.returncode, out, told

    def stop(self) -> None:
        """Ask every child to end with its best plan; asked once more, kill them."""
        with self.lock:
            number = signal.SIGKILL if self.stopping else signal.SIGINT
            self.stopping = True
            for child in self.running:
                child.send_signal(number)


def run_all(paths: Iterable[Path], options: Options, jobs: int, on_result: Callable[[Result], None]) -> list[Result]:
    """Solve every file, at most ``jobs`` at once; results come in the order of the files.

    Ctrl-C, SIGTERM and SIGHUP let what runs end with the best plans so far and begin nothing more; once more kills it.
    """
    files, children = list(paths), _Children()
    results: dict[Path, Result] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool, on_stop(interrupt):
        futures: dict[Future[Result], Path] = {}
        while len(results) < len(set(files)):
            try:
                for path in dict.fromkeys(files):
                    if path not in futures.values():
                        futures[pool.submit(_one, path, options, children)] = path
                _gather(futures, results, on_result)
            except KeyboardInterrupt:
                children.stop()
    return [results[path] for path in files]


def _gather(
    futures: dict[Future[Result], Path], results: dict[Path, Result], on_result: Callable[[Result], None]
) -> None:
    for future in as_completed(futures):
        path = futures[future]
        if path not in results:
            results[path] = future.result()
            on_result(results[path])


def _one(path: Path, options: Options, children: _Children) -> Result:
    try:
        return _solved(path, options, children)
    except InstanceError as error:
        return Result(
            path, "bad input", None, error.exit_code, "\n".join(escapes.line(issue) for issue in error.issues)
        )
    except KardashevError as error:
        return Result(path, "bad input" if error.exit_code == 2 else "failed", None, error.exit_code, str(error))
    except Exception as error:
        return Result(path, "failed", None, FAULT, f"{type(error).__name__}: {error}")


def _solved(path: Path, options: Options, children: _Children) -> Result:
    loaded = read(path)
    target = default_directory(path, loaded, options)
    known = _known(path, target)
    if known is not None:
        return known
    command = [sys.executable, "-m", "solver", "solve", "--out", str(target), "--json", "--force", *_flags(options)]
    code, out, told = children.run([*command, "--", str(path)])
    try:
        return _result(path, target, json.loads(out), code)
    except ValueError:
        return _died(path, code, told)


def _died(path: Path, code: int, told: str) -> Result:
    """A process that gave no answer, with what it said last; killed ones have the negative of a signal as code."""
    lines = told.strip().splitlines()[-ERROR_LINES:]
    if code < 0:
        lines.append(f"the process was killed by {signal.Signals(-code).name}")
    return Result(path, "failed", None, code if code > 0 else FAULT, "\n".join(lines) or "no message")


def _known(path: Path, target: Path) -> Result | None:
    """The run that answers this very question, if one is there and was finished."""
    if not is_run(target):
        return None
    try:
        data = read_run(target).manifest.summary_data()
    except KardashevError:
        return None
    if data.get("status") not in FINISHED or data.get("violations"):
        return None
    return replace(_result(path, target, data, EXIT[Status(data["status"])]), skipped=True)


def _result(path: Path, target: Path, data: dict[str, object], code: int) -> Result:
    objective, gap = data.get("objective"), data.get("gap")
    return Result(
        path,
        str(data.get("status")),
        target,
        code,
        objective=float(objective) if isinstance(objective, int | float) else None,
        unit=str(data.get("unit", "")),
        gap=float(gap) if isinstance(gap, int | float) else None,
    )


def _flags(options: Options) -> Iterator[str]:
    limits = options.limits
    yield from ("--gap", str(limits.gap), "--threads", str(limits.threads), "--seed", str(limits.seed))
    yield from ("--method", options.method, "--integrality", options.integrality)
    if limits.seconds is not None:
        yield from ("--seconds", str(limits.seconds))
    if limits.work is not None:
        yield from ("--work", str(limits.work))
