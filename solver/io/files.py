"""Small files: text written aside and renamed, what JSON does not know, and why a disk refused."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from solver.errors import EnvironmentFailure
from solver.io.replace import replace_file


def write_text(path: Path, text: str) -> None:
    """Write one text file aside and rename it, with the rights of one it replaces; EnvironmentFailure if refused."""
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise EnvironmentFailure(f"{path}: could not be written: {why(error)}") from error


def write(file: Path, text: str) -> None:
    """Write a text file in UTF-8 with bare line feeds on every system."""
    file.write_text(text, encoding="utf-8", newline="\n")


def plain(value: object) -> object:
    """Return what JSON knows for a number of numpy or a path."""
    if isinstance(value, Path):
        return str(value)
    item = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"{type(value).__name__} cannot be written as JSON")
    return item()


def finite(data: Any) -> Any:
    """Return the data with None for every number that is not finite."""
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def why(error: OSError) -> str:
    """Return what the disk said, in small letters, with the file it was about."""
    reason = (error.strerror or str(error)).lower()
    return f"{reason} ({error.filename})" if error.filename else reason


def alive(pid: int) -> bool:
    """Whether a process runs; also where that cannot be told."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
