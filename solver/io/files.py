"""Files: atomic writing of text, conversion of values for JSON, and texts of operating system errors."""

from __future__ import annotations

import errno
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from solver.errors import EnvironmentFailure
from solver.io.replace import replace_file


def write_text(path: Path, text: str) -> None:
    """Replace a text file atomically, with the permissions of the old one; EnvironmentFailure on an error."""
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise EnvironmentFailure(f"{path}: could not be written: {os_error_text(error)}") from error


def write(file: Path, text: str) -> None:
    """Write a text file in UTF-8 with bare line feeds on every system."""
    file.write_text(text, encoding="utf-8", newline="\n")


def plain(value: object) -> object:
    """Return a numpy number or a path as a value that JSON can hold."""
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    return item()


def finite(data: Any) -> Any:
    """Return the data with None in place of every number that is not finite."""
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def stored_text(file: Path) -> str:
    """Read a stored file as text; OSError for a pipe or device, which may have no end, ValueError for other bytes."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(file))
    return file.read_text(encoding="utf-8")


def os_error_text(error: OSError) -> str:
    """Return the message of an operating system error, in lower case, with its file."""
    reason = (error.strerror or str(error)).lower()
    return f"{reason} ({error.filename})" if error.filename else reason


def alive(pid: int) -> bool:
    """Return whether a process runs; True where that cannot be determined."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
