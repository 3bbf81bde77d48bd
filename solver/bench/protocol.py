"""Protocol of a benchmark run: a separate process with one thread, a hard time limit and its peak memory.

A child gets SIGTERM half a minute after its limit and SIGKILL another half minute later: a run that exceeds its limit
shows in its total time. Its peak memory is that of the operating system for it and the processes it waited for.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from solver.bench.cases import BASELINES, BenchmarkRun
from solver.bench.record import RunRecord, RunRow, WithoutAnswer, parse_ending
from solver.bench.trace import TracePoint, read_trace, write_rows
from solver.errors import InstanceError
from solver.io.files import write_text
from solver.io.machine import description, peak_mb
from solver.io.processes import ends_with_parent, own_python
from solver.threads import start

GAP = 1e-4
"""Gap at which every method stops: far below the reported ones, so that the time limit ends the run."""
GRACE_SECONDS = 30.0
KILLED = (-signal.SIGTERM, -signal.SIGKILL)
"""Exit codes of a child that was stopped without a result."""
ERROR_LINES = 3
"""Number of last lines of standard error kept from a failed child."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """Result of a process: exit code (negative for a signal), both outputs, times in seconds, peak memory in MB.

    ``seconds`` are of the wall clock, ``cpu_seconds`` of the processors.
    """

    code: int
    stdout: str
    stderr: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


class ChildProcesses:
    """Running child processes, so that an interrupt can end them all."""

    def __init__(self) -> None:
        self._pids: set[int] = set()
        self._lock = threading.Lock()
        self.ended = False

    @contextmanager
    def tracking(self, pid: int) -> Iterator[None]:
        """Track the process id of a child while it runs."""
        with self._lock:
            self._pids.add(pid)
            if self.ended:
                _signal(pid, signal.SIGKILL)
        try:
            yield
        finally:
            with self._lock:
                self._pids.discard(pid)

    def end(self) -> None:
        """End all children, and every one that is started later, by SIGKILL."""
        with self._lock:
            self.ended = True
            for pid in self._pids:
                _signal(pid, signal.SIGKILL)


def run_all(
    cases: Iterable[tuple[BenchmarkRun, str]], record: RunRecord, at_once: int
) -> Iterator[tuple[BenchmarkRun, RunRow]]:
    """Run all runs, given with the hashes of their instances, several at a time; yield each as it ends.

    Ctrl-C, or leaving the loop, kills running children; these leave no row.
    """
    running = ChildProcesses()
    with ThreadPoolExecutor(at_once) as pool:
        futures = {pool.submit(run_one, case, hash, record, running): case for case, hash in cases}
        try:
            for future in as_completed(futures):
                row = future.result()
                if row is not None:
                    yield futures[future], row
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            running.end()


def run_one(case: BenchmarkRun, hash: str, record: RunRecord, running: ChildProcesses) -> RunRow | None:
    """Run one run, keep its trace and append its row; None for one that was killed by an interrupt."""
    # A separate folder, so that two benchmarks may share a record.
    with TemporaryDirectory(prefix="work-", dir=record.directory) as folder:
        out = Path(folder) / "run"
        arguments, load = command(case, out, _has_learning(case)), os.getloadavg()[0]
        ended = run_process(arguments, case.seconds + GRACE_SECONDS, Path(folder), running)
        if running.ended:
            return None
        trace = read_trace(out / "trace.csv")
    row = _row(case, hash, ended, _answer(ended.stdout), load)
    write_text(record.trace_path(row), write_rows(with_answer(trace, row)))
    record.append(row)
    return row


def command(case: BenchmarkRun, out: Path, has_learning: bool = False) -> list[str]:
    """Return the command line of a run; the baselines are small programs with the same form of output and a trace.

    With learning HiGHS is called through ``kardashev solve``, which computes true costs on the curves.
    """
    options = ["--out", str(out), "--seconds", f"{case.seconds:g}", "--seed", str(case.seed), "--gap", f"{GAP:g}"]
    options += [f"--set={change}" for change in case.changes]
    if case.method in BASELINES and not has_learning:
        return [*own_python(f"solver.bench.{case.method}"), *options, "--", str(case.instance)]
    solve_options = ["--method", case.method, "--threads", "1", "--json", "--force"]
    return [*own_python("solver"), "solve", *options, *solve_options, "--", str(case.instance)]


def _has_learning(case: BenchmarkRun) -> bool:
    from solver.instance.read import read

    try:
        return bool(read(case.instance, changes=case.changes).instance.learning.components)
    except InstanceError:
        return False  # the child reports the error


def with_answer(trace: list[TracePoint], row: RunRow) -> list[TracePoint]:
    """Append the final result to the trace: the checked plan and the reported bound.

    The result comes when the program ends, some seconds after its limit. For a run without a trace of plans it counts
    from the limit on, in favour of that run.
    """
    if row.objective is None and row.bound is None:
        return trace
    without_plans = all(point.objective is None for point in trace)
    seconds = min(row.total_seconds, row.limit_seconds) if without_plans else row.total_seconds
    answer = TracePoint(seconds, row.objective, row.bound, "answer")
    return sorted([*trace, answer], key=lambda point: point.seconds)


def run_process(arguments: list[str], hard_seconds: float, work: Path, running: ChildProcesses) -> ProcessResult:
    """Run a program to its end, or to the hard limit, and measure it; its outputs go to files in ``work``."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began = time.monotonic()
    with (work / "stdout").open("w+b") as stdout, (work / "stderr").open("w+b") as stderr:
        child = subprocess.Popen(
            arguments, stdout=stdout, stderr=stderr, env=environment, process_group=0, preexec_fn=ends_with_parent()
        )
        with _hard_limit(hard_seconds, child.pid), running.tracking(child.pid):
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = 0  # already waited for: subprocess must not wait again
        seconds = time.monotonic() - began
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    cpu_seconds, code = usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status)
    return ProcessResult(code, texts[0], texts[1], seconds, cpu_seconds, peak_mb(usage))


