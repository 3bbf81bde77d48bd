"""Checkpoint of a run: incumbent, bound and trace on disk, from which another run can resume.

``DIR/checkpoint.json`` holds the best plan (columns that are not 0, by name), its objective and the best bound in the
minimised sense of the matrix, the proof of that bound, the trace and the seconds spent, with the hash of the instance
and of the compiled model. It is written to a temporary file and renamed, at every improved plan and, for bounds alone,
at most once a second and for a twentieth of the time: a killed run leaves the last complete checkpoint. A write error
costs the checkpoint, not the run.

Nothing of it is believed by the run that resumes: the plan passes the checker and its objective is computed again
(``solver.run.resume``), the bound is derived again from its proof (``solver.run.bound_proof``).

The stored values hold for the complete problem: under learning curves the cost of the plan on the curves and the bound
of the chords; with contingencies only plans that survive them; for an earliest date the first period for which a plan
is known, and the first that is not proven infeasible. Not stored, and computed again: bounds of HiGHS alone, converged
prices, proven ranges of experience and rows added for contingencies.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from solver.errors import EnvironmentFailure, UsageError
from solver.io.files import alive, os_error_text, write_text
from solver.milp.matrix import Matrix
from solver.milp.solution import Certificate, SearchEvent
from solver.run.bound_proof import ProofRecord
from solver.run.incumbent_log import IncumbentLog, trace_data
from solver.run.stored_json import digest_of, read_object, sealed, validated

FILE = "checkpoint.json"
FORMAT = 2
BOUND_SECONDS, BOUND_SHARE = 1.0, 0.05
"""Least time between two writings where only the bound is better, and largest share of the time for them."""
CURE = "start anew without --resume"


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
    next_at: float = -np.inf
    failed: bool = False

    def __post_init__(self) -> None:
        self.model_hash = model_hash(self.matrix)

    def update(self, plan: bool) -> None:
        """Write after an improved plan (True) or bound."""
        if plan or time.monotonic() >= self.next_at:
            self.write()

    def write(self) -> None:
        """Write now; report the first of several write errors in a row."""
        began = time.monotonic()
        try:
            text = json.dumps(sealed(self._data()), ensure_ascii=False, allow_nan=False)
            write_text(self.directory / FILE, text + "\n")
            self.failed = False
        except EnvironmentFailure as error:
            if not self.failed:
                self.report(f"no checkpoint: {error}; the search continues")
            self.failed = True
        now = time.monotonic()
        self.next_at = now + max(BOUND_SECONDS, (now - began) / BOUND_SHARE)

    def _data(self) -> dict[str, Any]:
        known, names, proof = self.log.incumbent, self.matrix.column_names, self.log.proof
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
            "proof": None if proof is None else proof.data(),
            "elapsed": self.log.elapsed(),
            "trace": trace_data(self.log.trace),
        }


class TraceRecord(BaseModel):
    """Row of a trace as stored, by the columns of ``trace.csv``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seconds: float = Field(ge=0, le=1e12)
    objective: float | None
    bound: float | None
    bound_kind: Certificate
    strategy: str

    def event(self) -> SearchEvent:
        """Return the event of the row."""
        return SearchEvent(
            self.seconds, self.objective, self.bound, certificate=self.bound_kind, stage=self.strategy, improved=True
        )


class CheckpointState(BaseModel):
    """Content of a checkpoint as read."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: int
    instance_hash: str
    model_hash: str
    options: dict[str, Any]
    plan: dict[str, Annotated[float, Field(ge=-1e300, le=1e300)]] | None
    objective: float | None
    bound: float | None
    bound_kind: Certificate
    proof: ProofRecord | None
    elapsed: float = Field(ge=0, le=1e12)
    trace: tuple[TraceRecord, ...]
    digest: str
    _path: Path = Path(FILE)

    @property
    def path(self) -> Path:
        """File of the checkpoint."""
        return self._path


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
    data = read_object(path, f"{directory}: holds no checkpoint", CURE)
    if data.get("format") != FORMAT or data["format"] is True:
        raise UsageError(f"{path}: found format {data.get('format')!r}, expected {FORMAT}; {CURE}")
    state = validated(CheckpointState, data, path, CURE)
    if state.instance_hash != instance_hash:
        raise UsageError(f"{path}: belongs to another instance; name the checkpoint of this one, or leave out --resume")
    if state.digest != digest_of(data):
        raise UsageError(f"{path}: damaged: it was changed after the run wrote it; {CURE}")
    if (state.plan is None) != (state.objective is None):
        raise UsageError(f"{path}: damaged: plan and objective do not fit together; {CURE}")
    state._path = path
    return state


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
