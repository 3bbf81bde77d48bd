"""Reading of the bytes of a regular file, and of nothing else: pipes, devices and files of the kernel may block."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_KERNEL_FOLDERS = (Path("/proc"), Path("/sys"))


class NotReadableError(ValueError):
    """Error of a path that leads to no regular file."""


def read_regular(real: Path, most: int) -> bytes:
    """Return the bytes of a regular file, at most ``most`` + 1 of them; ``real`` is a resolved path.

    Raises NotReadableError for anything else, before it is opened; OSError where the system refuses.
    """
    if any(real.is_relative_to(folder) for folder in _KERNEL_FOLDERS):
        raise NotReadableError("a file of the kernel, expected a regular file")
    try:
        _refuse_other(real.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise NotReadableError("no such file") from None
    # Between the two looks the path may have come to lead to a pipe; without O_NONBLOCK, opening it would wait.
    handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as opened:
        _refuse_other(os.fstat(handle).st_mode)
        return opened.read(most + 1)


def _refuse_other(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotReadableError("a directory, expected a file")
    if not stat.S_ISREG(mode):
        raise NotReadableError("a pipe or device, expected a regular file")
