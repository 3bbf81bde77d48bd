"""Checkpoints: a run that is killed at any moment is gone on from, and ends with a plan and a bound no worse."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

from solver.errors import EnvironmentFailure
from solver.io.files import write_text
from solver.milp.solution import Certificate
from solver.run import checkpoint
from solver.run.checkpoint import FILE
from solver.run.stored_json import sealed
from solver.run.stored_run import read_run
from tests.solver.command import KARDASHEV, ONE_FLIGHT, TINY, ended, hard

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]
PATIENCE_SECONDS = 120
KEPT = Path("kept")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _kept() -> dict[str, Any]:
    return json.loads((KEPT / FILE).read_text(encoding="utf-8"))


def _killed(method: str, *more: str, after_plans: int) -> dict[str, Any]:
    """Start a long solve, kill it once it has written some plans, and read what is left."""
    Path("hard.yaml").write_text(hard(20, 6), encoding="utf-8")
    asked = ["solve", "hard.yaml", "--out", "run", "--gap", "1e-7", "--method", method, *more]
    process = subprocess.Popen([KARDASHEV, *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        if (KEPT / FILE).exists():
            plans = [step["objective"] for step in _kept()["trace"] if step["objective"] is not None]
            if len(plans) >= after_plans:
                break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not Path("run").exists()
    return _kept()


@pytest.mark.parametrize(("method", "after_plans"), [("exact", 1), ("search", 2)])
def test_a_killed_run_is_gone_on_from(method: str, after_plans: int, capsys: Capture) -> None:
    """After kill -9 a resumed run ends with no worse plan, no worse proven bound, and the trace of both."""
    left = _killed(method, "--checkpoint", str(KEPT), after_plans=after_plans)
    asked = ("--gap", "1e-7", "--method", method, "--seconds", "2", "--json")
    assert ended("solve", "hard.yaml", "--out", "run", "--resume", str(KEPT), *asked) in (0, 3)
    output = json.loads(capsys.readouterr().out)
    known = left["trace"][-1]
    assert output["checked"] is True
    assert output["objective"] <= known["objective"] * (1 + 1e-6)
    proven = [step["bound"] for step in left["trace"] if step["bound_kind"] == "lp_verified"]
    assert output["bound"] >= max(proven) * (1 - 1e-9)
    claimed = known["bound_kind"] == "solver" and known["bound"] > max(proven) * (1 + 1e-6)
    assert any("is not re-derived" in warning for warning in output["warnings"]) == claimed
    assert (output["resumed"], output["repeatable"]) == (True, False)
    with Path("run/trace.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= len(left["trace"])
    seconds = [float(row["seconds"]) for row in rows]
    assert seconds == sorted(seconds)
    assert float(rows[-1]["objective"]) == pytest.approx(output["objective"], rel=1e-6)
    assert _kept()["elapsed"] > left["elapsed"]


@pytest.mark.parametrize("name", ["learning_nodes", "budget", "earliest", "network_survive", "one_flight"])
def test_every_question_goes_on_from_its_own_plan(name: str, capsys: Capture) -> None:
    """A resumed run of a finished one ends with its objective and a bound within the gap, whatever was asked."""
    path = TINY / f"{name}.yaml"
    assert ended("solve", str(path), "--out", "run", "--checkpoint", str(KEPT), "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert _kept()["plan"]
    assert ended("solve", str(path), "--out", "again", "--resume", str(KEPT), "--json") == 0
    second = json.loads(capsys.readouterr().out)
    assert second["objective"] == pytest.approx(first["objective"], rel=1e-6)
    # A bound of HiGHS alone is not derived again: the resumed run proves its own.
    derived_again = first["bound_kind"] == Certificate.LP_VERIFIED
    claimed = any("is not re-derived" in warning for warning in second["warnings"])
    assert {derived_again, claimed} != {False}
    assert second["bound"] == pytest.approx(first["bound"], rel=1e-6 if derived_again else 0.01 + 1e-6)
    assert second["gap"] <= 0.01 + 1e-6
    assert second["resumed"] is True


def _faulty(change: dict[str, Any]) -> None:
    (KEPT / FILE).write_text(json.dumps(sealed({**_kept(), **change})), encoding="utf-8")


FAULTS: dict[str, tuple[dict[str, Any] | str, str]] = {
    "another instance": ({"instance_hash": "0"}, "belongs to another instance"),
    "another model": ({"model_hash": "0"}, "its model is not the one of this instance now"),
    "another format": ({"format": 99}, "found format 99, expected 2"),
    "cut off": ('{"format": 1, "instance', "damaged"),
    "no checkpoint": ("[]", "damaged"),
    "a clock that ran backwards": ({"elapsed": -1.0}, "elapsed"),
    "a proof that is none": ({"proof": {}}, "damaged: proof"),
    "a proof cut off": (
        {
            "proof": {
                "rows": 1,
                "period": None,
                "cuts": [],
                "nodes": [
                    {"parent": None, "column": None, "below": 0.0, "up": False, "ray": False, "duals": ["eJw=", "eJw="]}
                ],
            }
        },
        "damaged: proof: an array of the proof",
    ),
    "a plan that is none": ({"plan": {}}, "damaged: its plan violates"),
    "a plan of other columns": ({"plan": {"launch.nothing[1]": 1.0}}, "names launch.nothing[1]"),
    "an objective without a plan": ({"plan": None}, "damaged"),
}


def test_one_changed_letter_is_damage(capsys: Capture) -> None:
    """Whatever a disk does to a checkpoint, it is not resumed from."""
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 0
    whole = (KEPT / FILE).read_text(encoding="utf-8")
    changed = whole.replace('"elapsed": 0', '"elapsed": 1', 1)
    assert changed != whole
    (KEPT / FILE).write_text(changed, encoding="utf-8")
    assert ended("solve", ONE_FLIGHT, "--out", "again", "--resume", str(KEPT)) == 2
    assert "damaged: it was changed after the run wrote it" in capsys.readouterr().err


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_checkpoint_that_does_not_fit_is_refused(fault: str, capsys: Capture) -> None:
    """What is broken or of another question is named in one line, and the code is 2."""
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 0
    change, expected = FAULTS[fault]
    if isinstance(change, str):
        (KEPT / FILE).write_text(change, encoding="utf-8")
    else:
        _faulty(change)
    capsys.readouterr()
    assert ended("solve", ONE_FLIGHT, "--out", "again", "--resume", str(KEPT)) == 2
    assert expected in capsys.readouterr().err
    assert not Path("again").exists()


def test_a_missing_checkpoint_is_refused(capsys: Capture) -> None:
    """Nothing is solved where there is nothing to go on from."""
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--resume", "nowhere") == 2
    assert "nowhere: holds no checkpoint" in capsys.readouterr().err
    assert not Path("nowhere").exists()


def test_a_checkpoint_is_not_overwritten_by_a_run_that_begins_anew(capsys: Capture) -> None:
    """A second run into the same directory must say --resume or --force."""
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 0
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 2
    assert "continue from it with --resume, or replace it with --force" in capsys.readouterr().err
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT), "--force") == 0


def test_a_full_disk_costs_the_checkpoint_and_not_the_run(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """The search goes on, says so in one line, and ends well."""

    def full(file: Path, text: str) -> None:
        if file.name == FILE:
            raise EnvironmentFailure(f"{file}: could not be written: {os.strerror(errno.ENOSPC).lower()}")
        write_text(file, text)

    monkeypatch.setattr(checkpoint, "write_text", full)
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 0
    output = capsys.readouterr().err
    assert output.count("no checkpoint: ") == 1
    assert "no space left on device; the search continues" in output
    assert read_run("run").plan is not None


def test_a_directory_that_cannot_be_used_is_reported_before_the_solve(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Where no checkpoint can be written from the start, nothing is solved."""

    def full(file: Path, _text: str) -> NoReturn:
        raise EnvironmentFailure(f"{file}: could not be written: {os.strerror(errno.ENOSPC).lower()}")

    monkeypatch.setattr(checkpoint, "write_text", full)
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 5
    assert "no space left on device" in capsys.readouterr().err
    assert not Path("run").exists()


def test_leftovers_of_killed_writers_are_cleared() -> None:
    """What a writer that is no more left half-written does not stay."""
    KEPT.mkdir()
    left = KEPT / f".{FILE}.partial-999999999"
    left.write_text("{", encoding="utf-8")
    assert ended("solve", ONE_FLIGHT, "--out", "run", "--checkpoint", str(KEPT)) == 0
    assert sorted(entry.name for entry in KEPT.iterdir()) == [FILE]
