"""Command ``kardashev sensitivity``: a tornado over the ranges of a file, Morris and Sobol indices, and boxes."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from solver.cli.asking import Answer, asking
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
from solver.io.files import write_text
from solver.report.style import FULL_WIDTH, Style, Theme

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
    seconds: Seconds = None,
    seed: Seed = 0,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Measure how cost moves over the ranges of a file.

    A tornado has bounds and plans at both ends of each range; bars shorter than the gaps are not distinguishable.
    Without --seconds it searches plans at ends until some 12 solves are over, and ends after 24; with indices or boxes
    after a quarter of an hour.
    Answered points are kept in the folder, from which a command that was killed goes on.
    """
    began = monotonic()
    from solver.ask.common.journal import FOLDER, Journal
    from solver.ask.common.question import answer_folder
    from solver.ask.sensitivity.indices import require_salib
    from solver.ask.sensitivity.sensitivity import SensitivityOptions, journal_identity
    from solver.ask.sensitivity.sensitivity import sensitivity as measure
    from solver.instance.read import read
    from solver.report.sensitivity import sensitivity_lines, sensitivity_table
    from solver.report.sensitivity_chart import sensitivity_chart
    from solver.run.runner import EXIT

    given = solve_options(gap, seconds, None, 1, seed, Method.auto, Integrality.auto)
    options = SensitivityOptions(
        tuple(vary or ()), tuple(ranges or ()), count, top, morris, sobol, outcome, samples, jobs
    )
    if morris or sobol:
        require_salib()
    loaded = read(file, changes=changes_of(changes))
    options.levers(loaded)
    folder = answer_folder(out, file, "sensitivity")
    with asking(given, began, as_json) as asked:
        journal = Journal(folder / FOLDER, journal_identity(loaded, asked), asked.stop, asked.on_stage)
        found = measure(loaded, asked, options, journal)
    picture = sensitivity_chart(found, Style(theme, width))
    answer = Answer("sensitivity", found.to_json(), list(sensitivity_lines(found)), picture)
    answer.write(folder, file, changes_of(changes))
    for table in (folder / "sensitivity.md", *([markdown] if markdown is not None else [])):
        write_text(table, sensitivity_table(found))
    answer.print(folder, [folder], as_json)
    code = EXIT[found.status]
    raise typer.Exit(3 if code == 0 and asked.stop.is_set() else code)
