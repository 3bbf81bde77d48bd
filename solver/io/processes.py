"""Signals and child processes: requests to stop, and children that end with their parent."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from solver.io.stop_signals import REPEAT_SECONDS, Interrupted, caught_signals

_PR_SET_PDEATHSIG = 1
_C_LIBRARY = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded before any fork, because a child of a process with threads must not load anything."""


def own_python(module: str) -> list[str]:
    """Return the command that runs a module of this program in a new process, whatever the working directory holds.

    A folder named ``solver`` there, or on ``PYTHONPATH``, is not taken for ours.
    """
    path = str(Path(__file__).resolve().parents[2])
    run = f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    code = f"import sys; sys.path.append({path!r}); import kardashev, runpy; {run}"
    return [sys.executable, "-P", "-c", code]


@contextmanager
def on_stop(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Call a handler for every stop signal within the block; no effect outside the main thread.

    A signal that comes again within ``REPEAT_SECONDS`` counts as one: ``timeout -s INT`` sends it to the process and to
    its group. SIGHUP stays ignored if it was ignored before, as under ``nohup``.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    last: dict[int, float] = {}

    def once(number: int, frame: FrameType | None) -> None:
        now, earlier = time.monotonic(), last.get(number, -math.inf)
        last[number] = now
        if now - earlier > REPEAT_SECONDS:
            handler(number, frame)

    before = {number: signal.signal(number, once) for number in caught_signals()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Raise a KeyboardInterrupt, whatever the signal: a handler for ``on_stop``."""
    raise Interrupted


def ends_with_parent() -> Callable[[], None]:
    """Return the ``preexec_fn`` of a child that must be killed when its parent ends (Linux only)."""
    parent = os.getpid()

    def bound() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        end_with_parent(parent)

    return bound


def end_with_parent(parent: int) -> None:
    """End this process when its parent ends (Linux only); at once if that has ended already."""
    if _C_LIBRARY is not None:
        _C_LIBRARY.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(128 + signal.SIGKILL)
