"""Shared tasks: numbered tasks of one kind, done by this process and by a forked copy of it beside it.

The copy starts at once with all that was read and derived so far, where a new process would derive it again. Each task
belongs to one of the two by its number, so the answers do not depend on the clock; only how many there are does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from solver.io.forked import Channel, Forked, can_fork
from solver.io.machine import processors

A = TypeVar("A")
POLL_SECONDS = 0.05


class SharedTasks(Generic[A]):
    """Tasks 0 to ``count`` - 1, each by ``work``, until they are done or ``is_late``; ``lanes`` of them at once."""

    def __init__(self, work: Callable[[int], A], count: int, is_late: Callable[[], bool]) -> None:
        self.work, self.count, self.is_late = work, count, is_late
        self.lanes = 2 if count > 1 and processors() > 1 and can_fork() else 1
        self.done: dict[int, A] = {}

    def run(self, on_done: Callable[[int, A], None] = lambda _n, _answer: None) -> dict[int, A]:
        """Return the answers by number; those of tasks that were not done in time are missing.

        ``on_done`` is called in this process with each of them, in the order in which they come.
        """
        if self.lanes == 1:
            return self._do(range(self.count), on_done)
        try:
            other = Forked(partial(_do_in_copy, self))
        except OSError:
            return self._do(range(self.count), on_done)
        try:
            self._do(range(0, self.count, 2), on_done, other.channel)
            theirs = range(1, self.count, 2)
            while not (other.channel.closed or self.is_late() or all(n in self.done for n in theirs)):
                self._take(other.channel, on_done, POLL_SECONDS)
            # A copy that the system has ended leaves its tasks to this process.
            return self._do(theirs, on_done)
        finally:
            other.end()

    def _do(self, numbers: range, on_done: Callable[[int, A], None], other: Channel | None = None) -> dict[int, A]:
        for n in numbers:
            if n not in self.done and not self.is_late():
                self.done[n] = self.work(n)
                on_done(n, self.done[n])
            if other is not None:
                self._take(other, on_done)
        return self.done

    def _take(self, other: Channel, on_done: Callable[[int, A], None], seconds: float = 0.0) -> None:
        """Take what the copy has answered."""
        while (answer := other.receive(seconds)) is not None:
            n, self.done[n] = answer
            on_done(n, self.done[n])


def _do_in_copy(tasks: SharedTasks[A], channel: Channel) -> None:
    """Do every second task, and send each answer with its number."""
    for n in range(1, tasks.count, 2):
        if tasks.is_late():
            break
        channel.send((n, tasks.work(n)))
    while not channel.closed:
        channel.receive(1.0)
