"""Command ``kardashev sweep``: scenarios of one file, solved side by side into one table."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.options import File, Json, SolveOptions, ThemeOption, Width, takes_solve_options
from solver.errors import UsageError
from solver.io.files import finite, write_text
from solver.io.terminal import print_error, print_line
from solver.report.style import FULL_WIDTH, Style, Theme
from solver.run.progress import step

if TYPE_CHECKING:
    from pandas import DataFrame

    from solver.batch.record import BatchResult
    from solver.batch.sweep import Sweep


class Sampling(StrEnum):
    """Kinds of samples."""

    lhs = "lhs"
    sobol = "sobol"


Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=V1,V2,...", help="values of one path; several options make a grid"),
]
Sample = Annotated[int | None, typer.Option(metavar="N", help="draw so many scenarios from the sourced ranges", min=1)]
Sampled = Annotated[Sampling, typer.Option("--sampling", help="Latin hypercube or Sobol sequence")]
Vary = Annotated[
    list[str] | None, typer.Option(metavar="PATH", help="quantity to sample, * for any text; default: all with a range")
]
From = Annotated[Path | None, typer.Option("--from", metavar="CSV", help="a scenario for each row; heads are paths")]
Jobs = Annotated[int, typer.Option(metavar="N", help="scenarios solved at once", min=1)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="write sweep.json for kardashev batch, and solve nothing")]
Out = Annotated[
    Path | None, typer.Option(help="folder of scenarios.csv and sweep.svg; default results/runs/NAME/sweep")
]


@takes_solve_options
def sweep(
    file: File,
    values: Values = None,
    sample: Sample = None,
    sampling: Sampled = Sampling.lhs,
    vary: Vary = None,
    from_: From = None,
    jobs: Jobs = 2,
    out: Out = None,
    dry_run: DryRun = False,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
    *,
    given: SolveOptions,
) -> None:
    """Solve scenarios of one file into one table.

    They are a grid of values, a sample over the sourced ranges, or the rows of a table. Scenarios that are solved
    already are not solved again. For one or two levers a picture is drawn.
    """
    from solver.batch.inputs import write_sweep
    from solver.batch.local import run_all
    from solver.batch.scenario_table import scenario_table
    from solver.batch.sweep import require_known
    from solver.run.runner import RUNS

    options = given.checked()
    scenarios = _scenarios(file, values or [], sample, sampling, vary or [], from_, given.seed)
    require_known(scenarios)
    folder = out if out is not None else RUNS / file.stem.replace(":", "-") / "sweep"
    folder.mkdir(parents=True, exist_ok=True)
    listed = write_sweep(scenarios, folder)
    if dry_run:
        print_line(str(listed))
        return
    done = count(1)

    def report(result: BatchResult) -> None:
        if not as_json:
            for line in str(scenarios.in_table(result)).split("\n"):
                print_error(line)
        step(next(done), len(scenarios.tasks))

    results = run_all(scenarios.tasks, options, jobs, report, out if out is not None else RUNS)
    results = [scenarios.in_table(result) for result in results]
    table = scenario_table(scenarios, results)
    write_text(folder / "scenarios.csv", table.to_csv(index=False, lineterminator="\n"))
    picture = _picture(table, scenarios, folder, Style(theme, width))
    if as_json:
        print_line(json.dumps(finite({"folder": str(folder), "scenarios": table.to_dict("records")}), default=str))
    else:
        answered = sum(not result.failed for result in results)
        print_line(f"{answered} of {len(results)} answered, {sum(r.skipped for r in results)} of them before.")
        print_line(str(folder / "scenarios.csv"))
        if picture is not None:
            print_line(str(picture))
    raise typer.Exit(max((result.exit_code for result in results if result.failed), default=0))


def _scenarios(
    file: Path,
    values: list[str],
    sample: int | None,
    sampling: Sampling,
    vary: list[str],
    table: Path | None,
    seed: int,
) -> Sweep:
    from solver.batch.sweep import grid, sampled, tabled
    from solver.instance.read import read

    if sample is not None and table is not None:
        raise UsageError("--sample and --from: found both, expected one of them")
    if vary and sample is None:
        raise UsageError("--vary: found without --sample N")
    if sample is None and table is None:
        if not values:
            raise UsageError("nothing to vary: expected --set PATH=V1,V2,..., --sample N or --from CSV")
        return grid(file, values)
    if table is not None:
        return tabled(file, table, values)
    assert sample is not None
    return sampled(file, read(file, changes=values), vary, sample, sampling.value, seed, values)


def _picture(table: DataFrame, scenarios: Sweep, folder: Path, style: Style) -> Path | None:
    from solver.instance.read import read
    from solver.report.plot import write_picture
    from solver.report.sweep_chart import sweep_chart

    spec = sweep_chart(table, scenarios.levers, read(scenarios.path, changes=scenarios.fixed).instance.name, style)
    return None if spec is None else write_picture(spec, folder, "sweep", "svg")
