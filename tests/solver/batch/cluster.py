"""A real Slurm cluster on this machine for tests: munged, slurmctld and a slurmd for each node, without accounting.

Needs root and the packages slurm-wlm and munge. Every process it starts is ended by the number it wrote down.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
PATIENCE_SECONDS = 60.0


def missing() -> str:
    """The reason why no cluster can be started here; empty where one can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "a cluster is started by root alone"
    absent = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if shutil.which(name, path=PATH) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (packages slurm-wlm and munge)"
    if not any(Path("/sys/fs/cgroup").glob("*")):
        return "no control groups in /sys/fs/cgroup, which slurmd requires"
    try:
        import submitit  # noqa: F401
    except ImportError:
        return "not installed: submitit"
    return ""


@dataclass
class Cluster:
    """Cluster in a folder, with nodes n1, n2, ... of two processors and 2 GB each."""

    folder: Path
    nodes: int = 2
    failing: str = ""
    """Node on which no job can be started."""

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which the commands of Slurm find it."""
        return {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self) -> None:
        """Start all daemons and wait until every node is idle."""
        self.folder.chmod(0o755)
        for name in ("run", "log", "state", "spool", "munge"):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge" / "key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        _resolvable()
        (self.folder / "slurm.conf").write_text(self._configuration(), encoding="utf-8")
        self._daemon(
            "munged", f"--key-file={key}", f"--socket={self.folder}/munge/sock",
            f"--pid-file={self.folder}/run/munged.pid", f"--log-file={self.folder}/log/munged.log",
            f"--seed-file={self.folder}/munge/seed",
        )  # fmt: skip
        self.start_controller()
        for number in range(1, self.nodes + 1):
            self.start_node(f"n{number}")
        until(lambda: self.asked("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * self.nodes)

    def start_controller(self) -> None:
        """Start slurmctld, with the state of the one before."""
        self._daemon("slurmctld")
        until(lambda: bool(self.asked("sinfo", "-h")))

    def start_node(self, name: str) -> None:
        """Start the slurmd of a node."""
        (self.folder / "spool" / name).mkdir(exist_ok=True)
        self._daemon("slurmd", "-N", name)

    def stop(self) -> None:
        """End all daemons."""
        with contextlib.suppress(subprocess.SubprocessError):
            self.asked("scancel", "--user=root")
            time.sleep(0.5)
        files = sorted((self.folder / "run").glob("*.pid"), key=lambda file: file.name == "munged.pid")
        for file in files:
            self.kill(file.stem, signal.SIGTERM)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a daemon: munged, slurmctld or slurmd.n1."""
        file = self.folder / "run" / f"{name}.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text(encoding="ascii"))
            if name.partition(".")[0] in Path(f"/proc/{pid}/comm").read_text(encoding="ascii"):
                os.kill(pid, number)
        file.unlink(missing_ok=True)

    def kill_node(self, name: str) -> None:
        """Kill a node as a power failure does: its slurmd, the keepers of its jobs, then the jobs."""
        self.kill(f"slurmd.{name}")
        log = str(self.folder / "log" / f"slurmd.{name}.log")
        keepers = [pid for pid in pids() if text_of(pid, "comm").startswith("slurmstepd") and log in _open_files(pid)]
        own = {f"SLURMD_NODENAME={name}", f"SLURM_CONF={self.folder}/slurm.conf"}
        jobs = [pid for pid in pids() if own <= set(text_of(pid, "environ").split("\0"))]
        for pid in (*keepers, *jobs):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def resume(self) -> None:
        """Resume drained nodes, as an administrator does: Slurm drains a node on which a job could not be started."""
        if "drain" in self.asked("sinfo", "-h", "-N", "-o", "%T"):
            self.asked("scontrol", "update", "NodeName=ALL", "State=RESUME")

    def asked(self, *command: str) -> str:
        """The output of a command of Slurm; empty where it failed."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        return done.stdout if done.returncode == 0 else ""

    def _daemon(self, *command: str) -> None:
        if command[0] != "munged":
            command = (command[0], "-f", str(self.folder / "slurm.conf"), *command[1:])
        subprocess.run(command, env=self.environment, check=True, timeout=PATIENCE_SECONDS, stdout=subprocess.DEVNULL)

    def _configuration(self) -> str:
        prolog = self.folder / "prolog"
        prolog.write_text(f'#!/bin/sh\n[ "$SLURMD_NODENAME" != "{self.failing}" ]\n', encoding="ascii")
        prolog.chmod(0o755)
        host, first = socket.gethostname().partition(".")[0], _free_ports(self.nodes + 1)
        return f"""\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
Prolog={prolog}
AuthType=auth/munge
AuthInfo=socket={self.folder}/munge/sock,cred_expire=10
CredType=cred/munge
SlurmctldPort={first}
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool/%n
SlurmctldPidFile={self.folder}/run/slurmctld.pid
SlurmdPidFile={self.folder}/run/slurmd.%n.pid
SlurmctldLogFile={self.folder}/log/slurmctld.log
SlurmdLogFile={self.folder}/log/slurmd.%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1
KillWait=2
CompleteWait=0
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=10
JobRequeue=1
AccountingStorageType=accounting_storage/none
NodeName=n[1-{self.nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first + 1}-{first + self.nodes}] \
CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@contextlib.contextmanager
def running(nodes: int = 2, failing: str = "") -> Iterator[Cluster]:
    """Yield a started cluster, and stop it; its folder is one that all users may enter, as munged requires."""
    with tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder), nodes, failing)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; AssertionError after a minute."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.1)


def _free_ports(count: int) -> int:
    """The first of some neighbouring ports that are free."""
    for first in range(26_000 + secrets.randbelow(2_000), 32_000, count):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise OSError("no free ports")


def _resolvable() -> None:
    """Let the name of this machine be found: slurmd looks it up."""
    host = socket.gethostname().partition(".")[0]
    try:
        socket.gethostbyname(host)
    except OSError:
        with Path("/etc/hosts").open("a", encoding="ascii") as file:
            file.write(f"127.0.0.1 {host}\n")


def pids() -> list[int]:
    """Return the numbers of all processes."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def text_of(pid: int, name: str) -> str:
    """Return a file of a process in /proc; empty where it cannot be read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _open_files(pid: int) -> list[str]:
    try:
        return [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []
