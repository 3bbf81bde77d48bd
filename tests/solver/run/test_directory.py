"""Tests of ``solver.run.directory``."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.errors import EnvironmentFailure, UsageError
from solver.plan import Plan
from solver.run import directory
from solver.run.directory import is_run, require_free, write_run
from solver.run.stored_run import load_run
from solver.tables import table_texts
from tests.solver import samples


def _write(path: Path, force: bool = False, plan: bool = True, **changes: Any) -> Path:
    made = samples.plan() if plan else None
    texts = table_texts(samples.state()) if plan else None
    return write_run(path, samples.manifest(**changes), made, texts, "log\n", force)


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _saved_plan(error: Exception) -> Path:
    words = str(error)
    assert "the plan is saved in " in words
    return Path(words.rsplit("the plan is saved in ", 1)[1])


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that are rescued land in the folder of the test."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """A run read back has the manifest, the instance and the plan it was written with."""
    path = _write(tmp_path / "deep" / "run")
    run = load_run(path)
    assert run.plan == samples.plan()
    assert run.instance == samples.instance()
    assert run.manifest == samples.manifest().sealed()
    assert is_run(path)
    assert sorted(entry.name for entry in path.iterdir()) == ["log.txt", "manifest.json", "plan.json", "tables"]
    assert (path / "tables" / "money.csv").is_file()
    assert [entry.name for entry in path.parent.iterdir()] == ["run"]


def test_a_run_without_a_plan(tmp_path: Path) -> None:
    """An infeasible instance leaves a run without a plan."""
    path = _write(tmp_path / "run", plan=False, status="infeasible", objective=None, bound=None)
    run = load_run(path)
    assert run.plan is None
    assert run.manifest.bound is None


def test_another_run_is_not_overwritten(tmp_path: Path) -> None:
    """Only a run of the same key is replaced unasked; the plan of the refused one is saved elsewhere."""
    path = _write(tmp_path / "run", seed=1)
    _write(path, seed=2)
    assert load_run(path).manifest.seed == 2
    with pytest.raises(UsageError, match=r"holds another run.*--force") as refused:
        _write(path, seed=3, run_key="other")
    assert load_run(path).manifest.seed == 2
    assert Plan.from_json(json.loads(_saved_plan(refused.value).read_text())) == samples.plan()
    _write(path, force=True, seed=4, run_key="other")
    assert load_run(path).manifest.seed == 4
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_files_of_others_are_never_lost(tmp_path: Path) -> None:
    """A folder that is no run is refused even with force, and notes put into a run survive its replacement."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("words")
    for force in (False, True):
        with pytest.raises(UsageError, match="is not a run"):
            _write(tmp_path / "thesis", force=force)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "words"
    path = _write(tmp_path / "run")
    (path / "notes.txt").write_text("mine")
    (path / "plan.svg").write_text("old picture")
    _write(path)
    assert (path / "notes.txt").read_text() == "mine"
    assert not (path / "plan.svg").exists()


def test_an_empty_folder_is_free_and_a_file_is_not(tmp_path: Path) -> None:
    """What stands at the target is looked at before a solve."""
    (tmp_path / "empty").mkdir()
    require_free(tmp_path / "empty", "key")
    require_free(tmp_path / "none", "key")
    assert is_run(_write(tmp_path / "empty"))
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        require_free(tmp_path / "file", "key", force=True)


def test_full_disk_keeps_the_plan_and_the_old_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills up, nothing half-written stays, the old run stays, and the plan is saved elsewhere."""
    path = _write(tmp_path / "run", seed=1)

    def full(file: Path, _text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr(directory, "write", full)
    with pytest.raises(EnvironmentFailure, match="could not be written: no space left on device") as failed:
        _write(path, seed=2)
    assert Plan.from_json(json.loads(_saved_plan(failed.value).read_text())) == samples.plan()
    assert load_run(path).manifest.seed == 1
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run", "tmp"]


def test_nowhere_to_save_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the plan cannot be saved elsewhere either, the message says so instead of naming a file."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(EnvironmentFailure, match="the plan could not be saved elsewhere either: no such file"):
        _write(tmp_path / "file" / "run")


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A target below a file cannot be written: one sentence, and the plan is saved."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailure, match="the run could not be written") as failed:
        _write(tmp_path / "file" / "deep" / "run")
    assert _saved_plan(failed.value).is_file()
    assert "\n" not in str(failed.value)


def test_failure_between_the_renames_puts_the_old_run_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new run cannot take the place of the old one, the old one returns."""
    path, rename = _write(tmp_path / "run", seed=1), Path.rename

    def fragile(source: Path, target: Path) -> Path:
        if ".partial-" in source.name:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fragile)
    with pytest.raises(EnvironmentFailure, match="permission denied"):
        _write(path, seed=2)
    assert load_run(path).manifest.seed == 1


