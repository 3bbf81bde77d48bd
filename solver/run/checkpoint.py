"""Checkpoint of a run: incumbent, bound and trace on disk, from which another run can resume.

``DIR/checkpoint.json`` holds the best plan (columns that are not 0, by name), its objective and the best bound in the
minimised sense of the matrix, the trace and the seconds spent, with the hash of the instance and of the compiled model.
It is written to a temporary file and renamed, at every improved plan and, for bounds alone, at most once a second: a
killed run leaves the last complete checkpoint. A write error costs the checkpoint, not the run.

The stored values hold for the complete problem: under learning curves the cost of the plan on the curves and the bound
of the chords; with contingencies only plans that survive them; for an earliest date the first period for which a plan
is known, and the first that is not proven infeasible. Not stored, and computed again: open branch-and-bound nodes,
converged prices, proven ranges of experience and rows added for contingencies.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from solver.errors import EnvironmentFailure, ModelError, UsageError
from solver.io.files import alive, os_error_text, write_text
from solver.milp.matrix import Matrix
from solver.milp.scaling import scaling_of
from solver.milp.solution import Certificate, Incumbent, SearchEvent
from solver.milp.verify import verified_point
from solver.run.incumbent_log import COLUMNS, IncumbentLog, trace_data

FILE = "checkpoint.json"
FORMAT = 1
BOUND_SECONDS = 1.0
"""Least time between two writings where only the bound is better."""


@dataclass(slots=True)
class Checkpoint:
    """Writer of the checkpoints of a run, with the identity of its problem: instance hash, options, model hash."""

    directory: Path
    instance_hash: str
    options: Mapping[str, Any]
    log: IncumbentLog
    matrix: Matrix
    report: Callable[[str], None]
    model_hash: str = field(init=False)
    written_at: float = -np.inf
    failed: bool = False

    def __post_init__(self) -> None:
        self.model_hash = model_hash(self.matrix)

    def update(self, plan: bool) -> None:
        """Write after an improved plan (True) or bound."""
        if plan or time.monotonic() >= self.written_at + BOUND_SECONDS:
            self.write()

    def write(self) -> None:
        """Write now; report the first of several write errors in a row."""
        self.written_at = time.monotonic()
        try:
            write_text(self.directory / FILE, json.dumps(self._data(), ensure_ascii=False, allow_nan=False) + "\n")
            self.failed = False
        except EnvironmentFailure as error:
            if not self.failed:
                self.report(f"no checkpoint: {error}; the search continues")
            self.failed = True

    def _data(self) -> dict[str, Any]:
        known, names = self.log.incumbent, self.matrix.column_names
        plan = None if known.x is None else {names[j]: float(known.x[j]) for j in np.flatnonzero(known.x).tolist()}
        return {
            "format": FORMAT,
            "instance_hash": self.instance_hash,
            "model_hash": self.model_hash,
            "options": dict(self.options),
            "plan": plan,
            "objective": None if known.objective is None else float(known.objective),
            "bound": float(known.bound) if np.isfinite(known.bound) else None,
            "bound_kind": known.certificate,
            "elapsed": self.log.elapsed(),
            "trace": trace_data(self.log.trace),
        }


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """Content of a checkpoint as read: incumbent, seconds and trace at the time of writing."""

    path: Path
    model_hash: str
    plan: Mapping[str, float] | None
    known: Incumbent
    elapsed: float
    trace: tuple[SearchEvent, ...]

    def start(self, matrix: Matrix, restricted: Callable[[Matrix, int], Matrix] | None = None) -> Incumbent:
        """Return the incumbent that a search resumes from; UsageError where it does not belong to the matrix.

        ``restricted`` is given for an earliest date: it returns the matrix whose target starts in one period.
        """
        if self.model_hash != model_hash(matrix):
            raise UsageError(
                f"{self.path}: its model is not the one of this instance now: it was made by another version, or under "
                "learning curves with another --gap; start anew without --resume"
            )
        if self.plan is None or self.known.objective is None:
            return self.known
        x = np.zeros(matrix.columns)
        unknown = [name for name in self.plan if name not in matrix.index]
        if unknown:
            raise UsageError(f"{self.path}: damaged: its plan names {unknown[0]}, which the model does not have")
        x[[matrix.index[name] for name in self.plan]] = list(self.plan.values())
        searched = matrix if restricted is None else restricted(matrix, round(self.known.objective))
        point = verified_point(searched, x, scaling_of(searched).row_unit)
        if point is None:
            raise UsageError(f"{self.path}: damaged: its plan violates {searched.violation(x).name} of the model")
        return replace(self.known, x=point)


def require_free(directory: Path) -> None:
    """Prepare a directory for checkpoints; UsageError if it holds one, EnvironmentFailure if it cannot be used."""
    if (directory / FILE).exists():
        raise UsageError(f"{directory}: holds a checkpoint; continue from it with --resume, or replace it with --force")
    prepare(directory)


def prepare(directory: Path) -> None:
    """Prepare a directory for checkpoints and remove the files of killed writers; EnvironmentFailure if refused."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for left in directory.glob(f".{FILE}.partial-*"):
            pid = left.name.rpartition("-")[2]
            if pid.isdecimal() and not alive(int(pid)):
                left.unlink(missing_ok=True)
        write_text(directory / f".{FILE}.try-{os.getpid()}", "")
        (directory / f".{FILE}.try-{os.getpid()}").unlink()
    except OSError as error:
        raise EnvironmentFailure(f"{directory}: no checkpoint can be written there: {os_error_text(error)}") from error


