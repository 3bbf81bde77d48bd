"""Every kind of HiGHS run ends by stop event and by time limit in the middle of its work, or is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from solver.errors import ModelError
from solver.milp import callbacks, warm_lp
from solver.milp.bound_tightening import tighten_bounds
from solver.milp.callbacks import CallbackEvent, RunControl
from solver.milp.driver import QUIET_LP, Driver, left_running
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Limit, Status
from solver.milp.warm_lp import WarmLp
from tests.solver.milp.long_lps import packing
from tests.solver.milp.test_bound_tightening import triangle
from tests.solver.milp.test_run_limits import hard

pytestmark = pytest.mark.slow

IN_THE_MIDDLE = 20
"""Callbacks of a run after which the stop event is set; the runs of this module call thousands."""
LONG = 20.0
"""Seconds that no run takes which is stopped, even on a busy machine; to their end they take longer."""

Ended = Callable[[threading.Event, float | None], bool]
"""Run to the end, a stop or a time limit; return whether the run was cut short as it should be."""


def unpriced() -> Matrix:
    """Return the packing LP without costs: it is solved at once, and takes long when costs are given."""
    return packing().with_(cost=np.zeros(packing().columns))


def mip(stop: threading.Event, seconds: float | None) -> bool:
    """Solve a MIP."""
    found = solve(hard(), Limits(seconds=seconds, gap=0.0), stop=stop)
    ended = (Status.INTERRUPTED, Limit.INTERRUPT) if seconds is None else (Status.FEASIBLE, Limit.TIME)
    return (found.status, found.termination.limit) == ended


def lp(stop: threading.Event, seconds: float | None) -> bool:
    """Solve an LP."""
    found = solve(packing(), Limits(seconds=seconds), stop=stop)
    ended = (Status.INTERRUPTED, Limit.INTERRUPT) if seconds is None else (Status.NO_PLAN, Limit.TIME)
    return (found.status, found.termination.limit) == ended


def first_warm_lp(stop: threading.Event, seconds: float | None) -> bool:
    """Solve a warm LP for the first time."""
    return WarmLp(packing(), Limits(), stop).solve(seconds) is None


def later_warm_lp(stop: threading.Event, seconds: float | None) -> bool:
    """Solve a warm LP again, after all its costs have changed."""
    of = packing()
    warm = WarmLp(unpriced(), Limits(), stop)
    assert warm.solve() is not None
    warm.set_costs(np.arange(of.columns), of.cost)
    return warm.solve(seconds) is None


def first_point_of_tightening(stop: threading.Event, seconds: float | None) -> bool:
    """Tighten bounds where the LP of the first point takes long: the first column is not reached."""
    return tighten_bounds(packing(), [0], seconds or 3600.0, stop) == {0: (0.0, 1e3)}


def tightening_of_a_column(stop: threading.Event, seconds: float | None) -> bool:
    """Tighten bounds where the LP of one column takes long: the next column is not reached."""
    total = packing().columns - 1
    return tighten_bounds(unpriced(), [total, 0], seconds or 3600.0, stop)[0] == (0.0, 1e3)


KINDS = [mip, lp, first_warm_lp, later_warm_lp, first_point_of_tightening, tightening_of_a_column]


@pytest.fixture(autouse=True)
def unlimited_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let warm LPs take any number of iterations."""
    monkeypatch.setattr(warm_lp, "LEAST_ITERATIONS", 10**9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_in_the_middle_ends_every_kind_of_run(kind: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop event is set while HiGHS is at work: the run ends soon by an interrupt, and is not left behind."""
    stop, original, seen, stopped_at = threading.Event(), RunControl.callback, [0], [np.inf]

    def counted(self: RunControl, event: CallbackEvent, message: str, out: object) -> bool:
        seen[0] += event is not CallbackEvent.LOG
        if seen[0] == IN_THE_MIDDLE:
            stopped_at[0] = time.monotonic()
            stop.set()
        return original(self, event, message, out)

    monkeypatch.setattr(RunControl, "callback", counted)
    assert kind(stop, None)
    assert stop.is_set()
    assert time.monotonic() - stopped_at[0] < LONG
    assert left_running() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_limit_ends_every_kind_of_run(kind: Ended) -> None:
    """A limit of half a second ends a run that would take many."""
    began = time.monotonic()
    assert kind(threading.Event(), 0.5)
    assert time.monotonic() - began < LONG


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Keep interrupts from HiGHS until the event is set, and give up on a run at once."""
    received, original = threading.Event(), RunControl.callback

    def delayed(self: RunControl, event: CallbackEvent, message: str, out: object) -> bool:
        return original(self, event, message, out) and received.is_set()

    monkeypatch.setattr(callbacks, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(RunControl, "callback", delayed)
    return received


def nothing_left(received: threading.Event) -> bool:
    """Pass the interrupts on to the runs left behind, and wait for their end."""
    received.set()
    for _ in range(300):
        if not left_running():
            return True
        time.sleep(0.1)
    return False


def test_a_warm_lp_left_behind_goes_on_in_a_fresh_instance(received: threading.Event) -> None:
    """Changes made before and after the loss all reach the fresh instance: its optimum is that of a new LP."""
    of, stop = packing(), threading.Event()
    columns, rows = np.arange(of.columns), np.array([0])
    warm = WarmLp(unpriced(), Limits(), stop)
    first = warm.solve()
    assert first is not None
    half = np.full(of.columns, 0.5)
    warm.set_bounds(columns[:-1], of.lower[:-1], half[:-1])
    warm.set_costs(columns, of.cost)
    threading.Timer(0.3, stop.set).start()
    assert warm.solve() is None
    assert left_running() == 1
    stop.clear()
    warm.set_costs(columns, np.where(columns == 1, -1.0, 0.0))
    warm.set_bounds(columns[2:3], half[2:3], half[2:3])
    warm.set_row_lower(rows, np.array([3.0]))
    warm.restart_from(first)
    again = warm.solve()
    assert again is not None
    assert left_running() == 1
    lower, upper, row_lower = of.lower.copy(), half.copy(), of.row_lower.copy()
    upper[-1], lower[2], row_lower[0] = of.upper[-1], 0.5, 3.0
    same = of.with_(lower=lower, upper=upper, row_lower=row_lower, cost=np.where(columns == 1, -1.0, 0.0))
    fresh = WarmLp(same, Limits()).solve()
    assert fresh is not None
    assert again.value == pytest.approx(fresh.value, rel=1e-6)
    assert same.violation(again.x).relative <= 1e-6
    assert nothing_left(received)


def test_bound_tightening_left_behind_keeps_its_proven_bounds(received: threading.Event) -> None:
    """Columns whose bounds were tightened before keep the tighter ones; the others keep their own."""
    of, stop, original = packing(), threading.Event(), Driver.run
    total, runs = of.columns - 1, [0]

    def stopped_late(self: Driver, deadline: float = np.inf) -> bool:
        runs[0] += 1
        if runs[0] == 5:
            threading.Timer(0.3, stop.set).start()
        return original(self, deadline)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Driver, "run", stopped_late)
        bounds = tighten_bounds(unpriced(), [0, total], 3600.0, stop)
    assert left_running() == 1
    assert bounds[0][0] == 0.0
    assert bounds[0][1] < 1e3
    assert bounds[total] == (0.0, 1e6)
    assert nothing_left(received)


def test_a_lost_driver_is_not_touched_again(received: threading.Event) -> None:
    """Every call of a driver whose run is still under way is refused."""
    stop = threading.Event()
    driver = Driver(RunControl(stop), QUIET_LP)
    driver.pass_model(packing())
    stop.set()
    assert not driver.run()
    assert driver.lost
    for call in (driver.run, driver.result, driver.basis, driver.ray, lambda: driver.set_options(QUIET_LP)):
        with pytest.raises(RuntimeError, match="left behind"):
            call()
    assert nothing_left(received)


def test_an_error_of_a_listener_leaves_a_driver_that_can_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error reaches the caller after the run has ended, and the next run is as good as any."""
    driver = Driver(RunControl(), QUIET_LP)
    driver.pass_model(triangle())

    def broken(_: RunControl) -> None:
        raise KeyError("screen")

    with monkeypatch.context() as patch:
        patch.setattr(RunControl, "report", broken)
        with pytest.raises(KeyError, match="screen"):
            driver.run()
    assert not driver.lost
    assert driver.run()
    assert driver.result().verdict == "Optimal"
    assert driver.result().objective == pytest.approx(1.0)


def test_a_driver_that_is_dropped_ends_its_thread_and_frees_its_control() -> None:
    """HiGHS holds its callback unseen by the garbage collector: nothing there may hold the instance in turn."""
    control = RunControl()
    driver = Driver(control, QUIET_LP)
    driver.pass_model(triangle())
    assert driver.run()
    known, thread = weakref.ref(control), driver._thread
    del control, driver
    thread.join(LONG)
    assert not thread.is_alive()
    assert known() is None


def test_refused_numbers_and_unknown_options_are_errors() -> None:
    """A coefficient that HiGHS refuses and an option it does not know raise; bound tightening proves nothing then."""
    with pytest.raises(ValueError, match="no_such_option"):
        Driver(RunControl(), {"no_such_option": 1})
    of = triangle()
    huge = of.with_()
    huge.a.data[:] = 1e32
    with pytest.raises(ModelError, match="refuses"):
        Driver(RunControl(), QUIET_LP).pass_model(huge)
    assert tighten_bounds(huge, [0], 60.0) == {0: (0.0, 10.0)}


def test_a_program_with_a_run_left_behind_ends_at_once() -> None:
    """``leave`` finds the driver by the name of its module, flushes, and skips the exit handlers."""
    script = (
        "import atexit, threading\n"
        "from solver.io.terminal import leave\n"
        "from solver.milp import driver\n"
        "atexit.register(print, 'tidy')\n"
        "thread = threading.Thread(target=threading.Event().wait, daemon=True)\n"
        "thread.start()\n"
        "driver._left.append(thread)\n"
        "print('flushed')\n"
        "leave(3)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "flushed\n")
