"""Files replaced atomically: links are followed, devices and pipes are written to directly.

A rename may reach the disk before the content of the file: after a power failure an empty file would stand in place of
the old one. So the content is on the disk before the rename, and the rename before the function returns.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
from pathlib import Path

_DESCRIPTOR = re.compile(r"/dev/std(in|out|err)$|/dev/fd/\d+$|/proc/[^/]+/(task/\d+/)?fd/\d+$")
_MOST_LINKS = 40


def replace_file(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace a file atomically, with the permissions of the old one; OSError if it cannot be written.

    A symbolic link stays and its target is replaced. Devices, pipes and open descriptors (``/dev/stdout``) are
    written to directly. Without ``durable`` the caller brings the file to the disk.
    """
    if is_stream(path):
        _pour(path, content)
        return
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        write_bytes(partial, content)
        if target.exists():
            shutil.copymode(target, partial)
        if durable:
            synchronise(partial)
        partial.replace(target)
        if durable:
            synchronise(target.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def write_bytes(file: Path, content: bytes) -> None:
    """Write the bytes of a new file."""
    file.write_bytes(content)


def synchronise(path: Path) -> None:
    """Write a file, or the names in a directory, through to the disk; no effect on file systems that cannot."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def synchronise_tree(folder: Path) -> None:
    """Write a directory and everything in it through to the disk."""
    for entry in sorted(folder.rglob("*"), reverse=True):
        if not entry.is_symlink():
            synchronise(entry)
    synchronise(folder)


def is_stream(path: Path) -> bool:
    """Return whether a path leads to a device, a pipe, a socket or an open descriptor: nothing that can be replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        return False
    return not stat.S_ISREG(mode) or _through_descriptor(path)


def _through_descriptor(path: Path) -> bool:
    """Return whether a link on the way is a descriptor of the running process (``/dev/stdout``)."""
    at = Path(os.path.normpath(path.absolute()))
    for _ in range(_MOST_LINKS):
        if _DESCRIPTOR.match(str(at)):
            return True
        if not at.is_symlink():
            return False
        at = Path(os.path.normpath(at.parent / at.readlink()))
    return False


def _pour(path: Path, content: bytes) -> None:
    # Appended, because a descriptor may be a file in which something stands already.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)