def read_checkpoint(directory: Path, instance_hash: str) -> CheckpointState:
    """Read a checkpoint; UsageError where there is none, it is damaged, or it belongs to another instance."""
    path = directory / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise UsageError(f"{path}: found format {data['format']!r}, expected {FORMAT}")
        if data["instance_hash"] != instance_hash:
            raise UsageError(
                f"{path}: belongs to another instance; name the checkpoint of this one, or leave out --resume"
            )
        return _state(path, data)
    except FileNotFoundError as error:
        raise UsageError(f"{directory}: holds no checkpoint ({FILE} is missing)") from error
    except OSError as error:
        raise UsageError(f"{path}: could not be read: {os_error_text(error)}") from error
    except ModelError as error:
        raise UsageError(f"{path}: damaged: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: damaged: no checkpoint ({type(error).__name__}: {error})") from error


def _state(path: Path, data: Mapping[str, Any]) -> CheckpointState:
    plan = None if data["plan"] is None else {str(name): float(value) for name, value in data["plan"].items()}
    objective, bound = (None if data[key] is None else float(data[key]) for key in ("objective", "bound"))
    if (plan is None) != (objective is None):
        raise ValueError("plan and objective do not fit together")
    known = Incumbent(None, objective, -np.inf if bound is None else bound, Certificate(data["bound_kind"]))
    trace = tuple(_event(row) for row in data["trace"])
    return CheckpointState(path, str(data["model_hash"]), plan, known, float(data["elapsed"]), trace)


def _event(row: Mapping[str, Any]) -> SearchEvent:
    seconds, objective, bound, certificate, stage = (row[name] for name in COLUMNS)
    return SearchEvent(seconds, objective, bound, certificate=Certificate(certificate), stage=str(stage), improved=True)


def model_hash(matrix: Matrix) -> str:
    """Hash every number and name of a matrix."""
    hashed = hashlib.sha256()
    a = matrix.a
    for numbers in (
        a.indptr.astype(np.int64), a.indices.astype(np.int64), a.data, matrix.cost, matrix.lower, matrix.upper,
        matrix.row_lower, matrix.row_upper, matrix.integer, np.array([matrix.cost_offset]),
    ):  # fmt: skip
        hashed.update(np.ascontiguousarray(numbers).tobytes())
    for names in (matrix.column_names, matrix.row_names):
        hashed.update("\n".join(names).encode())
    return hashed.hexdigest()[:16]
