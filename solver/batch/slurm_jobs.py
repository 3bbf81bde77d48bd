"""Access to Slurm through submitit: settings of jobs, submission of an array, its place in the queue, its ending."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.batch.resource_needs import ResourceNeeds
from solver.errors import EnvironmentFailure, UsageError

Call = tuple[Callable[..., object], tuple[Any, ...]]
"""Function of a job and its arguments."""
REPORT_SECONDS = 60.0
"""Time between two reports of the queue at least."""
_HELD = "launch failed requeued held"
_WAITING = {"PENDING": "waiting"}


@dataclass(frozen=True, slots=True)
class SlurmSettings:
    """Settings of the jobs: partition, account, time in minutes, memory in GB, tasks at once, lines of the script."""

    partition: str | None = None
    account: str | None = None
    minutes: int | None = None
    memory_gb: float | None = None
    array_limit: int = 100
    setup: tuple[str, ...] = ()

    def parameters(self, name: str, largest: ResourceNeeds, threads: int, rounds: int = 1) -> dict[str, Any]:
        """Return the parameters of submitit; each round after the first asks for twice as much, of given values too."""
        minutes = None if self.minutes is None else self.minutes * 2 ** (rounds - 1)
        memory_gb = None if self.memory_gb is None else self.memory_gb * 2 ** (rounds - 1)
        given = {
            "name": name,
            "timeout_min": minutes or largest.minutes,
            "mem_gb": memory_gb or largest.memory_gb,
            "cpus_per_task": threads,
            "slurm_array_parallelism": self.array_limit,
            "slurm_partition": self.partition,
            "slurm_account": self.account,
            "slurm_setup": list(self.setup) or None,
            "slurm_signal_delay_s": 60,
        }
        return {key: value for key, value in given.items() if value is not None}


def submit(folder: Path, calls: Sequence[Call], parameters: Mapping[str, Any]) -> str:
    """Submit one array with a job for each call and return its number; UsageError where Slurm rejects it."""
    try:
        import submitit
    except ImportError as error:
        raise _missing() from error
    try:
        executor = submitit.AutoExecutor(folder=folder, cluster="slurm")
        executor.update_parameters(**parameters)
        with executor.batch():
            jobs = [executor.submit(function, *arguments) for function, arguments in calls]
    except (submitit.core.utils.FailedJobError, submitit.core.utils.FailedSubmissionError) as error:
        said = [line for line in str(error).splitlines() if "sbatch: error" in line] or str(error).splitlines()[-1:]
        text = "; ".join(line.partition("error: ")[2] or line for line in said)
        raise UsageError(
            f"Slurm rejected the job: {text}; nothing was submitted, results are left as they are"
        ) from error
    except RuntimeError as error:
        raise EnvironmentFailure(f"no Slurm to submit to: {error}; work on this machine, or with --shard") from error
    return str(jobs[0].job_id).partition("_")[0]


def script(folder: Path, count: int, parameters: Mapping[str, Any]) -> str:
    """Return the text of the job script of an array with so many jobs."""
    try:
        from submitit.slurm.slurm import SlurmExecutor, _make_sbatch_string
    except ImportError as error:
        raise _missing() from error
    given = SlurmExecutor._equivalence_dict()
    named = {given.get(key, key.removeprefix("slurm_")): value for key, value in parameters.items()}
    named["mem"] = f"{named['mem'] * 1024:.0f}MB"
    text: str = _make_sbatch_string(
        f"python -m submitit.core._submit {folder}", folder=folder, map_count=max(1, count), **named
    )
    return text


def asked_for(parameters: Mapping[str, Any]) -> str:
    """Return the time and memory of each job in words."""
    return f"{parameters['timeout_min']} minutes and {parameters['mem_gb']:g} GB each"


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs of an array in the queue: numbers of those that run or wait, of those never started, and counts in words.

    The number is ``all`` for an array that is not split yet.
    """

    alive: frozenset[int | str]
    not_started: frozenset[int | str]
    text: str


def queue_of(name: str) -> Queue | None:
    """Return the jobs of an array in the queue; None where Slurm does not answer.

    Slurm holds a job for ever whose launch failed. Such jobs are cancelled and reported as not started.
    """
    text = _asked("squeue", "-h", "-r", "-n", name, "-o", "%i|%K|%T|%r")
    if text is None:
        return None
    jobs = [line.strip().split("|", 3) for line in text.splitlines() if line.count("|") >= 3]
    held = [job for job in jobs if job[3].replace("_", " ") == _HELD]
    for number, *_ in held:
        _asked("scancel", number)
    alive = [job for job in jobs if job not in held]
    states = Counter(_WAITING.get(state, state.lower()) for _, _, state, _ in alive)
    reasons = sorted({reason for *_, state, reason in alive if state in _WAITING} - {"None"})
    words = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return Queue(_numbers(alive), _numbers(held), words + (f" ({'; '.join(reasons)})" if reasons else ""))


@dataclass(slots=True)
class QueueReport:
    """Progress of a queue for a waiting user: where it has changed, once a minute at most."""

    report: Callable[[str], None]
    said: str = ""
    silent_until: float = 0.0

    def show(self, queues: Iterable[Queue | None]) -> None:
        """Report the states of some arrays; None where Slurm does not answer."""
        texts = dict.fromkeys(queue.text if queue is not None else "Slurm does not answer" for queue in queues)
        text = "; ".join(filter(None, texts))
        if text and text != self.said and time.monotonic() >= self.silent_until:
            self.said, self.silent_until = text, time.monotonic() + REPORT_SECONDS
            self.report(f"queue: {text}")


def _numbers(jobs: Sequence[Sequence[str]]) -> frozenset[int | str]:
    return frozenset(int(number) if number.isdecimal() else "all" for _, number, *_ in jobs)


def ending(job: str) -> str:
    """Return the lines of Slurm on a job that ended: of ``sacct`` where accounting is on, else of ``scontrol``."""
    for command in (
        ("sacct", "-n", "-P", "-X", "-j", job, "-o", "State,ExitCode,NodeList"), ("scontrol", "-o", "show", "job", job)
    ):  # fmt: skip
        text = _asked(*command)
        if text and text.strip():
            return text
    return ""


def _asked(*command: str) -> str | None:
    """Return the output of a command of Slurm; None where it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _missing() -> EnvironmentFailure:
    return EnvironmentFailure("Slurm needs submitit, which is not installed: pip install 'kardashev-planner[slurm]'")
