"""Inputs, folder, status and run table of batches: what is named wrongly or damaged is an error of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from solver.batch.folder import BatchFolder, TaskEntry
from solver.batch.inputs import read_sweep, shard_of, tasks_of, write_sweep
from solver.batch.record import BatchResult, Category
from solver.batch.run_table import run_dirs, run_table, write_table
from solver.batch.status import status_of
from solver.batch.sweep import grid
from solver.batch.tasks import Task
from solver.errors import EnvironmentFailure, UsageError
from tests.solver.command import ONE_FLIGHT, TINY, ended

ONE = Path(ONE_FLIGHT)


def test_inputs_are_files_folders_patterns_and_sweeps(tmp_path: Path) -> None:
    """A folder means its instance files, a pattern the files that fit, a sweep its scenarios."""
    assert tasks_of([TINY / "fleet*.yaml"]) == [Task(TINY / "fleet.yaml"), Task(TINY / "fleet_ramp.yaml")]
    assert Task(ONE) in tasks_of([TINY])
    sweep = grid(ONE, ["vehicles.big.flight_musd=50,60", "name=x"])
    file = write_sweep(sweep, tmp_path)
    assert read_sweep(file) == sweep
    assert tasks_of([tmp_path]) == tasks_of([file]) == sweep.tasks
    assert tasks_of([file], ["a=1"])[0].changes[-1] == "a=1"
    assert tasks_of([Path("reference:gigawatt")]) == [Task(Path("reference:gigawatt"))]


def test_wrong_inputs_are_named_at_once(tmp_path: Path) -> None:
    """Empty patterns, empty folders and damaged sweeps are refused together, before anything is solved."""
    (tmp_path / "sweep.json").write_text('{"format": 1, "path": "x"', encoding="utf-8")
    (tmp_path / "old.json").write_text('{"format": 0}', encoding="utf-8")
    (tmp_path / "empty").mkdir()
    wrong = [tmp_path / "none*.yaml", tmp_path / "empty", tmp_path / "sweep.json", tmp_path / "old.json"]
    with pytest.raises(UsageError) as error:
        tasks_of([*wrong, ONE])
    parts = ("no file fits", "no instance file", "damaged, or no sweep", "found 0, expected 1")
    assert all(part in line for part, line in zip(parts, str(error.value).splitlines(), strict=True))
    for text in ("0/3", "4/3", "1", "a/b"):
        with pytest.raises(UsageError, match="expected I/N"):
            shard_of(text)
    assert shard_of("2/8") == (2, 8)


def test_a_grid_over_an_unknown_key_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nothing is solved, and the key that was meant is named."""
    assert ended("sweep", ONE_FLIGHT, "--set", "vehicles.big.flight_mus=1,2", "--out", str(tmp_path)) == 2
    assert "did you mean" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_version_is_left_alone(tmp_path: Path) -> None:
    """It is refused with its format, and so is a folder that is no batch."""
    with pytest.raises(UsageError, match="is not the folder of a batch"):
        BatchFolder(tmp_path).require()
    (tmp_path / ".batch").mkdir()
    file = tmp_path / ".batch" / "batch.json"
    for text in ('{"format": 99}', "{", '{"format": true}'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match="expected format 1"):
            BatchFolder(tmp_path).prepare()
        assert file.read_text(encoding="utf-8") == text
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EnvironmentFailure, match="no batch can be kept there"):
        BatchFolder(tmp_path / "file").prepare()


def _result(status: str, code: int = 0, **more: object) -> BatchResult:
    return BatchResult.of(
        {"path": "a.yaml", "changes": [], "run_dir": None, "status": status, "exit_code": code, **more}
    )


