"""Batches on Slurm: endings as recorded from clusters, needs by size, and a real cluster where there is one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.batch.folder import TaskEntry
from solver.batch.resource_needs import ResourceNeeds, chunks, needs_of
from solver.batch.slurm_states import ending_of
from solver.batch.tasks import Task
from tests.solver.batch.cluster import Cluster, missing, running, until
from tests.solver.command import KARDASHEV, ONE_FLIGHT, TINY, TOO_SLOW

real = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=f"no Slurm: {missing()}")]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("OUT_OF_MEMORY|0:125|n1\n", "out of memory"),
        ("FAILED|0:9|n1\n", "out of memory"),
        ("JobId=7 JobName=a JobState=FAILED Reason=NonZeroExitCode ExitCode=0:9", "out of memory"),
        ("FAILED|137:0|n1\n", "out of memory"),
        ("TIMEOUT|0:0|n1\n", "time-out"),
        ("JobId=7 JobState=NODE_FAIL Reason=NodeDown ExitCode=1:0", "node failure"),
        ("CANCELLED by 0|0:0|n1\n", "failed"),
        ("FAILED|1:0|n1\n", "failed"),
        ("COMPLETED|0:0|n1\n", "node failure"),
        ("", "node failure"),
    ],
)  # fmt: skip
def test_endings_of_jobs(text: str, status: str) -> None:
    """The state that sacct or scontrol reports becomes a state of the batch; out of memory without cgroups is 0:9."""
    assert ending_of(text)[0] == status


def test_requests_grow_with_the_instance() -> None:
    """Short instances share a job; time and memory asked for grow with the model, and double in the next round."""
    tasks = [Task(Path(f"{i}.yaml")) for i in range(7)]
    entries = [TaskEntry(str(i), tasks[i], {}, "k", 300.0, 2_000) for i in range(6)]
    entries.append(TaskEntry("6", tasks[6], {}, "k", 4_000.0, 1_000_000))
    needs = needs_of(tasks, entries, None)
    assert needs[6].seconds > 100 * needs[0].seconds
    parts, largest = chunks(tasks, needs)
    assert [len(part) for part in parts] == [6, 1]
    assert largest.memory_gb >= 5.2
    assert largest.times(2).seconds == 2 * largest.seconds
    assert largest.times(2).memory_gb >= 2 * largest.memory_gb - 0.25
    assert [len(part) for part in chunks(tasks[:3], needs_of(tasks[:3], entries[:3], 500.0))[0]] == [1, 1, 1]
    assert ResourceNeeds(0.0, 300.0).minutes == 5


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A real cluster of two nodes."""
    with running() as found:
        yield found


def _batch(cluster: Cluster, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [KARDASHEV, "batch", *options, "--engine", "slurm", "--out", str(folder)]
    environment = {**cluster.environment, "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


class TestReal:
    """Batches on a real cluster."""

    pytestmark = real

    def test_array_is_answered(self, cluster: Cluster, tmp_path: Path) -> None:
        """One array answers all instances; a second batch submits nothing."""
        files = [ONE_FLIGHT, TOO_SLOW, str(TINY / "fleet.yaml")]
        done = _batch(cluster, tmp_path, *files, "--json")
        assert done.returncode == 0, done.stderr
        states = [result["state"] for result in json.loads(done.stdout)["results"]]
        assert states == ["solved", "infeasible", "solved"]
        again = _batch(cluster, tmp_path, *files)
        assert "3 of 3 answered, 3 of them before." in again.stdout
        assert "submitted" not in again.stderr

    def test_rejected_job(self, cluster: Cluster, tmp_path: Path) -> None:
        """What Slurm rejects is an error with its words, and exit code 2."""
        done = _batch(cluster, tmp_path, ONE_FLIGHT, "--partition", "nowhere")
        assert done.returncode == 2
        assert "Slurm rejected the job" in done.stderr
        assert "invalid partition" in done.stderr
        assert "Traceback" not in done.stderr

    def test_memory_is_doubled(self, cluster: Cluster, tmp_path: Path) -> None:
        """A job that Slurm kills for its memory is tried again with twice as much."""
        done = _batch(cluster, tmp_path, ONE_FLIGHT, "--mem", "0.2", "--json")
        assert "0.2 GB" in done.stderr
        assert "0.4 GB" in done.stderr
        assert [result["state"] for result in json.loads(done.stdout)["results"]] == ["solved"], done.stderr

    def test_killed_submitter_and_node(self, cluster: Cluster, tmp_path: Path) -> None:
        """After kill -9 of submitter, node and controller another submitter ends with every answer, and none twice."""
        table = tmp_path / "sweep.csv"
        table.write_text("vehicles.big.flight_musd\n" + "\n".join(map(str, range(50, 58))) + "\n", encoding="utf-8")
        sweep = [KARDASHEV, "sweep", ONE_FLIGHT, "--from", str(table), "--out", str(tmp_path), "--dry-run"]
        subprocess.run(sweep, check=True, capture_output=True, timeout=120)
        options = (str(tmp_path / "sweep.json"), "--engine", "slurm", "--out", str(tmp_path))
        first = subprocess.Popen([KARDASHEV, "batch", *options], env=cluster.environment, stdout=subprocess.DEVNULL)
        until(lambda: ",optimal" in _log(tmp_path))
        first.kill()
        first.wait()
        cluster.kill_node("n1")
        cluster.kill("slurmctld")
        cluster.start_controller()
        cluster.start_node("n1")
        done = _batch(cluster, tmp_path, *options[:1])
        assert done.returncode == 0, done.stderr
        solved = [line.split(",")[3] for line in _log(tmp_path).splitlines() if line.endswith(",optimal")]
        assert len(solved) == len(set(solved)) == 8


def _log(folder: Path) -> str:
    file = folder / ".batch" / "log.csv"
    return file.read_text(encoding="utf-8") if file.is_file() else ""
