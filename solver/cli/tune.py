"""Command ``kardashev tune``: studies of the settings of the search, or of the candidate node designs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.batch import Account, Memory, Partition, Setup, Time, slurm_settings
from solver.cli.options import Changes, changes_of, gap_share
from solver.errors import UsageError
from solver.io.files import write_text
from solver.io.terminal import print_line

if TYPE_CHECKING:
    from solver.milp.limits import Limits
    from solver.search.core.settings import Settings
    from solver.tune.cases import TuningInstance
    from solver.tune.job import StudyJob
    from solver.tune.study import Study


class Measure(StrEnum):
    """Objectives of a trial."""

    integral = "integral"
    primal_dual = "primal_dual"
    seconds = "seconds"
    gap = "gap"


Files = Annotated[list[Path], typer.Argument(help="instance files to tune on", metavar="FILE")]
Name = Annotated[str, typer.Option("--study", help="name of the study; an existing one is continued")]
Storage = Annotated[
    str | None,
    typer.Option(
        help="journal file, or URL of a database; default results/tuning/STUDY.journal",
        envvar="KARDASHEV_STORAGE", show_envvar=True,
    ),
]  # fmt: skip
Patience = Annotated[
    float | None,
    typer.Option(
        help="seconds without a sign of life after which a trial is dead and repeated; default by storage", min=3.0
    ),
]
Workers = Annotated[int, typer.Option(help="workers on a Slurm cluster; 0 for trials in this process", min=0)]
Trials = Annotated[int, typer.Option(help="trials the study is to have in all", min=1)]
Seconds = Annotated[float | None, typer.Option(help="time limit of one solve; 10 if --work is not given", min=1.0)]
Work = Annotated[int | None, typer.Option(help="limit of one solve in branch-and-bound nodes: deterministic", min=1)]
Gap = Annotated[float, typer.Option(parser=gap_share, metavar="SHARE", help="gap at which a solve ends")]
Seed = Annotated[int, typer.Option(help="random seed", min=0)]
MeasureOption = Annotated[
    Measure,
    typer.Option(
        help="integral over time of the gap to the best known bound, or to the run's own bound; "
        "share of the time until the gap; or the gap to the best known bound at the limit"
    ),
]
Again = Annotated[int, typer.Option(help="seeds for the re-evaluation of the best trials", min=0)]
DesignsOption = Annotated[
    bool, typer.Option("--candidate-designs", help="tune the candidate node designs of one instance instead")
]
Tests = Annotated[list[Path] | None, typer.Option("--test", help="instance not tuned on; may be given again")]
Seeds = Annotated[int, typer.Option(help="seeds of each test", min=1)]
Keep = Annotated[
    bool, typer.Option("--keep", help="keep settings that are significantly better on the tests as defaults")
]
Out = Annotated[Path, typer.Option(help="directory of tuning.csv and tuning.md, or of the best candidate designs")]
BestFile = Annotated[Path, typer.Option("--best", help="file of best known values")]


def tune(
    files: Files,
    study: Name = "search",
    storage: Storage = None,
    trials: Trials = 20,
    seconds: Seconds = None,
    work: Work = None,
    gap: Gap = 0.001,
    seed: Seed = 0,
    measure: MeasureOption = Measure.integral,
    again: Again = 1,
    candidate_designs: DesignsOption = False,
    test: Tests = None,
    test_seeds: Seeds = 1,
    keep: Keep = False,
    out: Out = Path("results/tables"),
    best: BestFile = Path("instances/tiers/best.csv"),
    patience: Patience = None,
    workers: Workers = 0,
    partition: Partition = None,
    account: Account = None,
    time: Time = None,
    mem: Memory = None,
    setup: Setup = None,
    changes: Changes = None,
) -> None:
    """Tune the search, or the candidate node designs.

    Any number of processes may work on one study, also those of a Slurm cluster; trials of a dead process are repeated
    by another. A database keeps its password to itself when its URL is in KARDASHEV_STORAGE.
    """
    from solver.milp.limits import Limits
    from solver.tune.job import SlurmWorkers, StudyJob

    if candidate_designs and (len(files) != 1 or test):
        raise UsageError("--candidate-designs: tunes those of one instance, without --test")
    if keep and not test:
        raise UsageError("--keep: only tested settings are kept; name instances with --test")
    if not workers and any(value is not None for value in (partition, account, time, mem, setup)):
        raise UsageError("--partition, --account, --time, --mem and --setup: found without --workers")
    if candidate_designs and changes:
        raise UsageError("--set: found with --candidate-designs, whose file must stand alone; write the change into it")
    changed = changes_of(changes)
    limits = Limits(seconds=seconds if seconds or work else 10.0, gap=gap, seed=seed, work=work)
    kind = measure.value if limits.seconds is not None else "gap"
    kept = storage or f"results/tuning/{study}.journal"
    job = StudyJob(study, kept, tuple(files), best, limits, kind, trials, candidate_designs, patience, tuple(changed))
    opened = job.open()
    if workers:
        settings = slurm_settings(partition, account, time, mem, workers, setup or [])
        SlurmWorkers(job, opened, workers, settings, print_line).run()
    if candidate_designs:
        _tune_designs(job, opened, out)
        return
    tuned = _tune_search(job, opened, again)
    if test:
        _test(opened, tuned, files, job.cases(tuple(test)), limits, kind, test_seeds, keep, out)


def _tune_search(job: StudyJob, study: Study, again: int) -> Settings:
    from dataclasses import asdict

    from solver.tune.search import re_evaluate
    from solver.tune.space import round_settings

    cases = job.run(study, job.trials, print_line)
    settings, value = re_evaluate(study, cases, job.limits, job.measure, again, print_line)
    settings = round_settings(settings)
    changed = ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
                        for name, value in asdict(settings).items())  # fmt: skip
    print_line(f"best of {study.ended()} trials: {100 * value:.4g} %: {changed}")
    return settings


def _test(
    study: Study,
    settings: Settings,
    files: Sequence[Path],
    cases: Sequence[TuningInstance],
    limits: Limits,
    measure: str,
    seeds: int,
    keep: bool,
    out: Path,
) -> None:
    from dataclasses import asdict, replace

    from solver.tune.search import common_class
    from solver.tune.table import run_pair, significantly_better, verdict, write_pairs

    tuned_on = set(study.study.user_attrs["instances"].values())
    seen = [case.name for case in cases if case.hash in tuned_on]
    if seen:
        raise UsageError(f"--test {seen[0]}: is one of those tuned on ({', '.join(map(str, files))})")
    name, pairs = study.study.study_name, []
    for case in cases:
        for seed in range(seeds):
            pairs.append(run_pair(name, case, settings, replace(limits, seed=limits.seed + 1 + seed), measure))
            print_line(
                f"{case.name}, seed {pairs[-1].seed}: {pairs[-1].untuned:.5g} untuned, {pairs[-1].tuned:.5g} tuned"
            )
    write_pairs(out, pairs)
    print_line(f"{out / 'tuning.md'}: {verdict(pairs)}")
    if keep and significantly_better(pairs):
        _keep(common_class(cases), asdict(settings))


def _keep(of_class: str, values: dict[str, object]) -> None:
    from solver.search.core.tuned import FILE

    kept = json.loads(FILE.read_text(encoding="utf-8"))
    write_text(FILE, json.dumps(kept | {of_class: values}, indent=2, sort_keys=True) + "\n")
    print_line(f"settings of class {of_class} are the defaults from now on")


def _tune_designs(job: StudyJob, study: Study, out: Path) -> None:
    from solver.tune.designs import fragment

    file, limits = job.files[0], job.limits
    found = job.run_designs(study, job.trials, print_line)
    if found is None:
        raise UsageError(f"{file}: no candidate designs led to a plan; raise --trials or --seconds")
    text = fragment(found, file, out)
    own = "" if found.own_objective is None else f", {found.own_objective:,.1f} with the designs of the file"
    print_line(f"best candidate designs: {found.objective:,.1f} MUSD{own}")
    if found.own_objective is not None and found.own_objective - found.objective <= limits.gap * found.own_objective:
        print_line(f"the difference is within the gap of {100 * limits.gap:g} %: the two are not distinguishable")
    print_line(text)
    target = out / f"{file.stem}-designs.yaml"
    out.mkdir(parents=True, exist_ok=True)
    write_text(target, text)
    print_line(str(target))
