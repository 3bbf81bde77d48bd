"""Batch on one machine: a process for each instance, so that one that dies takes nothing with it.

An engine for a cluster would offer the same ``run_all``: files in, one ``Result`` each out, in any order.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from solver.errors import KardashevError
from solver.instance.read import read
from solver.rundir import is_run, read_run
from solver.runner import default_directory
from solver.solve import Options

FINISHED = ("optimal", "infeasible")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one instance: solved, skipped (solved before) or failed with a message."""

    path: Path
    status: str
    run_dir: Path | None
    exit_code: int
    message: str = ""
    objective: float | None = None
    unit: str = ""
    gap: float | None = None
    skipped: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is no answer: bad input, a crash, or no plan; infeasible is an answer."""
        return self.status not in ("optimal", "feasible", "interrupted", "infeasible")

    def __str__(self) -> str:
        if self.message:
            return f"{self.path}: {self.status}\n{self.message}"
        value = "" if self.objective is None else f", {self.objective:,.6g} {self.unit}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.path}: {self.status}{value}{gap}{', solved before' if self.skipped else ''}  {self.run_dir}"


def run_all(paths: Iterable[Path], options: Options, jobs: int, on_result: Callable[[Result], None]) -> list[Result]:
    """Solve every file, at most ``jobs`` at once; results come in the order of the files."""
    files = list(paths)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = {pool.submit(_one, path, options): path for path in files}
        results = {}
        for future in as_completed(futures):
            result = future.result()
            results[futures[future]] = result
            on_result(result)
    return [results[path] for path in files]


def _one(path: Path, options: Options) -> Result:
    try:
        loaded = read(path)
    except KardashevError as error:
        return Result(path, "bad input", None, error.exit_code, str(error))
    target = default_directory(path, loaded, options)
    known = _known(path, target)
    if known is not None:
        return known
    command = [sys.executable, "-m", "solver", "solve", str(path), "--out", str(target), "--json", "--force"]
    done = subprocess.run([*command, *_flags(options)], capture_output=True, text=True, check=False)
    try:
        data = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Result(path, "failed", None, done.returncode or 5, last)
    return _result(path, target, data, done.returncode)


def _known(path: Path, target: Path) -> Result | None:
    """The run that answers this very question, if one is there and was finished."""
    if not is_run(target):
        return None
    try:
        data = dict(read_run(target).manifest)
    except KardashevError:
        return None
    if data.get("status") not in FINISHED:
        return None
    found = _result(path, target, data, 0 if data["status"] == "optimal" else 1)
    return Result(**{**{name: getattr(found, name) for name in Result.__slots__}, "skipped": True})


def _result(path: Path, target: Path, data: dict[str, object], code: int) -> Result:
    objective, gap = data.get("objective"), data.get("gap")
    return Result(
        path,
        str(data.get("status")),
        target,
        code,
        objective=float(objective) if isinstance(objective, int | float) else None,
        unit=str(data.get("unit", "")),
        gap=float(gap) if isinstance(gap, int | float) else None,
    )


def _flags(options: Options) -> Iterator[str]:
    limits = options.limits
    yield from ("--gap", str(limits.gap), "--threads", str(limits.threads), "--seed", str(limits.seed))
    yield from ("--method", options.method, "--integrality", options.integrality)
    if limits.seconds is not None:
        yield from ("--seconds", str(limits.seconds))
    if limits.work is not None:
        yield from ("--work", str(limits.work))
