"""Claims of work in a folder that several machines share: each solve has one owner at a time.

A claim of a key is the file ``KEY/GENERATION``. It is made by a hard link from a complete file (on a file system
without links by exclusive creation), so that one of many workers gets it, on NFS too. Its owner raises the counter in
it. A claim may be taken over, by making the next generation, where its process on this machine is dead, or where its
counter has stood still for ``STALE_SECONDS`` on the clock of the observer. Times of files are never compared.
An owner whose generation is no longer the newest has lost the claim.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from solver.io.files import alive, stored_text
from solver.io.replace import replace_file

BEAT_SECONDS = 5.0
"""Time between two increments of the counter."""
STALE_SECONDS = 120.0
"""Time without an increment after which a claim may be taken over; NFS shows a change within a minute."""
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS})


@dataclass(frozen=True, slots=True)
class Claim:
    """Claim as read: its generation, the process that owns it and its counter."""

    generation: int
    host: str = ""
    pid: int = 0
    started: str = ""
    beat: int = -1

    @property
    def dead(self) -> bool:
        """True where the owner was a process of this machine that has ended."""
        return self.host == host_identity() and (not alive(self.pid) or _started(self.pid) != self.started)


@dataclass(slots=True)
class Claims:
    """Claims in one folder, and the counters that this process has observed."""

    folder: Path
    stale_seconds: float = STALE_SECONDS
    _seen: dict[str, tuple[Claim, float]] = field(default_factory=dict)

    def current(self, key: str) -> Claim | None:
        """Return the newest claim of a key; None where there is none."""
        newest = max(self._generations(key), default=0)
        return self._read(key, newest) if newest else None

    def take(self, key: str, over: int = 0) -> int | None:
        """Make a claim of a key and return its generation; None where another process has one. OSError if it cannot.

        A claim of generation ``over``, or of a dead process, is taken over.
        """
        old = self.current(key)
        if old is not None and old.generation > over and not old.dead:
            return None
        new = Claim(1 if old is None else old.generation + 1, host_identity(), os.getpid(), _started(os.getpid()), 0)
        return new.generation if self._made(self.folder / key / str(new.generation), _text(new)) else None

    def beat(self, key: str, generation: int) -> bool:
        """Raise the counter of an own claim; False where the claim is lost, OSError where it cannot be written."""
        claim = self.current(key)
        if claim is None or claim.generation != generation:
            return False
        raised = Claim(generation, claim.host, claim.pid, claim.started, claim.beat + 1)
        replace_file(self.folder / key / str(generation), _text(raised).encode(), durable=False)
        return True

    def release(self, key: str, generation: int) -> None:
        """Remove an own claim and those before it."""
        for number in sorted(self._generations(key)):
            if number <= generation:
                with contextlib.suppress(OSError):
                    (self.folder / key / str(number)).unlink()
        with contextlib.suppress(OSError):
            (self.folder / key).rmdir()

    def stale(self, key: str) -> Claim | None:
        """Return the claim of a key if it may be taken over; to be asked again and again."""
        claim = self.current(key)
        if claim is None or claim.dead:
            return claim
        seen, since = self._seen.get(key, (None, 0.0))
        if seen != claim:
            self._seen[key] = (claim, time.monotonic())
            return None
        return claim if time.monotonic() - since >= self.stale_seconds else None

    def keys(self) -> list[str]:
        """Return the keys that are claimed."""
        with contextlib.suppress(OSError):
            return sorted(entry.name for entry in os.scandir(self.folder) if entry.is_dir())
        return []

    def _generations(self, key: str) -> list[int]:
        with contextlib.suppress(OSError):
            return [int(name) for name in os.listdir(self.folder / key) if name.isdecimal()]  # noqa: PTH208
        return []

    def _read(self, key: str, generation: int) -> Claim | None:
        try:
            data = json.loads(stored_text(self.folder / key / str(generation)))
            return Claim(generation, str(data["host"]), int(data["pid"]), str(data["started"]), int(data["beat"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            # Made without a link, and not yet written; its counter stands still if it never is.
            return Claim(generation)

    def _made(self, target: Path, text: str) -> bool:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}-{platform.node()}-{os.getpid()}")
        partial.write_text(text, encoding="utf-8")
        try:
            os.link(partial, target)
        except FileExistsError:
            # A repeated call over NFS may report the link that the first one made.
            return partial.stat().st_nlink == 2
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return _made_exclusively(target, text)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink()
        return True


def _made_exclusively(target: Path, text: str) -> bool:
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _text(claim: Claim) -> str:
    data = {"host": claim.host, "pid": claim.pid, "started": claim.started, "beat": claim.beat}
    return json.dumps(data | {"job": os.environ.get("SLURM_JOB_ID", "")}) + "\n"


@cache
def host_identity() -> str:
    """Return a name of this running machine and its table of processes: another after a restart or in a container."""
    boot = space = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{platform.node()} {boot} {space}".strip()


def _started(pid: int) -> str:
    """Return the time at which a process began, in ticks of its machine; empty where that is unknown."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    return ""
