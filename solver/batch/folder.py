"""Folder of a batch: tasks, claims and records that any number of batches and machines share.

Runs lie in ``DIR/NAME/KEY``. ``DIR/.batch`` holds ``batch.json`` (the format), ``tasks/ID.json`` (file, values set,
options, and the key once the file was read), ``claims/KEY/``, ``records/KEY.json`` (the last solve of a key),
``checkpoints/KEY/`` and ``log.csv`` (begin and end of each solve). Each file is written aside and renamed, and has a
meaning of its own: a killed writer loses only the file that it was writing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from solver.batch.claims import Claims
from solver.batch.record import BatchResult, Category
from solver.batch.tasks import Task
from solver.errors import EnvironmentFailure, UsageError
from solver.instance.shipped import located
from solver.io.files import os_error_text, stored_text
from solver.io.machine import host
from solver.io.replace import replace_file

FORMAT = 1
HIDDEN = ".batch"


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """Task as registered in a folder: its identity, and after its file was read its key and need of memory."""

    id: str
    task: Task
    options: Mapping[str, Any]
    key: str = ""
    memory_mb: float = 0.0
    columns: int = 0
    problem: str = ""


@dataclass(slots=True)
class BatchFolder:
    """Folder of a batch."""

    root: Path
    claims: Claims = field(init=False)

    def __post_init__(self) -> None:
        self.claims = Claims(self.state / "claims")

    @property
    def state(self) -> Path:
        """Hidden folder of tasks, claims and records."""
        return self.root / HIDDEN

    def prepare(self) -> None:
        """Make the folder; UsageError for one of another version, EnvironmentFailure where it cannot be made."""
        try:
            for name in ("tasks", "claims", "records", "checkpoints"):
                (self.state / name).mkdir(parents=True, exist_ok=True)
            file = self.state / "batch.json"
            if not file.exists():
                replace_file(file, (json.dumps({"format": FORMAT}) + "\n").encode())
        except OSError as error:
            raise EnvironmentFailure(f"{self.root}: no batch can be kept there: {os_error_text(error)}") from error
        self.require()

    def require(self) -> None:
        """Raise UsageError where this is not the folder of a batch, or that of another version."""
        file = self.state / "batch.json"
        if not file.is_file():
            raise UsageError(
                f"{self.root}: is not the folder of a batch; expected the --out of kardashev batch or sweep"
            )
        found = _object(file)
        if found is None or found.get("format") != FORMAT or found["format"] is True:
            shown = "a damaged file" if found is None else f"format {found.get('format')!r}"
            raise UsageError(
                f"{file}: found {shown}, expected format {FORMAT}: a batch of another version; "
                "name another folder with --out, its runs are left as they are"
            )

    def run_dir(self, task: Task, key: str) -> Path:
        """Return the run directory of a task."""
        return self.root / located(str(task.path), Path()).stem / key

    def checkpoint(self, key: str) -> Path:
        """Return the directory of the checkpoint of a key."""
        return self.state / "checkpoints" / key

    def register(self, tasks: Iterable[Task], options: Mapping[str, Any]) -> None:
        """Enter tasks that are not yet in the folder; EnvironmentFailure on a write error."""
        for task in tasks:
            name = task_id(task, options)
            if not (self.state / "tasks" / f"{name}.json").exists():
                self.write_entry(TaskEntry(name, task, options))

    def write_entry(self, entry: TaskEntry) -> None:
        """Write the entry of a task; EnvironmentFailure on an error."""
        data = {
            "path": str(entry.task.path), "changes": list(entry.task.changes), "options": dict(entry.options),
            "key": entry.key, "memory_mb": entry.memory_mb, "columns": entry.columns, "problem": entry.problem,
        }  # fmt: skip
        self._write(self.state / "tasks" / f"{entry.id}.json", data)

    def entry(self, name: str) -> TaskEntry | None:
        """Return the entry of a task; None where it is missing or damaged."""
        data = _object(self.state / "tasks" / f"{name}.json")
        try:
            if data is None:
                return None
            task, options = Task(Path(data["path"]), tuple(data["changes"])), dict(data["options"])
            numbers = float(data["memory_mb"]), int(data["columns"])
            return TaskEntry(name, task, options, str(data["key"]), *numbers, str(data["problem"]))
        except (KeyError, TypeError, ValueError):
            return None

    def entries(self) -> Iterator[TaskEntry]:
        """Yield the entries of all tasks, by identity; damaged ones are left out."""
        for file in sorted((self.state / "tasks").glob("*.json")):
            if not file.name.startswith(".") and (entry := self.entry(file.stem)) is not None:
                yield entry

    def record(self, key: str) -> BatchResult | None:
        """Return the last result of a key; None where there is none, or a damaged one."""
        data = _object(self.state / "records" / f"{key}.json") if key else None
        try:
            if data is None:
                return None
            result = BatchResult.of(data)
            return result if result.run_dir is None else replace(result, run_dir=self.root / result.run_dir)
        except (KeyError, TypeError, ValueError):
            return None

    def write_record(self, result: BatchResult) -> None:
        """Write the result of a key, with its run directory relative to the folder; EnvironmentFailure on an error."""
        data = result.data()
        if result.run_dir is not None:
            data["run_dir"] = os.path.relpath(result.run_dir, self.root)
        self._write(self.state / "records" / f"{result.key}.json", {**data, "skipped": False})

    def note(self, key: str, event: str) -> None:
        """Append time, place, key and event to ``log.csv``, for people; a line that cannot be written is lost."""
        line = f"{datetime.now(UTC).isoformat(timespec='milliseconds')},{host()},{os.getpid()},{key},{event}\n"
        with contextlib.suppress(OSError), (self.state / "log.csv").open("a", encoding="utf-8") as file:
            file.write(line)

    def results(self) -> list[BatchResult]:
        """Return the state of every task: its last result, or one that is waiting or running."""
        return [self.state_of(entry) for entry in self.entries()]

    def state_of(self, entry: TaskEntry) -> BatchResult:
        """Return the state of a task."""
        if entry.problem:
            return BatchResult(entry.task, "bad input", None, 2, entry.problem)
        claim = self.claims.current(entry.key) if entry.key else None
        if claim is not None and not claim.dead:
            return BatchResult(entry.task, Category.RUNNING, None, 0, key=entry.key, host=claim.host.partition(" ")[0])
        found = self.record(entry.key)
        if found is not None:
            return replace(found, task=entry.task)
        return BatchResult(entry.task, Category.WAITING, None, 0, key=entry.key)

    def _write(self, file: Path, data: Mapping[str, Any]) -> None:
        try:
            replace_file(file, (json.dumps(data) + "\n").encode(), durable=False)
        except OSError as error:
            raise EnvironmentFailure(f"{file}: could not be written: {os_error_text(error)}") from error


def task_id(task: Task, options: Mapping[str, Any]) -> str:
    """Return the identity of a task: the same file, values set and options."""
    path = str(task.path) if ":" in str(task.path) else str(task.path.absolute())
    identity = json.dumps([path, list(task.changes), dict(options)], sort_keys=True)
    return hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def now() -> float:
    """Return the time of day in seconds, for records that people read."""
    return round(time.time(), 3)


def _object(file: Path) -> dict[str, Any] | None:
    """Return the JSON object of a file; None where it is missing, damaged or something else."""
    try:
        data = json.loads(stored_text(file))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
