"""Frame of the commands that ask a question: progress on the screen, and the answer in a folder and on the screen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solver.io.files import finite, write_text
from solver.io.terminal import print_line, print_wrapped

if TYPE_CHECKING:
    from solver.ask.question import Question
    from solver.run.outcome import Options


@contextmanager
def asking(options: Options, began: float, quiet: bool) -> Iterator[Question]:
    """Yield the question of a command, which Ctrl-C stops and whose progress is shown unless it is quiet."""
    from solver.ask.question import Question
    from solver.run.progress import Console
    from solver.run.runner import interruptible

    stop = threading.Event()
    console = Console(quiet=quiet, seconds=options.limits.seconds, began=began, limited=True)
    with interruptible(stop, console):
        yield Question.shown_on(console, options, stop)
        console.end()


def write_answer(folder: Path, stem: str, answer: Mapping[str, Any], picture: Mapping[str, Any] | None) -> list[Path]:
    """Write an answer as JSON, and its picture where there is one, and return the files."""
    from solver.report.plot import write_picture

    folder.mkdir(parents=True, exist_ok=True)
    data = folder / f"{stem}.json"
    write_text(data, json.dumps(finite(answer), indent=1) + "\n")
    return [data] if picture is None else [data, write_picture(picture, folder, stem, "svg")]


def print_answer(
    folder: Path, answer: Mapping[str, Any], lines: Iterable[str], files: Iterable[Path], as_json: bool
) -> None:
    """Print an answer as one JSON object with its folder, or as lines and the files that have it."""
    if as_json:
        print_line(json.dumps(finite({**answer, "folder": str(folder)})))
        return
    print_wrapped(list(lines))
    for file in files:
        print_line(str(file))
