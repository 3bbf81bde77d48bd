"""Live line of a running command on standard error: one row of the terminal, cleared before anything else is shown."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys

_SEPARATOR = "   "
_drawn = False


def on_terminal() -> bool:
    """Return whether standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def send(text: str) -> None:
    """Write to standard error; a closed stream, or a signal in the middle of a line, must not lose the plan."""
    if sys.stderr is None:
        return
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        sys.stderr.write(text)
        sys.stderr.flush()


def draw(line: str) -> None:
    """Draw the line, shortened to the terminal, over the one before."""
    global _drawn  # there is one terminal
    send(f"\r\x1b[K{fitted(line, terminal_width())}")
    _drawn = True


def clear() -> None:
    """Clear the line, if there is one."""
    global _drawn
    if _drawn:
        _drawn = False
        send("\r\x1b[K")


def terminal_width() -> int:
    """Return the columns of the terminal that shows standard error; ``COLUMNS`` of the environment comes first."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (AttributeError, OSError, ValueError):
        return shutil.get_terminal_size().columns


def fitted(line: str, width: int) -> str:
    """Return a line shortened to leave the last column free: closer parts, fewer parts, then a cut.

    The bound is the first to go where a gap is shown.
    """
    room = max(width - 1, 1)
    if len(line) <= room:
        return line
    parts = line.split(_SEPARATOR)
    if len("  ".join(parts)) > room and any(part.startswith("gap ") for part in parts):
        parts = [part for part in parts if not part.startswith("bound ")]
    while len(parts) > 1 and len("  ".join(parts)) > room:
        parts.pop()
    line = "  ".join(parts)
    return line if len(line) <= room else line[: room - 1] + "…"
