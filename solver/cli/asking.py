"""Frame of the commands that ask a question: progress on the screen, and the answer in a folder and on the screen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_wrapped

if TYPE_CHECKING:
    from solver.ask.common.question import Question
    from solver.run.outcome import Options


@contextmanager
def asking(options: Options, began: float, quiet: bool) -> Iterator[Question]:
    """Yield the question of a command, which Ctrl-C stops and whose progress is shown unless it is quiet."""
    from solver.ask.common.question import Question
    from solver.run.progress import Console
    from solver.run.runner import interruptible

    stop = threading.Event()
    console = Console(quiet=quiet, seconds=options.limits.seconds, began=began, limited=True)
    with interruptible(stop, console):
        yield Question.shown_on(console, options, stop)
        console.end()


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a question: name of its file, plain data, lines for the screen, and its picture where there is one."""

    stem: str
    data: Mapping[str, Any]
    lines: Sequence[str]
    picture: Mapping[str, Any] | None

    def write(self, folder: Path, source: Path, changes: Sequence[str]) -> list[Path]:
        """Write the answer as JSON, as picture and for the report of its runs, and return the first two files."""
        from solver.report.answers import AnsweredQuestion
        from solver.report.plot import write_picture

        folder.mkdir(parents=True, exist_ok=True)
        data = folder / f"{self.stem}.json"
        write_text(data, json.dumps(finite(self.data), indent=1) + "\n")
        AnsweredQuestion(
            question=self.stem, instance_hash=_hash(source, changes), lines=list(self.lines), picture=self.picture
        ).write(folder)
        return [data] if self.picture is None else [data, write_picture(self.picture, folder, self.stem, "svg")]

    def print(self, folder: Path, files: Iterable[Path], as_json: bool) -> None:
        """Print the answer as one JSON object with its folder, or as lines and the files that have it."""
        if as_json:
            print_line(json.dumps(finite({**self.data, "folder": str(folder)})))
            return
        print_wrapped(self.lines)
        for file in files:
            print_line(str(file))


def _hash(source: Path, changes: Sequence[str]) -> str:
    """Return the hash of the instance of a file or run directory."""
    from solver.instance.read import read
    from solver.run.stored_run import read_run

    return read_run(source).manifest.instance_hash if source.is_dir() else read(source, changes=changes).hash
