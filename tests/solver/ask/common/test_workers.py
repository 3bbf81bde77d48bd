"""Workers of a question leave stop signals to their parent, and end with their pool and with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path

import pytest

from solver.ask.common.workers import started_workers, stop_workers

PARENT = """
import os, time
from tests.solver.ask.common.test_workers import wait
from solver.ask.common.workers import started_workers
if __name__ == "__main__":
    pool = started_workers(2, wait, 0.0)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def wait(seconds: float) -> None:
    """Prepare a worker."""
    time.sleep(seconds)


def has_ended(pid: int) -> bool:
    """Whether a process has ended, within a minute."""
    for _ in range(600):
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_stop_signals_are_left_to_the_parent() -> None:
    """Signals at the start of a worker and in its work change nothing; the end of the pool ends it."""
    pool = started_workers(2, wait, 0.0)
    workers = list(pool._processes.values())
    assert len(workers) == 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for worker in workers:
            assert worker.pid is not None
            os.kill(worker.pid, number)
    assert pool.submit(os.getpid).result(60) in {worker.pid for worker in workers}
    busy = pool.submit(time.sleep, 600)
    stop_workers(pool)
    with pytest.raises((CancelledError, BrokenExecutor)):
        busy.result(60)
    assert all(has_ended(worker.pid) for worker in workers if worker.pid is not None)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a child that ends with its parent is asked of Linux")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """A worker whose parent was killed does not stay behind."""
    (tmp_path / "parent.py").write_text(PARENT, encoding="utf-8")
    root = str(Path(__file__).parents[4])
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait(60)
    assert has_ended(worker)
