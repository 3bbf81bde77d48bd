"""The watchdog ends any phase at its time and at a stop, and leaves a phase alone that ends by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from solver.errors import StoppedError
from solver.instance import read as reading
from solver.instance.read import read
from solver.milp.compile import import_modelling
from solver.milp.limits import Limits
from solver.milp.solution import Limit, Status
from solver.run import dispatch, resume, solve
from solver.run.checkpoint import read_checkpoint
from solver.run.solve import Callbacks, Options
from solver.run.watchdog import PhaseEnded, import_engine, watched
from solver.threads import start
from tests.solver.command import ONE_FLIGHT, TOO_SLOW, hard

SECONDS = 0.5
LATEST = 8.0
"""Seconds beyond the limit within which a solve must have ended even on a busy machine; 2 by the contract."""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import the packages of a solve before its time is taken."""
    import_engine()


def busy() -> None:
    """Compute without end."""
    while True:
        sum(range(100))


def stubborn() -> None:
    """Compute without end, and take every error for one of its own."""
    while True:
        try:
            sum(range(100))
        except Exception:
            continue


@pytest.mark.parametrize("phase", [busy, stubborn])
def test_a_phase_is_ended_at_its_time(phase: Callable[[], None]) -> None:
    """A loop without a check of the clock ends at its time, whatever errors it catches."""
    began = time.monotonic()
    assert watched(phase, began + 0.3) is Limit.TIME
    assert 0.3 <= time.monotonic() - began < LATEST


def starts_threads() -> None:
    """Start threads as fast as they end."""
    while True:
        thread = threading.Thread(target=lambda: None)
        start(thread)
        thread.join()


def test_a_phase_that_starts_threads_is_ended() -> None:
    """A thread that is being started is never hit in place of its phase, which would wait for it for ever."""
    for _ in range(20):
        ended: list[object] = []
        run = threading.Thread(
            target=lambda kept=ended: kept.append(watched(starts_threads, time.monotonic() + 0.02)), daemon=True
        )
        run.start()
        run.join(LATEST)
        assert ended == [Limit.TIME]


def test_a_phase_is_ended_at_a_stop_after_its_grace() -> None:
    """A stop ends a phase that does not end by itself within the grace."""
    stop, began = threading.Event(), time.monotonic()
    threading.Timer(0.2, stop.set).start()
    assert watched(busy, None, stop, grace=0.3) is Limit.INTERRUPT
    assert 0.5 <= time.monotonic() - began < LATEST