@pytest.mark.parametrize(
    ("result", "category", "code"),
    [
        (_result("optimal"), Category.SOLVED, 0),
        (_result("infeasible", 1), Category.INFEASIBLE, 0),
        (_result("feasible", 3), Category.GAP, 3),
        (_result("interrupted", 3, objective=1.0), Category.GAP, 3),
        (_result("interrupted", 4), Category.TIME, 4),
        (_result("no_plan", 4), Category.TIME, 4),
        (_result("bad input", 2), Category.BAD_INPUT, 2),
        (_result("out of memory", 5), Category.MEMORY, 5),
        (_result("node failure", 5), Category.NODE, 5),
        (_result("failed", 5), Category.EXCEPTION, 5),
        (_result("optimal", 5), Category.EXCEPTION, 5),
        (_result("waiting"), Category.WAITING, 4),
        (_result("running"), Category.RUNNING, 4),
    ],
)
def test_states_and_their_exit_codes(result: BatchResult, category: Category, code: int) -> None:
    """Each ending has a state, and the code of the status is that of the most serious one."""
    assert result.category is category
    assert status_of([_result("optimal"), result]).exit_code == code
    assert BatchResult.of(result.data()) == result


def test_status_counts_rates_and_hours() -> None:
    """Throughput is measured to the last result; time left follows from it."""
    done = [_result("optimal", seconds=10.0, ended=1000.0 + 10 * i, cpu_seconds=360.0) for i in range(1, 5)]
    status = status_of([*done, _result("waiting"), _result("running")])
    assert status.rate == pytest.approx(360.0)
    assert status.left_seconds == pytest.approx(20.0)
    assert status.core_hours == pytest.approx(0.4)
    assert status.lines()[0] == "6 tasks: 4 solved, 1 waiting, 1 running"


def test_state_of_a_task_follows_its_files(tmp_path: Path) -> None:
    """A task is waiting, running while it is claimed, and then what its record says; damaged records do not count."""
    folder = BatchFolder(tmp_path)
    folder.prepare()
    folder.register([Task(ONE)], {})
    (entry,) = folder.entries()
    assert folder.state_of(entry).category is Category.WAITING
    folder.write_entry(TaskEntry(entry.id, entry.task, {}, "key"))
    assert folder.claims.take("key") == 1
    assert folder.results()[0].category is Category.RUNNING
    folder.claims.release("key", 1)
    folder.write_record(BatchResult(Task(ONE), "optimal", tmp_path / "one_flight" / "key", 0, key="key"))
    (found,) = folder.results()
    assert (found.category, found.run_dir) == (Category.SOLVED, tmp_path / "one_flight" / "key")
    (tmp_path / ".batch" / "records" / "key.json").write_text("{half", encoding="utf-8")
    assert folder.results()[0].category is Category.WAITING
    (tmp_path / ".batch" / "tasks" / f"{entry.id}.json").write_text("[]", encoding="utf-8")
    assert folder.results() == []


def test_run_table_has_a_row_for_each_run(tmp_path: Path) -> None:
    """Copies of a run are merged from their manifests; unreadable and half-written ones are named, all of them."""
    assert ended("solve", ONE_FLIGHT, "--json", "--out", str(tmp_path / "runs" / "0")) == 0
    for i in range(1, 4):
        shutil.copytree(tmp_path / "runs" / "0", tmp_path / "runs" / str(i))
    table = run_table(run_dirs([tmp_path]))
    assert list(table["status"]) == ["optimal"] * 4
    assert table["objective"][2] == pytest.approx(48.7603306)
    assert table["flights"][0] == 1
    assert table["gw_2030"][0] == pytest.approx(0.04)
    write_table(table, tmp_path / "t.csv")
    assert list(pd.read_csv(tmp_path / "t.csv")["nodes"]) == [4] * 4
    (tmp_path / "runs" / "1" / "manifest.json").write_text('{"format": 2, "na', encoding="utf-8")
    (tmp_path / "runs" / "2" / "manifest.json").write_text(json.dumps({"format": 1}), encoding="utf-8")
    (tmp_path / "runs" / "3" / "manifest.json").write_text(json.dumps({"format": 2}), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        run_table(run_dirs([tmp_path]))
    assert [f"/{i}/manifest.json" in line for i, line in enumerate(str(error.value).splitlines(), 1)] == [True] * 3
    with pytest.raises(UsageError, match="holds no run"):
        run_dirs([tmp_path / "runs" / "0" / "tables"])
