"""Benchmark record: one line of a CSV file for each finished run, and its trace beside it.

A line is appended and synced when its run is over. A line truncated by a kill is dropped at the next start, so its run
is repeated; every other recorded run is skipped.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

from solver.bench.cases import BenchmarkRun
from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.files import os_error_text
from solver.milp.solution import Status

ROWS = "rows.csv"
TRACES = "traces"


class WithoutAnswer(StrEnum):
    """Ending of a run without a result: killed after its limit and grace period, or failed."""

    KILLED = "killed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunRow:
    """Finished run. Money in MUSD, times in seconds, ``peak_mb`` the largest resident memory of the process.

    ``ended`` is the status of the result, or the end of the run without one. ``cpu_seconds`` is processor time of the
    process; ``load`` the load average of the machine when it began, which counts what else ran there.
    """

    instance: str
    hash: str
    method: str
    seed: int
    limit_seconds: float
    ended: Status | WithoutAnswer
    objective: float | None
    bound: float | None
    bound_kind: str
    checked: bool
    rows: int
    columns: int
    integers: int
    build_seconds: float | None
    total_seconds: float
    cpu_seconds: float
    peak_mb: float
    machine: str
    load: float
    commit: str
    versions: str
    finished: str
    message: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, float]:
        """Key of the run: instance, hash, method, seed and time limit."""
        return self.instance, self.hash, self.method, self.seed, self.limit_seconds

    @property
    def trace_name(self) -> str:
        """Trace file of the run, without its folder."""
        return f"{self.instance}-{self.hash}-{self.method}-{self.seed}-{self.limit_seconds:g}.csv"


def key_of(case: BenchmarkRun, hash: str) -> tuple[str, str, str, int, float]:
    """Return the key that the row of a run will have; ``hash`` is that of the resolved instance."""
    return case.instance.stem, hash, case.method, case.seed, case.seconds


class RunRecord:
    """Rows on disk, read at the start and appended one by one."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.path, self._lock = directory, directory / ROWS, Lock()
        try:
            (directory / TRACES).mkdir(parents=True, exist_ok=True)
            self._drop_torn_line()
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except OSError as error:
            raise EnvironmentFailure(f"{directory}: the record cannot be kept there: {os_error_text(error)}") from error
        self.rows = [_row(line, self.path) for line in csv.DictReader(io.StringIO(text))]

    def has(self, key: tuple[str, str, str, int, float], commit: str | None = None) -> bool:
        """Check whether that run is finished, on a commit if one is given.

        A failed one, as by bad input or a crash, is repeated.
        """
        of_commit = (row for row in self.rows if commit in (None, row.commit))
        return any(row.key == key and row.ended is not WithoutAnswer.FAILED for row in of_commit)

    def trace_path(self, row: RunRow) -> Path:
        """Return the path of the trace of a run."""
        return self.directory / TRACES / row.trace_name

    def append(self, row: RunRow) -> None:
        """Append a finished run, from any thread; its trace is written before."""
        names = [field.name for field in fields(RunRow)]
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        try:
            with self._lock, self.path.open("a", encoding="utf-8", newline="") as file:
                if not file.tell():
                    writer.writeheader()
                writer.writerow(
                    {name: "" if value is None else escapes.csv(value) for name, value in asdict(row).items()}
                )
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise EnvironmentFailure(f"{self.path}: could not be written: {os_error_text(error)}") from error
        self.rows.append(row)

    def _drop_torn_line(self) -> None:
        if not self.path.exists():
            return
        data = self.path.read_bytes()
        complete = data[: data.rfind(b"\n") + 1]
        if complete != data:
            with self.path.open("r+b") as file:
                file.truncate(len(complete))


def _row(line: dict[str, Any], path: Path) -> RunRow:
    try:
        return RunRow(**{field.name: _value(str(field.type), line[field.name]) for field in fields(RunRow)})
    except (KeyError, TypeError, ValueError) as error:
        expected = ", ".join(field.name for field in fields(RunRow))
        raise UsageError(f"{path}: found an invalid line, expected columns {expected}") from error


def parse_ending(text: str) -> Status | WithoutAnswer:
    """Parse the end of a run from its text in a file or a result; ValueError for any other text."""
    return WithoutAnswer(text) if text in tuple(WithoutAnswer) else Status(text)


def _value(kind: str, text: str) -> Any:
    if kind == "str":
        return escapes.from_csv(text)
    if kind == "Status | WithoutAnswer":
        return parse_ending(text)
    if kind == "bool":
        return {"True": True, "False": False}[text]
    if kind == "int":
        return int(text)
    return None if not text and "None" in kind else float(text)
