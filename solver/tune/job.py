"""Work on a study, by this process or by workers on a Slurm cluster.

Workers are the jobs of an array: each works on the study as any other process does, until the study has its trials.
The URL of a database reaches them in their environment alone, so that no file of the jobs holds its password.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from solver.batch import slurm_jobs
from solver.batch.resource_needs import ResourceNeeds
from solver.batch.slurm_jobs import QueueReport, SlurmSettings
from solver.bench.best import read_best
from solver.errors import EnvironmentFailure
from solver.milp.limits import Limits
from solver.tune.cases import TuningInstance, tuning_instance
from solver.tune.designs import BestDesigns, tune_candidate_designs
from solver.tune.search import tune
from solver.tune.storage import is_url, shown
from solver.tune.study import Study

VARIABLE = "KARDASHEV_STORAGE"
"""Variable of the environment with the storage of a study."""
DATABASE_STALE_SECONDS = 60.0
MOST_ROUNDS = 3
"""Arrays of workers submitted at most, each after all workers of the one before have ended too early."""
POLL_SECONDS = 2.0
JOB_MINUTES, WORKER_MB = 60, 1_500.0
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyJob:
    """Study with all that a worker needs.

    ``changes`` are values to set, ``designs`` asks for candidate node designs instead of settings.
    """

    name: str
    storage: str
    files: tuple[Path, ...]
    best: Path
    limits: Limits
    measure: str
    trials: int
    designs: bool
    patience: float | None = None
    changes: tuple[str, ...] = ()

    def open(self) -> Study:
        """Open or create the study."""
        seconds = self.limits.seconds
        journal = 600.0 if seconds is None else 120 + 3 * seconds
        stale = self.patience or (DATABASE_STALE_SECONDS if is_url(self.storage) else journal)
        return Study.opened(self.name, self.storage, self.limits.seed, stale)

    def cases(self, files: tuple[Path, ...] | None = None) -> list[TuningInstance]:
        """Compile the instances of the study, or others."""
        known = read_best(self.best)
        return [tuning_instance(file, known, self.limits.gap, self.changes) for file in files or self.files]

    def run(self, study: Study, trials: int, report: Report) -> list[TuningInstance]:
        """Run trials on settings of the search until the study has so many, and return its compiled instances.

        With 0 trials the study is only prepared.
        """
        cases = self.cases()
        tune(study, cases, self.limits, self.measure, trials, report)
        return cases

    def run_designs(self, study: Study, trials: int, report: Report) -> BestDesigns | None:
        """Run trials on candidate designs until the study has so many, and return the best."""
        return tune_candidate_designs(study, self.files[0], self.limits, trials, report)


def work_on(job: StudyJob) -> int:
    """Run trials as a worker until the study has enough; return the number of trials that ended."""
    if is_url(job.storage):
        storage = os.environ.get(VARIABLE)
        if storage is None:
            raise EnvironmentFailure(
                f"{VARIABLE} is not set in the job: let Slurm hand down the environment, or --setup"
            )
        job = replace(job, storage=storage)
    study = job.open()
    (job.run_designs if job.designs else job.run)(study, job.trials, lambda line: print(line, flush=True))  # noqa: T201
    return study.ended()


@dataclass(slots=True)
class SlurmWorkers:
    """Workers of a study on a Slurm cluster: their number, and the settings of their jobs."""

    job: StudyJob
    study: Study
    count: int
    settings: SlurmSettings
    report: Report
    reported: int = field(default=-1, init=False)

    def run(self) -> None:
        """Submit workers and wait until the study has its trials and all workers have ended.

        Workers that all end before are submitted again. An interrupt ends the wait, not the jobs.
        """
        (self.job.run_designs if self.job.designs else self.job.run)(self.study, 0, self.report)
        rounds = 0
        while self.study.ended() < self.job.trials:
            if rounds == MOST_ROUNDS:
                raise EnvironmentFailure(
                    f"study {self.job.name}: its workers ended after {self.study.ended()} of {self.job.trials} trials; "
                    f"their output is in {self._folder()}"
                )
            rounds += 1
            self._wait(self._submit())

    def _submit(self) -> str:
        name = f"kardashev-tune-{uuid.uuid4().hex[:12]}"
        parameters = self.settings.parameters(
            name, ResourceNeeds(60.0 * JOB_MINUTES, WORKER_MB), self.job.limits.threads
        )
        storage, job = self.job.storage, self.job
        if is_url(storage):
            os.environ[VARIABLE] = storage
            job = replace(job, storage=shown(storage))
        else:
            job = replace(job, storage=str(Path(storage).absolute()))
        job = replace(job, files=tuple(file.absolute() for file in job.files), best=job.best.absolute())
        number = slurm_jobs.submit(self._folder(), [(work_on, (job,))] * self.count, parameters)
        self.report(
            f"submitted job {number} ({name}): {self.count} workers, {slurm_jobs.asked_for(parameters)}, "
            f"output in {self._folder()}"
        )
        return name

    def _wait(self, name: str) -> None:
        """Wait until no job of an array is in the queue."""
        queue_report = QueueReport(self.report)
        while True:
            time.sleep(POLL_SECONDS)
            ended = self.study.ended()
            if ended != self.reported:
                best = self.study.best
                value = "" if best is None else f", best {best.value:.5g} by trial {best.number}"
                self.report(f"{ended} of {self.job.trials} trials{value}")
                self.reported = ended
            queue = slurm_jobs.queue_of(name)
            queue_report.show([queue])
            if queue is not None and not queue.alive:
                return

    def _folder(self) -> Path:
        folder = Path("results/tuning") if is_url(self.job.storage) else Path(self.job.storage).parent
        return folder / f"{self.job.name}-slurm"
