"""Fault campaign on real batches: ``python -m tests.solver.batch.campaign --instances 200``.

A batch solves a sweep, on a real Slurm where one can be started. Meanwhile tasks are killed with SIGKILL, then a node,
the submitter and the controller; at last the disk is full for a while. Other batches go on in the same folder. Every
instance must be answered, none solved twice, and no run that was there before a fault may be lost or changed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from solver.batch.folder import BatchFolder
from solver.batch.resource_needs import JOB_SECONDS
from solver.run.stored_run import read_run
from tests.solver.batch.cluster import Cluster, missing, pids, running, text_of
from tests.solver.command import TINY

KILL_SECONDS = 0.5
FULL_SECONDS = 5.0
DISK_MB = 200
FAULTY_SHARE = 0.7
"""Share of the instances that are answered when the last fault begins."""
MOST_BATCHES = 5
MOST_SECONDS, MOST_SECONDS_OF_ONE = 300, 10
MARK = "CAMPAIGN"


def main() -> None:
    """Run the campaign and print its figures; exit code 1 where something is missing or was solved twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=20)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--engine", choices=("slurm", "local"), default="local" if missing() else "slurm")
    given = parser.parse_args()
    if given.engine == "local":
        sys.stdout.write(f"without Slurm: {missing() or 'as asked for'}\n")
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="campaign-")))
        stack.enter_context(disk(root))
        cluster = stack.enter_context(running()) if given.engine == "slurm" else None
        campaign = Campaign(root, given.instances, given.kills, cluster)
        campaign.run()
        faults = campaign.problems()
        events = Counter(line.rpartition(",")[2] for line in campaign.log().splitlines())
    sys.stdout.write(f"events: {dict(events)}\n{given.instances} instances, {time.monotonic() - began:.0f} s\n")
    sys.stdout.write("\n".join(faults) + "\n" if faults else "all answered, none twice, nothing lost\n")
    sys.exit(1 if faults else 0)