@contextmanager
def _hard_limit(seconds: float, pid: int) -> Iterator[None]:
    timers = [
        threading.Timer(seconds, _signal, (pid, signal.SIGTERM)),
        threading.Timer(seconds + GRACE_SECONDS, _signal, (pid, signal.SIGKILL)),
    ]
    for timer in timers:
        start(timer)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _signal(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _answer(out: str) -> dict[str, Any]:
    try:
        answer = json.loads(out)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _row(case: BenchmarkRun, hash: str, ended: ProcessResult, answer: dict[str, Any], load: float) -> RunRow:
    from solver.run.manifest import commit, versions

    seconds = answer.get("seconds", {})
    without = WithoutAnswer.KILLED if ended.code in KILLED else WithoutAnswer.FAILED
    lines = ended.stderr.strip().splitlines()
    return RunRow(
        instance=case.instance.stem,
        hash=hash,
        method=case.method,
        seed=case.seed,
        limit_seconds=case.seconds,
        ended=WithoutAnswer.FAILED if ended.code in (2, 5) else parse_ending(answer.get("status", without)),
        objective=answer.get("objective"),
        bound=answer.get("bound"),
        bound_kind=answer.get("bound_kind") or "",
        checked=bool(answer.get("checked", False)),
        rows=int(answer.get("rows", 0)),
        columns=int(answer.get("columns", 0)),
        integers=int(answer.get("integers", 0)),
        build_seconds=sum(seconds.get(lap, 0.0) for lap in ("read", "derive", "build")) if seconds else None,
        total_seconds=round(ended.seconds, 3),
        cpu_seconds=round(ended.cpu_seconds, 3),
        peak_mb=ended.peak_mb,
        machine=description(),
        load=round(load, 2),
        commit=commit(),
        versions=" ".join(f"{name}={number}" for name, number in answer.get("versions", versions()).items()),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        message=" ".join(lines[-ERROR_LINES:]) if not answer else "",
    )
