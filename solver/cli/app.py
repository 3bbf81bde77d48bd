"""The command line: every command is a few lines around one function elsewhere.

Imports of solver, tables and charts happen inside the commands, so that ``--help`` and ``validate`` answer at once.
Answers go to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from pathlib import Path
from shlex import quote
from time import monotonic
from typing import TYPE_CHECKING, Annotated, NoReturn, ParamSpec

import typer

from solver import __version__
from solver.cli import bench as benchmark
from solver.cli import generate as tiers
from solver.cli import tune as tuning
from solver.cli.migrate import migrate
from solver.cli.network import network
from solver.errors import InstanceError, UsageError
from solver.io import escapes
from solver.io.files import finite, write_text
from solver.io.terminal import (
    CLOSED_PIPE,
    escape_control_characters,
    guarded,
    leave,
    print_error,
    print_issues,
    print_table,
    say,
)
from solver.report.formats import Picture, chosen

if TYPE_CHECKING:
    from solver.run.runner import CompletedRun
    from solver.run.solve import Options

app = typer.Typer(
    name="kardashev",
    help="Plan the cheapest checked road from a gigawatt to a terawatt of computing power in space.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Given = ParamSpec("Given")


def _command(function: Callable[Given, None]) -> Callable[Given, None]:
    """Register a command that ends in one line and an exit code of the contract, whatever goes wrong in it."""

    @wraps(function)
    def ended(*args: Given.args, **options: Given.kwargs) -> None:
        # Within Typer, which would make 1 of a closed pipe (here: infeasible) and 130 of Ctrl-C.
        code = guarded(lambda: function(*args, **options))
        if code:
            raise typer.Exit(code)

    return app.command()(ended)


class Method(StrEnum):
    """How plans are sought."""

    auto = "auto"
    exact = "exact"
    search = "search"


class Integrality(StrEnum):
    """Which counts are whole already in the search; in the plan all are."""

    auto = "auto"
    all = "all"
    none = "none"


File = Annotated[Path, typer.Argument(help="an instance file", metavar="FILE")]
Files = Annotated[list[Path], typer.Argument(help="instance files", metavar="FILE")]
RunDir = Annotated[Path, typer.Argument(help="a run directory", metavar="RUN_DIR")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object on standard output and nothing else")]
Gap = Annotated[float, typer.Option(help="share between plan and bound at which to stop", min=0.0)]
Seconds = Annotated[float | None, typer.Option(help="time limit in seconds from the start", min=0.1)]
Work = Annotated[int | None, typer.Option(help="limit in branch-and-bound nodes: repeats exactly", min=1)]
Threads = Annotated[int, typer.Option(help="threads of the solver; more than one may not repeat exactly", min=1)]
Seed = Annotated[int, typer.Option(help="random seed", min=0)]
MethodOption = Annotated[Method, typer.Option(help="auto and search start from rounded plans; exact is HiGHS alone")]
IntegralityOption = Annotated[Integrality, typer.Option(help="which counts the search keeps whole")]


def _version(wanted: bool) -> None:
    if wanted:
        say(f"kardashev {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="print the version and exit", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Plan the cheapest checked road from a gigawatt to a terawatt of computing power in space."""


@_command
def validate(files: Files) -> None:
    """Read instance files and report every fault with its line."""
    from solver.instance.read import read

    broken = False
    for file in files:
        try:
            loaded = read(file)
            say(f"{file}: valid; {escapes.line(loaded.instance.name)}, case {loaded.instance.case}")
        except InstanceError as error:
            broken = True
            print_issues(error, f"{file} is not valid")
    if broken:
        raise typer.Exit(2)


@_command
def show(file: File) -> None:
    """Show at a glance what an instance asks for."""
    from solver.instance.read import read
    from solver.report.overview import overview

    print_table(overview(read(file)))


@_command
def solve(
    file: File,
    out: Annotated[Path | None, typer.Option(help="the run directory; default results/runs/NAME/HASH")] = None,
    gap: Gap = 0.01,
    seconds: Seconds = None,
    work: Work = None,
    threads: Threads = 1,
    seed: Seed = 0,
    method: MethodOption = Method.auto,
    integrality: IntegralityOption = Integrality.auto,
    checkpoint: Annotated[Path | None, typer.Option(help="directory in which the run keeps what it knows")] = None,
    resume: Annotated[Path | None, typer.Option(help="directory of a checkpoint to go on from, and to keep")] = None,
    force: Annotated[bool, typer.Option("--force", help="replace another run in --out, or a checkpoint")] = False,
    as_json: Json = False,
) -> None:
    """Find the best plan of an instance and check it.

    The plan is written with its tables into a run directory.
    """
    began = monotonic()
    from solver.run.progress import Console
    from solver.run.runner import CheckpointOptions, exit_code, run, solve_data

    options = _options(gap, seconds, work, threads, seed, method, integrality)
    console = Console(quiet=as_json, seconds=seconds, began=began)
    done = run(file, options, out, force, console, CheckpointOptions(checkpoint, resume))
    if as_json:
        say(json.dumps(finite(solve_data(done))))
    else:
        _tell(done)
    for violation in done.outcome.violations[:1]:
        print_error(f"a fault of ours: the plan found fails its own check: {violation}; please report {done.run_dir}")
    raise typer.Exit(exit_code(done.outcome))


