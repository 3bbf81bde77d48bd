"""Command ``kardashev pareto``: the front of cost against one or two other objectives."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from solver.cli.asking import Answer, asking
from solver.cli.options import Changes, File, Gap, Json, Seconds, ThemeOption, Width, changes_of, question_options
from solver.report.style import FULL_WIDTH, Style, Theme

Objectives = Annotated[
    str,
    typer.Option(
        metavar="NAME,...",
        help="cost and one or two of date, computing, survivability, mass, import_share, moon_share, orbit_share",
    ),
]
Ranges = Annotated[
    list[str] | None, typer.Option("--range", metavar="NAME=LOW:HIGH", help="levels of an objective: mass=20:30")
]
Points = Annotated[int, typer.Option(metavar="N", help="plans sought, over all objectives")]
Jobs = Annotated[int, typer.Option(metavar="N", help="levels solved at once", min=1)]
Out = Annotated[
    Path | None, typer.Option(help="folder of front.json, the picture and the points; default results/runs/NAME/pareto")
]


def pareto(
    file: File,
    objectives: Objectives = "cost,mass",
    ranges: Ranges = None,
    points: Points = 20,
    changes: Changes = None,
    gap: Gap = 0.01,
    seconds: Seconds = None,
    jobs: Jobs = 2,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Find the front of cost against other objectives.

    One or two of them; each plan has its gap.

    Without --seconds it ends after the time of some twelve solves. Answered points are not solved again.
    """
    began = monotonic()
    from solver.ask.common.question import answer_folder
    from solver.ask.pareto.pareto import pareto as front_of
    from solver.instance.read import read
    from solver.report.front import front_chart, front_lines

    options, given = question_options(gap, seconds), changes_of(changes)
    names = [name.strip() for name in objectives.split(",") if name.strip()]
    folder = answer_folder(out, file, "pareto")
    with asking(options, began, as_json) as question:
        variant = lambda more: read(file, changes=[*given, *more])  # noqa: E731
        front = front_of(variant, names, ranges or [], points, question, folder, jobs)
    answer = Answer("front", front.to_json(), list(front_lines(front)), front_chart(front, Style(theme, width)))
    answer.print(folder, answer.write(folder, file, given), as_json)
    raise typer.Exit(0 if front.points else 4)
