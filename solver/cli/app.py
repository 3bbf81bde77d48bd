"""Command line: each command is a few lines around one function of another room.

Solver, tables and charts are imported inside the commands, so that ``--help`` and ``validate`` start fast.
Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import gc
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec, cast

import typer
from typer.main import get_command

from solver import __version__
from solver.cli.examples import epilog
from solver.cli.options import (
    Changes,
    File,
    Files,
    Format,
    Json,
    Panels,
    RunDir,
    SolveOptions,
    Solver,
    SolverOption,
    ThemeOption,
    Width,
    changes_of,
    panels_of,
    takes_solve_options,
)  # fmt: skip
from solver.errors import InstanceError, UsageError
from solver.io import escapes
from solver.io.files import finite
from solver.io.terminal import (
    CLOSED_PIPE,
    escape_control_characters,
    guarded,
    leave,
    print_error,
    print_issues,
    print_line,
    print_table,
    print_wrapped,
)
from solver.report.formats import chosen
from solver.report.style import FULL_WIDTH, Style, Theme
from solver.run.progress import Console, step, working

if TYPE_CHECKING:
    from solver.run.runner import CompletedRun


HELP = "Find least-cost verified plans from a gigawatt to a terawatt of computing power in space."
COMMANDS = (
    "new", "validate", "show", "solve", "check", "design", "plot", "batch", "status", "compare", "report", "explain",
    "risk", "levelised", "pareto", "breakeven", "alternatives", "sensitivity", "sweep", "network", "migrate", "export",
    "schema", "generate", "bench", "tune",
)  # fmt: skip
"""Commands in the order of the help. Those in modules of their own beside this one are imported when called."""
_MODULES = {"status": "batch"}
Arguments = ParamSpec("Arguments")


def _guarded(function: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Return a command of which every error ends in one line and an exit code of the contract."""
    summary = f"{function.__name__}: {(function.__doc__ or '').partition('.')[0].lower()}"

    @wraps(function)
    def wrapped(*args: Arguments.args, **options: Arguments.kwargs) -> None:
        # Inside Typer, which would return 1 for a closed pipe (here: infeasible) and 130 for Ctrl-C.
        with working(summary):
            code = guarded(lambda: function(*args, **options))
        if code:
            raise typer.Exit(code)

    return wrapped


def _version(requested: bool) -> None:
    if requested:
        print_line(f"kardashev {__version__}")
        raise typer.Exit


