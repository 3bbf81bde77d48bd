"""Watchdog of a solve: it ends a phase that overruns its time or a request to stop, whatever code is running.

Every phase is Python in the thread of the caller: reading, sizing, derivation, assembly in Pyomo, cuts, the search for
a conflict. A thread of the watchdog raises ``PhaseEnded`` in it, between two instructions of the interpreter, so no
loop of any phase needs a check of its own, and none can be forgotten. A process for each phase would hold as well, but
would have to hand over an instance, a model or every incumbent, and lose a plan where it is killed.

Three things must hold for this:

- No single call of compiled code may last long. HiGHS may; it runs in a thread that is left behind (see
  ``solver.milp.driver``). Calls of numpy and SciPy end within a second for any model that ``solver.run.model_size``
  admits to the machine.
- ``PhaseEnded`` is no ``Exception``, so that no handler of errors takes it for one. It is raised again after a moment
  where it was lost, as in a destructor.
- A phase that is ended leaves nothing behind but garbage. Packages are therefore imported in a thread of their own: one
  that was half imported could not be imported again.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from solver.io.terminal import IMPORTS
from solver.milp.compile import import_modelling
from solver.milp.solution import Limit
from solver.threads import STARTING, start

T = TypeVar("T")
AGAIN_SECONDS = 0.5
"""Time after which the exception is raised again in a phase that has not ended."""
POLL_SECONDS = 0.1


class PhaseEnded(BaseException):
    """Termination of a phase by the watchdog, raised in its thread."""


def watched(
    phase: Callable[[], T], ends: float | None, stop: threading.Event | None = None, grace: float = 0.0
) -> T | Limit:
    """Return the result of a phase, or the limit that ended it.

    ``ends`` is an instant of the monotonic clock, None for no limit. The phase has ``grace`` seconds to end by itself
    once ``stop`` is set. Without either nothing is watched.
    """
    if ends is None and stop is None:
        return phase()
    watchdog = _Watchdog(threading.get_ident(), ends, stop, grace)
    try:
        try:
            return phase()
        finally:
            watchdog.end()
    except PhaseEnded:
        # It may have been raised in the line above, before that took effect.
        watchdog.end()
        return watchdog.limit or Limit.TIME


class _Watchdog:
    """Thread that waits for the end of a time or a request to stop, and then ends the phase of another thread."""

    def __init__(self, thread: int, ends: float | None, stop: threading.Event | None, grace: float) -> None:
        self.limit: Limit | None = None
        self._phase_thread, self._ends, self._stop, self._grace = thread, ends, stop, grace
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        start(self._thread)

    def end(self) -> None:
        """End the watch; no exception is raised in the phase from here on."""
        with self._lock:
            self._over.set()
        if self.limit is not None:
            _take_back()

    def _watch(self) -> None:
        stopped_at: float | None = None
        while not self._over.wait(POLL_SECONDS):
            now = time.monotonic()
            if stopped_at is None and self._stop is not None and self._stop.is_set():
                stopped_at = now
            if stopped_at is not None and now >= stopped_at + self._grace:
                self._end_phase(Limit.INTERRUPT)
            elif self._ends is not None and now >= self._ends:
                self._end_phase(Limit.TIME)

    def _end_phase(self, limit: Limit) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self.limit = self.limit or limit
            _raise_in(self._phase_thread)
        self._over.wait(AGAIN_SECONDS)


def _take_back() -> None:
    """Take back an exception that is still to be raised in this thread.

    It is raised here. CPython 3.11 would not forget one that is only replaced by none: it would look for it at every
    instruction, for ever where the thread is traced.
    """
    with contextlib.suppress(PhaseEnded):
        _raise_in(threading.get_ident())
        for _ in range(10):
            pass


def _raise_in(thread: int) -> None:
    """Raise the exception in a thread at its next instruction."""
    with STARTING, contextlib.suppress(AttributeError):  # other interpreters than CPython
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(PhaseEnded))


def import_engine() -> None:
    """Wait for the import of the packages of all phases to come, in a thread of its own.

    The wait may be ended by a watchdog; the import goes on to its end.
    """
    thread = threading.Thread(target=_import_engine, name=IMPORTS, daemon=True)
    start(thread)
    while thread.is_alive():
        thread.join(POLL_SECONDS)


def _import_engine() -> None:
    importlib.import_module("highspy")
    import_modelling()
