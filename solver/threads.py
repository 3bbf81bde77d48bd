"""Threads: no exception that is raised in one from outside reaches another that it is just starting.

CPython gives a new thread the number of its parent until it runs. ``solver.run.watchdog`` raises an exception in a
thread by its number, and the newest of that number gets it: a thread being started would die before its parent knew of
it, which then waits for ever. So threads are started, and exceptions are raised, one at a time.
"""

from __future__ import annotations

import os
import threading

STARTING = threading.Lock()
"""Lock that is held while a thread is started, and while an exception is raised in one."""

os.register_at_fork(before=STARTING.acquire, after_in_parent=STARTING.release, after_in_child=STARTING.release)


def start(thread: threading.Thread) -> None:
    """Start a thread; once this returns it has its own number."""
    with STARTING:
        thread.start()
