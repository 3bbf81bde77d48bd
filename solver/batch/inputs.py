"""Tasks of a command line: instance files, folders, patterns and sweeps."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from solver.batch.sweep import Sweep
from solver.batch.tasks import Task
from solver.errors import UsageError
from solver.instance.shipped import is_shipped
from solver.io.files import stored_text, write_text

SWEEP_FILE = "sweep.json"
FORMAT = 1
_SUFFIXES = (".yaml", ".yml")
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


def tasks_of(inputs: Iterable[Path], changes: Sequence[str] = ()) -> list[Task]:
    """Return the tasks of files, folders, patterns such as ``a/*.yaml`` and sweeps (``sweep.json``), in their order.

    A folder means the instance files in it, or the sweep in it. UsageError, with every problem, for a folder or pattern
    without files and for a damaged sweep. A file that does not exist is a task: it fails alone.
    """
    tasks: list[Task] = []
    problems: list[str] = []
    for path in inputs:
        try:
            tasks += _tasks(path, changes)
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("\n".join(problems))
    return tasks


def shard_of(text: str) -> tuple[int, int]:
    """Return the number of a shard and the count of all, as in ``2/8``; UsageError for anything else."""
    match = _SHARD.fullmatch(text.strip())
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard: found {text!r}, expected I/N with I from 1 to N, as 2/8")
    return int(match[1]), int(match[2])


def write_sweep(sweep: Sweep, folder: Path) -> Path:
    """Write a sweep for ``kardashev batch``, and return its file; EnvironmentFailure on an error."""
    data = {
        "format": FORMAT, "path": str(sweep.path), "levers": sweep.levers, "rows": sweep.rows, "fixed": sweep.fixed,
    }  # fmt: skip
    file = folder / SWEEP_FILE
    write_text(file, json.dumps(data, indent=1) + "\n")
    return file


def read_sweep(file: Path) -> Sweep:
    """Read a sweep; UsageError for a file that is none."""
    try:
        data: Any = json.loads(stored_text(file))
        if data["format"] != FORMAT:
            raise UsageError(f"{file}: format: found {data['format']!r}, expected {FORMAT}; write the sweep again")
        levers, rows, fixed = tuple(data["levers"]), tuple(tuple(row) for row in data["rows"]), tuple(data["fixed"])
        if not all(isinstance(text, str) for row in (levers, fixed, *rows) for text in row):
            raise TypeError
        if any(len(row) != len(levers) for row in rows):
            raise ValueError
        return Sweep(Path(data["path"]), levers, rows, fixed)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file}: damaged, or no sweep; expected the {SWEEP_FILE} of kardashev sweep") from error


def _tasks(path: Path, changes: Sequence[str]) -> list[Task]:
    if is_shipped(str(path)):
        return Task.of([path], changes)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES and file.is_file())
        if files:
            return Task.of(files, changes)
        if (path / SWEEP_FILE).is_file():
            return _tasks(path / SWEEP_FILE, changes)
        raise UsageError(f"{path}: no instance file in this folder; expected {' or '.join(_SUFFIXES)} files")
    if path.suffix == ".json":
        return [Task(task.path, (*task.changes, *changes)) for task in read_sweep(path).tasks]
    if not path.exists() and glob.has_magic(str(path)):
        found = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207
        if not found:
            raise UsageError(f"{path}: no file fits this pattern; nothing was done")
        return Task.of(found, changes)
    return Task.of([path], changes)
