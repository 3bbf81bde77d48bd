"""Result of a task: status, run directory, and the time and memory that it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from solver.batch.tasks import Task
from solver.errors import EnvironmentFailure
from solver.milp.solution import Status

FINISHED = (Status.OPTIMAL, Status.INFEASIBLE)
ANSWERED = (Status.OPTIMAL, Status.FEASIBLE, Status.INTERRUPTED, Status.INFEASIBLE)
INTERNAL_ERROR = EnvironmentFailure.exit_code
STOPPED = 4


class Category(StrEnum):
    """Category of a task by its result, or by its lack of one."""

    SOLVED = "solved"
    GAP = "gap not reached"
    INFEASIBLE = "infeasible"
    BAD_INPUT = "bad input"
    EXCEPTION = "exception"
    MEMORY = "out of memory"
    TIME = "time-out"
    NODE = "node failure"
    WAITING = "waiting"
    RUNNING = "running"


_OF_STATUS = {
    "optimal": Category.SOLVED,
    "infeasible": Category.INFEASIBLE,
    "feasible": Category.GAP,
    "bad input": Category.BAD_INPUT,
    "out of memory": Category.MEMORY,
    "time-out": Category.TIME,
    "no_plan": Category.TIME,
    "node failure": Category.NODE,
    "not started": Category.WAITING,
    "waiting": Category.WAITING,
    "running": Category.RUNNING,
}


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Result of one instance of a batch: solved, skipped (solved before, or by another batch) or failed.

    ``status`` is that of the solve, or ``bad input``, ``out of memory``, ``time-out``, ``node failure``, ``failed``.
    ``host``, ``peak_memory_mb`` and ``cpu_seconds`` are those of the process that solved it.
    """

    task: Task
    status: str
    run_dir: Path | None
    exit_code: int
    message: str = ""
    objective: float | None = None
    bound: float | None = None
    unit: str = ""
    gap: float | None = None
    skipped: bool = False
    key: str = ""
    id: str = ""
    attempts: int = 0
    host: str = ""
    job: str = ""
    peak_memory_mb: float | None = None
    cpu_seconds: float | None = None
    seconds: float | None = None
    ended: float = 0.0

    @property
    def path(self) -> Path:
        """Instance file."""
        return self.task.path

    @property
    def failed(self) -> bool:
        """True without a result: bad input, a crash, no plan or an invalid one; infeasible is a result."""
        return self.status not in ANSWERED or self.exit_code in (STOPPED, INTERNAL_ERROR)

    @property
    def finished(self) -> bool:
        """True for a result that another solve would not change: proven within the gap, or infeasible."""
        return self.status in FINISHED and not self.failed

    @property
    def category(self) -> Category:
        """Category of the task."""
        if self.exit_code == INTERNAL_ERROR and self.status in ANSWERED:
            return Category.EXCEPTION
        if self.status == Status.INTERRUPTED:
            return Category.GAP if self.objective is not None else Category.TIME
        return _OF_STATUS.get(self.status, Category.EXCEPTION)

    def __str__(self) -> str:
        if self.message:
            return f"{self.task}: {self.status}\n{self.message}"
        value = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.task}: {self.status}{value}{gap}{', solved before' if self.skipped else ''}  {self.run_dir}"

    def data(self) -> dict[str, Any]:
        """Return the result as plain data."""
        given = asdict(self)
        task = given.pop("task")
        directory = None if self.run_dir is None else str(self.run_dir)
        return {"path": str(task["path"]), "changes": list(task["changes"]), **given, "run_dir": directory}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the result of plain data; KeyError or TypeError where they are another thing."""
        kept = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        directory = data["run_dir"]
        task = Task(Path(data["path"]), tuple(data["changes"]))
        return cls(**{**kept, "task": task, "run_dir": None if directory is None else Path(directory)})
