"""Batch on one machine: a process for each instance, forked from one that has all packages loaded.

The engine is a process of its own (``solver.batch.engine``): forking is sound there, whatever the caller has running.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from solver.batch.folder import BatchFolder
from solver.batch.record import INTERNAL_ERROR, BatchResult
from solver.batch.tasks import Task
from solver.io.processes import ends_with_parent, interrupt, on_stop, own_python
from solver.run.manifest import options_data
from solver.run.runner import RUNS
from solver.run.solve import Options

OnResult = Callable[[BatchResult], None]


def run_all(
    tasks: Iterable[Task],
    options: Options,
    jobs: int,
    on_result: OnResult,
    folder: Path = RUNS,
    memory_mb: float | None = None,
) -> list[BatchResult]:
    """Solve every task, at most ``jobs`` at once; results come in the order of the tasks.

    Records, claims and runs lie in ``folder``, which other batches may use at the same time. ``memory_mb`` is the
    memory to fill, by default that of the machine. Ctrl-C, SIGTERM and SIGHUP end the running solves with their best
    plans so far, and no other solve starts; a second signal kills them.
    """
    listed, place = list(tasks), BatchFolder(folder)
    unique, data = list(dict.fromkeys(listed)), options_data(options)
    if not unique:
        return []
    place.prepare()
    place.register(unique, data)
    job = {
        "folder": str(folder), "tasks": [(str(task.path), task.changes) for task in unique], "options": data,
        "jobs": jobs, "memory_mb": memory_mb,
    }  # fmt: skip
    results: dict[Task, BatchResult] = {}
    for number, found in _lines(job):
        task = unique[number]
        results[task] = replace(found, task=task)
        on_result(results[task])
    for task in unique:
        if task not in results:
            results[task] = BatchResult(task, "failed", None, INTERNAL_ERROR, "the engine of the batch ended before it")
            on_result(results[task])
    return [results[task] for task in listed]


def _lines(job: dict[str, Any]) -> Iterator[tuple[int, BatchResult]]:
    """Yield the results of an engine, each with the number of its task; stop signals are passed on to it."""
    with _engine(job) as (commands, answers), on_stop(interrupt):
        while True:
            try:
                line = answers.readline()
            except KeyboardInterrupt:
                _send(commands, "stop")
                continue
            if not line:
                return
            data = json.loads(line)
            yield data["number"], BatchResult.of(data["result"])


@contextmanager
def _engine(job: dict[str, Any]) -> Iterator[tuple[IO[str], IO[str]]]:
    """Start an engine and give it its job; it ends with this process."""
    # A group of its own: Ctrl-C on the terminal must reach it once, through this process.
    with subprocess.Popen(
        own_python("solver.batch.engine"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        process_group=0, preexec_fn=ends_with_parent(),
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _send(process.stdin, json.dumps(job))
            yield process.stdin, process.stdout
        except BaseException:
            process.kill()
            raise


def _send(commands: IO[str], text: str) -> None:
    try:
        commands.write(text + "\n")
        commands.flush()
    except (BrokenPipeError, ValueError):
        return
