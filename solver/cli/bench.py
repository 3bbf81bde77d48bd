"""Command ``kardashev bench``: the quality benchmark, run by run, and its table."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.options import Changes, changes_of
from solver.errors import ContradictionError, EnvironmentFailure, UsageError
from solver.io.files import os_error_text, write_text
from solver.io.terminal import print_error, print_line

if TYPE_CHECKING:
    from solver.bench.cases import BenchmarkRun
    from solver.bench.record import RunRecord


class Method(StrEnum):
    """Solution methods of the benchmark."""

    search = "search"
    exact = "exact"
    scip = "scip"


Files = Annotated[list[Path] | None, typer.Argument(help="instance files, in place of the core set", metavar="[FILE]")]
Methods = Annotated[list[Method] | None, typer.Option("--method", help="only this method; may be given again")]
Seeds = Annotated[
    list[int] | None, typer.Option("--seed", help="seed of the solver for instance files; may be given again", min=0)
]
Only = Annotated[str | None, typer.Option(help="only instances whose name begins so, such as s- or m-moon")]
Seconds = Annotated[float | None, typer.Option(help="time limit of every run in place of the plan's", min=1.0)]
Rest = Annotated[bool, typer.Option("--rest", help="after the core set the largest tiers, half an hour a run")]
AtOnce = Annotated[int, typer.Option(help="runs at a time; each keeps one core busy", min=1)]
List = Annotated[
    bool, typer.Option("--list", help="list the runs that are done and those that are left, and run nothing")
]
Table = Annotated[bool, typer.Option("--table", help="write table and picture of what is recorded, and run nothing")]
Dir = Annotated[Path, typer.Option("--dir", help="directory of the record; what is there is not run again")]
Out = Annotated[Path, typer.Option(help="directory of bench.csv, bench.md and bench.png")]
Instances = Annotated[Path, typer.Option(help="folder that holds tiers/ and reference/")]
BestFile = Annotated[Path, typer.Option("--best", help="file of best known values, read and brought up to date")]


def bench(
    files: Files = None,
    method: Methods = None,
    seed: Seeds = None,
    only: Only = None,
    seconds: Seconds = None,
    rest: Rest = False,
    at_once: AtOnce = 1,
    list_: List = False,
    table: Table = False,
    directory: Dir = Path("results/runs/bench"),
    out: Out = Path("results/tables"),
    instances: Instances = Path("instances"),
    best: BestFile = Path("instances/tiers/best.csv"),
    changes: Changes = None,
) -> None:
    """Measure plans against bounds over time.

    Runs the core set, skips what this commit has run already, then writes the table of the newest commit.
    """
    from solver.bench.cases import METHODS, core, long, runs_of_files
    from solver.bench.record import RunRecord

    if list_ and table:
        raise UsageError("--list and --table: found both, expected one of them")
    if (changes or seed) and not files:
        option = "--set" if changes else "--seed"
        raise UsageError(f"{option}: found without an instance file, expected one; the tiers are measured as they are")
    methods, record, drawn = [m.value for m in method or []], RunRecord(directory), directory / "instances"
    if not table:
        if files:
            cases = runs_of_files(files, methods or METHODS[:2], seed or [0], seconds or 60.0, changes_of(changes))
        else:
            cases = core(instances, drawn) + (long(instances, drawn) if rest else [])
        _run(_chosen(cases, methods, only, seconds), record, list_, at_once)
    if not list_:
        _write(record, out, best)


def _chosen(
    cases: list[BenchmarkRun], methods: list[str], only: str | None, seconds: float | None
) -> list[BenchmarkRun]:
    """Return the runs of some methods and instances, in their order, with another time limit where one is given."""
    cases = [replace(c, seconds=seconds or c.seconds) for c in cases if not methods or c.method in methods]
    cases = list(dict.fromkeys(c for c in cases if c.instance.stem.startswith(only or "")))
    if not cases:
        raise UsageError("nothing to run: no run of the benchmark fits all of --only and --method")
    if any(c.method == "scip" for c in cases) and find_spec("pyscipopt") is None:
        hint = "PySCIPOpt is not installed; pip install 'kardashev-planner[bench]'"
        if "scip" in methods:
            raise UsageError(f"--method scip: {hint}")
        print_error(f"runs of scip are left out: {hint}")
        cases = [c for c in cases if c.method != "scip"]
    return cases


def _run(cases: list[BenchmarkRun], record: RunRecord, only_list: bool, at_once: int) -> None:
    from solver.bench.cases import LONG_NAMES
    from solver.bench.protocol import run_all
    from solver.bench.record import key_of
    from solver.run.manifest import commit

    hashes = {case.instance: _hash(case) for case in {case.instance: case for case in cases}.values()}
    head = commit()
    if head.endswith("+"):
        print_error(f"the tree differs from its commit; rows of {head} may be of different code")
    commits = {case: None if case.instance.stem in LONG_NAMES else head for case in cases}
    left = [case for case in cases if not record.has(key_of(case, hashes[case.instance]), commits[case])]
    if only_list:
        for case in cases:
            print_line(f"{'left' if case in left else 'done'}  {case.label}")
    minutes = sum(case.seconds for case in left) / 60 / at_once
    print_line(f"{len(cases) - len(left)} of {len(cases)} runs are done; the rest takes about {minutes:.0f} minutes.")
    pending = [] if only_list else [(case, hashes[case.instance]) for case in left]
    for number, (case, row) in enumerate(run_all(pending, record, at_once), start=1):
        plan = "no plan" if row.objective is None else f"plan {row.objective:,.0f} MUSD"
        bound = "no bound" if row.bound is None else f"bound {row.bound:,.0f} MUSD"
        message = f": {row.message}" if row.message else ""
        print_line(
            f"{number}/{len(left)}  {case.label}: {row.ended}, {plan}, {bound}, {row.total_seconds:.0f} s{message}"
        )


def _hash(case: BenchmarkRun) -> str:
    from solver.instance.read import read

    loaded = read(case.instance, changes=case.changes)
    if loaded.instance.objective.kind != "least_cost":
        raise UsageError(
            f"{case.instance}: asks for {loaded.instance.objective.kind}; the benchmark compares least costs"
        )
    return loaded.hash[:12]


def _write(record: RunRecord, out: Path, best_file: Path) -> None:
    from solver.bench.best import contradictions, read_best, update_best, write_best
    from solver.bench.cases import LONG_NAMES
    from solver.bench.figures import measured_runs
    from solver.bench.profile import profile
    from solver.bench.render import best_table, csv_text, insert_into_page, markdown
    from solver.bench.trace import read_trace
    from solver.report.plot import write_picture

    if not record.rows:
        raise UsageError(f"{record.path}: no run is recorded yet; run kardashev bench first")
    known = read_best(best_file)
    best, alarms = update_best(known, record.rows), contradictions(known, record.rows)
    newest = next((row.commit for row in reversed(record.rows) if row.instance not in LONG_NAMES), None)
    measured = measured_runs(record.rows, lambda row: read_trace(record.trace_path(row)), best, newest)
    shown = [best[name] for name in dict.fromkeys(run.row.instance for run in measured)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        best_file.parent.mkdir(parents=True, exist_ok=True)
        write_best(best_file, best)
        insert_into_page(best_file.with_name("README.md"), "best", best_table(best[name] for name in sorted(best)))
        write_text(out / "bench.csv", csv_text(measured))
        write_text(out / "bench.md", markdown(measured, shown, "kardashev bench"))
    except OSError as error:
        raise EnvironmentFailure(f"{out}: the table could not be written: {os_error_text(error)}") from error
    write_picture(profile(measured), out, "bench", "png")
    print_line(f"{out / 'bench.md'}: {len(measured)} runs of {len(shown)} instances; best known values in {best_file}")
    if alarms:
        raise ContradictionError("\n".join(alarms))
