"""Stop signals of a command outside of the parts that handle them: at its start, at its end and in between.

The default handlers end a program without a word (SIGTERM, SIGHUP) or with a traceback (SIGINT). A command sets those
of this module as its very first act, before any other import. This module imports almost nothing for that reason.
"""

from __future__ import annotations

import os
import signal
from time import monotonic
from types import FrameType

STOP_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that request the end of a command: Ctrl-C, ``kill``, a closed terminal."""
REPEAT_SECONDS = 0.5
"""Time within which a signal that comes again is the same request."""
STOPPED = 4
"""Exit code of a command that was stopped before there was a plan."""


class Interrupted(KeyboardInterrupt):
    """Request to stop, raised by a handler.

    A plain KeyboardInterrupt that passes a call of ``exec``, as at the import of any dataclass, would make Python end
    the program as killed by SIGINT, even where it was handled.
    """


STARTING, RUNNING, ENDING = range(3)
_phase = STARTING
_interrupted_at = -REPEAT_SECONDS


def caught_signals() -> list[int]:
    """Return the stop signals to be handled: SIGHUP stays ignored if it was ignored before, as under ``nohup``."""
    hang_up = getattr(signal, "SIGHUP", None)
    return [n for n in STOP_SIGNALS if n != hang_up or signal.getsignal(n) is not signal.SIG_IGN]


def handle_stop_signals() -> None:
    """Set the handlers of a command that starts; from now on a stop signal ends it with a sentence and code 4."""
    for number in caught_signals():
        signal.signal(number, _handler)


def ignore_stop_signals() -> None:
    """Ignore stop signals from here on: the command has ended, and Python would set the default handlers again."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def enter(phase: int) -> None:
    """Set the phase of the command: its imports, its work, or its end with a known exit code."""
    global _phase
    _phase = phase


def _handler(number: int, _frame: FrameType | None) -> None:
    """End a command that starts, interrupt one that works, and leave one alone that ends."""
    global _interrupted_at
    if _phase == STARTING:
        # An exception here would be a traceback of a half imported package.
        os.write(2, f"interrupted at the start ({signal.Signals(number).name}); nothing was done\n".encode())
        os._exit(STOPPED)
    now = monotonic()
    if _phase == RUNNING and now - _interrupted_at > REPEAT_SECONDS:
        _interrupted_at = now
        raise Interrupted
