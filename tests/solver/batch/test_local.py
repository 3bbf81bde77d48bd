"""Batch of real solves on one machine, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.batch import child
from solver.batch.folder import BatchFolder
from solver.batch.record import BatchResult, Category
from solver.batch.tasks import Task
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.run.solve import Options
from solver.run.stored_run import read_run
from tests.solver.command import ONE_FLIGHT, TOO_SLOW, ended, hard

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
    assert "gone.yaml: no such file" in output
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


def test_what_was_stopped_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    """The second solve of a task has the plan and the trace of the first; a damaged checkpoint is dropped."""
    (tmp_path / "hard.yaml").write_text(hard(12, 4), encoding="utf-8")
    task, folder = Task(tmp_path / "hard.yaml"), BatchFolder(tmp_path / "out")
    folder.prepare()
    options = Options(Limits(gap=1e-9, work=1))
    loaded = read(task.path)

    def solved() -> BatchResult:
        return child._solved(folder, task, loaded, options, "key", tmp_path / "out" / "hard" / "key")

    first, second = solved(), solved()
    assert first.category is second.category is Category.GAP
    assert second.run_dir is not None
    assert read_run(second.run_dir).manifest.resumed
    assert first.objective is not None
    assert second.objective is not None
    assert second.objective <= first.objective * (1 + 1e-9)
    (folder.checkpoint("key") / "checkpoint.json").write_text("{", encoding="utf-8")
    third = solved()
    assert third.run_dir is not None
    assert not read_run(third.run_dir).manifest.resumed
