"""Batch and signals, with real processes: children keep their plans when asked to stop, and end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solver.io.stop_signals import STOP_SIGNALS
from solver.run.stored_run import read_run
from tests.solver.command import KARDASHEV, hard

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are read in /proc"),
]
PATIENCE_SECONDS = 120


def _until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    """The processes below one, of which all threads may be parents."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in lists for child in file.read_text(encoding="utf-8").split()]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A batch of two long solves of its own process, and its children, each past its reading."""
    for name, vehicles in (("one", 20), ("two", 19)):
        (tmp_path / f"{name}.yaml").write_text(hard(vehicles, 6), encoding="utf-8")
    code = (
        "import signal, os; signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"os.execv({KARDASHEV!r}, [{KARDASHEV!r}, 'batch', 'one.yaml', 'two.yaml', '--gap', '1e-9'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        # A checkpoint is first written when the search begins.
        _until(lambda: len(list(tmp_path.glob("results/runs/.batch/checkpoints/*/checkpoint.json"))) == 2)
        (engine,) = _children(process.pid)
        yield process, _children(engine)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", STOP_SIGNALS[:2])
def test_a_stop_signal_stops_children_with_their_plans(
    number: signal.Signals, batch: tuple[subprocess.Popen[str], list[int]], tmp_path: Path
) -> None:
    """SIGTERM and Ctrl-C to a batch end its children, each with what it has; SIGHUP is handled alike."""
    process, children = batch
    process.send_signal(number)
    out, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert "Traceback" not in errors
    assert out.count(".yaml: interrupted") == 2, out
    assert "of 2 answered" in out
    runs = [read_run(path.parent) for path in sorted((tmp_path / "results/runs").glob("*/*/manifest.json"))]
    assert [run.manifest.status for run in runs] == ["interrupted", "interrupted"]
    assert [pid for pid in children if _runs(pid)] == []


def test_a_second_signal_kills_children(batch: tuple[subprocess.Popen[str], list[int]]) -> None:
    """A child that is deaf to the first signal is killed by the second one."""
    process, children = batch
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert out.count("the process was killed by SIGKILL") == 2
    assert [pid for pid in children if _runs(pid)] == []


def test_children_end_with_a_killed_parent(batch: tuple[subprocess.Popen[str], list[int]]) -> None:
    """After kill -9 of a batch none of its children goes on."""
    process, children = batch
    assert [pid for pid in children if _runs(pid)] == children
    process.kill()
    _until(lambda: not any(_runs(pid) for pid in children))
    assert process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
