"""How a command ends: with an answer, or with a line on standard error and an exit code; never with a traceback."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from solver.errors import EnvironmentFailure, InstanceError, KardashevError
from solver.io import escapes

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH_OF_FILES = 150
"""Letters in a line of a table that is not shown on a terminal."""
STOPPED = 4
"""Exit code of what was stopped before there was a plan."""
CLOSED_PIPE = 141
"""Exit code where the reader of the output went away: 128 + SIGPIPE, as of any other program of a pipeline."""
NARROWEST = 20
"""Fewest columns in which a table is drawn."""


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and return its exit code; whatever goes wrong in it is told in a line."""
    try:
        command()
    except typer.Exit as end:
        return end.exit_code
    except InstanceError as error:
        print_issues(error, "nothing was done")
        return error.exit_code
    except KardashevError as error:
        print_error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        print_error("given up")
        return STOPPED
    except BrokenPipeError:
        _drop_output()
        return CLOSED_PIPE
    except OSError as error:
        print_error(f"{error.filename or 'the disk'}: {(error.strerror or str(error)).lower()}")
        return EnvironmentFailure.exit_code
    except MemoryError:
        print_error(
            "out of memory; try a smaller instance, fewer designs (candidate_designs.max_designs) or fewer periods"
        )
        return EnvironmentFailure.exit_code
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else ""
        print_error(f"a fault of ours: {type(error).__name__}: {first} ({_last_frame(error)})")
        print_error("please report this line with the instance file")
        return EnvironmentFailure.exit_code
    return 0


def leave(code: object) -> NoReturn:
    """End the program; at once where a solver run had to be left behind, which would abort a tidy exit."""
    if "solver.milp.driver" in sys.modules and sys.modules["solver.milp.driver"].left_running():
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
    sys.exit(code if isinstance(code, int) else 0)


def say(text: str | bytes, newline: bool = True) -> None:
    """Write to standard output, control characters escaped; EnvironmentFailure if it is full.

    Bytes are written as they are where no terminal shows them.
    """
    if isinstance(text, bytes) and sys.stdout is not None and sys.stdout.isatty():
        text = text.decode("utf-8", "backslashreplace")
    _echo(escapes.terminal(text) if isinstance(text, str) else text, newline)


def _echo(text: str | bytes, newline: bool = True) -> None:
    try:
        typer.echo(text, nl=newline)
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_output()
        raise EnvironmentFailure(f"standard output: {(error.strerror or str(error)).lower()}") from error


def print_table(renderable: RenderableType) -> None:
    """Write what Rich draws to standard output, as wide as the terminal, or wide where there is none."""
    from rich.console import Console

    # Through our own hands, because Rich ends the program by itself where nobody reads on.
    screen = Console()
    asked = os.environ.get("COLUMNS", "").isdecimal()
    width = max(screen.width, NARROWEST) if screen.is_terminal or asked else max(screen.width, WIDTH_OF_FILES)
    _echo(drawn(renderable, width, screen.is_terminal), newline=False)


def drawn(renderable: RenderableType, width: int = WIDTH_OF_FILES, colours: bool = False) -> str:
    """Return what Rich draws as text; cells are never read as markup, and their control characters are escaped."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    text = StringIO()
    console = Console(file=text, width=width, force_terminal=colours, markup=False, emoji=False)
    escaped = [Segment(escapes.terminal(part.text), part.style, part.control) for part in console.render(renderable)]
    console.print(Segments(escaped), end="")
    return text.getvalue()


def print_error(text: str) -> None:
    """Write to standard error, if it can be written to."""
    with contextlib.suppress(OSError):
        typer.echo(escapes.terminal(text), err=True)


def print_issues(error: InstanceError, end: str) -> None:
    """Write every fault of an instance file, and their number, to standard error."""
    for fault in error.issues:
        print_error(escapes.line(fault))
    count = len(error.issues)
    print_error(f"{count} fault{'s' if count != 1 else ''}; {end}.")


def escape_control_characters() -> None:
    """Let letters that a terminal or a file name in another encoding cannot carry come out as ``\\xe9``."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    # What is still in the buffer would fail once more, and loudly, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _last_frame(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "solver" in frame.filename or "formulations" in frame.filename]
    frame = (ours or list(frames))[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
