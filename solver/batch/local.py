"""Batch on one machine: a process for each instance, so that a crash affects no other instance.

An engine for a cluster would have the same interface ``run_all``: files in, one ``BatchResult`` each out.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

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
        """True without a result: bad input, a crash, no plan or an invalid one; infeasible is a result."""
        return self.status not in ANSWERED or self.exit_code in (STOPPED, INTERNAL_ERROR)

    def __str__(self) -> str:
        if self.message:
            return f"{self.path}: {self.status}\n{self.message}"
        value = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.path}: {self.status}{value}{gap}{', solved before' if self.skipped else ''}  {self.run_dir}"


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
    paths: Iterable[Path],
    options: Options,
    jobs: int,
    on_result: Callable[[BatchResult], None],
    changes: Sequence[str] = (),
) -> list[BatchResult]:
    """Solve every file, at most ``jobs`` at once; results come in the order of the files.

    ``changes`` are laid over each of them, as by ``--set``.

    Ctrl-C, SIGTERM and SIGHUP end the running solves with their best plans so far, and no other solve starts; a second
    signal kills them.
    """
    files, children = list(paths), _Children()
    results: dict[Path, BatchResult] = {}
    with ThreadPoolExecutor(max_workers=jobs) as pool, on_stop(interrupt):
        futures: dict[Future[BatchResult], Path] = {}
        while len(results) < len(set(files)):
            try:
                for path in dict.fromkeys(files):
                    if path not in futures.values():
                        futures[pool.submit(_one, path, options, children, changes)] = path
                _gather(futures, results, on_result)
            except KeyboardInterrupt:
                children.stop()
    return [results[path] for path in files]


def _gather(
    futures: dict[Future[BatchResult], Path], results: dict[Path, BatchResult], on_result: Callable[[BatchResult], None]
) -> None:
    for future in as_completed(futures):
        path = futures[future]
        if path not in results:
            results[path] = future.result()
            on_result(results[path])


def _one(path: Path, options: Options, children: _Children, changes: Sequence[str]) -> BatchResult:
    try:
        return _solved(path, options, children, changes)
    except InstanceError as error:
        return BatchResult(
            path, "bad input", None, error.exit_code, "\n".join(escapes.line(issue) for issue in error.issues)
        )
    except KardashevError as error:
        return BatchResult(path, "bad input" if error.exit_code == 2 else "failed", None, error.exit_code, str(error))
    except Exception as error:
        return BatchResult(path, "failed", None, INTERNAL_ERROR, f"{type(error).__name__}: {error}")


def _solved(path: Path, options: Options, children: _Children, changes: Sequence[str]) -> BatchResult:
    loaded = read(path, changes=changes)
    target = default_directory(path, loaded, options)
    known = _known(path, target)
    if known is not None:
        return known
    command = [*own_python("solver"), "solve", "--out", str(target), "--json", "--force", *_flags(options)]
    for change in changes:
        command += ["--set", change]
    code, out, errors = children.run([*command, "--", str(path)])
    try:
        return _result(path, target, json.loads(out), code)
    except ValueError:
        return _crashed(path, code, errors)


def _crashed(path: Path, code: int, errors: str) -> BatchResult:
    """Return the result of a process without output, with its last errors; ``code`` is -signal for a killed one."""
    lines = errors.strip().splitlines()[-ERROR_LINES:]
    if code < 0:
        lines.append(f"the process was killed by {signal.Signals(-code).name}")
    return BatchResult(path, "failed", None, code if code > 0 else INTERNAL_ERROR, "\n".join(lines) or "no message")


def _known(path: Path, target: Path) -> BatchResult | None:
    """Return the result of a finished run with the same key, if there is one."""
    if not is_run(target):
        return None
    try:
        data = read_run(target).manifest.summary_data()
    except KardashevError:
        return None
    if data.get("status") not in FINISHED or data.get("violations"):
        return None
    return replace(_result(path, target, data, EXIT[Status(data["status"])]), skipped=True)


def _result(path: Path, target: Path, data: dict[str, object], code: int) -> BatchResult:
    objective, gap = data.get("objective"), data.get("gap")
    return BatchResult(
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
