"""Effort of HiGHS: work that is the same on every machine, counted by its callbacks, weighed by the size of a model.

A unit is about a second of a processor of 2026. Iterations of branch and bound are not visible while it runs, so that
its own checks for an interrupt are counted, which come at fixed points of its work.
"""

from __future__ import annotations

import threading
from typing import Protocol

LP_SETUP, MIP_SETUP = 1e-7, 5e-5
"""Effort of a run for each nonzero of its model: hand-over of an LP, presolve and root of a MIP."""


class Counted(Protocol):
    """Interface to the control of a run: the effort of its callbacks so far, for each nonzero of the model."""

    effort: float


class _Meter(threading.local):
    done: float = 0.0
    run: tuple[Counted, float] | None = None


_METER = _Meter()


def effort() -> float:
    """Return the effort of all runs that this thread has asked for, with that under way."""
    if _METER.run is None:
        return _METER.done
    control, nonzeros = _METER.run
    return _METER.done + control.effort * nonzeros


def advance_to(clock: float) -> None:
    """Raise the effort of this thread to that of another which it waited for."""
    _METER.done = max(_METER.done, clock)


def begin_run(control: Counted, nonzeros: int, integer: bool) -> None:
    """Begin to count a run of a model."""
    _METER.done += nonzeros * (MIP_SETUP if integer else LP_SETUP)
    _METER.run = control, float(nonzeros)


def end_run() -> None:
    """Add the run to the effort of this thread."""
    _METER.done, _METER.run = effort(), None
