"""Questions asked of an instance, kept for the reports of its runs: lines and picture of each answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from solver.io.files import stored_text, write_text
from solver.report.html_page import figure, text
from solver.run.stored_run import Run

FILE = "shown.json"
"""File of an answer in its folder."""
HEADS = {
    "alternatives": "Alternatives",
    "breakeven": "Break-even",
    "front": "Pareto front",
    "risk": "Risk",
    "sensitivity": "Sensitivity",
}


class AnsweredQuestion(BaseModel):
    """Section of a report on a question: hash of its instance, lines of the answer, and its picture by Vega-Lite."""

    question: str
    instance_hash: str
    lines: list[str]
    picture: dict[str, Any] | None

    def write(self, folder: Path) -> None:
        """Write the answer into its folder."""
        write_text(folder / FILE, self.model_dump_json() + "\n")

    @property
    def head(self) -> str:
        """Head of the answer in a report."""
        return HEADS.get(self.question, self.question)

    def html(self) -> str:
        """Return the answer as a part of a page."""
        lines = f"<pre>{chr(10).join(text(line) for line in self.lines)}</pre>\n"
        return lines if self.picture is None else figure(self.picture, self.head) + lines


def answer_sections(run: Run) -> Iterator[tuple[str, str]]:
    """Yield head and HTML of every question that was asked of the instance of a run, beside its directory or in it."""
    for file in sorted([*run.path.glob(f"*/{FILE}"), *run.path.absolute().parent.glob(f"*/{FILE}")]):
        try:
            answer = AnsweredQuestion.model_validate_json(stored_text(file))
            if answer.instance_hash == run.manifest.instance_hash:
                yield answer.head, answer.html()
        except (OSError, ValueError) as error:
            yield file.parent.name, f"<p>{text(file)}: damaged: {text(str(error).splitlines()[0])}; ask again</p>\n"
