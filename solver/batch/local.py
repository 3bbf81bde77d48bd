"""Batch on one machine: a process for each instance, so that a crash affects no other instance.

An engine for a cluster would have the same interface ``run_all``: files in, one ``BatchResult`` each out.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

from solver.batch.tasks import Task
from solver.errors import EnvironmentFailure, InstanceError, KardashevError
from solver.instance.read import read
from solver.io import escapes
from solver.io.processes import ends_with_parent, interrupt, on_stop, own_python
from solver.milp.solution import Status
from solver.run.directory import is_run
from solver.run.runner import EXIT, default_directory
from solver.run.solve import Options
from solver.run.stored_run import read_run

FINISHED = (Status.OPTIMAL, Status.INFEASIBLE)
ANSWERED = (Status.OPTIMAL, Status.FEASIBLE, Status.INTERRUPTED, Status.INFEASIBLE)
INTERNAL_ERROR = EnvironmentFailure.exit_code
STOPPED = 4
ERROR_LINES = 3
"""Lines of a failed process that are shown."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Result of one instance of a batch: solved, skipped (solved before) or failed with a message."""

    task: Task
    status: str
    run_dir: Path | None
    exit_code: int
    message: str = ""
    objective: float | None = None
    unit: str = ""
    gap: float | None = None
    skipped: bool = False

    @property
    def path(self) -> Path:
        """Instance file."""
        return self.task.path

    @property
    def failed(self) -> bool:
        """True without a result: bad input, a crash, no plan or an invalid one; infeasible is a result."""
        return self.status not in ANSWERED or self.exit_code in (STOPPED, INTERNAL_ERROR)

    def __str__(self) -> str:
        if self.message:
            return f"{self.task}: {self.status}\n{self.message}"
        value = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.task}: {self.status}{value}{gap}{', solved before' if self.skipped else ''}  {self.run_dir}"


@dataclass(slots=True)
class _Children:
    """Running processes; ``stop`` interrupts them, and they end with their best plans."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[subprocess.Popen[str]] = field(default_factory=set)
    stopping: bool = False

    def run(self, command: list[str]) -> tuple[int, str, str]:
        with self.lock:
            if self.stopping:
                return STOPPED, "", "not started"
            # A group of its own: Ctrl-C on the terminal must reach a child once, through this process.
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="backslashreplace",
                process_group=0, preexec_fn=ends_with_parent(),
            )  # fmt: skip
            self.running.add(child)
        try:
            out, errors = child.communicate()
        finally:
            with self.lock:
                self.running.discard(child)
        return child.returncode, out, errors

    def stop(self) -> None:
        """Interrupt every child, so that it ends with its best plan; at a second call, kill the children."""
        with self.lock:
            number = signal.SIGKILL if self.stopping else signal.SIGINT
            self.stopping = True
            for child in self.running:
                child.send_signal(number)


def run_all(
    tasks: Iterable[Task], options: Options, jobs: int, on_result: Callable[[BatchResult], None]
) -> list[BatchResult]:
    """Solve every task, at most ``jobs`` at once; results come in the order of the tasks.

    Ctrl-C, SIGTERM and SIGHUP end the running solves with their best plans so far, and no other solve starts; a second
    signal kills them.
    """
    listed, children = list(tasks), _Children()
    results: dict[Task, BatchResult] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool, on_stop(interrupt):
        futures: dict[Future[BatchResult], Task] = {}
        while len(results) < len(set(listed)):
            try:
                for task in dict.fromkeys(listed):
                    if task not in futures.values():
                        futures[pool.submit(_one, task, options, children)] = task
                _gather(futures, results, on_result)
            except KeyboardInterrupt:
                children.stop()
    return [results[task] for task in listed]


def _gather(
    futures: dict[Future[BatchResult], Task], results: dict[Task, BatchResult], on_result: Callable[[BatchResult], None]
) -> None:
    for future in as_completed(futures):
        task = futures[future]
        if task not in results:
            results[task] = future.result()
            on_result(results[task])


def _one(task: Task, options: Options, children: _Children) -> BatchResult:
    try:
        return _solved(task, options, children)
    except InstanceError as error:
        return BatchResult(
            task, "bad input", None, error.exit_code, "\n".join(escapes.line(issue) for issue in error.issues)
        )
    except KardashevError as error:
        return BatchResult(task, "bad input" if error.exit_code == 2 else "failed", None, error.exit_code, str(error))
    except Exception as error:
        return BatchResult(task, "failed", None, INTERNAL_ERROR, f"{type(error).__name__}: {error}")


def _solved(task: Task, options: Options, children: _Children) -> BatchResult:
    loaded = read(task.path, changes=task.changes)
    target = default_directory(task.path, loaded, options)
    known = _known(task, target)
    if known is not None:
        return known
    command = [*own_python("solver"), "solve", "--out", str(target), "--json", "--force", *_flags(options)]
    for change in task.changes:
        command += ["--set", change]
    code, out, errors = children.run([*command, "--", str(task.path)])
    try:
        return _result(task, target, json.loads(out), code)
    except ValueError:
        return _crashed(task, code, errors)


def _crashed(task: Task, code: int, errors: str) -> BatchResult:
    """Return the result of a process without output, with its last errors; ``code`` is -signal for a killed one."""
    lines = errors.strip().splitlines()[-ERROR_LINES:]
    if code == STOPPED:
        return BatchResult(task, "interrupted", None, code, "\n".join(lines) or "no plan")
    if code < 0:
        lines.append(f"the process was killed by {signal.Signals(-code).name}")
    return BatchResult(task, "failed", None, code if code > 0 else INTERNAL_ERROR, "\n".join(lines) or "no message")


def _known(task: Task, target: Path) -> BatchResult | None:
    """Return the result of a finished run with the same key, if there is one."""
    if not is_run(target):
        return None
    try:
        data = read_run(target).manifest.summary_data()
    except KardashevError:
        return None
    if data.get("status") not in FINISHED or data.get("violations"):
        return None
    return replace(_result(task, target, data, EXIT[Status(data["status"])]), skipped=True)


def _result(task: Task, target: Path, data: dict[str, object], code: int) -> BatchResult:
    objective, gap = data.get("objective"), data.get("gap")
    return BatchResult(
        task,
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
