"""Journal file of a study: locked by the kernel, mended where a killed process left half a line, checked when opened.

Optuna's own lock is a link that stays behind a killed process; one with a relative path hangs every later process. An
advisory lock (``flock``) ends with its process. A last line without its end is what a killed writer leaves: it is cut
off before anything is appended. Any other damage is reported with file and line.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import BaseJournalFileLock

from solver.errors import EnvironmentFailure, UsageError

PATIENCE_SECONDS, POLL_SECONDS = 120.0, 0.01
"""Longest time to wait for the lock, and interval at which it is tried."""
LAST_OPERATION = 10
"""Largest operation code of Optuna's journal."""


class KernelLock(BaseJournalFileLock):
    """Advisory lock of a journal file, held by one process and released when it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def acquire(self) -> bool:
        """Take the lock; EnvironmentFailure where another process holds it for too long."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > ends:
                    os.close(descriptor)
                    raise EnvironmentFailure(
                        f"{self._path}: another process has locked it for {PATIENCE_SECONDS:.0f} s; end that process"
                    ) from error
                time.sleep(POLL_SECONDS)
            except BaseException:
                os.close(descriptor)
                raise
        _cut_torn_line(descriptor)
        self._held = descriptor
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


def journal_backend(storage: str) -> JournalFileBackend:
    """Open a journal file; UsageError for a damaged one, with its line."""
    path = Path(storage).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    if (path.is_symlink() or path.exists()) and not path.is_file():
        raise UsageError(f"{storage}: is no file; name another --storage")
    lock = KernelLock(path)
    lock.acquire()
    try:
        _require_intact(path, storage)
    finally:
        lock.release()
    return JournalFileBackend(str(path), lock)


def cure(storage: str) -> str:
    """Return the end of a message about a damaged journal."""
    return f"restore {storage} from a copy, remove it to begin the study anew, or name another --storage"


def _cut_torn_line(descriptor: int) -> None:
    """Cut off what a killed writer left behind the last line end."""
    size = os.fstat(descriptor).st_size
    kept = size
    while kept:
        begin = max(0, kept - 65536)
        at = os.pread(descriptor, kept - begin, begin).rfind(b"\n")
        if at >= 0:
            kept = begin + at + 1
            break
        kept = begin
    if kept < size:
        os.ftruncate(descriptor, kept)


def _require_intact(path: Path, storage: str) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                problem = _problem(json.loads(line))
            except (ValueError, RecursionError) as error:
                problem = str(error)[:200]
            if problem:
                raise UsageError(f"{storage}:{number}: damaged: {problem}; {cure(storage)}")


def _problem(record: Any) -> str:
    if not isinstance(record, dict):
        return "expected an object"
    code, worker = record.get("op_code"), record.get("worker_id")
    if not isinstance(code, int) or isinstance(code, bool) or not 0 <= code <= LAST_OPERATION:
        return f"op_code: expected a whole number from 0 to {LAST_OPERATION}"
    return "" if isinstance(worker, str) else "worker_id: expected text"
