"""Commands ``kardashev batch`` and ``kardashev status``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.options import (
    Changes,
    Files,
    Json,
    SolveOptions,
    changes_of,
    seconds_of,
    takes_solve_options,
)  # fmt: skip
from solver.errors import UsageError
from solver.io.files import finite
from solver.io.terminal import print_error, print_line

if TYPE_CHECKING:
    from solver.batch.record import BatchResult
    from solver.batch.slurm_jobs import SlurmSettings
    from solver.batch.tasks import Task
    from solver.run.solve import Options


class BatchEngine(StrEnum):
    """Engines of a batch."""

    local = "local"
    slurm = "slurm"


Batch = Annotated[Path, typer.Argument(help="folder of a batch (its --out)", metavar="BATCH")]
EngineOption = Annotated[BatchEngine, typer.Option("--engine", help="this machine, or a Slurm cluster")]
Jobs = Annotated[int, typer.Option(help="instances solved at once", min=1)]
Out = Annotated[
    Path | None, typer.Option(help="folder of runs and records, which batches may share; default results/runs")
]
Shard = Annotated[str | None, typer.Option(metavar="I/N", help="solve only part I of N, as under another scheduler")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="list the tasks, write the scripts of a cluster, solve nothing")
]
Csv = Annotated[Path | None, typer.Option(help="write a table with one row for each run; .parquet needs pyarrow")]
Partition = Annotated[str | None, typer.Option(help="partition of Slurm")]
Account = Annotated[str | None, typer.Option(help="account of Slurm")]
_CLOCK = re.compile(r"(?:(\d+)-)?(\d+(?::\d+){0,2})")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)(|[GM]B?)")
_GIGABYTES = {"": 1.0, "G": 1.0, "GB": 1.0, "M": 1 / 1024, "MB": 1 / 1024}
Time = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="time of one Slurm task: 30 (minutes), 2h or 4:00:00; default: by size"),
]
Memory = Annotated[str | None, typer.Option("--mem", metavar="GB", help="memory of one Slurm task; default: by size")]
ArrayLimit = Annotated[int, typer.Option(help="tasks of the Slurm array that run at once", min=1)]
Setup = Annotated[
    list[str] | None, typer.Option(metavar="LINE", help="line of the job script before the program starts")
]


@takes_solve_options
def batch(
    files: Files,
    changes: Changes = None,
    engine: EngineOption = BatchEngine.local,
    jobs: Jobs = 2,
    shard: Shard = None,
    out: Out = None,
    dry_run: DryRun = False,
    csv: Csv = None,
    partition: Partition = None,
    account: Account = None,
    time: Time = None,
    mem: Memory = None,
    array_limit: ArrayLimit = 100,
    setup: Setup = None,
    as_json: Json = False,
    *,
    given: SolveOptions,
) -> None:
    """Solve many instances, on this machine or a cluster.

    They are files, folders of files, patterns such as a/*.yaml, or the sweep.json of a sweep. Instances that are solved
    already are skipped, those that were stopped go on from their checkpoints, and a failure does not stop the others.
    Several batches may share one folder.
    """
    from solver.batch.inputs import shard_of, tasks_of

    options = given.checked()
    tasks = tasks_of(files, changes_of(changes))
    number, count = (1, 1) if shard is None else shard_of(shard)
    folder = out if out is not None else _runs()
    _register(tasks, options, folder)
    mine = tasks[number - 1 :: count]
    cluster = None
    if engine is BatchEngine.slurm:
        cluster = slurm_settings(partition, account, time, mem, array_limit, setup or [])
    elif any(value is not None for value in (partition, account, time, mem, setup)):
        raise UsageError("--partition, --account, --time, --mem and --setup: found without --engine slurm")
    if dry_run:
        _print_planned(mine, options, folder, cluster, as_json)
        return
    _finish(_run(mine, options, jobs, folder, cluster, as_json), folder, csv, as_json)


def status(folder: Batch, as_json: Json = False) -> None:
    """Show the state of the tasks of a batch.

    The exit code is 0 where all are answered, 5 after a crash, 2 for bad input, 4 where a task has no plan yet, 3 where
    a gap was not reached.
    """
    from solver.batch.folder import BatchFolder
    from solver.batch.status import status_of

    place = BatchFolder(folder)
    place.require()
    found = status_of(place.results())
    if as_json:
        print_line(json.dumps(finite({"folder": str(folder), **found.data()}), default=str))
    else:
        for line in found.lines():
            print_line(line)
    raise typer.Exit(found.exit_code)


def _runs() -> Path:
    from solver.run.runner import RUNS

    return RUNS


def _register(tasks: Sequence[Task], options: Options, folder: Path) -> None:
    """Enter all tasks, also those of other shards, so that the status of the batch counts them."""
    from solver.batch.folder import BatchFolder
    from solver.run.manifest import options_data

    place = BatchFolder(folder)
    place.prepare()
    place.register(tasks, options_data(options))


def slurm_settings(
    partition: str | None, account: str | None, time: str | None, mem: str | None, limit: int, setup: Sequence[str]
) -> SlurmSettings:
    """Return the settings of the jobs on Slurm; UsageError for a time or memory that is none."""
    from solver.batch.slurm_jobs import SlurmSettings

    minutes = None if time is None else job_minutes(time)
    memory = None if mem is None else job_gigabytes(mem)
    return SlurmSettings(partition, account, minutes, memory, limit, tuple(setup))


def job_minutes(text: str) -> int:
    """Return the minutes of a job, at least 1: as Slurm writes them (30, 4:00:00, 1-12:00), or as 45m or 2h."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return max(1, math.ceil(seconds_of(text) / 60))
    days, clock = int(found[1] or 0), [int(part) for part in found[2].split(":")]
    if found[1] is None and len(clock) < 3:
        clock.insert(0, 0)
    hours, minutes, seconds = (*clock, 0, 0)[:3]
    return max(1, math.ceil(1440 * days + 60 * hours + minutes + seconds / 60))


def job_gigabytes(text: str) -> float:
    """Return the memory of a job, GB: 4, 4G, 4GB or 4000M; UsageError for another text."""
    found = _MEMORY.fullmatch(text.strip().upper())
    if found is None or not float(found[1]):
        raise UsageError(f"--mem: found {text!r}, expected gigabytes such as 4 or 4G, or 4000M")
    return float(found[1]) * _GIGABYTES[found[2]]


def _run(
    tasks: Sequence[Task], options: Options, jobs: int, folder: Path, cluster: SlurmSettings | None, quiet: bool
) -> list[BatchResult]:
    def show(result: BatchResult) -> None:
        if not quiet:
            print_line(str(result))

    if cluster is not None:
        from solver.batch.slurm import run_on_slurm

        return run_on_slurm(tasks, options, folder, cluster, show, print_error)
    from solver.batch.local import run_all

    return run_all(tasks, options, jobs, show, folder)


def _print_planned(
    tasks: Sequence[Task], options: Options, folder: Path, cluster: SlurmSettings | None, as_json: bool
) -> None:
    from solver.batch.folder import BatchFolder, task_id
    from solver.run.manifest import options_data

    place, data = BatchFolder(folder), options_data(options)
    entries = [entry for task in tasks if (entry := place.entry(task_id(task, data))) is not None]
    found = [replace(place.state_of(entry), task=entry.task) for entry in entries]
    scripts: list[Path] = []
    if cluster is not None:
        from solver.batch.slurm import write_script

        scripts = write_script(tasks, options, folder, cluster)
    if as_json:
        planned = [{"path": str(r.path), "changes": r.task.changes, "state": r.category.value} for r in found]
        print_line(json.dumps({"folder": str(folder), "tasks": planned, "scripts": [str(file) for file in scripts]}))
        return
    for result in found:
        print_line(f"{result.task}: {result.category.value}")
    for script in scripts:
        print_line(str(script))
    print_line(f"{len(found):,} tasks in {folder}; nothing was solved.")


def _finish(results: Sequence[BatchResult], folder: Path, csv: Path | None, as_json: bool) -> None:
    if csv is not None:
        from solver.batch.run_table import run_table, write_table

        write_table(run_table([r.run_dir for r in results if r.run_dir is not None]), csv)
    failed = [result for result in results if result.failed]
    answered, before = len(results) - len(failed), sum(result.skipped for result in results)
    if as_json:
        data = {"folder": str(folder), "tasks": len(results), "answered": answered, "before": before}
        listed = [{**result.data(), "state": result.category.value} for result in results]
        print_line(json.dumps(finite({**data, "results": listed}), default=str))
    else:
        print_line(f"{answered} of {len(results)} answered, {before} of them before.")
    raise typer.Exit(max((result.exit_code for result in failed), default=0))
