"""Command ``kardashev sensitivity``: a tornado over the ranges of a file, Morris and Sobol indices, and boxes."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from solver.cli.options import (
    Changes,
    File,
    Gap,
    Integrality,
    Json,
    Method,
    Seconds,
    Seed,
    ThemeOption,
    Width,
    changes_of,
    solve_options,
)  # fmt: skip
from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_wrapped
from solver.report.style import FULL_WIDTH, Style, Theme

if TYPE_CHECKING:
    from solver.ask.sensitivity_result import Sensitivity

SECONDS = 900.0

Vary = Annotated[
    list[str] | None, typer.Option(metavar="PATH", help="quantity to vary, * for any text; default: all in use")
]
Ranges = Annotated[list[str] | None, typer.Option("--range", metavar="PATH=LOW:HIGH", help="a range of your own")]
Count = Annotated[int, typer.Option(metavar="N", help="bars: with more levers the LP relaxation chooses", min=1)]
Top = Annotated[int, typer.Option(metavar="N", help="levers of the widest bars for indices and boxes", min=1)]
Morris = Annotated[int, typer.Option(metavar="N", help="trajectories of elementary effects (SALib)", min=0)]
Sobol = Annotated[int, typer.Option(metavar="N", help="base samples of variance shares, a power of two (SALib)", min=0)]
OutcomeOption = Annotated[
    str, typer.Option(metavar="QUESTION", help="boxes in which it holds: orbit>0.5, moon>0.1, cost<MUSD, plan")
]
Samples = Annotated[int, typer.Option(metavar="N", help="samples for boxes", min=10)]
Jobs = Annotated[int, typer.Option(metavar="N", help="processes", min=1)]
Markdown = Annotated[Path | None, typer.Option(help="file of a Markdown table of the bars")]
Out = Annotated[Path | None, typer.Option(help="folder of the answer; default results/runs/NAME/sensitivity")]


def sensitivity(
    file: File,
    changes: Changes = None,
    vary: Vary = None,
    ranges: Ranges = None,
    count: Count = 40,
    top: Top = 8,
    morris: Morris = 0,
    sobol: Sobol = 0,
    outcome: OutcomeOption = "",
    samples: Samples = 128,
    jobs: Jobs = 2,
    out: Out = None,
    markdown: Markdown = None,
    gap: Gap = 0.01,
    seconds: Seconds = SECONDS,
    seed: Seed = 0,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Measure how cost moves over the ranges of a file.

    A tornado has bounds and plans at both ends of each range; bars shorter than the gaps are not distinguishable.
    Answered points are kept in the folder, from which a command that was killed goes on.
    """
    began = monotonic()
    from solver.ask.indices import require_salib
    from solver.ask.journal import FOLDER, Journal
    from solver.ask.question import Question
    from solver.ask.sensitivity import SensitivityOptions, journal_identity
    from solver.ask.sensitivity import sensitivity as measure
    from solver.instance.read import read
    from solver.report.sensitivity import sensitivity_lines
    from solver.run.progress import Console
    from solver.run.runner import EXIT, RUNS, interruptible

    given = solve_options(gap, seconds or SECONDS, None, 1, seed, Method.auto, Integrality.auto)
    options = SensitivityOptions(
        tuple(vary or ()), tuple(ranges or ()), count, top, morris, sobol, outcome, samples, jobs
    )
    if morris or sobol:
        require_salib()
    loaded = read(file, changes=changes_of(changes))
    options.levers(loaded)
    folder = out if out is not None else RUNS / file.stem.replace(":", "-") / "sensitivity"
    console, stop = Console(quiet=as_json, seconds=seconds, began=began), threading.Event()
    with interruptible(stop, console):
        asked = Question.shown_on(console, given, stop)
        journal = Journal(folder / FOLDER, journal_identity(loaded, asked), stop, console.stage)
        found = measure(loaded, asked, options, journal)
        console.end()
    _write(found, folder, markdown, Style(theme, width))
    if as_json:
        print_line(json.dumps({"folder": str(folder), **finite(found.to_json())}))
    else:
        print_wrapped(sensitivity_lines(found))
        print_line(str(folder))
    code = EXIT[found.status]
    raise typer.Exit(3 if code == 0 and stop.is_set() else code)


def _write(found: Sensitivity, folder: Path, markdown: Path | None, style: Style) -> None:
    """Write JSON, table and picture into a folder, and the table into a file of its own where one is asked."""
    from solver.report.plot import write_picture
    from solver.report.sensitivity import sensitivity_table
    from solver.report.sensitivity_chart import sensitivity_chart

    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "sensitivity.json", json.dumps(finite(found.to_json()), indent=1) + "\n")
    write_text(folder / "sensitivity.md", sensitivity_table(found))
    if markdown is not None:
        write_text(markdown, sensitivity_table(found))
    spec = sensitivity_chart(found, style)
    if spec is not None:
        write_picture(spec, folder, "sensitivity", "svg")
