"""Batch of real solves on one machine, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.solver.command import ONE_FLIGHT, TOO_SLOW, ended

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_batch(capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is answered, a bad one stops nothing, and only what is missing is solved again."""
    Path("bad.yaml").write_text("format: 2\n", encoding="utf-8")
    assert ended("batch", ONE_FLIGHT, "bad.yaml", TOO_SLOW, "gone.yaml") == 2
    output = capsys.readouterr().out
    assert f"{ONE_FLIGHT}: optimal, 48.7603 MUSD" in output
    assert f"{TOO_SLOW}: infeasible" in output
    assert "bad.yaml:1  target: missing" in output
    assert "gone.yaml:1  no such file: gone.yaml" in output
    assert output.endswith("2 of 4 answered, 0 of them before.\n")
    assert ended("status", "results/runs", "--json") == 2
    found = json.loads(capsys.readouterr().out)
    counts = {state: count for state, count in found["counts"].items() if count}
    assert counts == {"solved": 1, "infeasible": 1, "bad input": 2}
    solved = next(result for result in found["results"] if result["state"] == "solved")
    assert solved["host"]
    assert solved["peak_memory_mb"] > 10
    assert solved["cpu_seconds"] > 0
    (plan,) = Path("results/runs/one_flight").glob("*/plan.json")
    plan.unlink()
    assert ended("batch", TOO_SLOW, ONE_FLIGHT, TOO_SLOW, "--csv", "runs.csv") == 0
    output = capsys.readouterr().out
    assert output.count("solved before") == 1
    assert output.endswith("3 of 3 answered, 2 of them before.\n")
    assert plan.is_file()
    head, *rows = Path("runs.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith("run_dir,name,instance,status,objective,bound,unit,gap")
    assert len(rows) == 3


def test_results_that_are_no_plan_are_stopped_and_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    """What a time limit ended goes on from its checkpoint, with the plan and the seconds it had."""
    from tests.solver.command import hard

    Path("hard.yaml").write_text(hard(12, 4), encoding="utf-8")
    options = ("batch", "hard.yaml", "--gap", "1e-9", "--seconds", "2", "--json")
    assert ended(*options) == 0
    first = json.loads(capsys.readouterr().out)["results"][0]
    assert first["state"] == "gap not reached"
    assert ended(*options) == 0
    second = json.loads(capsys.readouterr().out)["results"][0]
    manifest = json.loads((Path(second["run_dir"]) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["resumed"]
    assert second["objective"] <= first["objective"] * (1 + 1e-9)
