"""On two threads plan and bound are sought side by side: the same answers, repeated exactly, and no process is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solver.io.forked import Channel
from solver.io.machine import processors
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.milp.solution import Limit, SearchEvent, Solution
from solver.search.core.integers import is_integral
from solver.search.core.result import SearchResult
from solver.search.core.settings import Settings
from solver.search.core.state import SearchOptions, SearchState
from solver.search.engine import bound_side, exchange
from solver.search.engine import search as searching
from solver.search.engine.plan_side import PlanSide, run_plan_side
from solver.search.engine.search import search
from tests.formulations.everything import matrix

pytestmark = pytest.mark.slow

LINES = matrix("made_on_lines")
S_10 = Path(__file__).parents[4] / "instances/tiers/s-10-seed1.yaml"
GAP = 0.02
LIMITS = Limits(gap=GAP, threads=2)
Run = Callable[[SearchState, Solution, Settings, Channel], None]


@pytest.fixture(autouse=True)
def two_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small models are searched by two processes as well, which hear of each other soon."""
    monkeypatch.setattr(bound_side, "WORTH", 0.0)
    monkeypatch.setattr(exchange, "LAG", 1e-4)
    monkeypatch.setattr(exchange, "BEAT", 1e-5)


def searched(of: Matrix = LINES, **options: object) -> tuple[SearchResult, list[SearchEvent]]:
    """A search on two threads, with its events."""
    events: list[SearchEvent] = []
    found = search(of, replace(SearchOptions(LIMITS, "search", on_event=events.append), **options))  # type: ignore[arg-type]
    return found, events


def no_process_is_left() -> bool:
    """Whether this process has no child any more."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def with_plan_side(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run another function in the second process."""
    monkeypatch.setattr(bound_side, "run_plan_side", run)


@pytest.mark.parametrize("variant", ["made_on_lines", "moon"])
def test_two_threads_repeat_exactly(variant: str) -> None:
    """Two runs without a time limit have the same plan, bound and work, and pass the same improvements on in order."""
    of = matrix(variant)
    (first, events), (again, others) = (searched(of) for _ in range(2))
    assert first.x is not None
    assert again.x is not None
    assert np.array_equal(first.x, again.x)
    assert (first.bound, first.certificate) == (again.bound, again.certificate)
    assert not first.stats.time_limited
    improved, repeated = (
        [(event.objective, event.bound, event.stage) for event in of_run if event.improved]
        for of_run in (events, others)
    )
    assert improved == repeated
    assert no_process_is_left()


@pytest.mark.parametrize("seconds", [None, 60.0])
def test_one_thread_and_two_enclose_the_same_optimum(seconds: float | None) -> None:
    """Plans of both are within the gap of the bounds of both, by work and by the clock; plans satisfy the matrix."""
    one = search(LINES, SearchOptions(Limits(gap=GAP), "search"))
    two, events = searched(limits=replace(LIMITS, seconds=seconds))
    assert one.objective is not None
    assert two.objective is not None
    assert two.x is not None
    assert is_integral(LINES, two.x)
    assert LINES.violation(two.x).relative <= 1e-6
    for bound in (one.bound, two.bound):
        for objective in (one.objective, two.objective):
            assert bound <= objective * (1 + 1e-9)
    assert two.incumbent.gap <= GAP + 1e-6
    costs = [event.objective for event in events if event.x is not None]
    assert costs == sorted(costs, reverse=True)  # type: ignore[type-var]


def test_the_plan_comes_from_the_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first plan is found in the second process: in this one no strategy for it is called."""
    here, names = os.getpid(), []
    listen = bound_side.BoundSideState._take

    def take(state: bound_side.BoundSideState, message: bound_side.Message) -> bool:
        names.append((message.plan is not None, os.getpid() == here))
        return listen(state, message)

    monkeypatch.setattr(bound_side.BoundSideState, "_take", take)
    monkeypatch.setattr(
        bound_side.Portfolio, "run_after_start", lambda _self: pytest.fail("one process searched alone")
    )
    assert searched()[0].x is not None
    assert (True, True) in names


def test_a_killed_process_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second process is killed, the search goes on with what it has, and says that it cannot be repeated."""
    with_plan_side(lambda *_: os.kill(os.getpid(), signal.SIGKILL), monkeypatch)
    found, _ = searched()
    assert found.incumbent.gap <= GAP + 1e-6
    assert found.stats.time_limited
    assert any("was killed" in text for text in found.stats.warnings)
    assert no_process_is_left()


