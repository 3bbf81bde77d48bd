"""Command ``kardashev alternatives``: plans that cost nearly the same and differ most, must-haves and real choices."""

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
    gap_share,
    solve_options,
)  # fmt: skip
from solver.io.files import write_text
from solver.report.style import FULL_WIDTH, Style, Theme

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
    seconds: Seconds = None,
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
    from solver.ask.alternatives.alternatives import AlternativesOptions, journal_identity
    from solver.ask.alternatives.alternatives import alternatives as find_alternatives
    from solver.ask.common.journal import FOLDER, Journal
    from solver.ask.common.question import answer_folder
    from solver.instance.read import read
    from solver.report.alternatives import alternatives_lines
    from solver.report.alternatives_chart import alternatives_chart
    from solver.run.directory import plan_text
    from solver.run.runner import EXIT

    options = AlternativesOptions(within, count, tuple(claim or ()), jobs)
    given = solve_options(gap, seconds, None, 1, seed, Method.auto, Integrality.auto)
    loaded = read(file, changes=changes_of(changes))
    options.require(loaded.instance)
    folder = answer_folder(out, file, "alternatives")
    with asking(given, began, as_json) as asked:
        journal = Journal(folder / FOLDER, journal_identity(loaded, asked, options), asked.stop, asked.on_stage)
        found = find_alternatives(loaded, asked, options, journal)
    picture = alternatives_chart(found, Style(theme, width))
    answer = Answer("alternatives", found.to_json(), list(alternatives_lines(found)), picture)
    answer.write(folder, file, changes_of(changes))
    for n, plan in enumerate(found.plans):
        write_text(folder / f"plan-{n:02d}.json", plan_text(plan.plan))
    answer.print(folder, [folder], as_json)
    code = EXIT[found.status]
    raise typer.Exit(3 if code == 0 and asked.stop.is_set() else code)
