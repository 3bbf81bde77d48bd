"""Status of a batch: its tasks by state, throughput, time left and core-hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solver.batch.record import BatchResult, Category

_OPEN = (Category.WAITING, Category.RUNNING)
_CODES = {
    Category.EXCEPTION: 5,
    Category.MEMORY: 5,
    Category.NODE: 5,
    Category.BAD_INPUT: 2,
    Category.TIME: 4,
    Category.WAITING: 4,
    Category.RUNNING: 4,
    Category.GAP: 3,
}
"""Exit code of each state, the most serious first; solved and infeasible tasks are answered."""
WINDOW_SECONDS = 3600.0
"""Time before the last result over which the throughput is measured."""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """Status of a batch; ``rate`` in tasks per hour, ``left_seconds`` None where nothing was solved yet."""

    results: tuple[BatchResult, ...]
    counts: dict[Category, int]
    rate: float | None
    left_seconds: float | None
    core_hours: float

    @property
    def exit_code(self) -> int:
        """Code of the most serious state of a task; 0 where all are answered."""
        return next((code for category, code in _CODES.items() if self.counts.get(category)), 0)

    def data(self) -> dict[str, Any]:
        """Return the status as plain data."""
        return {
            "tasks": len(self.results),
            "counts": {category.value: self.counts.get(category, 0) for category in Category},
            "tasks_per_hour": self.rate,
            "seconds_left": self.left_seconds,
            "core_hours": self.core_hours,
            "results": [{**result.data(), "state": result.category.value} for result in self.results],
        }

    def lines(self) -> list[str]:
        """Return the status in words: counts, failed tasks with their messages, throughput."""
        counted = [f"{self.counts[category]:,} {category.value}" for category in Category if self.counts.get(category)]
        lines = [f"{len(self.results):,} tasks: {', '.join(counted) or 'none'}"]
        for result in self.results:
            if result.category in _OPEN:
                continue
            if result.failed:
                message = result.message.strip().splitlines()[-1:] or [f"status {result.status}"]
                where = f" on {result.host}" if result.host else ""
                lines.append(f"  {result.category.value}{where}: {result.task}: {message[0]}")
        lines.append(f"core-hours used: {self.core_hours:,.3g}")
        if self.rate is not None:
            lines.append(f"throughput: {self.rate:,.3g} tasks/hour")
        if self.left_seconds is not None:
            lines.append(f"time left: about {_duration(self.left_seconds)}")
        return lines


def status_of(results: Sequence[BatchResult]) -> BatchStatus:
    """Return the status of the results of a batch."""
    counts = Counter(result.category for result in results)
    rate = _rate(results)
    left = sum(counts[category] for category in _OPEN)
    return BatchStatus(
        tuple(results),
        dict(counts),
        rate,
        left / rate * 3600 if rate and left else None,
        round(sum(result.cpu_seconds or 0.0 for result in results) / 3600, 6),
    )


def _rate(results: Sequence[BatchResult]) -> float | None:
    """Return tasks per hour, over the hour before the last result."""
    ended = [result for result in results if result.ended]
    if not ended:
        return None
    last = max(result.ended for result in ended)
    recent = [result for result in ended if result.ended >= last - WINDOW_SECONDS]
    first = min(result.ended - (result.seconds or 0.0) for result in recent)
    return round(len(recent) / max(last - first, 1e-3) * 3600, 3)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