@dataclass
class Campaign:
    """Campaign in a folder: its batches, and the digests of the runs that were seen."""

    root: Path
    instances: int
    kills: int
    cluster: Cluster | None
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    began: float = field(default_factory=time.monotonic)
    killed: int = 0
    seen: dict[Path, str] = field(default_factory=dict)
    batches: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def ends(self) -> float:
        """Time at which the campaign has taken too long."""
        return self.began + MOST_SECONDS + MOST_SECONDS_OF_ONE * self.instances

    def run(self) -> None:
        """Run batches and faults until a batch ends without a failure."""
        table = self.root / "table.csv"
        table.write_text("vehicles.shuttle.flight_musd\n" + "\n".join(str(5 + i) for i in range(self.instances)) + "\n")
        self._code_of(self._kardashev("sweep", str(TINY / "fleet.yaml"), "--from", str(table), "--dry-run"))
        first = self._batch()
        self._kill_tasks(self.kills // 2)
        if self.cluster is not None:
            self._fault("kill -9 of node n1")
            self.cluster.kill_node("n1")
        self._fault("kill -9 of the submitter")
        first.kill()
        first.wait()
        if self.cluster is not None:
            self._fault("kill -9 of slurmctld")
            self.cluster.kill("slurmctld")
            self.cluster.start_controller()
            self.cluster.start_node("n1")
        self._batch()
        self._kill_tasks(self.kills)
        self._fill_disk()
        for batch in self.batches:
            self._code_of(batch)
        for _ in range(MOST_BATCHES):
            if self._code_of(self._batch()) == 0:
                break

    def problems(self) -> list[str]:
        """Return what is wrong with the folder after the campaign."""
        results = BatchFolder(self.root).results()
        found = [f"{result.task}: {result.status}: {result.message}" for result in results if not result.finished]
        if len(results) != self.instances:
            found.append(f"{len(results)} tasks, expected {self.instances}")
        if self.killed < self.kills:
            found.append(f"only {self.killed} tasks could be killed, expected {self.kills}")
        solved = Counter(re.findall(r"(\w+),optimal$", self.log(), re.MULTILINE))
        found += [f"{key}: solved {count} times" for key, count in solved.items() if count > 1]
        found += [f"{file}: lost or changed" for file, digest in self.seen.items() if _digest(file) != digest]
        for result in results:
            if result.run_dir is not None:
                read_run(result.run_dir)
        return found

    def log(self) -> str:
        """Return the log of the batches."""
        return (self.root / ".batch" / "log.csv").read_text(encoding="utf-8")

    def _kill_tasks(self, count: int) -> None:
        """Kill processes of tasks until so many are killed, spread over the first answers; or all are answered."""
        while self.killed < count and self._answered() < self.instances:
            self._pause()
            if self.batches[-1].poll() is not None:
                self._batch()
            due = self._answered() >= FAULTY_SHARE * self.instances * self.killed / self.kills
            if due and (victims := self._processes()):
                self._remember()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.chance.choice(victims), signal.SIGKILL)
                    self.killed += 1
        self._fault(f"kill -9 of {self.killed} tasks so far")

    def _code_of(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end of a process and return its code; meanwhile nodes that Slurm drains are resumed."""
        while (code := process.poll()) is None:
            self._pause()
        return code

    def _pause(self) -> None:
        """Wait for a moment; AssertionError once the campaign takes too long."""
        assert time.monotonic() < self.ends, f"no end: {self._queue()}\n{self.log()[-2_000:]}"
        if self.cluster is not None:
            self.cluster.resume()
        time.sleep(KILL_SECONDS)

    def _queue(self) -> str:
        return "" if self.cluster is None else self.cluster.asked("squeue", "-r") + self.cluster.asked("sinfo", "-N")

    def _processes(self) -> list[int]:
        """Return the processes of jobs, engines and solves of this campaign, those of the batches left out."""
        own = (pid for pid in pids() if f"{MARK}={self.mark}" in text_of(pid, "environ").split("\0"))
        commands = {pid: text_of(pid, "cmdline") for pid in own}
        return [pid for pid, command in commands.items() if "solver.batch.engine" in command or "submitit" in command]

    def _fill_disk(self) -> None:
        """Fill the disk of the batch, and make room again."""
        self._fault(f"full disk for {FULL_SECONDS:.0f} s")
        ballast = self.root / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while os.path.ismount(self.root):
                file.write(bytes(1 << 16))
        time.sleep(FULL_SECONDS)
        ballast.unlink()

    def _fault(self, text: str) -> None:
        self._remember()
        sys.stdout.write(f"{text}, {self._answered()} of {self.instances} answered before\n")
        sys.stdout.flush()

    def _answered(self) -> int:
        return sum(result.finished for result in BatchFolder(self.root).results())

    def _remember(self) -> None:
        for file in self.root.glob("*/*/manifest.json"):
            if not file.parent.name.startswith("."):
                self.seen.setdefault(file, _digest(file))

    def _batch(self) -> subprocess.Popen[bytes]:
        # The time limit decides how many instances share a job: four jobs, or ten instances in each.
        shared = min(10, max(1, self.instances // 4))
        seconds = str(int((JOB_SECONDS / shared - 30) / 1.2))
        options = ["--gap", "0", "--seconds", seconds, *(["--engine", "slurm"] if self.cluster is not None else [])]
        self.batches.append(self._kardashev("batch", str(self.root / "sweep.json"), *options))
        return self.batches[-1]

    def _kardashev(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**(os.environ if self.cluster is None else self.cluster.environment), MARK: self.mark}
        command = [sys.executable, "-m", "kardashev", *arguments, "--out", str(self.root)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[None]:
    """Mount a small disk in memory at a folder; where that is not allowed, no disk gets full."""
    options = f"size={DISK_MB}m,mode=755"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        sys.stdout.write("no disk can be mounted here: none gets full\n")
        yield
        return
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


if __name__ == "__main__":
    main()
