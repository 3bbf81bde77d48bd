"""Shared tasks are done by two processes, one of which may end, and none is begun too late."""

from __future__ import annotations

import os
import signal
import time

import pytest

from solver.io import shared_tasks
from solver.io.shared_tasks import SharedTasks


def never() -> bool:
    """Time is left."""
    return False


def with_process(n: int) -> tuple[int, int]:
    """Answer of a task and the process that did it."""
    return n * n, os.getpid()


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work beside a copy on any machine."""
    monkeypatch.setattr(shared_tasks, "processors", lambda: 2)
    monkeypatch.setattr(shared_tasks, "can_fork", lambda: True)


def test_two_processes_share_the_tasks() -> None:
    """Each task is done once, and every second one by the copy."""
    seen = dict[int, tuple[int, int]]()
    done = SharedTasks(with_process, 5, never).run(seen.__setitem__)
    assert done == seen
    assert {n: square for n, (square, _) in done.items()} == {n: n * n for n in range(5)}
    assert [pid == os.getpid() for _, (_, pid) in sorted(done.items())] == [True, False, True, False, True]


@pytest.mark.parametrize("count", [0, 1])
def test_few_tasks_need_no_copy(count: int) -> None:
    """Nothing is forked for one task."""
    assert [pid for _, pid in SharedTasks(with_process, count, never).run().values()] == [os.getpid()] * count


def test_one_process_does_all_without_a_second_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers are the same."""
    monkeypatch.setattr(shared_tasks, "processors", lambda: 1)
    assert {pid for _, pid in SharedTasks(with_process, 4, never).run().values()} == {os.getpid()}


def test_tasks_of_a_copy_that_ends_are_done_here() -> None:
    """The system may end the copy where memory runs out."""
    parent = os.getpid()

    def work(n: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    assert SharedTasks(work, 4, never).run() == {0: 0, 1: 1, 2: 2, 3: 3}


def test_none_is_begun_too_late() -> None:
    """Both sides look at the clock before each task, and a copy that is late does not hold the answer back."""
    ends = time.monotonic() + 0.3

    def work(n: int) -> int:
        time.sleep(60.0 if n == 1 else 0.2)
        return n

    began = time.monotonic()
    assert SharedTasks(work, 9, lambda: time.monotonic() >= ends).run() == {0: 0, 2: 2}
    assert time.monotonic() - began < 30.0
