"""The command line: every command is a few lines around one function elsewhere.

Imports of solver, tables and charts happen inside the commands, so that ``--help`` and ``validate`` answer at once.
Answers go to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec

import typer

from solver.errors import InstanceError, KardashevError, SurroundingsError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from solver.check import Violation
    from solver.runner import Done
    from solver.solve import Options

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
    def guarded(*args: Given.args, **options: Given.kwargs) -> None:
        # Within Typer, which would make 1 of a closed pipe (here: infeasible) and 130 of Ctrl-C.
        code = _guarded(lambda: function(*args, **options))
        if code:
            raise typer.Exit(code)

    return app.command()(guarded)


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


class Picture(StrEnum):
    """File formats of a plot."""

    svg = "svg"
    png = "png"
    html = "html"


File = Annotated[Path, typer.Argument(help="an instance file", metavar="FILE")]
Files = Annotated[list[Path], typer.Argument(help="instance files", metavar="FILE")]
RunDir = Annotated[Path, typer.Argument(help="a run directory", metavar="RUN_DIR")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object on standard output and nothing else")]
Gap = Annotated[float, typer.Option(help="share between plan and bound at which to stop", min=0.0)]
Seconds = Annotated[float | None, typer.Option(help="time limit in seconds", min=0.1)]
Work = Annotated[int | None, typer.Option(help="limit in branch-and-bound nodes: repeats exactly", min=1)]
Threads = Annotated[int, typer.Option(help="threads of the solver; more than one may not repeat exactly", min=1)]
Seed = Annotated[int, typer.Option(help="random seed", min=0)]
MethodOption = Annotated[Method, typer.Option(help="auto and search start from rounded plans; exact is HiGHS alone")]
IntegralityOption = Annotated[Integrality, typer.Option(help="which counts the search keeps whole")]


@_command
def validate(files: Files) -> None:
    """Read instance files and report every fault with its line."""
    from solver.instance.read import read

    broken = False
    for file in files:
        try:
            loaded = read(file)
            _say(f"{file}: valid; {loaded.instance.name}, case {loaded.instance.case}")
        except InstanceError as error:
            broken = True
            _faults(error)
    if broken:
        raise typer.Exit(2)


@_command
def show(file: File) -> None:
    """Show an instance at a glance: what is asked, when, and with what."""
    from solver.glance import glance
    from solver.instance.read import read

    _print(glance(read(file)))


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
    force: Annotated[bool, typer.Option("--force", help="replace another run in --out")] = False,
    as_json: Json = False,
) -> None:
    """Find the best plan of an instance, check it, and write it with its tables."""
    from solver.console import Console
    from solver.manifest import summary_data
    from solver.runner import exit_code, run

    options = _options(gap, seconds, work, threads, seed, method, integrality)
    console = Console(quiet=as_json, seconds=seconds)
    done = run(file, options, out, force, console)
    if as_json:
        _say(json.dumps(_finite(summary_data(done.outcome, str(file), str(done.run_dir)))))
    else:
        _tell(file, done)
    _leave(exit_code(done.outcome))


@_command
def check(run_dir: RunDir, as_json: Json = False) -> None:
    """Check the plan of a run again, from its instance and plan alone."""
    from solver.check import check as judge
    from solver.rundir import read_run

    run = read_run(run_dir)
    if run.plan is None:
        raise UsageError(f"{run_dir}: the run has no plan to check (status {run.manifest['status']})")
    violations = judge(run.instance, run.plan)
    if as_json:
        _say(json.dumps({"run_dir": str(run_dir), "checked": not violations, "violations": _listed(violations)}))
    elif violations:
        _say("\n".join(str(violation) for violation in violations))
        _say(f"{len(violations)} violation{'s' if len(violations) > 1 else ''}.")
    else:
        _say(f"{run_dir}: no violations.")
    raise typer.Exit(1 if violations else 0)


@_command
def design(file: File, as_json: Json = False) -> None:
    """Show the menu of node designs of an instance with mass, area and cost by part."""
    from solver.design_report import design_json, design_table
    from solver.instance.read import read
    from solver.sizing import menu

    designs = menu(read(file).instance)
    if as_json:
        _say(json.dumps(_finite(design_json(designs))))
    else:
        _print(design_table(designs))


@_command
def compare(
    run_dirs: Annotated[list[Path], typer.Argument(help="run directories", metavar="RUN_DIR")],
    csv: Annotated[Path | None, typer.Option(help="write one tidy CSV table")] = None,
    markdown: Annotated[Path | None, typer.Option(help="write a Markdown page")] = None,
) -> None:
    """Put runs side by side; differences below the gaps are called not distinguishable."""
    from solver.compare import compare as put_side_by_side
    from solver.rundir import read_run

    comparison = put_side_by_side([read_run(directory) for directory in run_dirs])
    if csv is not None:
        _write(csv, comparison.to_csv())
    if markdown is not None:
        _write(markdown, comparison.to_markdown())
    _print(comparison.to_rich())


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
    """Solve many instances in processes; what is solved already is skipped, a failure stops nothing."""
    from solver.batch.local import run_all

    options = _options(gap, seconds, work, threads, seed, method, integrality)
    results = run_all(files, options, jobs, lambda result: _say(str(result)))
    failed = [result for result in results if result.failed]
    _say(f"{len(results) - len(failed)} of {len(results)} answered, {sum(r.skipped for r in results)} of them before.")
    raise typer.Exit(max((result.exit_code for result in failed), default=0))


@_command
def plot(
    run_dir: RunDir,
    format: Annotated[Picture, typer.Option("--format", help="file format")] = Picture.svg,
    out: Annotated[Path | None, typer.Option(help="file or directory; default: the run directory")] = None,
) -> None:
    """Draw power, launches, mass and money of a run; the files need no network."""
    from solver.report.plot import plot_run
    from solver.rundir import read_run

    for path in plot_run(read_run(run_dir), out if out is not None else run_dir, format.value):
        _say(str(path))


@_command
def schema() -> None:
    """Print the JSON Schema of instance files."""
    from solver.instance.json_schema import schema_json
    from solver.instance.schema import Instance

    _say(json.dumps(schema_json(Instance), indent=2))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the program with its exit code; no traceback reaches the user."""
    sys.exit(_guarded(lambda: app(args=arguments, standalone_mode=True)))


