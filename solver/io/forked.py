"""Forked process: a copy of this one that runs a function beside it, and exchanges messages with it through a pipe.

A fork shares the memory of what was computed so far and starts within milliseconds. The copy has only the thread that
forked, so it must not wait for another thread of its parent. It ignores requests to stop, which its parent handles,
ends with its parent, and is killed rather than asked to end: nothing but messages leaves it. Where memory runs out, the
system ends it first.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import signal
import struct
import sys
import threading
import warnings
import weakref
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from solver.io.machine import memory_mb, own_memory_mb, peak_mb
from solver.io.processes import end_with_parent
from solver.io.stop_signals import STOP_SIGNALS
from solver.threads import start

MOST_MEMORY = 0.4
"""Share of the memory up to which this process may have come for a copy of it to be started."""
_open: weakref.WeakSet[Channel] = weakref.WeakSet()
"""Channels of this process: a later copy closes its copies of their pipes, so that the end of a process is seen."""


_NUMBER = "d"
_beside_mb: list[float] = []
"""Memory that each ended copy took beside this process, MB."""


def beside_mb() -> float:
    """Return the most memory that a copy of this process took for itself beside it, MB; 0 without one."""
    return max(_beside_mb, default=0.0)


def can_fork() -> bool:
    """Return whether a process with threads may be copied here, in memory for two of it.

    It is not on macOS, whose libraries forbid it.
    """
    memory = memory_mb()
    return sys.platform.startswith("linux") and (memory is None or peak_mb() <= MOST_MEMORY * memory)


class Channel:
    """Channel between a process and its copy; a thread reads it, so that the other side never waits."""

    def __init__(self, connection: Connection[Any, Any], at_end: Callable[[], None] = lambda: None) -> None:
        self._connection, self._at_end = connection, at_end
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self.closed = False
        _open.add(self)
        start(threading.Thread(target=self._read, name="channel", daemon=True))

    def send(self, message: object) -> None:
        """Send a message; it is lost where the other side has ended."""
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def receive(self, seconds: float = 0.0) -> Any | None:
        """Return the next message; None without one in time, and for ever once ``closed``."""
        try:
            message = self._inbox.get(timeout=seconds) if seconds > 0.0 else self._inbox.get_nowait()
        except Empty:
            return None
        self.closed = self.closed or message is None
        return message

    def close(self) -> None:
        """Close the pipe."""
        self._connection.close()

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError, TypeError, pickle.UnpicklingError):
            while True:
                self._inbox.put(self._connection.recv())
        self._inbox.put(None)
        self._at_end()


class Forked:
    """Forked process that runs a function with its end of the channel; OSError where the system refuses one."""

    def __init__(self, run: Callable[[Channel], None]) -> None:
        ours, theirs = Pipe()
        self._memory = mmap.mmap(-1, struct.calcsize(_NUMBER))
        parent = os.getpid()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of any fork of a process with threads.
                warnings.simplefilter("ignore", DeprecationWarning)
                self.pid = os.fork()
            if self.pid == 0:
                _run_copy(run, theirs, ours, parent, self._memory)
        except OSError:
            ours.close()
            theirs.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.channel = Channel(ours)

    def end(self) -> None:
        """End the copy where it has not ended, and wait for its end."""
        living = own_memory_mb(self.pid)
        _beside_mb.append(living or struct.unpack_from(_NUMBER, self._memory)[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self.channel.close()


def _run_copy(
    run: Callable[[Channel], None],
    own: Connection[Any, Any],
    other: Connection[Any, Any],
    parent: int,
    memory: mmap.mmap,
) -> None:
    """Run the function of a copy, and end it without any clean-up of the parent's."""

    def leave(code: int) -> None:
        with contextlib.suppress(OSError, ValueError):
            struct.pack_into(_NUMBER, memory, 0, own_memory_mb(os.getpid()))
        os._exit(code)

    code = 1
    try:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        end_with_parent(parent)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
        other.close()
        for channel in list(_open):
            channel.close()
        run(Channel(own, at_end=lambda: leave(0)))
        code = 0
    finally:
        leave(code)