def test_a_process_killed_after_its_first_plan_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that were sent before the end of the second process count."""

    def first_plan(state: SearchState, lp: Solution, settings: Settings, channel: Channel) -> None:
        side = PlanSide(state, lp, settings, channel)
        assert lp.x is not None
        side.portfolio.first()[0](side.state, lp.x, settings)
        os.kill(os.getpid(), signal.SIGKILL)

    with_plan_side(first_plan, monkeypatch)
    found, _ = searched(limits=replace(LIMITS, gap=0.5))
    assert found.x is not None
    assert no_process_is_left()


def test_an_error_of_the_process_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the second process is named, and the search goes on in one."""

    def broken(*given: object) -> None:
        monkeypatch.setattr(PlanSide, "run", lambda _self: 1 / 0)
        run_plan_side(*given)  # type: ignore[arg-type]

    with_plan_side(broken, monkeypatch)
    found, _ = searched()
    assert found.incumbent.gap <= GAP + 1e-6
    assert any("ZeroDivisionError" in text for text in found.stats.warnings)


def test_an_interrupt_ends_both() -> None:
    """A request to stop after the first plan ends the search with a plan, and its second process."""
    stop = threading.Event()

    def first(event: SearchEvent) -> None:
        if event.x is not None:
            stop.set()

    found, _ = searched(limits=replace(LIMITS, gap=0.0), stop=stop, on_event=first)
    assert found.x is not None
    assert found.termination.limit is Limit.INTERRUPT
    assert no_process_is_left()


def test_a_time_limit_ends_both() -> None:
    """A time limit ends the search and its second process."""
    found, _ = searched(limits=Limits(gap=0.0, threads=2, seconds=4.0))
    assert found.stats.time_limited
    assert no_process_is_left()


def test_an_error_in_this_process_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error on the side of the bounds ends the second process too."""

    def broken(*_given: object) -> Solution:
        raise ArithmeticError

    monkeypatch.setattr(bound_side, "with_flight_cuts", broken)
    with pytest.raises(ArithmeticError):
        searched()
    assert no_process_is_left()


@pytest.mark.parametrize(
    ("limits", "worth"),
    [(LIMITS, 0.5), (replace(LIMITS, work=20), 0.0), (replace(LIMITS, threads=1), 0.0)],
    ids=["a small root LP", "a limit of work", "one thread"],
)
def test_one_process_is_enough(limits: Limits, worth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second process is started for a small model, by a limit of work, or on one thread."""
    monkeypatch.setattr(bound_side, "WORTH", worth)
    monkeypatch.setattr(searching, "search_side_by_side", lambda *_: pytest.fail("a second process was started"))
    assert searched(limits=limits)[0].stats.work > 0


def test_the_search_goes_on_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses a second process, one searches alone."""

    def refused(*_given: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(bound_side, "Forked", refused)
    assert searched()[0].incumbent.gap <= GAP + 1e-6


COMMAND = """
import sys
from solver.search.engine import bound_side
bound_side.WORTH = 0.0
sys.argv = ["kardashev", "solve", *sys.argv[1:]]
from solver.cli.app import main
main()
"""


@pytest.mark.skipif(processors() < 2, reason="one processor seeks plan and bound in one process")
@pytest.mark.parametrize(("number", "whole_group"), [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_a_signal_ends_the_command_with_its_plan(number: signal.Signals, whole_group: bool, tmp_path: Path) -> None:
    """Ctrl-C, which reaches both processes, and SIGTERM, which reaches one, end the solve with a checked plan."""
    options = ["--method", "search", "--gap", "0", "--threads", "2", "--checkpoint", str(tmp_path / "saved"), "--json"]
    command = [sys.executable, "-c", COMMAND, str(S_10), *options, "--out", str(tmp_path / "run")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0, text=True
    ) as run:
        saved = tmp_path / "saved" / "checkpoint.json"
        while run.poll() is None and not (saved.exists() and json.loads(saved.read_text(encoding="utf-8"))["plan"]):
            time.sleep(0.2)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text(encoding="ascii").split()
        (os.killpg if whole_group else os.kill)(run.pid, number)
        out, _ = run.communicate(timeout=60)
    assert run.returncode == 3
    assert json.loads(out)["checked"]
    assert len(children) == 1
    assert not Path(f"/proc/{children[0]}").exists()
