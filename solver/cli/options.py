"""Options that several commands share, and the values that they take: 1%, 10m, PATH=VALUE."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from solver.errors import UsageError
from solver.io.terminal import print_error
from solver.report.formats import Picture
from solver.report.style import LEAST_WIDTH, MOST_WIDTH, Theme

if TYPE_CHECKING:
    from solver.run.solve import Options

_NUMBER = r"([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
_GAP = re.compile(rf"{_NUMBER}\s*(%?)")
_SECONDS = re.compile(rf"{_NUMBER}\s*(s|m|min|h|d)?")
_SECONDS_PER_UNIT = {None: 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


class Method(StrEnum):
    """Solution methods."""

    auto = "auto"
    exact = "exact"
    search = "search"


class Solver(StrEnum):
    """Solvers of branch and bound."""

    highs = "highs"
    gurobi = "gurobi"
    xpress = "xpress"
    copt = "copt"
    scip = "scip"


class Integrality(StrEnum):
    """Integrality of counts during the search; in the plan all counts are integer."""

    auto = "auto"
    all = "all"
    none = "none"


def gap_share(text: str | float) -> float:
    """Return a gap or another share: 0.01 and 1% mean the same; typer.BadParameter for anything else.

    A number above 1 needs its per cent sign: who writes 2 may mean 2 %.
    """
    match = _GAP.fullmatch(str(text).strip())
    if match is None:
        raise typer.BadParameter(f"found {text!r}, expected a share such as 0.01, or a percentage such as 1%")
    number = float(match[1])
    if not match[2] and number > 1.0:
        near = f"{number / 100.0:.6g}, or {match[1]}%"
        raise typer.BadParameter(f"found {text!r}, expected a share of at most 1, or a percentage: perhaps {near}")
    return number / (100.0 if match[2] else 1.0)


def seconds_of(text: str | float) -> float:
    """Return a duration in seconds: 90, 90s, 10m or 2h; typer.BadParameter for anything else, or below 0.1 s."""
    match = _SECONDS.fullmatch(str(text).strip())
    seconds = None if match is None else float(match[1]) * _SECONDS_PER_UNIT[match[2]]
    if seconds is None or not 0.1 <= seconds < float("inf"):
        raise typer.BadParameter(f"found {text!r}, expected seconds such as 90 (at least 0.1), or 10m, or 2h")
    return seconds


File = Annotated[Path, typer.Argument(help="an instance file, or a shipped one: reference:gigawatt", metavar="FILE")]
Files = Annotated[list[Path], typer.Argument(help="instance files", metavar="FILE")]
RunDir = Annotated[Path, typer.Argument(help="a run directory", metavar="RUN_DIR")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object on standard output and nothing else")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="replace a value of the file, as vehicles.starship_v4.flight_musd=40"
    ),
]
Gap = Annotated[
    float, typer.Option(parser=gap_share, metavar="SHARE", help="relative gap at which to stop: 0.01, or 1%")
]
Seconds = Annotated[
    float | None,
    typer.Option(parser=seconds_of, metavar="TIME", help="time limit from the start: 90 (seconds), 10m or 2h"),
]
Work = Annotated[int | None, typer.Option(metavar="N", help="limit in branch-and-bound nodes: deterministic", min=1)]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, show_default=False,
        help="with two, plans and bounds are sought side by side; default: two in a single solve where the machine has "
        "them, one for each of many solves and for exact",
    ),
]  # fmt: skip
Seed = Annotated[int, typer.Option(metavar="N", help="random seed", min=0)]
MethodOption = Annotated[
    Method, typer.Option("--method", help="auto and search start from rounded plans; exact is HiGHS alone")
]
SolverOption = Annotated[
    Solver,
    typer.Option("--solver", help="solver of branch and bound under --method exact; others than highs are your own"),
]
IntegralityOption = Annotated[Integrality, typer.Option("--integrality", help="which counts the search keeps integer")]

Format = Annotated[
    Picture | None, typer.Option("--format", help="file format of the picture; default: that of --out, or svg")
]
ThemeOption = Annotated[Theme, typer.Option("--theme", help="colours of the picture")]
Width = Annotated[
    int,
    typer.Option(
        metavar="PIXELS", help="pixels across; below 720 panels are in one column", min=LEAST_WIDTH, max=MOST_WIDTH
    ),
]
Panels = Annotated[str, typer.Option(metavar="NAME,...", help="panels to draw, separated by commas; default: all")]


def panels_of(given: str) -> list[str]:
    """Return the panels named in an option."""
    return [name.strip() for name in given.split(",") if name.strip()]


def changes_of(given: list[str] | None) -> list[str]:
    """Return the options ``--set``, after a note on standard error for every path of format 1 among them."""
    from solver.instance.overrides import lift_notes

    for note in lift_notes(given or ()):
        print_error(note)
    return given or []


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Options of a solve as given on the command line."""

    gap: Gap = 0.01
    seconds: Seconds = None
    work: Work = None
    threads: Threads = None
    seed: Seed = 0
    method: MethodOption = Method.auto
    integrality: IntegralityOption = Integrality.auto

    def checked(self, solver: Solver = Solver.highs, alone: bool = False) -> Options:
        """Return the options for the engine, which is imported here; UsageError for a limit out of range.

        A solve that is ``alone`` on the machine has by default the threads that it can use.
        """
        from solver.run.model_size import default_threads

        threads = self.threads or (default_threads(self.method.value) if alone else 1)
        return solve_options(
            self.gap, self.seconds, self.work, threads, self.seed, self.method, self.integrality, solver
        )


def takes_solve_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a solve, which it takes as one parameter ``given``."""
    own, shared = signature(command, eval_str=True), signature(SolveOptions, eval_str=True)

    @wraps(command)
    def taking(**values: Any) -> None:
        given = SolveOptions(**{name: values.pop(name) for name in shared.parameters})
        command(**values, given=given)

    parameters = {**own.parameters, **shared.parameters}
    del parameters["given"]
    # Typer reads both: the signature for order and defaults, the annotations for types.
    taking.__signature__ = Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in parameters.values()]
    )
    taking.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    return taking


def solve_options(
    gap: float,
    seconds: float | None,
    work: int | None,
    threads: int,
    seed: int,
    method: Method,
    integrality: Integrality,
    solver: Solver = Solver.highs,
) -> Options:
    """Return the options of a solve; UsageError for a limit out of range, or a solver that is not there."""
    from solver.milp.limits import Limits
    from solver.milp.other_solvers import require
    from solver.run.solve import Options

    require(solver.value, method.value)
    try:
        limits = Limits(seconds=seconds, gap=gap, threads=threads, seed=seed, work=work)
    except ValueError as error:
        raise UsageError(f"--{error}".removesuffix(", or None")) from error
    return Options(limits, method.value, integrality.value, solver.value)


def question_options(gap: float, seconds: float | None) -> Options:
    """Return the options of the solves of a question; UsageError for a limit out of range."""
    return solve_options(gap, seconds, None, 1, 0, Method.auto, Integrality.auto)
