"""A run of HiGHS ends by its limits, its stop event or an error, and begins at the start it is given."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from solver.milp import callbacks
from solver.milp.callbacks import CallbackEvent, CallbackState, RunControl
from solver.milp.driver import left_running
from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Limit, SearchEvent, Status
from tests.named import named
from tests.solver.milp.test_highs import vars_of

pytestmark = pytest.mark.slow


def hard(rows: int = 60, columns: int = 200) -> Matrix:
    """A market of yes/no choices that branch and bound does not close in minutes; 0 is feasible."""
    rng = np.random.default_rng(0)
    a = rng.integers(1, 1000, (rows, columns)).astype(float)
    return Matrix(
        a=sp.csc_matrix(a),
        row_lower=np.full(rows, -np.inf),
        row_upper=a.sum(axis=1) // 2,
        cost=-rng.integers(1, 1000, columns).astype(float),
        cost_offset=10.0,
        sign=1,
        lower=np.zeros(columns),
        upper=np.ones(columns),
        integer=np.ones(columns, dtype=bool),
        row_names=named(f"r[{i}]" for i in range(rows)),
        column_names=named(f"x[{j}]" for j in range(columns)),
    )


def test_interrupt_returns_with_the_best_so_far() -> None:
    """A stop event set while a hard MIP runs ends it with reason interrupt; what it found is checked."""
    matrix, stop, bounds = hard(), threading.Event(), list[float]()

    def watch(event: SearchEvent) -> None:
        if event.bound is not None:
            bounds.append(event.bound)
            stop.set()

    solution = solve(matrix, Limits(gap=0.0), stop=stop, on_event=watch)
    assert (solution.status, solution.termination.limit) == (Status.INTERRUPTED, Limit.INTERRUPT)
    assert solution.x is not None
    assert matrix.violation(solution.x).relative <= 1e-6
    assert solution.bound <= matrix.value(solution.x)
    assert bounds[0] <= matrix.value(solution.x)


class SetClock:
    """The clock, which can be put forward past every limit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, passed = 0.0, time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: passed() + self.ahead)

    def run_out(self, event: SearchEvent) -> None:
        """Put the clock forward once there is a better point."""
        if event.x is not None:
            self.ahead = 1e6


def test_time_limit_is_kept_by_our_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hard MIP whose time is over once it has plan and bound ends with them, and is not called optimal."""
    clock = SetClock(monkeypatch)

    def watch(event: SearchEvent) -> None:
        if event.gap is not None:
            clock.ahead = 1e6

    solution = solve(hard(), Limits(seconds=600.0, gap=0.0), on_event=watch)
    assert (solution.status, solution.termination.limit) == (Status.FEASIBLE, Limit.TIME)
    assert solution.gap is not None
    assert 0.0 < solution.gap < 1.0


def test_interrupted_lp_has_no_point() -> None:
    """An LP that is stopped at once ends by an interrupt, without a point."""
    rng = np.random.default_rng(1)
    a = sp.random(300, 600, 0.05, random_state=rng, format="csc")
    base = hard(300, 600)
    matrix = base.with_(row_upper=rng.uniform(1, 2, 300), integer=np.zeros(600, dtype=bool))
    matrix = Matrix(**{**vars_of(matrix), "a": sp.csc_matrix(a)})
    stop = threading.Event()
    stop.set()
    solution = solve(matrix, Limits(), stop=stop)
    assert (solution.status, solution.termination.limit, solution.x) == (Status.INTERRUPTED, Limit.INTERRUPT, None)


def test_work_limit_stops_at_the_same_place() -> None:
    """A node limit ends the search with reason work, twice with the same plan, bound and number of nodes."""
    first, second = (solve(hard(20, 60), Limits(gap=0.0, work=5, seed=3)) for _ in range(2))
    assert (first.status, first.termination.limit) == (Status.FEASIBLE, Limit.WORK)
    assert first.x is not None
    assert second.x is not None
    assert (first.x == second.x).all()
    assert (first.bound, first.nodes) == (second.bound, second.nodes)


def test_work_limit_of_an_lp_counts_iterations() -> None:
    """An LP that may iterate once only ends without a plan, with reason work."""
    solution = solve(hard(20, 60), Limits(work=1), relax=True, options={"presolve": "off"})
    assert (solution.status, solution.termination.limit) == (Status.NO_PLAN, Limit.WORK)


def test_start_is_never_lost() -> None:
    """The answer is at least as good as a feasible start, and the start is what comes back when nothing else can."""
    matrix = hard(20, 60)
    start = solve(matrix, Limits(gap=0.0, work=1)).x
    assert start is not None
    stop = threading.Event()
    stop.set()
    solution = solve(matrix, Limits(gap=0.0), start=start, stop=stop)
    assert solution.objective is not None
    assert solution.objective <= matrix.value(start)
    assert not [text for text in solution.warnings if "start" in text]


def test_start_reaches_highs(tmp_path: Path) -> None:
    """HiGHS itself takes the full vector for a feasible solution."""
    log = tmp_path / "log.txt"
    solve(hard(20, 60), Limits(work=1), start=np.zeros(60), options={"log_file": str(log)})
    assert "MIP start solution is feasible" in log.read_text()


def test_bad_start_is_reported_and_not_used() -> None:
    """A start that breaks a row is named in the warnings; one of the wrong size is refused."""
    matrix = hard(20, 60)
    solution = solve(matrix, Limits(work=1), start=np.ones(60))
    assert [text for text in solution.warnings if "start is not feasible: r[" in text]
    assert solution.x is not None
    with pytest.raises(ValueError, match="start"):
        solve(matrix, Limits(), start=np.ones(3))


def test_fault_of_the_listener_ends_the_run() -> None:
    """An error raised by ``on_progress`` stops the solver and reaches the caller."""

    def broken(_: SearchEvent) -> None:
        raise KeyError("screen")

    with pytest.raises(KeyError, match="screen"):
        solve(hard(), Limits(gap=0.0), on_event=broken)
    assert left_running() == 0


def test_fault_inside_a_callback_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside a callback does not unwind HiGHS: the run ends and the error comes out of ``solve``."""

    def broken(*_: object) -> None:
        raise KeyError("note")

    monkeypatch.setattr(CallbackState, "_record", broken)
    with pytest.raises(KeyError, match="note"):
        solve(hard(), Limits(gap=0.0))


