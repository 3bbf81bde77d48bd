"""Engine of a local batch: one process with all packages loaded, which forks a process for each task.

``python -m solver.batch.engine``: the first line of standard input is the job (folder, tasks, options, jobs, memory);
each later line ``stop`` interrupts the tasks, the second one kills them. Standard output has a line for each result.

The process has one thread and never solves, so that a fork of it is sound. It raises the counters of the claims of its
tasks, admits as many tasks as fit into the memory, takes over stale claims, and writes the record of each task. A task
that was killed, or ran out of memory, is tried again, the latter with twice its memory.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import selectors
import signal
import socket
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from solver.batch import child
from solver.batch.claims import BEAT_SECONDS
from solver.batch.folder import BatchFolder, now
from solver.batch.record import INTERNAL_ERROR, STOPPED, BatchResult, Category
from solver.batch.tasks import Task
from solver.errors import EnvironmentFailure
from solver.io.machine import host, memory_mb, oom_kills, peak_mb
from solver.io.processes import end_with_parent, interrupt
from solver.run.manifest import commit, versions
from solver.run.solve import Options
from solver.run.watchdog import import_engine

MOST_ATTEMPTS = 3
"""Times that a task is tried which was killed or ran out of memory."""
MEMORY_SHARE = 0.9
"""Share of the memory of the machine that tasks may fill together."""
LOOK_SECONDS = 1.0
"""Time between two looks at tasks that other processes have claimed."""
ERROR_LINES = 3
"""Lines of a failed process that are shown."""
PRELOADED = ("solver.tables.kardashev", "solver.search.variants.explanation")
"""Modules that a task needs beside the packages of all phases of a solve."""


Work = Callable[[BatchFolder, Task, Options, int, socket.socket], None]
"""Work of the process of a task, as ``solver.batch.child.work``."""


@dataclass(slots=True)
class QueuedTask:
    """Task in the queue: attempts, memory relative to the estimate, generation of a claim that it may take over."""

    number: int
    task: Task
    attempts: int = 0
    factor: float = 1.0
    over: int = 0
    busy: str = ""
    """Key that another process has claimed."""
    record: str = ""
    """Identity of the record at the time."""


@dataclass(slots=True)
class _Running:
    """Process of a task."""

    job: QueuedTask
    pid: int
    line: socket.socket
    log: BinaryIO
    began: float
    text: bytes = b""
    key: str = ""
    generation: int = 0
    memory_mb: float = 0.0
    admitted: bool = False
    lost: bool = False
    result: dict[str, Any] | None = None


@dataclass(slots=True)
class Engine:
    """Scheduler of a batch on this machine."""

    folder: BatchFolder
    options: Mapping[str, Any]
    jobs: int
    memory_mb: float
    output: int
    pending: deque[QueuedTask]
    work: Work = child.work
    deferred: list[QueuedTask] = field(default_factory=list)
    running: dict[int, _Running] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    stops: int = 0
    beat_at: float = 0.0
    look_at: float = 0.0
    oom_kills: int = 0

    def run(self, *control: int) -> None:
        """Solve all tasks; each line in a descriptor of ``control`` is a stop."""
        for descriptor in control:
            self.selector.register(descriptor, selectors.EVENT_READ)
        self.oom_kills = oom_kills()
        while self.pending or self.running or self.deferred:
            while self.pending and (self.stops or len(self.running) < self.jobs):
                self._begin(self.pending.popleft())
            waits = LOOK_SECONDS if self.deferred else BEAT_SECONDS
            for ready, _ in self.selector.select(waits if self.running or self.deferred else 0):
                if ready.fd in self.running:
                    self._read(self.running[ready.fd])
                else:
                    self._read_control(ready.fd)
            self._beat()
            self._look()

    def _begin(self, job: QueuedTask) -> None:
        if self.stops:
            self._report(job, BatchResult(job.task, "not started", None, STOPPED, "not started"))
            return
        ours, theirs = socket.socketpair()
        log = _log()
        job.attempts += 1
        pid = os.fork()
        if pid == 0:
            self._become_child(job, theirs, log)
        theirs.close()
        self.running[ours.fileno()] = _Running(job, pid, ours, log, time.monotonic())
        self.selector.register(ours, selectors.EVENT_READ)

    def _become_child(self, job: QueuedTask, line: socket.socket, log: BinaryIO) -> None:
        """Run the task in the new process, and end it without any clean-up of the engine's things."""
        try:
            end_with_parent(os.getppid())
            signal.signal(signal.SIGINT, interrupt)
            # A cluster sends these to every process of a job; a child hears of the stop from the engine, once.
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP))
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            os.closerange(0, 1)
            for other in self.running.values():
                other.line.close()
            self.work(self.folder, job.task, child.options_of(self.options), job.over, line)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(0)

    def _read_control(self, descriptor: int) -> None:
        """Obey the lines of the caller; its end is a stop."""
        text = os.read(descriptor, 1 << 16)
        if not text:
            self.selector.unregister(descriptor)
        for _ in range(text.count(b"\n") if text else 1):
            self.stop()

    def stop(self) -> None:
        """Interrupt the tasks, so that they end with their best plans; at a second call, kill them."""
        self.stops += 1
        for running in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGINT if self.stops == 1 else signal.SIGKILL)

    def _read(self, running: _Running) -> None:
        try:
            text = running.line.recv(1 << 16)
        except ConnectionError:
            text = b""
        if not text:
            self._end(running)
            return
        *lines, running.text = (running.text + text).split(b"\n")
        for line in lines:
            self._obey(running, json.loads(line))

    def _obey(self, running: _Running, message: dict[str, Any]) -> None:
        if "result" in message:
            running.result = message["result"]
        elif "busy" in message:
            running.job.busy, running.job.record = message["busy"], message["record"]
        elif "claimed" in message:
            running.key, running.generation = message["claimed"], message["generation"]
            running.memory_mb = message["memory_mb"] * running.job.factor
            self._admit()

    def _admit(self) -> None:
        """Let tasks go on that fit into the memory beside the others; one alone always may."""
        for running in self.running.values():
            used = sum(other.memory_mb for other in self.running.values() if other.admitted)
            if running.key and not running.admitted and (used == 0 or used + running.memory_mb <= self.memory_mb):
                running.admitted = True
                self.folder.note(running.key, "begin")
                with contextlib.suppress(OSError):
                    running.line.sendall(b"g")

    def _end(self, running: _Running) -> None:
        fd, job = running.line.fileno(), running.job
        self.selector.unregister(running.line)
        running.line.close()
        del self.running[fd]
        _, status, usage = os.wait4(running.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if running.lost or (running.result is None and job.busy):
            self.deferred.append(job)
        else:
            result = self._crashed(running, code) if running.result is None else BatchResult.of(running.result)
            result = replace(
                result, key=result.key or running.key, id=uuid.uuid4().hex, attempts=job.attempts,
                host=result.host or host(), job=os.environ.get("SLURM_JOB_ID", ""), ended=now(),
                seconds=result.seconds if result.seconds is not None else round(time.monotonic() - running.began, 3),
                peak_memory_mb=result.peak_memory_mb or peak_mb(usage),
                cpu_seconds=result.cpu_seconds or round(usage.ru_utime + usage.ru_stime, 3),
            )  # fmt: skip
            if running.admitted:
                self.folder.note(result.key, result.status)
            if self._again(job, result):
                self.pending.append(job)
            else:
                self._report(job, self._recorded(result))
        running.log.close()
        if running.generation and not running.lost:
            self.folder.claims.release(running.key, running.generation)
        self._admit()

    def _again(self, job: QueuedTask, result: BatchResult) -> bool:
        """Return whether a task is to be tried again, and prepare it."""
        if self.stops or job.attempts >= MOST_ATTEMPTS or result.category not in (Category.MEMORY, Category.NODE):
            return False
        if result.category is Category.MEMORY:
            job.factor *= 2
        return True

    def _recorded(self, result: BatchResult) -> BatchResult:
        """Write the record of a solve that was not skipped; a full disk costs the record, not the result."""
        known = self.folder.record(result.key)
        # A killed process may leave its run without a record, or with that of its death.
        if not result.key or (result.skipped and known is not None and known.finished):
            return result
        try:
            self.folder.write_record(result)
        except EnvironmentFailure as error:
            if not result.failed:
                return result
            return replace(result, message=f"{result.message}\n{error}".strip())
        return result

    def _crashed(self, running: _Running, code: int) -> BatchResult:
        """Return the result of a process without one, with its last errors; ``code`` is -signal for a killed one."""
        running.log.seek(0)
        text = running.log.read().decode("utf-8", "backslashreplace")
        lines = text.strip().splitlines()[-ERROR_LINES:]
        if self.stops:
            reason = f"the process was killed by {signal.Signals(-code).name}" if code < 0 else "no plan"
            return BatchResult(running.job.task, "interrupted", None, STOPPED, "\n".join([*lines, reason]))
        status = "failed"
        if code < 0:
            lines.append(f"the process was killed by {signal.Signals(-code).name}")
            if code == -signal.SIGKILL:
                kills = oom_kills()
                status, self.oom_kills = ("out of memory" if kills > self.oom_kills else "node failure"), kills
        message = "\n".join(lines) or f"the process ended with code {code} and no message"
        return BatchResult(running.job.task, status, None, INTERNAL_ERROR, message)

    def _report(self, job: QueuedTask, result: BatchResult) -> None:
        line = json.dumps({"number": job.number, "result": result.data()}, default=str) + "\n"
        rest = memoryview(line.encode())
        with contextlib.suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self.output, rest) :]

    def _beat(self) -> None:
        """Raise the counters of the claims, and kill a task that has lost its claim."""
        if time.monotonic() < self.beat_at:
            return
        self.beat_at = time.monotonic() + BEAT_SECONDS
        for running in self.running.values():
            # A disk that is full keeps others from claiming as well.
            with contextlib.suppress(OSError):
                if running.key and not self.folder.claims.beat(running.key, running.generation):
                    running.lost, running.job.busy = True, running.key
                    os.kill(running.pid, signal.SIGKILL)

    def _look(self) -> None:
        """Take the results that other processes have written meanwhile, and begin tasks that these have given up."""
        if self.stops:
            for job in self.deferred:
                self._report(job, BatchResult(job.task, "not started", None, STOPPED, "solved by another batch"))
            self.deferred.clear()
        if not self.deferred or time.monotonic() < self.look_at:
            return
        self.look_at = time.monotonic() + LOOK_SECONDS
        waiting, self.deferred = self.deferred, []
        for job in waiting:
            key, claims = job.busy, self.folder.claims
            found = self.folder.record(key)
            if found is not None and found.id != job.record and not found.failed:
                self._report(job, replace(found, task=job.task, skipped=True))
                continue
            stale = claims.stale(key)
            if stale is None and claims.current(key) is not None:
                self.deferred.append(job)
                continue
            # A failure of the other, such as its full disk, is not one of this batch.
            job.over, job.busy, job.attempts = (0 if stale is None else stale.generation), "", job.attempts - 1
            self.pending.append(job)


