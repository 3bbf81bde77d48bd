"""Processors and memory that this process may use: of the machine, its control group and its own limits."""

from __future__ import annotations

import math
import os
import platform
import resource
import sys
from contextlib import suppress
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_UNLIMITED_BYTES = 2**60


def processors() -> int:
    """Return the number of processors that this process may use, at least 1: those of its task under Slurm."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _own_groups():
        quota, _, period = _text(group / "cpu.max").partition(" ")
        if quota.isdecimal() and period.strip().isdecimal() and int(period) > 0:
            usable = min(usable, math.ceil(int(quota) / int(period)))
    old = _GROUPS / "cpu"
    quota, period = _text(old / "cpu.cfs_quota_us"), _text(old / "cpu.cfs_period_us")
    if quota.isdecimal() and period.isdecimal() and int(period) > 0:
        usable = min(usable, math.ceil(int(quota) / int(period)))
    task = os.environ.get("SLURM_CPUS_PER_TASK", "")
    if task.isdecimal():
        usable = min(usable, int(task))
    return max(1, usable)


def memory_mb() -> float | None:
    """Return the memory that this process may use, MB; None where the system does not say."""
    found: list[int] = []
    with suppress(AttributeError, OSError, ValueError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    limits = [group / "memory.max" for group in _own_groups()]
    for file in (*limits, _GROUPS / "memory" / "memory.limit_in_bytes"):
        if (text := _text(file)).isdecimal():
            found.append(int(text))
    with suppress(OSError, ValueError):
        found.append(resource.getrlimit(resource.RLIMIT_AS)[0])
    known = [number for number in found if 0 < number < _UNLIMITED_BYTES]
    return min(known) / 1e6 if known else None


def host() -> str:
    """Return the name of this machine."""
    return platform.node()


def description() -> str:
    """Describe this machine by processor, number of processors and memory that this process may use."""
    lines = (line.partition(":") for line in _text(Path("/proc/cpuinfo")).splitlines())
    model = next((value.strip() for name, _, value in lines if name.strip() == "model name"), platform.processor())
    parts = [model or platform.machine(), f"{processors()} processors"]
    memory = memory_mb()
    return ", ".join([*parts, f"{memory / 1e3:.0f} GB"] if memory else parts)


def peak_mb(usage: resource.struct_rusage | None = None) -> float:
    """Return the largest resident memory of this process, or of one that ended with a usage, MB."""
    usage = usage or resource.getrusage(resource.RUSAGE_SELF)
    return round(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def own_memory_mb(pid: int) -> float:
    """Return the memory that a living process took for itself at its peak, MB, without what it shares; 0 unknown.

    It is what it has now, and what it has given back since its peak.
    """
    folder = Path("/proc") / str(pid)
    now, status = _kilobytes(folder / "smaps_rollup"), _kilobytes(folder / "status")
    private = now.get("Private_Clean", 0) + now.get("Private_Dirty", 0)
    given_back = max(0, status.get("VmHWM", 0) - status.get("VmRSS", 0))
    return round((private + given_back) * 1024 / 1e6, 1)


def cpu_seconds() -> float:
    """Return the processor time of this process, in all threads, and of the processes whose end it has seen."""
    usages = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(usage.ru_utime + usage.ru_stime for usage in usages), 3)


def oom_kills() -> int:
    """Return the processes that the system has killed for want of memory, in the control groups of this one."""
    counts = [0]
    for group in _own_groups():
        for line in _text(group / "memory.events").splitlines():
            name, _, number = line.partition(" ")
            if name == "oom_kill" and number.isdecimal():
                counts.append(int(number))
    for line in _text(Path("/proc/vmstat")).splitlines():
        name, _, number = line.partition(" ")
        if name == "oom_kill" and number.isdecimal():
            counts.append(int(number))
    return max(counts)


def _kilobytes(file: Path) -> dict[str, int]:
    """Return the sizes in a file of the kernel with lines such as ``VmRSS: 12 kB``."""
    parts = (line.replace(":", " ").split() for line in _text(file).splitlines())
    return {words[0]: int(words[1]) for words in parts if len(words) == 3 and words[2] == "kB"}


def _own_groups() -> list[Path]:
    """Return the folders of the control group of this process and of those above it (cgroup 2)."""
    lines = _text(Path("/proc/self/cgroup")).splitlines()
    own = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    path = _GROUPS / own.lstrip("/")
    return [folder for folder in (path, *path.parents) if folder.is_relative_to(_GROUPS)]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