def test_run_that_does_not_come_back_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """When HiGHS hears no interrupt, the best solution saved by callback is returned and the run is counted."""
    matrix, received = hard(), threading.Event()
    monkeypatch.setattr(callbacks, "GRACE_SECONDS", 0.0)
    original = RunControl.callback

    def delayed(self: RunControl, event: CallbackEvent, message: str, out: object) -> bool:
        return original(self, event, message, out) and received.is_set()

    monkeypatch.setattr(RunControl, "callback", delayed)
    clock = SetClock(monkeypatch)
    solution = solve(matrix, Limits(seconds=600.0, gap=0.0), options={"time_limit": 60.0}, on_event=clock.run_out)
    assert (solution.status, solution.termination.limit) == (Status.FEASIBLE, Limit.TIME)
    assert solution.x is not None
    assert left_running() == 1
    received.set()
    for _ in range(300):
        if not left_running():
            break
        time.sleep(0.1)
    assert left_running() == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
        ({"gap": -0.1}, "gap"),
        ({"threads": 0}, "threads"),
        ({"threads": True}, "threads"),
        ({"seed": -1}, "seed"),
        ({"work": 0}, "work"),
        ({"work": 1.5}, "work"),
    ],
)
def test_limits_are_checked_at_birth(wrong: dict[str, float], named: str) -> None:
    """A limit that means nothing is refused by name."""
    with pytest.raises(ValueError, match=f"^{named}: found"):
        Limits(**wrong)  # type: ignore[arg-type]


def test_an_impatient_run_ends_by_its_effort_alone() -> None:
    """Without a better point for as long as it took to the best, a run ends below the root, at the same node again."""
    matrix = hard()
    runs = [solve(matrix, Limits(gap=1e-4, seconds=120), patience=1.0) for _ in range(2)]
    assert {run.termination.limit for run in runs} == {Limit.WORK}
    assert runs[0].nodes == runs[1].nodes > 0
    assert runs[0].objective == runs[1].objective is not None


def test_a_run_ends_at_a_bound_that_is_enough() -> None:
    """A bound below that of the LP is reached at the root, in the units of the matrix with its offset."""
    matrix = hard()
    lp = solve(matrix, Limits(), relax=True).bound
    found = solve(matrix, Limits(gap=0.0, seconds=120), enough_bound=lp - 1e-3 * abs(lp))
    assert (found.termination.limit, found.nodes) == (Limit.WORK, 0)
    assert lp - 1e-3 * abs(lp) <= found.bound <= found.objective
