"""Tests of ``solver.tune.journal``: torn lines, damage, and locks of killed processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from solver.errors import EnvironmentFailure, UsageError
from solver.tune import journal
from solver.tune.study import Study

HOLDER = """
import sys, time
from pathlib import Path
from solver.tune.journal import KernelLock
KernelLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(600)
"""


def _study(path: Path | str, trials: int) -> Study:
    study = Study.opened("s", str(path), 0, 100.0)
    study.run(lambda trial: trial.suggest_float("x", 0.0, 1.0), trials, {"x": 0.5}, lambda _: None)
    return study


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    """A study goes on after a writer was killed within a line, and nothing is appended behind the rest of it."""
    path = tmp_path / "s.journal"
    _study(path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:20])
    assert _study(path, 5).ended() == 5
    assert path.read_bytes().startswith(whole)
    assert _study(path, 6).ended() == 6


def test_a_line_torn_while_a_study_is_open_is_cut_off(tmp_path: Path) -> None:
    """Another process killed within its line does not end this one."""
    path = tmp_path / "s.journal"
    study = _study(path, 2)
    with path.open("ab") as file:
        file.write(b'{"op_code": 5, "work')
    study.run(lambda trial: trial.suggest_float("x", 0.0, 1.0), 4, {"x": 0.5}, lambda _: None)
    assert study.ended() == 4
    assert _study(path, 5).ended() == 5


@pytest.mark.parametrize(
    "line", [b"nonsense", b"[]", b'{"op_code": 77, "worker_id": "a"}', b'{"op_code": 4}', b"\xff\xfe", b"[" * 100_000]
)
def test_damage_is_reported_with_file_and_line(tmp_path: Path, line: bytes) -> None:
    """A line that is no record of a study is named, with what to do."""
    path = tmp_path / "s.journal"
    _study(path, 2)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], line + b"\n", *lines[2:]]))
    with pytest.raises(UsageError, match=r"s\.journal:3: damaged: .*name another --storage"):
        _study(path, 3)


def test_records_that_do_not_fit_together_are_reported(tmp_path: Path) -> None:
    """Records of the right shape whose content is none."""
    path = tmp_path / "s.journal"
    _study(path, 2)
    path.write_bytes(path.read_bytes() + b'{"op_code": 5, "worker_id": "a"}\n')
    with pytest.raises(UsageError, match=r"s\.journal: damaged: .*name another --storage"):
        _study(path, 3)


def test_a_killed_holder_of_the_lock_hangs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a relative path, after kill -9: the next study begins at once."""
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, "sub/s.journal"], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    monkeypatch.setattr(journal, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(EnvironmentFailure, match=r"s\.journal: another process has locked it"):
        _study("sub/s.journal", 1)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    began = time.monotonic()
    assert _study("sub/s.journal", 2).ended() == 2
    assert time.monotonic() - began < 10
    # Optuna's own lock of an older version is a link, and is not looked at.
    Path("sub/s.journal.lock").symlink_to("nowhere")
    assert _study("sub/s.journal", 3).ended() == 3
