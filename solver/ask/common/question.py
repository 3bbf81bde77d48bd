"""Question in progress: the options of its solves, its time limit, and the progress of the command that asks it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

from solver.instance.read import Loaded
from solver.instance.schema import Instance
from solver.milp.limits import Limits
from solver.milp.solution import SearchEvent
from solver.run.progress import Console
from solver.run.runner import RUNS
from solver.run.solve import Callbacks, Options, Outcome, solve_loaded

SECONDS = 60.0
"""Time limit of a question by default."""


@dataclass(frozen=True, slots=True)
class Question:
    """Options of a question: those of its solves, and the callbacks of a running command.

    ``on_stage`` is called with each stage, ``on_step`` with the points done and their number, ``on_event`` with plans
    and bounds of the point in work.
    """

    solve: Options = field(default_factory=lambda: Options(Limits(seconds=SECONDS)))
    stop: threading.Event = field(default_factory=threading.Event)
    on_stage: Callable[[str], None] = lambda _text: None
    began: float = field(default_factory=time.monotonic)
    on_step: Callable[[int, int], None] = lambda _done, _of: None
    on_event: Callable[[SearchEvent], None] = lambda _event: None

    @classmethod
    def shown_on(cls, console: Console, solve: Options, stop: threading.Event) -> Question:
        """Return a question that shows its progress on a console."""
        return cls(solve, stop, console.stage, console.began, console.step, console.show)

    @property
    def seconds(self) -> float:
        """Seconds of the whole question, at most; infinite without a limit."""
        limit = self.solve.limits.seconds
        return math.inf if limit is None else limit

    def ending(self, seconds: float) -> Question:
        """Return the same question with another time limit."""
        return replace(self, solve=replace(self.solve, limits=replace(self.solve.limits, seconds=seconds)))

    @property
    def ends(self) -> float:
        """Clock at the end of the question, monotonic."""
        return self.began + self.seconds

    @property
    def left(self) -> float:
        """Seconds left, 0 at least."""
        return max(0.0, self.ends - time.monotonic())

    @property
    def late(self) -> bool:
        """True once a stop was requested, or no time is left."""
        return self.stop.is_set() or self.left <= 0.0

    def solved(self, loaded: Loaded[Instance], seconds: float | None = None) -> Outcome:
        """Solve an instance of the question, within the time left or fewer seconds."""
        seconds = self.left if seconds is None else min(seconds, self.left)
        limits = replace(self.solve.limits, seconds=max(seconds, 0.1) if math.isfinite(seconds) else None)
        return solve_loaded(loaded, replace(self.solve, limits=limits), Callbacks(stop=self.stop))


def answer_folder(out: str | PathLike[str] | None, source: str | PathLike[str], question: str) -> Path:
    """Return the folder of an answer: as given, in the run directory asked of, or beside the runs of the file."""
    if out is not None:
        return Path(out)
    path = Path(source)
    return (path if path.is_dir() else RUNS / path.stem.replace(":", "-")) / question


def with_instance(loaded: Loaded[Instance], instance: Instance) -> Loaded[Instance]:
    """Return a changed instance as if it had been read; it has no hash of its own."""
    data = instance.model_dump(mode="json", by_alias=True)
    return replace(loaded, instance=instance, resolved=data, hash="")
