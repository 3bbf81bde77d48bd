"""Command ``kardashev breakeven``: where the answer to a yes/no question on the best plan turns over a lever."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from solver.cli.asking import Answer, asking
from solver.cli.options import Changes, File, Gap, Json, Seconds, ThemeOption, Width, changes_of, question_options
from solver.report.style import FULL_WIDTH, Style, Theme

Lever = Annotated[str, typer.Option(metavar="PATH=LOW:HIGH", help="key of the file and its range, numbers or months")]
When = Annotated[
    str, typer.Option(metavar="QUESTION", help="orbit_share>50%, moon_used, reachable, cost<50000, levelised<17, ...")
]
Out = Annotated[
    Path | None,
    typer.Option(help="folder of breakeven.json, the picture and the points; default results/runs/NAME/breakeven"),
]


def breakeven(
    file: File,
    lever: Lever,
    when: When,
    changes: Changes = None,
    gap: Gap = 0.01,
    seconds: Seconds = None,
    out: Out = None,
    theme: ThemeOption = Theme.light,
    width: Width = FULL_WIDTH,
    as_json: Json = False,
) -> None:
    """Find where a yes/no answer turns over a lever.

    The question is about the best plan; each side is proven.

    Both answers are forced and solved. Without --seconds it ends after the time of some eight solves. Points that are
    answered already are not solved again.
    """
    began = monotonic()
    from solver.ask.breakeven.breakeven import break_even
    from solver.ask.breakeven.breakeven_result import Verdict
    from solver.ask.breakeven.criterion import Criterion
    from solver.ask.common.lever_range import LeverRange
    from solver.ask.common.question import answer_folder
    from solver.errors import check_together
    from solver.instance.read import read
    from solver.report.breakeven import breakeven_chart, breakeven_lines

    check_together(lambda: LeverRange.of(lever), lambda: Criterion.of(when))
    asked, criterion, options = LeverRange.of(lever), Criterion.of(when), question_options(gap, seconds)
    given = changes_of(changes)
    folder = answer_folder(out, file, "breakeven")
    with asking(options, began, as_json) as question:
        found = break_even(lambda more: read(file, changes=[*given, *more]), asked, criterion, question, folder)
    picture = breakeven_chart(found, Style(theme, width))
    answer = Answer("breakeven", found.to_json(), list(breakeven_lines(found)), picture)
    answer.print(folder, answer.write(folder, file, given), as_json)
    raise typer.Exit(3 if found.verdict is Verdict.OPEN else 0)
