"""HiGHS driver: one instance, its options, model, basis and runs; the only module that calls highspy.

A run ends by itself, at its deadline or by the stop event of its ``RunControl``. It happens in a daemon thread; the
calling thread waits for it, stays free for signals, and leaves the run behind where HiGHS does not return.

Properties of HiGHS 1.16, and the consequences here:

- Time limits are not kept. The callbacks end a run by our own clock; the limit of HiGHS is set too, because presolve
  calls no callback. Where neither ends the run in time, the run is left behind (``left_running``) and its instance is
  not touched again.
- An exception inside a callback is lost, and the run ends with a solve error. Every exception is kept, the run is
  interrupted, and ``Driver.run`` raises the exception again.
- ``h.cbMipInterrupt += fn`` goes through a Python list for each event and a lock shared by all instances. One function
  given to ``setCallback`` with ``startCallback`` for each kind avoids both. Log lines reach the callback only with
  ``output_flag`` on (``log_to_console`` may be off), improving solutions always.
- HiGHS holds a reference to its callback which the garbage collector cannot see. The callback refers to the
  ``RunControl`` only: one that refers to the driver would keep the instance in memory for ever.
- ``run`` releases the interpreter lock, and the task scheduler belongs to the thread that calls it. The worker thread
  of a driver may therefore have its own number of HiGHS threads, and is kept from run to run: a fresh one would start
  scheduler and threads again each time, which costs more than a small LP.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from solver.errors import ModelError
from solver.milp.callbacks import CallbackEvent, RunControl
from solver.milp.effort import begin_run, end_run
from solver.milp.matrix import Floats, Indices, Matrix
from solver.milp.solution import Basis, Limit, Verdict
from solver.threads import start

POLL_SECONDS = 0.05
"""Interval at which the waiting thread checks clock and stop event; the end of a run wakes it at once."""
QUIET_LP: Mapping[str, object] = {"output_flag": False, "threads": 1, "parallel": "off", "solver": "simplex"}
"""Options of an LP that is solved many times."""
FEASIBLE_POINT = 2
"""HiGHS's status of a feasible primal solution."""

AT_EXIT_SECONDS = 10.0
"""Time at the exit of the interpreter for all runs to end."""

_left: list[threading.Thread] = []
_workers: dict[threading.Thread, SimpleQueue[tuple[Any, RunControl] | None]] = {}
"""Threads that may call HiGHS, with their tasks."""


def _silent_instance() -> Any:
    """Return an instance that prints nothing: since 1.16 the first callback prints a banner on the screen."""
    import highspy

    highs = highspy.Highs.__new__(highspy.Highs)
    super(highspy.Highs, highs).__init__()  # without the callbacks of highspy, which would be the first
    highs.setOptionValue("log_to_console", False)
    return highs


def left_running() -> int:
    """Count the runs that were left behind and still use a core.

    Such a thread cannot be killed, and its next callback into an interpreter that is shutting down aborts the process
    (exit code 134). A program that ends while there is one waits for it at its exit, up to ten seconds; by ``os._exit``
    it ends at once.
    """
    _left[:] = [thread for thread in _left if thread.is_alive()]
    return len(_left)


class RunResult:
    """Result of the last run of a driver, not verified; arrays are converted when they are read.

    ``feasible`` means that ``x`` is a feasible point to HiGHS's tolerances, ``has_duals`` that the duals are valid.
    """

    def __init__(self, highs: Any, control: RunControl) -> None:
        info, self._solution = highs.getInfo(), highs.getSolution()
        self.verdict = Verdict.of(highs.getModelStatus().name, control.halted)
        self.objective = float(info.objective_function_value)
        self.bound, self.nodes = float(info.mip_dual_bound), max(0, int(info.mip_node_count))
        self.iterations = int(info.simplex_iteration_count)
        self.feasible = bool(self._solution.value_valid) and int(info.primal_solution_status) == FEASIBLE_POINT
        self.has_duals = bool(self._solution.dual_valid)

    @property
    def x(self) -> Floats:
        """Values of the columns."""
        return np.array(self._solution.col_value)

    @property
    def row_dual(self) -> Floats:
        """Duals of the rows."""
        return np.array(self._solution.row_dual)

    @property
    def column_dual(self) -> Floats:
        """Reduced costs of the columns."""
        return np.array(self._solution.col_dual)


