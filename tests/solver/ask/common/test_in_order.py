"""Tasks at once: answers come in the order of the tasks, and none is begun before the answers it may depend on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from solver.ask.common.in_order import in_order

COUNT, MOST = 6, 3


def test_answers_are_taken_in_order_however_long_each_task_takes() -> None:
    """The first task ends only once the second has: it is taken first, and no more than three are begun unread."""
    taken, made, second = list[int](), list[tuple[int, int]](), threading.Event()

    def task(n: int) -> int:
        if n == 0 and not second.wait(10.0):
            raise TimeoutError
        if n == 1:
            second.set()
        return n

    def make(waiting: int) -> Callable[[], int] | None:
        n = len(made)
        if n == COUNT:
            return None
        made.append((waiting, len(taken)))
        return partial(task, n)

    with ThreadPoolExecutor(2) as pool:
        in_order(pool, MOST, make, taken.append)
    assert taken == list(range(COUNT))
    assert made == [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3)]


def test_an_answer_may_lead_to_another_task() -> None:
    """A task is asked for again after an answer, though there was none before it: a group that fails is halved."""
    waiting, taken = [4], list[int]()

    def take(size: int) -> None:
        taken.append(size)
        if size > 1:
            waiting.extend([size // 2, size - size // 2])

    def make(_: int) -> Callable[[], int] | None:
        size = waiting.pop(0) if waiting else None
        return None if size is None else partial(int, size)

    with ThreadPoolExecutor(2) as pool:
        in_order(pool, 2, make, take)
    assert taken == [4, 2, 2, 1, 1, 1, 1]


def test_an_error_of_a_task_is_raised() -> None:
    """It is that of the first task which failed, not of one that failed earlier on the clock."""
    errors = iter([ValueError("first"), KeyError("second")])

    def fail(error: Exception) -> int:
        raise error

    def make(_: int) -> Callable[[], int] | None:
        error = next(errors, None)
        return None if error is None else partial(fail, error)

    with ThreadPoolExecutor(2) as pool, pytest.raises(ValueError, match="first"):
        in_order(pool, 2, make, lambda _: None)