def test_interruption_leaves_no_half_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while writing removes what was begun and is passed on."""

    def interrupted(_file: Path, _text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(directory, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _write(tmp_path / "run")
    assert [entry.name for entry in tmp_path.iterdir()] == ["tmp"]


def test_leftovers_of_killed_writers(tmp_path: Path) -> None:
    """What killed writers left is no run, is removed by the next writer, and a run moved aside comes back."""
    dead = _dead_pid()
    partial = tmp_path / f".run.partial-{dead}"
    partial.mkdir()
    (partial / "manifest.json").write_text("{}")
    living, other = tmp_path / f".run.partial-{os.getppid()}", tmp_path / f".run2.partial-{dead}"
    living.mkdir()
    other.mkdir()
    assert not is_run(partial)
    _write(tmp_path / "aside", seed=7).rename(tmp_path / f".run.old-{dead}")
    with pytest.raises(UsageError, match="no such run directory"):
        load_run(tmp_path / "run")
    _write(tmp_path / "run", seed=8)
    assert load_run(tmp_path / "run").manifest.seed == 8
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(["run", "tmp", living.name, other.name])


def test_a_run_moved_aside_survives_a_writer_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer killed between its renames loses no run: the next writer puts the old one back first."""
    _write(tmp_path / "aside", seed=7).rename(tmp_path / f".run.old-{_dead_pid()}")

    def full(_file: Path, _text: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(directory, "write", full)
    with pytest.raises(EnvironmentFailure):
        _write(tmp_path / "run", seed=8)
    assert load_run(tmp_path / "run").manifest.seed == 7


def _damage(path: Path, kind: str) -> None:
    manifest, plan = path / "manifest.json", path / "plan.json"
    data = json.loads(manifest.read_text())
    if kind == "no manifest":
        manifest.unlink()
    elif kind == "cut manifest":
        manifest.write_text(manifest.read_text()[:100])
    elif kind == "list":
        manifest.write_text("[]")
    elif kind == "other format":
        manifest.write_text(json.dumps({**data, "format": 9}))
    elif kind == "no resolved":
        manifest.write_text(json.dumps({key: value for key, value in data.items() if key != "resolved"}))
    elif kind == "bad resolved":
        manifest.write_text(json.dumps({**data, "resolved": {**data["resolved"], "horizon": {}}}))
    elif kind == "no plan":
        plan.unlink()
    elif kind == "cut plan":
        plan.write_text(plan.read_text()[:500])
    elif kind == "other plan":
        plan.write_text('{"designs": []}')
    else:
        plan.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no manifest", r"manifest\.json: missing"),
        ("cut manifest", r"manifest\.json: damaged"),
        ("list", r"manifest\.json: damaged: found a list, expected an object"),
        ("other format", r"manifest\.json: format: found 9, expected 2"),
        ("no resolved", r"manifest\.json: damaged: resolved: missing"),
        ("bad resolved", r"manifest\.json: damaged: resolved\.horizon\.start: missing; expected a month"),
        ("no plan", r"plan\.json: missing, although the run found a plan"),
        ("cut plan", r"plan\.json: damaged"),
        ("other plan", r"plan\.json: damaged: decisions: missing; expected"),
        ("no text", r"plan\.json: damaged"),
    ],
)
def test_damage_is_named(tmp_path: Path, kind: str, words: str) -> None:
    """A damaged run is refused with the file and what is wrong with it."""
    path = _write(tmp_path / "run")
    _damage(path, kind)
    with pytest.raises(UsageError, match=words):
        load_run(path)


def test_numbers_of_numpy_are_written(tmp_path: Path) -> None:
    """Numbers as numpy gives them do not cost a finished run."""
    plan = samples.plan(replace(samples.DECISIONS, ordered={("ship", np.int64(1)): np.int64(1)}))
    path = write_run(tmp_path / "run", samples.manifest(), plan, None, "log\n")
    assert load_run(path).plan == samples.plan()