class Driver:
    """HiGHS instance with its callback: takes options, a matrix and a basis, and can be run any number of times.

    A driver whose run was left behind is ``lost``: every later call of it raises ``RuntimeError``.
    """

    def __init__(self, control: RunControl, options: Mapping[str, object]) -> None:
        import highspy

        self._control, self._own_limit = control, "time_limit" not in options
        self._highs: Any = _silent_instance()
        kinds = {getattr(highspy.cb.HighsCallbackType, f"kCallback{event.value}"): event for event in CallbackEvent}
        self._highs.setCallback(_callback(control, {int(kind): event for kind, event in kinds.items()}), None)
        for kind in kinds:
            self._highs.startCallback(kind)
        self._size = 0, False
        self.set_options(options)
        self._tasks: SimpleQueue[tuple[Any, RunControl] | None] = SimpleQueue()
        self._ends: SimpleQueue[None] = SimpleQueue()
        self._thread = threading.Thread(target=_work, args=(self._tasks, self._ends), name="highs", daemon=True)
        _workers[self._thread] = self._tasks
        start(self._thread)
        weakref.finalize(self, self._tasks.put, None)

    @property
    def lost(self) -> bool:
        """True once a run was left behind."""
        return self._highs is None

    @property
    def _instance(self) -> Any:
        if self._highs is None:
            raise RuntimeError("a run of this driver was left behind and may still be under way")
        return self._highs

    def set_options(self, options: Mapping[str, object]) -> None:
        """Set options of HiGHS; raise ``ValueError`` for one that it does not know."""
        for name, value in options.items():
            if self._instance.setOptionValue(name, value).name == "kError":
                raise ValueError(f"HiGHS option {name}: {value!r} is not known or not allowed")

    def pass_model(self, matrix: Matrix) -> None:
        """Pass a matrix as it is; raise ``ModelError`` where HiGHS refuses it."""
        a, int32 = matrix.a, np.int32
        self._size = a.nnz, bool(matrix.integer.any())
        status = self._instance.passModel(
            matrix.columns, matrix.rows, a.nnz, 1, 1, matrix.cost_offset, matrix.cost, matrix.lower, matrix.upper,
            matrix.row_lower, matrix.row_upper, a.indptr.astype(int32), a.indices.astype(int32), a.data,
            matrix.integer.astype(int32),
        )  # fmt: skip
        if status.name == "kError":
            raise ModelError("HiGHS refuses the model")

    def change_bounds(self, columns: Indices, lower: Floats, upper: Floats) -> None:
        """Change bounds of columns."""
        self._instance.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def change_row_bounds(self, rows: Indices, lower: Floats, upper: Floats) -> None:
        """Change both sides of rows."""
        for row, low, high in zip(rows.tolist(), lower.tolist(), upper.tolist(), strict=True):
            self._instance.changeRowBounds(row, low, high)

    def change_cost(self, columns: Indices, cost: Floats) -> None:
        """Change costs of columns."""
        self._instance.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def set_start(self, x: Floats) -> None:
        """Set the point from which a MIP starts."""
        self._instance.setSolution(len(x), np.arange(len(x), dtype=np.int32), x)

    def set_basis(self, basis: Any) -> bool:
        """Start the next LP at a ``Basis`` or one of HiGHS's own; return False where HiGHS refuses it."""
        given = _from_statuses(basis) if isinstance(basis, tuple) else basis
        return bool(self._instance.setBasis(given).name == "kOk")

    def run(self, deadline: float = np.inf) -> bool:
        """Run HiGHS to its end, a deadline (monotonic clock) or the stop event; return False where it was left behind.

        Raises the exception of a callback or listener once the run has ended or was left behind.
        """
        highs, control = self._instance, self._control
        control.begin(deadline)
        if self._own_limit:
            highs.setOptionValue("time_limit", highs.getRunTime() + max(0.0, deadline - time.monotonic()))
        begin_run(control, *self._size)
        self._tasks.put((highs, control))
        ended = False
        try:
            while not (ended := self._ended(POLL_SECONDS)):
                control.report()
                if control.overdue():
                    self._leave()
                    return False
            control.report()
        except BaseException:
            # Ctrl-C without a handler, or an error of a listener: the run must not keep the core to itself.
            control.halt(Limit.INTERRUPT)
            try:
                ended = ended or self._ended(control.grace_left())
            finally:
                if not ended:
                    self._leave()
            raise
        finally:
            end_run()
        if control.fault is not None:
            raise control.fault
        return True

    def result(self) -> RunResult:
        """Return the outcome of the last run."""
        return RunResult(self._instance, self._control)

    def basis(self) -> Any:
        """Return the basis of the last LP in HiGHS's own form, which is quick to set again."""
        return self._instance.getBasis()

    def ray(self) -> Floats | None:
        """Return the dual ray that proves the last LP infeasible; None where there is none."""
        _, has_ray, ray = self._instance.getDualRay()
        return np.array(ray) if has_ray else None

    def _ended(self, seconds: float) -> bool:
        """Wait for the end of the run, and return whether it came."""
        try:
            self._ends.get(timeout=seconds)
        except Empty:
            return False
        return True

    def _leave(self) -> None:
        _left.append(self._thread)
        self._tasks.put(None)
        self._highs = None


