"""Tasks of a question at once: their answers are taken in the order of the tasks, so that no clock decides.

A task may depend on the answers taken before it was made. A worker that is done early starts the task made ahead, where
waves of tasks would wait for their slowest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TypeVar

A = TypeVar("A")


def in_order(
    pool: Executor, most: int, make: Callable[[int], Callable[[], A] | None], take: Callable[[A], None]
) -> None:
    """Run tasks until there are no more, at most ``most`` begun and not taken.

    ``make`` is given their number and returns the next task, or None where there is none for now; it is asked again
    after each answer taken. Raises the error of the first task in order that failed.
    """
    waiting = deque[Future[A]]()
    while True:
        while len(waiting) < most and (task := make(len(waiting))) is not None:
            waiting.append(pool.submit(task))
        if not waiting:
            return
        take(waiting.popleft().result())
