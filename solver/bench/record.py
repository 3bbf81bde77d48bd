"""The record of a benchmark: one line of a CSV file for each finished run, and its trace beside it.

A line is appended and synced when its run is over. One that was cut short by a kill is dropped at the next start, so
its run is done again; every other run is skipped.
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

from solver.bench.cases import Case
from solver.errors import EnvironmentFailure, UsageError
from solver.io import escapes
from solver.io.files import why
from solver.milp.solution import Status

ROWS = "rows.csv"
TRACES = "traces"


class WithoutAnswer(StrEnum):
    """End of a run that gave no answer: killed after its limit and grace, or failed."""

    KILLED = "killed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One finished run. Money in MUSD, times in seconds, ``peak_mb`` the largest resident memory of the process.

    ``ended`` is the status of the answer, or how the run ended without one.
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
    peak_mb: float
    commit: str
    versions: str
    finished: str
    message: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, float]:
        """What tells runs apart."""
        return self.instance, self.hash, self.method, self.seed, self.limit_seconds

    @property
    def trace_name(self) -> str:
        """File name of its trace."""
        return f"{self.instance}-{self.hash}-{self.method}-{self.seed}-{self.limit_seconds:g}.csv"


def key_of(case: Case, hash: str) -> tuple[str, str, str, int, float]:
    """The key of the row that a case will have; ``hash`` is that of the resolved instance."""
    return case.instance.stem, hash, case.method, case.seed, case.seconds


class Record:
    """Rows on disk, read at once and appended one by one."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.path, self._lock = directory, directory / ROWS, Lock()
        try:
            (directory / TRACES).mkdir(parents=True, exist_ok=True)
            self._drop_torn_line()
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except OSError as error:
            raise EnvironmentFailure(f"{directory}: the record cannot be kept there: {why(error)}") from error
        self.rows = [_row(line, self.path) for line in csv.DictReader(io.StringIO(text))]

    def has(self, key: tuple[str, str, str, int, float]) -> bool:
        """Whether that run is finished; one that failed, as by bad input or a crash, is tried again."""
        return any(row.key == key and row.ended is not WithoutAnswer.FAILED for row in self.rows)

    def trace_path(self, row: Row) -> Path:
        """Where the trace of a run is kept."""
        return self.directory / TRACES / row.trace_name

    def append(self, row: Row) -> None:
        """Add a finished run, from any thread; its trace is written before."""
        names = [field.name for field in fields(Row)]
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
            raise EnvironmentFailure(f"{self.path}: could not be written: {why(error)}") from error
        self.rows.append(row)

    def _drop_torn_line(self) -> None:
        if not self.path.exists():
            return
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            with self.path.open("r+b") as file:
                file.truncate(len(whole))


def _row(line: dict[str, Any], path: Path) -> Row:
    try:
        return Row(**{field.name: _value(str(field.type), line[field.name]) for field in fields(Row)})
    except (KeyError, TypeError, ValueError) as error:
        wanted = ", ".join(field.name for field in fields(Row))
        raise UsageError(f"{path}: found a line that is no record of a run, expected columns {wanted}") from error


def ending_of(text: str) -> Status | WithoutAnswer:
    """Return the end of a run from its word in a file or an answer; ValueError for another word."""
    return WithoutAnswer(text) if text in tuple(WithoutAnswer) else Status(text)


def _value(kind: str, text: str) -> Any:
    if kind == "str":
        return escapes.from_csv(text)
    if kind == "Status | WithoutAnswer":
        return ending_of(text)
    if kind == "bool":
        return {"True": True, "False": False}[text]
    if kind == "int":
        return int(text)
    return None if not text and "None" in kind else float(text)
