"""Task of a batch: an instance file, and the values set on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Task:
    """Instance file with the options ``--set`` that are laid over it."""

    path: Path
    changes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((str(self.path), *self.changes))

    @classmethod
    def of(cls, paths: Iterable[Path], changes: Iterable[str] = ()) -> list[Task]:
        """Return a task for each file, all with the same changes."""
        laid = tuple(changes)
        return [cls(path, laid) for path in paths]
