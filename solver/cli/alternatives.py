"""Command ``kardashev alternatives``: plans that cost nearly the same and differ most, must-haves and real choices."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from time import monotonic
from typing import Annotated

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
    gap_share,
    solve_options,
)  # fmt: skip
from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_wrapped
from solver.report.style import FULL_WIDTH, Style, Theme

SECONDS = 600.0

Within = Annotated[
    float, typer.Option(parser=gap_share, metavar="SHARE", help="plans may cost so much more than the best one: 3%")
]
Count = Annotated[int, typer.Option(metavar="N", help="plans beside the best one", min=1, max=1000)]
ClaimOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FEATURE", help="claim about every plan: shells.dawn_dusk_*, a,b for either, dates.moon<=2036-06"
    ),
]
Jobs = Annotated[int, typer.Option(metavar="N", help="searches at once", min=1)]
Out = Annotated[Path | None, typer.Option(help="folder of the answer; default results/runs/NAME/alternatives")]


def alternatives(
    file: File,
    changes: Changes = None,
    within: Within = 0.03,
    count: Count = 10,
    claim: ClaimOption = None,
    jobs: Jobs = 2,
    out: Out = None,
    gap: Gap = 0.01,
    seconds: Seconds = SECONDS,
    seed: Seed = 0,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Find plans of nearly the same cost that differ most.

    Claims about every such plan are proven by bounds, refuted by a plan, or left open. Answered points are kept in the
    folder, from which a command that was killed goes on.
    """
    began = monotonic()
    from solver.ask.alternatives import AlternativesOptions, journal_identity
    from solver.ask.alternatives import alternatives as find_alternatives
    from solver.ask.journal import FOLDER, Journal
    from solver.ask.question import Question
    from solver.instance.read import read
    from solver.report.alternatives import alternatives_lines
    from solver.report.alternatives_chart import alternatives_chart
    from solver.report.plot import write_picture
    from solver.run.directory import plan_text
    from solver.run.progress import Console
    from solver.run.runner import EXIT, RUNS, interruptible

    options = AlternativesOptions(within, count, tuple(claim or ()), jobs)
    given = solve_options(gap, seconds or SECONDS, None, 1, seed, Method.auto, Integrality.auto)
    loaded = read(file, changes=changes_of(changes))
    options.require(loaded.instance)
    folder = out if out is not None else RUNS / file.stem.replace(":", "-") / "alternatives"
    console, stop = Console(quiet=as_json, seconds=seconds, began=began), threading.Event()
    with interruptible(stop, console):
        asked = Question.shown_on(console, given, stop)
        journal = Journal(folder / FOLDER, journal_identity(loaded, asked, options), stop, console.stage)
        found = find_alternatives(loaded, asked, options, journal)
        console.end()
    text = json.dumps(finite(found.to_json()), indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "alternatives.json", text + "\n")
    for n, plan in enumerate(found.plans):
        write_text(folder / f"plan-{n:02d}.json", plan_text(plan.plan))
    spec = alternatives_chart(found, Style(theme, width))
    if spec is not None:
        write_picture(spec, folder, "alternatives", "svg")
    if as_json:
        print_line(json.dumps({"folder": str(folder), **finite(found.to_json())}))
    else:
        print_wrapped(alternatives_lines(found))
        print_line(str(folder))
    code = EXIT[found.status]
    raise typer.Exit(3 if code == 0 and stop.is_set() else code)
