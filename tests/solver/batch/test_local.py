"""Batch on one machine: many files, processes that die, and Ctrl-C."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, as_completed
from pathlib import Path
from typing import Any

import pytest

from solver.batch.local import BatchResult, run_all
from solver.batch.tasks import Task
from solver.run.solve import Options
from tests.solver.command import ONE_FLIGHT, TINY, TOO_SLOW, ended

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
ONE = Path(ONE_FLIGHT)
ANSWER = {"status": "optimal", "objective": 1.0, "unit": "MUSD", "gap": 0.0}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _child(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a shell script stand for the process that solves an instance."""
    Path("child").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    Path("child").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(Path("child").resolve()))


def _all(*paths: Path) -> list[BatchResult]:
    return run_all(Task.of(paths), Options(), 1, lambda _result: None)


def test_batch(capsys: Capture) -> None:
    """Each file is answered, a bad one stops nothing, and what is answered already is not solved again."""
    Path("bad.yaml").write_text("format: 2\n", encoding="utf-8")
    assert ended("batch", ONE_FLIGHT, "bad.yaml", TOO_SLOW, "gone.yaml") == 2
    output = capsys.readouterr().out
    assert f"{ONE_FLIGHT}: optimal, 48.7603 MUSD" in output
    assert f"{TOO_SLOW}: infeasible" in output
    assert "bad.yaml:1  target: missing" in output
    assert "gone.yaml:1  no such file: gone.yaml" in output
    assert output.endswith("2 of 4 answered, 0 of them before.\n")
    assert ended("batch", TOO_SLOW, ONE_FLIGHT, TOO_SLOW) == 0
    output = capsys.readouterr().out
    assert output.count("solved before") == 2
    assert output.endswith("3 of 3 answered, 3 of them before.\n")


def test_other_options_are_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with one gap answers for that gap and not for another."""
    assert ended("solve", ONE_FLIGHT) == 0
    _child(monkeypatch, f": > begun; echo '{json.dumps(ANSWER)}'")
    assert ended("batch", ONE_FLIGHT) == 0
    assert not Path("begun").exists()
    assert ended("batch", ONE_FLIGHT, "--gap", "0.5") == 0
    assert Path("begun").exists()


def test_a_process_that_is_killed(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A process killed by the system takes nothing with it: it failed, with the signal, and the exit code is 5."""
    _child(monkeypatch, "kill -9 $$")
    assert ended("batch", ONE_FLIGHT, "gone.yaml") == 5
    output = capsys.readouterr().out
    assert f"{ONE_FLIGHT}: failed\nthe process was killed by SIGKILL" in output
    assert "0 of 2 answered" in output


def test_a_process_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a failed process said last is reported, and its exit code kept."""
    _child(monkeypatch, "echo first >&2; echo 'internal error: X' >&2; echo 'please report' >&2; exit 5")
    (result,) = _all(ONE)
    assert (result.failed, result.exit_code) == (True, 5)
    assert result.message.splitlines()[-2:] == ["internal error: X", "please report"]


def test_a_process_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no process can be started, the file failed and the others go on."""
    monkeypatch.setattr(sys, "executable", str(Path("gone").resolve()))
    results = _all(ONE, Path("gone.yaml"))
    assert [(result.status, result.exit_code) for result in results] == [("failed", 5), ("bad input", 2)]


def test_a_wrong_plan_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that breaks rules counts as a failure, and is solved again the next time."""
    assert ended("solve", ONE_FLIGHT) == 0
    assert _all(ONE)[0].skipped
    (file,) = Path("results/runs/one_flight").glob("*/manifest.json")
    manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**manifest, "violations": ["launch.lift"], "checked": False}), encoding="utf-8")
    _child(monkeypatch, f"echo '{json.dumps(ANSWER)}'; exit 5")
    (result,) = _all(ONE)
    assert (result.skipped, result.failed, result.exit_code) == (False, True, 5)


def test_a_damaged_run_is_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run directory that has lost its plan does not count as an answer."""
    assert ended("solve", ONE_FLIGHT) == 0
    (plan,) = Path("results/runs/one_flight").glob("*/plan.json")
    plan.unlink()
    _child(monkeypatch, f"echo '{json.dumps(ANSWER)}'")
    (result,) = _all(ONE)
    assert (result.skipped, result.objective) == (False, 1.0)


def test_ctrl_c_keeps_best_plans_and_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C lets the running process end with its best plan; what was not begun is said to be so."""
    stopped = json.dumps({**ANSWER, "status": "interrupted"})
    _child(monkeypatch, f"trap 'echo \"$0\" >> stopped; echo {json.dumps(stopped)}; exit 3' INT\n: > begun\n"
        "for i in $(seq 600); do sleep 0.1; done")  # fmt: skip
    calls = []

    def interrupted(futures: Iterable[Future[BatchResult]]) -> Iterator[Future[BatchResult]]:
        calls.append(1)
        if len(calls) == 1:
            while not Path("begun").exists():
                time.sleep(0.02)
            raise KeyboardInterrupt
        return as_completed(futures)

    monkeypatch.setattr("solver.batch.local.as_completed", interrupted)
    first, second = _all(ONE, TINY / "whole_flights.yaml")
    assert (first.status, first.exit_code, first.failed) == ("interrupted", 3, False)
    assert (second.exit_code, second.failed, second.message) == (4, True, "not started")
    assert len(Path("stopped").read_text(encoding="utf-8").splitlines()) == 1