def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="print the version and exit", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Find least-cost verified plans from a gigawatt to a terawatt of computing power in space."""


def validate(files: Files, changes: Changes = None) -> None:
    """Validate instance files; report each error with its line."""
    from solver.horizon.advice import instance_warnings
    from solver.instance.physics_rules import physics_warnings
    from solver.instance.read import read
    from solver.instance.validation_issues import words
    from solver.run.model_size import admitted_size

    laid, invalid = changes_of(changes), False
    for file in files:
        try:
            loaded = read(file, changes=laid)
            size = admitted_size(loaded.instance)
            warnings = (*instance_warnings(loaded.instance), *physics_warnings(loaded.instance))
            lines = [f"valid; {escapes.line(loaded.instance.name)}, case {loaded.instance.case}; {size}"]
            lines += [f"warning: {words(path)}: {escapes.line(text)}" for path, text in warnings]
            print_wrapped(f"{file}: {line}" for line in lines)
        except InstanceError as error:
            invalid = True
            print_issues(error, f"{file} is not valid")
        except UsageError as error:
            invalid = True
            print_error(f"{file}: {error}")
    if invalid:
        raise typer.Exit(2)


def show(file: File, changes: Changes = None) -> None:
    """Show an overview of an instance."""
    from solver.instance.read import read
    from solver.report.overview import overview

    print_table(overview(read(file, changes=changes_of(changes))))


@takes_solve_options
def solve(
    file: File,
    changes: Changes = None,
    out: Annotated[Path | None, typer.Option(help="the run directory; default results/runs/NAME/HASH")] = None,
    solver: SolverOption = Solver.highs,
    checkpoint: Annotated[Path | None, typer.Option(help="directory for checkpoints of the run")] = None,
    resume: Annotated[Path | None, typer.Option(help="directory of a checkpoint to resume, and to update")] = None,
    plan: Annotated[
        Path | None, typer.Option(help="plan.json, or a run directory: price and check its plan instead of a search")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace another run in --out, or a checkpoint")] = False,
    as_json: Json = False,
    *,
    given: SolveOptions,
) -> None:
    """Find a least-cost plan of an instance and check it.

    The plan is written with its tables into a run directory.
    """
    limited = given.work is not None
    with Console(quiet=as_json, seconds=given.seconds, limited=limited) as console:
        console.stage(f"reading {file} (step 1 of 5)")
        from solver.run.runner import CheckpointOptions, exit_code, run, run_plan, solve_data

        options = given.checked(solver, alone=True)
        if plan is not None:
            _given(run_plan(file, plan, out, force, console, changes_of(changes)), str(file), as_json)
        checkpoints = CheckpointOptions(checkpoint, resume)
        completed = run(file, options, out, force, console, checkpoints, changes_of(changes))
    if as_json:
        print_line(json.dumps(finite(solve_data(completed))))
    else:
        _print_summary(completed, str(file))
    for violation in completed.outcome.violations[:1]:
        print_error(f"internal error: the plan fails its own check: {violation}; please report {completed.run_dir}")
    if completed.outcome.alarm:
        print_error(f"{completed.outcome.alarm}; please report {completed.run_dir}")
    raise typer.Exit(exit_code(completed.outcome))


def _given(completed: CompletedRun, source: str, as_json: bool) -> NoReturn:
    """Print the price of a given plan, or its violations, and end with the exit code."""
    from solver.run.runner import exit_code, solve_data

    violations = completed.outcome.violations
    if as_json:
        print_line(json.dumps(finite(solve_data(completed))))
    elif violations:
        print_line("\n".join(str(violation) for violation in violations))
        print_line(f"{len(violations)} violation{'s' if len(violations) > 1 else ''}.")
    else:
        _print_summary(completed, source)
    raise typer.Exit(1 if violations else exit_code(completed.outcome))


def check(run_dir: RunDir, as_json: Json = False) -> None:
    """Check the plan of a run, and its manifest against the plan.

    The check of the plan uses the instance and the plan alone.
    """
    from solver.check import check as check_plan
    from solver.run.consistency import alarm, contradictions, table_violations
    from solver.run.manifest_schema import ViolationRecord
    from solver.run.stored_run import load_run

    run = load_run(run_dir)
    if run.plan is None:
        raise UsageError(f"{run_dir}: the run has no plan to check (status {run.manifest.status})")
    violations = [*check_plan(run.instance, run.plan), *contradictions(run)]
    if not violations:
        violations.extend(table_violations(run))
    if as_json:
        listed = [ViolationRecord.of(violation).model_dump() for violation in violations]
        print_line(json.dumps({"run_dir": str(run_dir), "checked": not violations, "violations": listed}))
    elif violations:
        print_line("\n".join(str(violation) for violation in violations))
        print_line(f"{len(violations)} violation{'s' if len(violations) > 1 else ''}.")
    else:
        print_line(f"{run_dir}: no violations.")
    alarm(run)
    raise typer.Exit(1 if violations else 0)


def design(file: File, changes: Changes = None, as_json: Json = False) -> None:
    """Show the candidate node designs of an instance.

    Mass, area and cost are given by part.
    """
    from solver.design.candidates import selected_designs
    from solver.instance.read import read
    from solver.report.designs import design_json, design_table

    designs, _ = selected_designs(read(file, changes=changes_of(changes)).instance, step)
    if as_json:
        print_line(json.dumps(finite(design_json(designs))))
    else:
        print_table(design_table(designs))


def plot(
    run_dir: RunDir,
    format: Format = None,
    out: Annotated[Path | None, typer.Option(help="file or directory; default: the run directory")] = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    panels: Panels = "",
) -> None:
    """Draw power, launches, mass and cost of a run.

    The file can be viewed offline. Its ending is its format: plan.svg, plan.png, plan.pdf or plan.html. Panels are
    power, launches, mass and money; with the Moon also flows, drivers, plant and cargo.
    """
    from solver.report.plot import plot_run
    from solver.run.stored_run import read_run

    place, style = out if out is not None else run_dir, Style(theme, width)
    for path in plot_run(read_run(run_dir), place, chosen(format, out).value, style, panels_of(panels)):
        print_line(str(path))


def schema() -> None:
    """Print the JSON Schema of instance files."""
    from solver.instance.json_schema import schema_json
    from solver.instance.schema import Instance

    print_line(json.dumps(schema_json(Instance), indent=2))


@cache
def typer_app(first: str = "") -> typer.Typer:
    """Return the command line with the command that is the first word alone, or with all."""
    made = typer.Typer(
        name="kardashev",
        help=HELP,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    made.callback()(_root)
    for name in (first,) if first in COMMANDS else COMMANDS:
        made.command(epilog=epilog(name) or None)(_guarded(_function(name)))
    return made


def _function(name: str) -> Callable[..., None]:
    home = globals() if name in globals() else vars(import_module(f"solver.cli.{_MODULES.get(name, name)}"))
    return cast(Callable[..., None], home[name])


@cache
def _program(first: str) -> Callable[[Sequence[str] | None], object]:
    """Return the parser of the command that is the first word, or of all: to make that takes longer than many a run."""
    return get_command(typer_app(first if first in COMMANDS else ""))


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return typer_app()


def _start_sooner() -> None:
    """Leave out what a command would wait for at its start: plugins of pydantic, and garbage among few objects."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(200_000, 20, 20)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the program with its exit code; no traceback reaches the user."""
    escape_control_characters()
    _start_sooner()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        _program(next(iter(given), ""))(arguments)
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            leave(end.code)
        # Typer makes 1 (here: infeasible) of a closed pipe. Who reads the first lines of a help text has read it.
        leave(0 if {"-h", "--help", "--version"} & set(given) else CLOSED_PIPE)
    leave(0)


