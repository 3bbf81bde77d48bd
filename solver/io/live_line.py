"""Live line of a running solve: its fit into one row of the terminal."""

from __future__ import annotations

import os
import shutil
import sys

_SEPARATOR = "   "


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
    """Return a line shortened to leave the last column free: closer parts, fewer parts, then a cut."""
    room = max(width - 1, 1)
    if len(line) <= room:
        return line
    parts = line.split(_SEPARATOR)
    while len(parts) > 1 and len("  ".join(parts)) > room:
        parts.pop()
    line = "  ".join(parts)
    return line if len(line) <= room else line[: room - 1] + "…"