def _guarded(command: Callable[[], Any]) -> int:
    try:
        command()
    except InstanceError as error:
        _faults(error)
        return error.exit_code
    except KardashevError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("given up")
        return 4
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 5
    except OSError as error:
        _complain(f"{error.filename or 'the disk'}: {error.strerror or error}")
        return SurroundingsError.exit_code
    except MemoryError:
        _complain("out of memory; try a smaller instance, fewer designs (menu.keep) or fewer periods")
        return SurroundingsError.exit_code
    except Exception as error:
        frame = _last_frame(error)
        _complain(
            f"a fault of ours: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''} ({frame})"
        )
        _complain("please report this line with the instance file")
        return 5
    return 0


def _last_frame(error: BaseException) -> str:
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "solver" in frame.filename or "formulations" in frame.filename]
    frame = (ours or list(frames))[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _options(
    gap: float,
    seconds: float | None,
    work: int | None,
    threads: int,
    seed: int,
    method: Method,
    integrality: Integrality,
) -> Options:
    from solver.limits import Limits
    from solver.solve import Options

    try:
        limits = Limits(seconds=seconds, gap=gap, threads=threads, seed=seed, work=work)
    except ValueError as error:
        raise UsageError(f"--{error}") from error
    return Options(limits, method.value, integrality.value)


def _tell(file: Path, done: Done) -> None:
    from solver.glance import headline
    from solver.manifest import summary_data
    from solver.summary import summary_lines

    outcome = done.outcome
    facts = summary_data(outcome, str(file), str(done.run_dir))
    _say(headline(outcome.loaded.instance))
    _say("\n".join(summary_lines(outcome.loaded.instance, outcome.plan, facts)))
    if outcome.plan is not None:
        _say(f"{done.run_dir} · kardashev plot {done.run_dir} · kardashev compare {done.run_dir} OTHER")
    else:
        _say(str(done.run_dir))


def _leave(code: int) -> NoReturn:
    """End the program; at once where a solver run had to be left behind, which would abort a tidy exit."""
    from solver.highs import left_running

    sys.stdout.flush()
    sys.stderr.flush()
    if left_running():
        os._exit(code)
    raise typer.Exit(code)


def _faults(error: InstanceError) -> None:
    for fault in error.faults:
        _complain(str(fault))
    count = len(error.faults)
    _complain(f"{count} fault{'s' if count != 1 else ''}, nothing solved.")


def _listed(violations: Sequence[Violation]) -> list[dict[str, Any]]:
    return [
        {"word": v.word, "at": list(v.at), "wanted": v.wanted, "found": v.found, "unit": v.unit} for v in violations
    ]


def _finite(data: Any) -> Any:
    """Plain data with null for numbers that JSON cannot say."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    if isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        return None
    return data


def _write(path: Path, text: str) -> None:
    from solver.rundir import write_text

    write_text(path, text)


def _print(renderable: RenderableType) -> None:
    from rich.console import Console

    Console().print(renderable)


def _say(text: str) -> None:
    typer.echo(text)


def _complain(text: str) -> None:
    typer.echo(text, err=True)
