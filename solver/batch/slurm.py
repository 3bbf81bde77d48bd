"""Batch on a Slurm cluster, submitted through submitit: one array, with several short instances in each of its tasks.

The tasks of the array work on the folder of the batch as any other batch does, so that a killed submitter, task,
node or controller loses nothing: the submitter reads records, and asks Slurm only which jobs are left. Jobs are found
by a name that no other batch has; a number may be given to another job. ``sacct`` is used where accounting is on.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from solver.batch import slurm_jobs
from solver.batch.child import options_of
from solver.batch.folder import BatchFolder, now, task_id
from solver.batch.local import run_all
from solver.batch.record import INTERNAL_ERROR, BatchResult, Category
from solver.batch.resource_needs import ResourceNeeds, chunks, needs_of
from solver.batch.slurm_jobs import QueueReport, SlurmSettings
from solver.batch.slurm_states import ending_of
from solver.batch.tasks import Task
from solver.io.files import stored_text, write_text
from solver.run.manifest import options_data
from solver.run.solve import Options

MOST_ROUNDS = 3
"""Arrays submitted for a task at most; each one asks for twice the memory and time of the one before."""
POLL_SECONDS = 1.0
QUEUE_SECONDS = 5.0
"""Time between two looks at the queue."""
LAG_SECONDS = 15.0
"""Time that a record may need to appear on another machine, after its job has left the queue."""
NOT_STARTED = "Slurm could not start the job on its node and held it; the job was cancelled"


@dataclass(slots=True)
class Array:
    """Submitted array: its name in the queue, its number, and the identities of the tasks in each of its jobs."""

    name: str
    job: str
    parts: list[list[str]]
    submitted: float = field(default_factory=time.time)


def work_on(root: str, tasks: Sequence[tuple[str, Sequence[str]]], options: Mapping[str, Any]) -> int:
    """Solve the tasks of one job of an array, in the job; return the number of failures.

    The warning of Slurm before the end of the time stops the solve with its best plan.
    """
    signal.signal(signal.SIGUSR2, lambda _number, _frame: os.kill(os.getpid(), signal.SIGTERM))
    listed = [Task(Path(path), tuple(changes)) for path, changes in tasks]
    results = run_all(listed, options_of(options), 1, lambda result: print(result, flush=True), Path(root))  # noqa: T201
    return sum(result.failed for result in results)


def run_on_slurm(
    tasks: Sequence[Task],
    options: Options,
    folder: Path,
    settings: SlurmSettings,
    on_result: Callable[[BatchResult], None],
    report: Callable[[str], None],
) -> list[BatchResult]:
    """Submit tasks and wait for their results; those in the order of the tasks.

    UsageError where Slurm rejects the job, EnvironmentFailure without submitit or Slurm; results that are there are
    left as they are. An interrupt ends the wait, not the jobs.
    """
    return _Submission(BatchFolder(folder), options, settings, on_result, report).run(list(dict.fromkeys(tasks)))


def write_script(tasks: Sequence[Task], options: Options, folder: Path, settings: SlurmSettings) -> list[Path]:
    """Write the script and the list of the tasks that would be submitted, and return both files."""
    place = BatchFolder(folder)
    open_tasks = [task for task in tasks if not _done(place, task, options_data(options))]
    parts, largest = _parts(place, open_tasks, options, 1)
    parameters = settings.parameters("kardashev", largest, options.limits.threads)
    text = slurm_jobs.script(place.state / "slurm", len(parts), parameters)
    script, listed = place.state / "slurm" / "dry-run.sh", place.state / "slurm" / "dry-run.json"
    script.parent.mkdir(parents=True, exist_ok=True)
    write_text(script, text)
    write_text(listed, json.dumps({"jobs": [[str(task) for task in part] for part in parts]}, indent=1) + "\n")
    return [script, listed]


@dataclass(slots=True)
class _Submission:
    place: BatchFolder
    options: Options
    settings: SlurmSettings
    on_result: Callable[[BatchResult], None]
    report: Callable[[str], None]
    results: dict[str, BatchResult] = field(default_factory=dict)
    earlier: dict[str, str] = field(default_factory=dict)
    """Identity of the record of a task at the beginning."""
    queue_report: QueueReport = field(init=False)

    def __post_init__(self) -> None:
        self.queue_report = QueueReport(self.report)

    def run(self, tasks: Sequence[Task]) -> list[BatchResult]:
        data = options_data(self.options)
        names = {task_id(task, data): task for task in tasks}
        self.place.prepare()
        self.place.register(tasks, data)
        for name, task in names.items():
            found = _record(self.place, name)
            self.earlier[name] = "" if found is None else found.id
            if found is not None and _done(self.place, task, data):
                self._answer(name, replace(found, task=task, skipped=True))
        arrays = [array for array in self._adopted() if any(name in names for part in array.parts for name in part)]
        rounds = 0
        while True:
            self._wait(arrays, names)
            left = [task for name, task in names.items() if self._again(name)]
            rounds += 1
            if not left or rounds > MOST_ROUNDS:
                break
            arrays = [self._submit(left, rounds)]
        return [self.results[name] for name in names]

    def _again(self, name: str) -> bool:
        found = self.results.get(name)
        return found is None or found.category in (Category.MEMORY, Category.TIME, Category.NODE)

    def _answer(self, name: str, result: BatchResult) -> None:
        self.results[name] = result
        self.on_result(result)

    def _submit(self, tasks: Sequence[Task], rounds: int) -> Array:
        parts, largest = _parts(self.place, tasks, self.options, rounds)
        name, data = f"kardashev-{uuid.uuid4().hex[:12]}", options_data(self.options)
        parameters = self.settings.parameters(name, largest, self.options.limits.threads, rounds)
        root = str(self.place.root.absolute())
        calls = [(work_on, (root, [(str(task.path), task.changes) for task in part], data)) for part in parts]
        job = slurm_jobs.submit(self.place.state / "slurm", calls, parameters)
        array = Array(name, job, [[task_id(task, data) for task in part] for part in parts])
        for names in array.parts:
            for task in names:
                self.results.pop(task, None)
        kept = {"name": name, "job": job, "parts": array.parts, "submitted": array.submitted}
        write_text(self.place.state / "slurm" / f"{name}.json", json.dumps(kept) + "\n")
        self.report(f"submitted job {job} ({name}): {len(parts)} tasks, {slurm_jobs.asked_for(parameters)}")
        return array

    def _adopted(self) -> Iterator[Array]:
        """Yield the arrays of earlier submitters that are still in the queue."""
        for file in sorted((self.place.state / "slurm").glob("kardashev-*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads(stored_text(file))
                array = Array(data["name"], data["job"], data["parts"], data["submitted"])
                if (queue := slurm_jobs.queue_of(array.name)) is not None and queue.alive:
                    self.report(f"job {array.job} ({array.name}) of an earlier submitter is still in the queue")
                    yield array

    def _wait(self, arrays: Sequence[Array], names: Mapping[str, Task]) -> None:
        """Wait until every task of the arrays has a result, its own or that of a job that ended without one."""
        look_at = 0.0
        gone: dict[str, float] = {}
        while True:
            open_names = {n: (a, i) for a in arrays for i, part in enumerate(a.parts) for n in part if n in names}
            for name in [name for name in open_names if name not in self.results]:
                found = _answer_of(self.place, name, self.earlier[name])
                if found is not None:
                    self.earlier[name] = found.id
                    self._answer(name, replace(found, task=names[name]))
            left = {name: at for name, at in open_names.items() if name not in self.results}
            if not left:
                return
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + QUEUE_SECONDS
                self._look(arrays, left, names, gone)
            time.sleep(POLL_SECONDS)

    def _look(
        self, arrays: Sequence[Array], left: Mapping[str, tuple[Array, int]], names: Mapping[str, Task],
        gone: dict[str, float],
    ) -> None:  # fmt: skip
        """Give a result to tasks whose jobs have left the queue a while ago, or could not be started."""
        queues = {array.name: slurm_jobs.queue_of(array.name) for array in arrays}
        self.queue_report.show(queues.values())
        for name, (array, number) in left.items():
            queue = queues[array.name]
            if queue is not None and queue.not_started & {number, "all"}:
                self._end(name, names[name], array, "node failure", NOT_STARTED)
            elif queue is None or queue.alive & {number, "all"}:
                gone.pop(name, None)
            elif time.monotonic() - gone.setdefault(name, time.monotonic()) > LAG_SECONDS:
                status, message = ending_of(
                    slurm_jobs.ending(f"{array.job}_{number}" if len(array.parts) > 1 else array.job)
                )
                self._end(name, names[name], array, status, message)

    def _end(self, name: str, task: Task, array: Array, status: str, message: str) -> None:
        """Give a result to a task whose job left none."""
        key = entry.key if (entry := self.place.entry(name)) is not None else ""
        result = BatchResult(
            task, status, None, INTERNAL_ERROR, message, key=key, id=uuid.uuid4().hex, job=array.job, ended=now()
        )
        if key:
            self.place.write_record(result)
        self._answer(name, result)


def _record(place: BatchFolder, name: str) -> BatchResult | None:
    entry = place.entry(name)
    return None if entry is None else place.record(entry.key)


def _answer_of(place: BatchFolder, name: str, earlier: str) -> BatchResult | None:
    """Return the result of a task that was written since the beginning, or its bad input."""
    entry = place.entry(name)
    if entry is None:
        return None
    if entry.problem:
        return BatchResult(entry.task, "bad input", None, 2, entry.problem)
    found = place.record(entry.key)
    return found if found is not None and found.id != earlier else None


def _done(place: BatchFolder, task: Task, data: Mapping[str, Any]) -> bool:
    found = _record(place, task_id(task, data))
    return found is not None and found.finished and found.run_dir is not None and found.run_dir.is_dir()


def _parts(
    place: BatchFolder, tasks: Sequence[Task], options: Options, rounds: int
) -> tuple[list[list[Task]], ResourceNeeds]:
    """Return the tasks by job, and the needs of the largest of them."""
    data = options_data(options)
    sizes = [place.entry(task_id(task, data)) for task in tasks]
    needs = needs_of(tasks, sizes, options.limits.seconds)
    parts, largest = chunks(tasks, needs)
    return parts, largest.times(2.0 ** (rounds - 1))