def _log() -> BinaryIO:
    """Return a file without a name for the output of a task: in memory, where a full disk does not matter."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("task"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def main() -> None:
    """Run the job of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    output = os.dup(1)
    os.dup2(2, 1)
    import_engine()
    for name in PRELOADED:
        importlib.import_module(name)
    # Kept for all tasks: each would ask git and the packages again.
    commit()
    versions()
    gc.collect()
    gc.freeze()
    text = b""
    while b"\n" not in text:
        part = os.read(0, 1 << 16)
        if not part:
            return
        text += part
    job = json.loads(text)
    folder = BatchFolder(Path(job["folder"]))
    tasks = [Task(Path(path), tuple(changes)) for path, changes in job["tasks"]]
    pending = deque(QueuedTask(number, task) for number, task in enumerate(tasks))
    memory = MEMORY_SHARE * (job["memory_mb"] or memory_mb() or math.inf)
    engine = Engine(folder, job["options"], job["jobs"], memory, output, pending)
    with _stop_signals() as descriptor:
        engine.run(0, descriptor)


@contextlib.contextmanager
def _stop_signals() -> Iterator[int]:
    """Yield a descriptor in which SIGTERM and SIGHUP, of a cluster, appear as lines."""
    out, into = os.pipe()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: os.write(into, b"\n"))
    yield out


if __name__ == "__main__":
    main()