def _print_summary(completed: CompletedRun, source: str) -> None:
    from solver.milp.solution import Limit, Status
    from solver.report.overview import headline
    from solver.report.summary import summary_lines

    outcome = completed.outcome
    print_wrapped([headline(outcome.loaded.instance), *summary_lines(completed.state, completed.manifest)])
    if outcome.plan is None and outcome.status is not Status.INFEASIBLE:
        stopped_by = {
            Limit.TIME: "time limit; raise it with --seconds",
            Limit.WORK: "work limit; raise it with --work",
            Limit.INTERRUPT: "interrupted before the first plan",
        }
        limit = outcome.termination.limit
        reason = outcome.termination.detail or (stopped_by[limit] if limit is not None else outcome.termination)
        print_wrapped([f"  reason    {reason}"])
    print_line(f"{completed.run_dir}\nNext:")
    run_dir, given = quote(str(completed.run_dir)), " ".join(
        [quote(source), *(f"--set {quote(change)}" for change in outcome.loaded.changes)]
    )  # fmt: skip
    if outcome.plan is not None:
        commands = [f"plot {run_dir}", f"explain {run_dir}"]
    elif outcome.status is Status.INFEASIBLE:
        commands = [f"explain {given}"]
    else:
        commands = [f"solve {given} --seconds {_longer(outcome.options.limits.seconds)}"]
    for command in commands:
        print_line(f"  kardashev {command}")


def _longer(seconds: float | None) -> str:
    """Return a longer time limit, in minutes: ten at least."""
    return f"{max(10, math.ceil(10 * (seconds or 0.0) / 60))}m"
