"""Resource needs of the jobs of a batch, time and memory, from the sizes of its instances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from solver.batch.folder import TaskEntry
from solver.batch.tasks import Task
from solver.errors import KardashevError
from solver.instance.read import read
from solver.run.size_estimate import estimate

START_SECONDS, COLUMNS_PER_SECOND = 10.0, 200.0
"""Seconds to a gap of 1 % of the benchmark: 2 to 10 with 1,400 columns, 14 to 70 with 17,566."""
TIME_FACTOR, MEMORY_FACTOR = 3.0, 1.3
"""Reserve over the estimate: what is asked for too small costs a second array."""
JOB_SECONDS = 600.0
"""Estimated time of the instances in one job of an array, together."""
OVERHEAD_SECONDS = 60.0
"""Time of a job beyond its instances: start, last look, writing."""
LEAST_MINUTES = 5
JOB_MB = 500.0
"""Memory of a job beyond its instances: the process of submitit, and the engine of the batch."""


@dataclass(frozen=True, slots=True)
class ResourceNeeds:
    """Resource needs of one job: time and memory."""

    seconds: float
    memory_mb: float

    @property
    def minutes(self) -> int:
        """Minutes, rounded up."""
        return max(LEAST_MINUTES, math.ceil((self.seconds + OVERHEAD_SECONDS) / 60))

    @property
    def memory_gb(self) -> float:
        """Memory in GB, in steps of a quarter."""
        return math.ceil(self.memory_mb / 250) / 4

    def times(self, factor: float) -> ResourceNeeds:
        """Return the needs of another attempt."""
        return ResourceNeeds(self.seconds * factor, self.memory_mb * factor)


def needs_of(tasks: Sequence[Task], entries: Sequence[TaskEntry | None], seconds: float | None) -> list[ResourceNeeds]:
    """Return the needs of each task; ``seconds`` is the time limit of a solve.

    A file whose size no entry knows is read once, with the values of its first task; the others of the file count as
    large. One that cannot be read counts as small: its task fails at once.
    """
    known: dict[str, tuple[float, int]] = {}
    needs = []
    for task, entry in zip(tasks, entries, strict=True):
        if entry is not None and entry.columns:
            memory_mb, columns = entry.memory_mb, entry.columns
        else:
            if str(task.path) not in known:
                known[str(task.path)] = _size(task)
            memory_mb, columns = known[str(task.path)]
        expected = TIME_FACTOR * (START_SECONDS + columns / COLUMNS_PER_SECOND)
        needs.append(ResourceNeeds(expected if seconds is None else 1.2 * seconds + 30.0, MEMORY_FACTOR * memory_mb))
    return needs


def chunks(tasks: Sequence[Task], needs: Sequence[ResourceNeeds]) -> tuple[list[list[Task]], ResourceNeeds]:
    """Return the tasks by job, short ones together, and the needs of the largest job."""
    parts: list[list[Task]] = [[]]
    times = [0.0]
    for task, largest in zip(tasks, needs, strict=True):
        if parts[-1] and times[-1] + largest.seconds > JOB_SECONDS:
            parts.append([])
            times.append(0.0)
        parts[-1].append(task)
        times[-1] += largest.seconds
    return parts, ResourceNeeds(max(times), JOB_MB + max((largest.memory_mb for largest in needs), default=0.0))


def _size(task: Task) -> tuple[float, int]:
    try:
        size = estimate(read(task.path, changes=task.changes).instance)
    except KardashevError:
        return 250.0, 0
    return size.memory_mb, size.columns
