"""How a case is run: a process of its own, one at a time, with its peak memory and a hard limit.

A child is stopped politely half a minute after its limit and killed another half later: a run that does not keep its
limit shows in its total time. Its peak memory is what the system accounts to it and to the processes it waited for.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from solver.bench.cases import BASELINES, Case
from solver.bench.record import Record, Row
from solver.bench.trace import Point, read_trace, write_rows
from solver.errors import InstanceError
from solver.files import write_text

GAP = 1e-4
"""Gap at which every method stops: far below what is looked at, so that a limit ends the run."""
GRACE_SECONDS = 30.0
KILLED = (-signal.SIGTERM, -signal.SIGKILL)
"""Exit codes of a child that had to be stopped and gave no answer."""
PR_SET_PDEATHSIG = 1
TOLD_LINES = 3
"""Last lines of a failed child that are kept."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (negative for a signal), what it said, seconds of its life, peak memory."""

    code: int
    out: str
    told: str
    seconds: float
    peak_mb: float


def run_case(case: Case, hash: str, record: Record) -> Row:
    """Run a case, keep its trace, append its row. Ctrl-C stops the child and leaves no row."""
    # A folder of its own, so that two benchmarks may share a record.
    with TemporaryDirectory(prefix="work-", dir=record.directory) as folder:
        out = Path(folder) / "run"
        ended = run_process(command(case, out, _learns(case.instance)), case.seconds + GRACE_SECONDS, Path(folder))
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


def run_process(arguments: list[str], hard_seconds: float, work: Path) -> Ended:
    """Run a program to its end, or to the hard limit, and measure it; what it says goes to files in ``work``."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began = time.monotonic()
    with (work / "out").open("w+b") as out, (work / "told").open("w+b") as told:
        child = subprocess.Popen(
            arguments, stdout=out, stderr=told, env=environment, process_group=0, preexec_fn=_die_with_parent
        )
        with _stopped_after(hard_seconds, child.pid):
            try:
                _, status, usage = os.wait4(child.pid, 0)
            except BaseException:
                _signal(child.pid, signal.SIGKILL)
                os.wait4(child.pid, 0)
                raise
            finally:
                child.returncode = 0  # waited for here, so that nobody waits again
        seconds = time.monotonic() - began
        texts = []
        for file in (out, told):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    unit = 1 / 1e6 if sys.platform == "darwin" else 1024 / 1e6
    return Ended(os.waitstatus_to_exitcode(status), texts[0], texts[1], seconds, usage.ru_maxrss * unit)


def _die_with_parent() -> None:
    """So that a benchmark that is killed leaves nothing behind that disturbs the next one's timing (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


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
    from solver.manifest import commit, versions

    seconds = told.get("seconds", {})
    status = str(told.get("status", "killed" if ended.code in KILLED else "failed"))
    lines = ended.told.strip().splitlines()
    return Row(
        instance=case.instance.stem,
        hash=hash,
        method=case.method,
        seed=case.seed,
        limit_seconds=case.seconds,
        ended="failed" if ended.code in (2, 5) else status,
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
        message=" ".join(lines[-TOLD_LINES:]) if not told else "",
    )
