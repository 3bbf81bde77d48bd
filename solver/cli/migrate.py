"""Command ``kardashev migrate``: instance files in the current format, with their comments and layout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from solver.errors import InstanceError, UsageError
from solver.io.files import write_text
from solver.io.terminal import print_error, print_issues, print_line

Files = Annotated[list[Path], typer.Argument(help="instance files or parts of a catalogue", metavar="FILE")]
InPlace = Annotated[bool, typer.Option("--in-place", help="rewrite the files instead of printing one")]


def migrate(files: Files, in_place: InPlace = False) -> None:
    """Rewrite files of an older format in the current one.

    Renamed keys change and nothing else. The file is printed, or rewritten with --in-place; files that it extends are
    left as they are, as formats mix. If one of several files has an error none is rewritten.
    """
    from solver.instance.migrate import migrated
    from solver.instance.shipped import located

    if len(files) > 1 and not in_place:
        raise UsageError("migrate: found several files; print one at a time, or rewrite them with --in-place")
    texts: dict[Path, str | None] = {}
    invalid = False
    for file in files:
        try:
            texts[file] = migrated(file)
        except InstanceError as error:
            invalid = True
            print_issues(error, f"{file} was not migrated")
    if invalid:
        raise typer.Exit(2)
    for file, text in texts.items():
        if text is None:
            print_error(f"{file}: is in the current format already")
        if not in_place:
            print_line(located(str(file), Path()).read_bytes() if text is None else text.encode(), newline=False)
        elif text is not None:
            # Through a link to the file itself, so that the link stays one.
            write_text(file.resolve(), text)
            print_line(f"{file}: migrated")
