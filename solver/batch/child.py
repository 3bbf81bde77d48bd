"""Process of one task: read, claim, wait for memory, solve, report.

The process is forked from the engine, in which all packages are loaded. It talks with it in lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from solver.batch.folder import BatchFolder, TaskEntry, task_id
from solver.batch.record import INTERNAL_ERROR, STOPPED, BatchResult
from solver.batch.tasks import Task
from solver.errors import InstanceError, KardashevError, StoppedError, UsageError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.io import escapes
from solver.milp.limits import Limits
from solver.milp.solution import Status
from solver.run import checkpoint
from solver.run.directory import is_run
from solver.run.manifest import options_data, run_key
from solver.run.manifest_schema import Manifest
from solver.run.progress import Console
from solver.run.runner import EXIT, CheckpointOptions, exit_code, run
from solver.run.size_estimate import estimate
from solver.run.solve import Options
from solver.run.stored_run import read_run


def options_of(data: Mapping[str, Any]) -> Options:
    """Return the options of plain data as ``options_data`` gives them."""
    limits = Limits(
        seconds=data["seconds"], gap=data["gap"], threads=data["threads"], seed=data["seed"], work=data["work"]
    )
    return Options(limits, data["method"], data["integrality"], data.get("solver", "highs"))


Solve = Callable[[BatchFolder, Task, Loaded[Instance], Options, str, Path], BatchResult]


def work(
    folder: BatchFolder, task: Task, options: Options, over: int, line: socket.socket, solve: Solve | None = None
) -> None:
    """Solve a task and send its result; ``over`` is the generation of a claim that may be taken over.

    Sends ``busy`` instead where another process has the claim, and ``claimed`` before it waits for the word to go on.
    """
    with line:
        try:
            data = _worked(folder, task, options, over, line, solve or _solved)
        except InstanceError as error:
            message = "\n".join(escapes.line(issue) for issue in error.issues)
            _note_problem(folder, task, options, message)
            data = BatchResult(task, "bad input", None, error.exit_code, message).data()
        except (StoppedError, KeyboardInterrupt) as error:
            data = BatchResult(task, "interrupted", None, STOPPED, str(error) or "no plan").data()
        except KardashevError as error:
            status = "bad input" if error.exit_code == 2 else "failed"
            data = BatchResult(task, status, None, error.exit_code, str(error)).data()
        except MemoryError:
            data = BatchResult(task, "out of memory", None, INTERNAL_ERROR, "out of memory").data()
        except Exception as error:
            data = BatchResult(task, "failed", None, INTERNAL_ERROR, f"{type(error).__name__}: {error}").data()
        _send(line, {"result": data})


def _worked(
    folder: BatchFolder, task: Task, options: Options, over: int, line: socket.socket, solve: Solve
) -> dict[str, Any]:
    loaded = read(task.path, changes=task.changes)
    key, size = run_key(loaded, options), estimate(loaded.instance)
    target = folder.run_dir(task, key)
    data = options_data(options)
    folder.write_entry(TaskEntry(task_id(task, data), task, data, key, round(size.memory_mb), size.columns))
    earlier = folder.record(key)
    if (known := _known(task, target, key)) is not None:
        return known.data()
    generation = folder.claims.take(key, over)
    if generation is None:
        _send(line, {"busy": key, "record": "" if earlier is None else earlier.id})
        os._exit(0)
    _send(line, {"claimed": key, "generation": generation, "memory_mb": size.memory_mb})
    # Between the look and the claim, the owner before may have finished.
    if (known := _known(task, target, key)) is not None:
        return known.data()
    if not line.recv(1):
        os._exit(0)
    return solve(folder, task, loaded, options, key, target).data()


def _solved(
    folder: BatchFolder, task: Task, loaded: Loaded[Instance], options: Options, key: str, target: Path
) -> BatchResult:
    console = Console(quiet=True, seconds=options.limits.seconds)
    directory = folder.checkpoint(key)
    found = (directory / checkpoint.FILE).is_file()
    given = CheckpointOptions(directory, directory if found else None)
    try:
        done = run(task.path, options, target, True, console, given, task.changes, loaded)
    except UsageError:
        if not found:
            raise
        # A damaged checkpoint, or one of another version, must not stop the task for ever.
        (directory / checkpoint.FILE).unlink(missing_ok=True)
        done = run(task.path, options, target, True, console, CheckpointOptions(directory), task.changes, loaded)
    result = _result(task, target, done.manifest, exit_code(done.outcome), key)
    if result.finished:
        _forget(directory)
    return replace(result, attempts=1)


def _forget(directory: Path) -> None:
    with contextlib.suppress(OSError):
        for file in directory.iterdir():
            file.unlink()
        directory.rmdir()


def _known(task: Task, target: Path, key: str) -> BatchResult | None:
    """Return the result of a finished run with the same key, if there is one."""
    if not is_run(target):
        return None
    try:
        manifest = read_run(target).manifest
    except KardashevError:
        return None
    result = _result(task, target, manifest, EXIT[Status(manifest.status)], key)
    return replace(result, skipped=True) if result.finished and not manifest.violations else None


def _result(task: Task, target: Path, manifest: Manifest, code: int, key: str) -> BatchResult:
    return BatchResult(
        task, str(manifest.status), target, code, objective=manifest.objective, bound=manifest.bound,
        unit=manifest.unit, gap=manifest.gap, key=key, host=manifest.machine.get("host", ""),
        peak_memory_mb=manifest.peak_memory_mb, cpu_seconds=manifest.cpu_seconds, seconds=manifest.seconds["total"],
    )  # fmt: skip


def _note_problem(folder: BatchFolder, task: Task, options: Options, message: str) -> None:
    data = options_data(options)
    with contextlib.suppress(KardashevError):
        folder.write_entry(TaskEntry(task_id(task, data), task, data, problem=message))


def _send(line: socket.socket, data: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):
        line.sendall((json.dumps(data, default=str) + "\n").encode())
