"""Fault campaign on real batches: ``python -m tests.solver.batch.campaign --instances 200``.

Two batches work on one folder. Workers are killed with SIGKILL, then one batch; a third one has a disk that takes no
file of more than a few kilobytes. A last batch finishes. Every instance must be answered, none solved twice, and every
run must pass its check.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from solver.batch.folder import BatchFolder
from solver.run.stored_run import read_run
from tests.solver.command import TINY

FULL_DISK_BYTES = 3_000
KILL_SECONDS = 1.0


def main() -> None:
    """Run the campaign and print its figures; exit code 1 where something is missing or was solved twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--kills", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        root = Path(folder)
        kills = _disturb(root, given.instances, given.kills)
        faults = _faults(root, given.instances)
        events = Counter(line.rpartition(",")[2] for line in _log(root))
    sys.stdout.write(f"events: {dict(events)}\n")
    sys.stdout.write(f"{given.instances} instances, {kills} workers killed, 1 batch killed, 1 full disk\n")
    sys.stdout.write("\n".join(faults) + "\n" if faults else "all answered, none twice, nothing lost\n")
    sys.exit(1 if faults else 0)


def _disturb(root: Path, instances: int, kills: int) -> int:
    """Run the batches and kill; return the number of workers that were killed."""
    table = root / "table.csv"
    table.write_text("vehicles.shuttle.flight_musd\n" + "\n".join(str(5 + i) for i in range(instances)) + "\n")
    _kardashev("sweep", str(TINY / "fleet.yaml"), "--from", str(table), "--out", str(root), "--dry-run").wait()
    batches = [_batch(root), _batch(root)]
    chance, killed = random.Random(1), 0
    # Under a limit on files the records of the third batch are written, its runs are not.
    limit = (FULL_DISK_BYTES, FULL_DISK_BYTES)
    full = _batch(root, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    while killed < kills and any(batch.poll() is None for batch in batches):
        time.sleep(KILL_SECONDS)
        workers = [pid for batch in batches for engine in _children(batch.pid) for pid in _children(engine)]
        if workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
            killed += 1
        if killed == kills // 2:
            batches[0].kill()
    batches[0].kill()
    for batch in (*batches, full):
        batch.wait()
    _batch(root).wait()
    return killed


def _faults(root: Path, instances: int) -> list[str]:
    """Return what is wrong with the folder after the campaign."""
    folder = BatchFolder(root)
    results = folder.results()
    faults = [f"{result.task}: {result.status}: {result.message}" for result in results if not result.finished]
    if len(results) != instances:
        faults.append(f"{len(results)} tasks, expected {instances}")
    solved = Counter(line.split(",")[3] for line in _log(root) if line.endswith(",optimal"))
    faults += [f"{key}: solved {count} times" for key, count in solved.items() if count > 1]
    for result in results:
        if result.run_dir is not None:
            read_run(result.run_dir)
    return faults


def _log(root: Path) -> list[str]:
    return (root / ".batch" / "log.csv").read_text(encoding="utf-8").splitlines()


def _batch(root: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    return _kardashev("batch", str(root / "sweep.json"), "--out", str(root), "--gap", "0", before=before)


def _kardashev(*arguments: str, before: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kardashev", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=before)


def _children(pid: int) -> list[int]:
    try:
        files = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for file in files for child in file.read_text(encoding="ascii").split()]
    except OSError:
        return []


if __name__ == "__main__":
    main()
