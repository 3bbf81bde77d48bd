"""Terminal output and the end of a command: a result, or a line on standard error and an exit code; no traceback."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import re
import shutil
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from solver.errors import EnvironmentFailure, InstanceError, KardashevError, UsageError
from solver.io import escapes, live_line
from solver.io.stop_signals import ENDING, RUNNING, STOPPED, enter

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH_OF_FILES = 150
"""Characters in a line of a table that is not shown on a terminal."""
CLOSED_PIPE = 141
"""Exit code of a command whose output pipe was closed: 128 + SIGPIPE, as of any other program of a pipeline."""
NO_PATHS = (errno.ENAMETOOLONG, errno.ELOOP)
"""Errors of a path that no file can have: bad input, not a failure of the disk."""
IMPORTS = "imports"
"""Name of the thread that imports the packages of a solve."""
_HEAD = re.compile(r" {12}|  \S+ +")
_NUMBER = re.compile(r"(\d) (?=(?:%|[GM]USD|USD|[kMGTP]?W|[kMG]?t)(?:\W|$))")
MIN_TABLE_WIDTH = 20
"""Least width of a table, in characters."""


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and return its exit code; every error is reported in one line.

    A stop signal within the command interrupts it. One that comes later does not change how it ended.
    """
    enter(RUNNING)
    try:
        try:
            command()
        finally:
            enter(ENDING)
    except typer.Exit as end:
        return end.exit_code
    except InstanceError as error:
        print_issues(error, "nothing was done")
        return error.exit_code
    except KardashevError as error:
        for text in str(error).split("\n"):
            print_error(text)
        return error.exit_code
    except KeyboardInterrupt:
        print_error("interrupted")
        return STOPPED
    except BrokenPipeError:
        _drop_output()
        return CLOSED_PIPE
    except OSError as error:
        print_error(f"{error.filename or 'the disk'}: {(error.strerror or str(error)).lower()}")
        return UsageError.exit_code if error.errno in NO_PATHS else EnvironmentFailure.exit_code
    except MemoryError:
        print_error(
            "out of memory; try a smaller instance, fewer designs (candidate_designs.max_designs) or fewer periods"
        )
        return EnvironmentFailure.exit_code
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else ""
        print_error(f"internal error: {type(error).__name__}: {first} ({_last_frame(error)})")
        print_error("please report this line with the instance file")
        return EnvironmentFailure.exit_code
    return 0


def leave(code: object) -> NoReturn:
    """End the program; immediately where an abandoned solver or import still runs, which could abort a normal exit."""
    importing = any(thread.name == IMPORTS for thread in threading.enumerate())
    if importing or ("solver.milp.driver" in sys.modules and sys.modules["solver.milp.driver"].left_running()):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.flush()
        os._exit(code if isinstance(code, int) else 0)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        sys.exit(CLOSED_PIPE)
    # An end of the program needs no search for garbage, which would take a twentieth of a short command.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else 0)


def print_line(text: str | bytes, newline: bool = True) -> None:
    """Write to standard output, control characters escaped; EnvironmentFailure if it is full.

    Bytes are written unchanged unless standard output is a terminal.
    """
    if isinstance(text, bytes) and sys.stdout is not None and sys.stdout.isatty():
        text = text.decode("utf-8", "backslashreplace")
    _echo(escapes.terminal(text) if isinstance(text, str) else text, newline)


def _echo(text: str | bytes, newline: bool = True) -> None:
    live_line.clear()
    try:
        typer.echo(text, nl=newline)
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_output()
        raise EnvironmentFailure(f"standard output: {(error.strerror or str(error)).lower()}") from error


def print_table(renderable: RenderableType) -> None:
    """Write a Rich table to standard output, as wide as the terminal, or 150 characters where there is none."""
    from rich.console import Console

    # Rich itself would end the program at a closed pipe.
    screen = Console()
    width = (
        max(screen.width, MIN_TABLE_WIDTH) if screen.is_terminal or _columns() else max(screen.width, WIDTH_OF_FILES)
    )
    _echo(drawn(renderable, width, screen.is_terminal), newline=False)


def print_wrapped(lines: Iterable[str]) -> None:
    """Write lines, each wrapped by words to the terminal or to ``COLUMNS``; as they are where there is neither.

    Continued lines stand under the text that follows the head of a line and its spaces.
    """
    width = _columns() or (shutil.get_terminal_size().columns if _on_terminal() else 0)
    for line in lines:
        print_line(wrapped(line, width) if width else line)


def wrapped(line: str, width: int) -> str:
    """Return a line wrapped by words, with continued lines indented as its text; a number stays with its unit."""
    head = _HEAD.match(line)
    # Never at the margin: a text of a file must not begin a line of its own.
    indent = " " * max(4, len(head.group()) if head is not None else 0)
    if width < len(indent) + MIN_TABLE_WIDTH:
        indent = " " * 4
    # A path or a command is for copying and stays whole.
    filled = textwrap.fill(
        _NUMBER.sub("\\1\u00a0", line), max(width, MIN_TABLE_WIDTH), subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return filled.replace("\u00a0", " ")


def _columns() -> int:
    """Return the columns that the environment asks for, or 0."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 0


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def drawn(renderable: RenderableType, width: int = WIDTH_OF_FILES, colours: bool = False) -> str:
    """Return a Rich table as text; cells are never read as markup, and their control characters are escaped."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    text = StringIO()
    console = Console(file=text, width=width, force_terminal=colours, markup=False, emoji=False)
    escaped = [Segment(escapes.terminal(part.text), part.style, part.control) for part in console.render(renderable)]
    console.print(Segments(escaped), end="")
    return text.getvalue()


def print_error(text: str) -> None:
    """Write one line to standard error, if it can be written to: a name of a file cannot begin another one."""
    live_line.clear()
    with contextlib.suppress(OSError):
        typer.echo(escapes.line(text), err=True)


def print_issues(error: InstanceError, end: str) -> None:
    """Write all issues of an instance file, and their number, to standard error."""
    for issue in error.issues:
        print_error(str(issue))
    count = len(error.issues)
    print_error(f"{count} error{'s' if count != 1 else ''}; {end}.")


def escape_control_characters() -> None:
    """Write characters that the encoding of the terminal lacks as ``\\xe9``."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    # The rest of the buffer would fail again, with a traceback, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _last_frame(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "solver" in frame.filename or "formulations" in frame.filename]
    frame = (own or list(frames))[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
