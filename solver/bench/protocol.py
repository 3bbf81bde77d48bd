"""How a case is run: a process of its own with one thread, with its peak memory and a hard limit.

A child is stopped politely half a minute after its limit and killed another half later: a run that does not keep its
limit shows in its total time. Its peak memory is what the system accounts to it and to the processes it waited for.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
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

from solver.bench.cases import BASELINES, Case
from solver.bench.record import Record, Row, WithoutAnswer, ending_of
from solver.bench.trace import Point, read_trace, write_rows
from solver.errors import InstanceError
from solver.io.files import write_text
from solver.io.processes import ends_with_parent

GAP = 1e-4
"""Gap at which every method stops: far below what is looked at, so that a limit ends the run."""
GRACE_SECONDS = 30.0
KILLED = (-signal.SIGTERM, -signal.SIGKILL)
"""Exit codes of a child that had to be stopped and gave no answer."""
ERROR_LINES = 3
"""Last lines of a failed child that are kept."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (negative for a signal), what it said, seconds of its life, peak memory."""

    code: int
    out: str
    told: str
    seconds: float
    peak_mb: float


class Running:
    """The children that are running, so that whoever is asked to end can end them all."""

    def __init__(self) -> None:
        self._pids: set[int] = set()
        self._lock = threading.Lock()
        self.ended = False

    @contextmanager
    def holding(self, pid: int) -> Iterator[None]:
        """Keep a child's number while it runs."""
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
        """Kill all, and every one that is started later."""
        with self._lock:
            self.ended = True
            for pid in self._pids:
                _signal(pid, signal.SIGKILL)


def run_cases(cases: Iterable[tuple[Case, str]], record: Record, at_once: int) -> Iterator[tuple[Case, Row]]:
    """Run cases, given with the hashes of their instances, some at once, in their order; each as it ends.

    Ctrl-C, or leaving the loop, kills what runs; that leaves no row.
    """
    running = Running()
    with ThreadPoolExecutor(at_once) as pool:
        futures = {pool.submit(run_case, case, hash, record, running): case for case, hash in cases}
        try:
            for future in as_completed(futures):
                row = future.result()
                if row is not None:
                    yield futures[future], row
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            running.end()


def run_case(case: Case, hash: str, record: Record, running: Running) -> Row | None:
    """Run a case, keep its trace, append its row; None for one that was killed on request."""
    # A folder of its own, so that two benchmarks may share a record.
    with TemporaryDirectory(prefix="work-", dir=record.directory) as folder:
        out = Path(folder) / "run"
        told = command(case, out, _learns(case.instance))
        ended = run_process(told, case.seconds + GRACE_SECONDS, Path(folder), running)
        if running.ended:
            return None
        trace = read_trace(out / "trace.csv")
    row = _row(case, hash, ended, _answer(ended.out))
    write_text(record.trace_path(row), write_rows(points(trace, row)))
    record.append(row)
    return row


def command(case: Case, out: Path, learns: bool = False) -> list[str]:
    """The command line of a case; the baselines are small programs that answer in the same form and keep a trace.

    HiGHS is called by our own program where there is learning, whose costs are read off a curve.
    """
    options = ["--out", str(out), "--seconds", f"{case.seconds:g}", "--seed", str(case.seed), "--gap", f"{GAP:g}"]
    if case.method in BASELINES and not learns:
        return [sys.executable, "-m", f"solver.bench.{case.method}", *options, "--", str(case.instance)]
    more = ["--method", case.method, "--threads", "1", "--json", "--force"]
    return [sys.executable, "-m", "solver", "solve", *options, *more, "--", str(case.instance)]


def _learns(path: Path) -> bool:
    from solver.instance.read import read

    try:
        return bool(read(path).instance.learning.components)
    except InstanceError:
        return False  # the child says what is wrong


def points(trace: list[Point], row: Row) -> list[Point]:
    """The trace with the answer as its last point: the plan as it was checked, and the bound that is reported.

    The answer comes when the program ends, some seconds after its limit. Where a run kept no trace of its plans, the
    answer counts from the limit on, in favour of that run.
    """
    if row.objective is None and row.bound is None:
        return trace
    untold = all(point.objective is None for point in trace)
    seconds = min(row.total_seconds, row.limit_seconds) if untold else row.total_seconds
    answer = Point(seconds, row.objective, row.bound, "answer")
    return sorted([*trace, answer], key=lambda point: point.seconds)


def run_process(arguments: list[str], hard_seconds: float, work: Path, running: Running) -> Ended:
    """Run a program to its end, or to the hard limit, and measure it; what it says goes to files in ``work``."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began = time.monotonic()
    with (work / "out").open("w+b") as out, (work / "told").open("w+b") as told:
        child = subprocess.Popen(
            arguments, stdout=out, stderr=told, env=environment, process_group=0, preexec_fn=ends_with_parent()
        )
        with _stopped_after(hard_seconds, child.pid), running.holding(child.pid):
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = 0  # waited for here, so that nobody waits again
        seconds = time.monotonic() - began
        texts = []
        for file in (out, told):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    unit = 1 / 1e6 if sys.platform == "darwin" else 1024 / 1e6
    return Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1], seconds, usage.ru_maxrss * unit)


@contextmanager
def _stopped_after(seconds: float, pid: int) -> Iterator[None]:
    timers = [
        threading.Timer(seconds, _signal, (pid, signal.SIGTERM)),
        threading.Timer(seconds + GRACE_SECONDS, _signal, (pid, signal.SIGKILL)),
    ]
    for timer in timers:
        timer.start()
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


def _row(case: Case, hash: str, ended: Ended, told: dict[str, Any]) -> Row:
    from solver.run.manifest import commit, versions

    seconds = told.get("seconds", {})
    without = WithoutAnswer.KILLED if ended.code in KILLED else WithoutAnswer.FAILED
    lines = ended.told.strip().splitlines()
    return Row(
        instance=case.instance.stem,
        hash=hash,
        method=case.method,
        seed=case.seed,
        limit_seconds=case.seconds,
        ended=WithoutAnswer.FAILED if ended.code in (2, 5) else ending_of(told.get("status", without)),
        objective=told.get("objective"),
        bound=told.get("bound"),
        bound_kind=told.get("bound_kind") or "",
        checked=bool(told.get("checked", False)),
        rows=int(told.get("rows", 0)),
        columns=int(told.get("columns", 0)),
        integers=int(told.get("integers", 0)),
        build_seconds=sum(seconds.get(lap, 0.0) for lap in ("read", "derive", "build")) if seconds else None,
        total_seconds=round(ended.seconds, 3),
        peak_mb=round(ended.peak_mb, 1),
        commit=commit(),
        versions=" ".join(f"{name}={number}" for name, number in told.get("versions", versions()).items()),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        message=" ".join(lines[-ERROR_LINES:]) if not told else "",
    )
