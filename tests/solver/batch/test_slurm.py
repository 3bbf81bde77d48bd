"""Batches on Slurm: endings as recorded from clusters, needs by size, and a real cluster where there is one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.batch import slurm, slurm_jobs
from solver.batch.folder import TaskEntry
from solver.batch.resource_needs import ResourceNeeds, chunks, needs_of
from solver.batch.slurm_states import ending_of
from solver.batch.tasks import Task
from solver.cli.batch import job_gigabytes, job_minutes
from solver.errors import UsageError
from tests.solver.batch.campaign import Campaign, disk
from tests.solver.batch.cluster import Cluster, missing, running
from tests.solver.command import KARDASHEV, ONE_FLIGHT, TINY, TOO_SLOW, ended

real = [
    pytest.mark.slow, pytest.mark.services,
    pytest.mark.skipif(bool(missing()), reason=f"no Slurm: {missing()}"),
]  # fmt: skip


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


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30),
        ("10:30", 11),
        ("4:00:00", 240),
        ("1-12", 2160),
        ("1-12:30", 2190),
        ("2h", 120),
        ("45m", 45),
        ("90s", 2),
    ],
)
def test_times_of_jobs_are_those_of_slurm(text: str, minutes: int) -> None:
    """A number alone is minutes and colons part hours, as for sbatch; units may be written."""
    assert job_minutes(text) == minutes


@pytest.mark.parametrize(("text", "gigabytes"), [("4", 4.0), ("4G", 4.0), ("1.5gb", 1.5), ("2048M", 2.0)])
def test_memory_of_jobs(text: str, gigabytes: float) -> None:
    """Memory is given in gigabytes, or in megabytes as clusters write them."""
    assert job_gigabytes(text) == gigabytes


@pytest.mark.parametrize("text", ["", "0", "4K", "-1", "nan"])
def test_memory_of_jobs_is_a_positive_number(text: str) -> None:
    """Anything else is an error with what is expected."""
    with pytest.raises(UsageError, match="--mem: found"):
        job_gigabytes(text)


def test_queue_is_reported_where_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first state is reported, another one after a minute, and a silent Slurm as such; the same state is not."""
    clock, lines = [1000.0], list[str]()
    monkeypatch.setattr(slurm_jobs.time, "monotonic", lambda: clock[0])
    shown = slurm_jobs.QueueReport(lines.append)
    waiting = slurm_jobs.Queue(frozenset({0}), frozenset(), "1 waiting (Resources)")
    for queue in (waiting, waiting, None):
        shown.show([queue])
    assert lines == ["queue: 1 waiting (Resources)"]
    clock[0] += 2 * slurm_jobs.REPORT_SECONDS
    for queue in (waiting, None, None):
        shown.show([queue])
    assert lines[1:] == ["queue: Slurm does not answer"]


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

    def test_memory_is_doubled(
        self, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A job that Slurm kills for its memory is tried again with twice as much."""
        for name, value in cluster.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(slurm, "LAG_SECONDS", 1.0)
        monkeypatch.setattr(slurm, "QUEUE_SECONDS", 0.5)
        ended("batch", ONE_FLIGHT, "--engine", "slurm", "--mem", "0.07", "--json", "--out", str(tmp_path))
        printed = capsys.readouterr()
        assert "0.07 GB" in printed.err
        assert "0.14 GB" in printed.err
        assert [result["state"] for result in json.loads(printed.out)["results"]] == ["solved"], printed.err

    def test_held_job_is_submitted_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Jobs that Slurm holds for ever, as their launch failed, are cancelled, and others answer their instances."""
        monkeypatch.setattr(slurm, "QUEUE_SECONDS", 0.5)
        with running(failing="n2") as own:
            for name, value in own.environment.items():
                monkeypatch.setenv(name, value)
            files = [ONE_FLIGHT, TOO_SLOW]
            ended("batch", *files, "--seconds", "1000", "--engine", "slurm", "--json", "--out", str(tmp_path))
        printed = capsys.readouterr()
        assert [result["state"] for result in json.loads(printed.out)["results"]] == ["solved", "infeasible"]
        assert printed.err.count("submitted job") == 2
        assert "queue: " in printed.err

    def test_faults(self, tmp_path: Path) -> None:
        """After kill -9 of tasks, node, submitter and controller, and a full disk, all is answered, and none twice."""
        with disk(tmp_path), running() as own:
            campaign = Campaign(tmp_path, instances=20, kills=10, cluster=own)
            campaign.run()
            assert campaign.problems() == []