def statuses(basis: Any) -> Basis:
    """Return a basis of HiGHS as numbers, for a model of other columns or rows."""
    columns, rows = ([int(status) for status in part] for part in (basis.col_status, basis.row_status))
    return np.array(columns, dtype=np.int64), np.array(rows, dtype=np.int64)


def _from_statuses(basis: Basis) -> Any:
    import highspy

    kinds = {int(kind): kind for kind in highspy.HighsBasisStatus.__members__.values()}
    given = highspy.HighsBasis()
    given.col_status, given.row_status = ([kinds[i] for i in part.tolist()] for part in basis)
    given.valid = given.alien = True
    return given


def _callback(control: RunControl, events: Mapping[int, CallbackEvent]) -> Callable[..., None]:
    """Return the one function that HiGHS calls, for every kind of event; it must not refer to a driver."""

    def called(kind: Any, message: str, out: Any, into: Any, _user: Any) -> None:
        if control.callback(events[int(kind)], message, out) and into is not None:
            into.user_interrupt = True

    return called


def _work(tasks: SimpleQueue[tuple[Any, RunControl] | None], ends: SimpleQueue[None]) -> None:
    """Run HiGHS for each task until the task is None; the thread refers to nothing between two tasks."""
    while (task := tasks.get()) is not None:
        try:
            task[0].run()
        except BaseException as error:
            task[1].fault = error
        del task
        ends.put(None)
    _workers.pop(threading.current_thread(), None)


def _end_workers() -> None:
    """End all threads of HiGHS at the exit of the interpreter: one that went on would abort the process (134).

    Interrupted runs end at their next callback. Where one does not, the process ends here, without the exit handlers
    that are left, by the signal of an uncaught Ctrl-C or with exit code 1.
    """
    workers, ends = dict(_workers), time.monotonic() + AT_EXIT_SECONDS
    for tasks in workers.values():
        tasks.put(None)
    for thread in workers:
        thread.join(max(0.0, ends - time.monotonic()))
    if any(thread.is_alive() for thread in workers):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        if getattr(sys, "last_type", None) is KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(1)


atexit.register(_end_workers)
