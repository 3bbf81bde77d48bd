"""Worker processes of a question: they start at once, leave requests to stop to their parent, and end with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, resource_tracker
from typing import Any

from solver.io.processes import end_with_parent
from solver.io.stop_signals import STOP_SIGNALS

LEAVE_SECONDS, MANAGER_SECONDS = 1.0, 5.0
"""Time for idle workers to end by themselves, and for the thread of the pool that cleans up behind them."""


def started_workers(count: int, prepare: Callable[..., None], *args: Any) -> ProcessPoolExecutor:
    """Start so many workers, each prepared by a function with arguments.

    A stop signal goes to the whole group of processes, as Ctrl-C and ``timeout`` send it, and the parent alone decides:
    it is blocked from the start of a worker, which ignores it from then on. Call it in the main thread, with whose end
    the workers end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        # The tracker of semaphores is a process as well; its start unblocks some of the signals.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        pool = ProcessPoolExecutor(count, get_context("spawn"), _begin, (os.getpid(), prepare, args))
        # Each waits for a worker of its own.
        for _ in range(count):
            pool.submit(os.getpid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def stop_workers(pool: ProcessPoolExecutor) -> None:
    """Stop the workers of a pool: idle ones end by themselves, and what the others compute is ended."""
    workers = list((pool._processes or {}).values())
    manager: Any = pool._executor_manager_thread
    pool.shutdown(wait=False, cancel_futures=True)
    ends = time.monotonic() + LEAVE_SECONDS
    for process in workers:
        process.join(max(0.0, ends - time.monotonic()))
        if process.is_alive():
            process.kill()
    # Where it is cut off, its semaphores are left behind.
    if manager is not None:
        manager.join(MANAGER_SECONDS)


def _begin(parent: int, prepare: Callable[..., None], args: tuple[Any, ...]) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    end_with_parent(parent)
    prepare(*args)
