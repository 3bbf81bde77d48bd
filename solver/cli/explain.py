"""Command ``kardashev explain``: why there is no plan and what would have to be true, or what holds a plan back."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from solver.cli.asking import asking
from solver.cli.options import Changes, Gap, Json, Seconds, changes_of, question_options
from solver.errors import UsageError
from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_wrapped

Source = Annotated[
    Path, typer.Argument(help="an instance file, a shipped one, or a run directory", metavar="FILE|RUN_DIR")
]

Out = Annotated[Path | None, typer.Option(help="folder of explanation.json; default results/runs/NAME/explain")]


def explain(
    source: Source,
    changes: Changes = None,
    gap: Gap = 0.01,
    seconds: Seconds = 60.0,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Explain why a file has no plan, or what holds a plan back.

    For an infeasible file: its conflict, and the smallest changes of its keys that make a plan possible, each tried.
    For a plan: what each active limit costs; in a run directory the answer is kept for its report. Answered points are
    kept in the folder, from which a command that was killed goes on.
    """
    began = monotonic()
    from solver.ask.common.question import SECONDS, answer_folder
    from solver.ask.explain.explain import explain as explain_instance
    from solver.ask.explain.explain import explain_run
    from solver.instance.read import read
    from solver.milp.solution import Status
    from solver.report.explanation import FILE, explanation_lines
    from solver.run.stored_run import read_run

    options = question_options(gap, seconds or SECONDS)
    given, folder = changes_of(changes), answer_folder(out, source, "explain")
    with asking(options, began, as_json) as asked:
        if source.is_dir():
            if given:
                raise UsageError("--set: found with a run directory, expected an instance file")
            run = read_run(source)
            file, explanation = run.manifest.instance, explain_run(run, asked, folder)
        else:
            file, explanation = str(source), explain_instance(read(source, changes=given), asked, folder)
    written = source / FILE if source.is_dir() else folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    write_text(written, json.dumps(finite(explanation.to_json()), indent=1) + "\n")
    if as_json:
        print_line(json.dumps(finite({**explanation.to_json(), "folder": str(folder)})))
    else:
        for line in explanation_lines(explanation, file):
            print_line(line.text) if line.command else print_wrapped([line.text])
        print_line(str(written))
    if explanation.status is Status.INFEASIBLE:
        raise typer.Exit(1)
    raise typer.Exit(4 if explanation.objective is None else 0)