@_command
def check(run_dir: RunDir, as_json: Json = False) -> None:
    """Check the plan of a run, and its manifest against the plan.

    The verdict on the plan rests on the instance and the plan alone.
    """
    from solver.check import check as judge
    from solver.run.manifest_schema import ViolationRecord
    from solver.run.stored_run import contradictions, load_run

    run = load_run(run_dir)
    if run.plan is None:
        raise UsageError(f"{run_dir}: the run has no plan to check (status {run.manifest.status})")
    violations = [*judge(run.instance, run.plan), *contradictions(run)]
    if as_json:
        listed = [ViolationRecord.of(violation).model_dump() for violation in violations]
        say(json.dumps({"run_dir": str(run_dir), "checked": not violations, "violations": listed}))
    elif violations:
        say("\n".join(str(violation) for violation in violations))
        say(f"{len(violations)} violation{'s' if len(violations) > 1 else ''}.")
    else:
        say(f"{run_dir}: no violations.")
    raise typer.Exit(1 if violations else 0)


@_command
def design(file: File, as_json: Json = False) -> None:
    """Show the candidate node designs of an instance.

    Mass, area and cost are given by part.
    """
    from solver.design.sizing import candidate_designs
    from solver.instance.read import read
    from solver.report.designs import design_json, design_table

    designs = candidate_designs(read(file).instance)
    if as_json:
        say(json.dumps(finite(design_json(designs))))
    else:
        print_table(design_table(designs))


@_command
def compare(
    run_dirs: Annotated[list[Path], typer.Argument(help="run directories", metavar="RUN_DIR")],
    csv: Annotated[Path | None, typer.Option(help="write one tidy CSV table")] = None,
    markdown: Annotated[Path | None, typer.Option(help="write a Markdown page")] = None,
) -> None:
    """Put runs side by side.

    Differences below the gaps are called not distinguishable.
    """
    from solver.compare import compare as put_side_by_side
    from solver.run.stored_run import read_run

    comparison = put_side_by_side([read_run(directory) for directory in run_dirs])
    print_table(comparison.to_rich())
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())


@_command
def batch(
    files: Files,
    jobs: Annotated[int, typer.Option(help="instances solved at once", min=1)] = 2,
    gap: Gap = 0.01,
    seconds: Seconds = None,
    work: Work = None,
    threads: Threads = 1,
    seed: Seed = 0,
    method: MethodOption = Method.auto,
    integrality: IntegralityOption = Integrality.auto,
) -> None:
    """Solve many instances, each in a process.

    What is solved already is skipped, and a failure stops nothing.
    """
    from solver.batch.local import run_all

    options = _options(gap, seconds, work, threads, seed, method, integrality)
    results = run_all(files, options, jobs, lambda result: say(str(result)))
    failed = [result for result in results if result.failed]
    say(f"{len(results) - len(failed)} of {len(results)} answered, {sum(r.skipped for r in results)} of them before.")
    raise typer.Exit(max((result.exit_code for result in failed), default=0))


@_command
def plot(
    run_dir: RunDir,
    format: Annotated[Picture | None, typer.Option(help="file format; default: that of --out, or svg")] = None,
    out: Annotated[Path | None, typer.Option(help="file or directory; default: the run directory")] = None,
) -> None:
    """Draw power, launches, mass and money of a run.

    The files need no network to be looked at.
    """
    from solver.report.plot import plot_run
    from solver.run.stored_run import read_run

    for path in plot_run(read_run(run_dir), out if out is not None else run_dir, chosen(format, out).value):
        say(str(path))


_command(network)
_command(migrate)


@_command
def schema() -> None:
    """Print the JSON Schema of instance files."""
    from solver.instance.json_schema import schema_json
    from solver.instance.schema import Instance

    say(json.dumps(schema_json(Instance), indent=2))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the program with its exit code; no traceback reaches the user."""
    escape_control_characters()
    try:
        app(args=arguments)
    except SystemExit as end:
        # Typer makes 1 (here: infeasible) of a closed pipe.
        leave(CLOSED_PIPE if isinstance(end.__context__, BrokenPipeError) else end.code)
    leave(0)


def _options(
    gap: float,
    seconds: float | None,
    work: int | None,
    threads: int,
    seed: int,
    method: Method,
    integrality: Integrality,
) -> Options:
    from solver.milp.limits import Limits
    from solver.run.solve import Options

    try:
        limits = Limits(seconds=seconds, gap=gap, threads=threads, seed=seed, work=work)
    except ValueError as error:
        raise UsageError(f"--{error}".removesuffix(", or None")) from error
    return Options(limits, method.value, integrality.value)


def _tell(done: CompletedRun) -> None:
    from solver.milp.solution import Limit, Status
    from solver.report.overview import headline
    from solver.report.summary import summary_lines

    outcome = done.outcome
    say(headline(outcome.loaded.instance))
    say("\n".join(summary_lines(done.state, done.manifest)))
    if outcome.plan is not None:
        named = quote(str(done.run_dir))
        say(f"{done.run_dir} · kardashev plot {named} · kardashev compare {named} OTHER")
    else:
        if outcome.status is not Status.INFEASIBLE:
            limit = outcome.termination.limit
            stopped_by = {
                Limit.TIME: "the time limit came first; give more with --seconds",
                Limit.WORK: "the work limit came first; give more with --work",
                Limit.INTERRUPT: "it was interrupted before the first plan",
            }
            say(f"  because   {outcome.termination if limit is None else stopped_by[limit]}")
        say(str(done.run_dir))


_command(tiers.generate)
_command(benchmark.bench)
_command(tuning.tune)


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the directory {path.parent} does not exist")
    write_text(path, text)