def test_a_phase_that_ends_in_time_is_left_alone() -> None:
    """Results and errors pass, and no exception comes after the end of the watch."""
    for _ in range(50):
        assert watched(lambda: 7, time.monotonic() + 0.01) == 7
    with pytest.raises(ZeroDivisionError):
        watched(lambda: 1 // 0, time.monotonic() + 5.0)
    sum(i for i in range(3_000_000))
    assert watched(lambda: 3, None) == 3


def forever(*_arguments: object, **_options: object) -> object:
    """Stand in for a phase that looks at no clock."""
    busy()
    return None


PHASES = {
    "sizing": ("selected_designs", "sizing nodes and deriving coefficients"),
    "derivation": ("derive", "sizing nodes and deriving coefficients"),
    "building": ("build", "building the model"),
}


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_before_the_search_keeps_the_limit(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever phase hangs, the solve ends within 2 s of its limit, without a plan and with the phase named."""
    name, words = PHASES[phase]
    monkeypatch.setattr(solve, name, forever)
    options, callbacks = Options(Limits(seconds=SECONDS)), Callbacks()
    outcome = solve.solve(ONE_FLIGHT, options, callbacks)
    assert (outcome.status, outcome.plan, outcome.termination.limit) == (Status.NO_PLAN, None, Limit.TIME)
    assert words in outcome.termination.detail
    assert "--seconds" in outcome.termination.detail
    assert time.monotonic() - callbacks.began < SECONDS + LATEST + 0.05 * SECONDS


@pytest.mark.slow
def test_reading_keeps_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that is not read in time is an error with exit code 4: there is no run to write."""
    monkeypatch.setattr(solve, "read", forever)
    callbacks = Callbacks()
    with pytest.raises(StoppedError, match=r"time limit of 0\.5 s reached while reading the instance") as stopped:
        solve.solve(ONE_FLIGHT, Options(Limits(seconds=SECONDS)), callbacks)
    assert stopped.value.exit_code == 4
    assert time.monotonic() - callbacks.began < SECONDS + LATEST + 0.05 * SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["sizing", "building"])
def test_a_stop_ends_every_phase_before_the_search(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request to stop ends a phase within 2 s, and the solve counts as interrupted."""
    monkeypatch.setattr(solve, PHASES[phase][0], forever)
    callbacks = Callbacks()
    threading.Timer(0.3, callbacks.stop.set).start()
    outcome = solve.solve(ONE_FLIGHT, Options(), callbacks)
    assert outcome.status is Status.INTERRUPTED
    assert time.monotonic() - callbacks.began < 0.3 + LATEST


@pytest.mark.slow
def test_a_search_that_overruns_keeps_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that hangs after its plan is ended, and the plan is that of the run, checked."""
    searched = dispatch.search

    def hangs(*arguments: object) -> object:
        searched(*arguments)  # type: ignore[arg-type]
        return forever()

    monkeypatch.setattr(dispatch, "search", hangs)
    callbacks = Callbacks()
    outcome = solve.solve(ONE_FLIGHT, Options(Limits(seconds=2.0)), callbacks)
    assert outcome.checked
    assert outcome.objective is not None
    assert time.monotonic() - callbacks.began < 2.0 * 1.05 + LATEST
    assert not outcome.repeatable


@pytest.mark.slow
@pytest.mark.parametrize(("step", "keeps_plan"), [("derived_bound", True), ("check", False)])
def test_a_resume_keeps_the_limit(step: str, keeps_plan: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint whose bound is not derived in time gives its plan; one whose plan is not checked stays as it is."""
    solve.solve(ONE_FLIGHT, Options(method="search"), Callbacks(checkpoint=tmp_path))
    files = sorted(tmp_path.iterdir())
    before = [file.read_bytes() for file in files]
    state = read_checkpoint(tmp_path, read(ONE_FLIGHT).hash)
    monkeypatch.setattr(resume, step, forever)
    callbacks = Callbacks(checkpoint=tmp_path, resumed=state)
    outcome = solve.solve(ONE_FLIGHT, Options(Limits(seconds=1.0), method="search"), callbacks)
    assert time.monotonic() - callbacks.began < 1.0 * 1.05 + LATEST
    assert (outcome.plan is not None) is keeps_plan
    assert ("checking the plan of the checkpoint" in outcome.termination.detail) is not keeps_plan
    unchanged = [file.read_bytes() for file in files] == before
    assert {keeps_plan, unchanged} != {False}


@pytest.mark.slow
def test_explaining_keeps_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """An infeasible instance stays infeasible where the search for its conflict is ended."""
    monkeypatch.setattr(solve, "explain", forever)
    stages: list[str] = []
    callbacks = Callbacks(on_stage=stages.append)
    outcome = solve.solve(TOO_SLOW, Options(Limits(seconds=SECONDS)), callbacks)
    assert outcome.status is Status.INFEASIBLE
    assert any("before the conflicting constraints were found" in text for text in stages)
    assert time.monotonic() - callbacks.began < SECONDS * 1.05 + LATEST


@pytest.mark.slow
@pytest.mark.parametrize("caught", [True, False])
def test_an_interrupted_script_does_not_abort(caught: bool, tmp_path: Path) -> None:
    """Ctrl-C in a script that calls ``solve`` is an ordinary KeyboardInterrupt, caught or not; no thread aborts."""
    (tmp_path / "hard.yaml").write_text(hard(20, 6), encoding="utf-8")
    script = (
        "import sys\n"
        "from solver.milp.limits import Limits\n"
        "from solver.run.solve import Callbacks, Options, solve\n"
        "say = lambda text: print(text, flush=True)\n"
        "try:\n"
        "    callbacks = Callbacks(on_event=lambda event: say(event.stage))\n"
        "    solve('hard.yaml', Options(Limits(gap=1e-9), 'exact'), callbacks)\n"
        "except KeyboardInterrupt:\n"
        f"    {'pass' if caught else 'raise'}\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(reading.__file__).parents[2])},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while "branch and bound" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == (0 if caught else -signal.SIGINT), errors


def test_a_phase_ended_within_a_rule_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Pyomo logs on standard output, which belongs to the answer: nothing is logged of a rule ended half-way."""
    import pyomo.environ as pyo

    def ended(_block: pyo.Block) -> None:
        raise PhaseEnded

    import_modelling()
    model = pyo.ConcreteModel()
    with pytest.raises(PhaseEnded):
        model.rule = pyo.Constraint(rule=ended)
    assert caplog.records == []
