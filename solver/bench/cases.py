"""Which runs the benchmark consists of: instance, method, seed and time limit.

The core gives the figures that a release is held to, in at most two hours of two cores (``--at-once 2``); the rest
runs all methods and seeds for the longest times. One run serves all shorter limits, because its trace is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.errors import UsageError

METHODS = ("search", "exact", "scip")
"""The search, HiGHS alone, and another free solver on the same matrix."""
BASELINES = METHODS[1:]
SEEDS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class BenchmarkRun:
    """One run: what is solved, how, and for how long; ``seconds`` is the limit of wall-clock time."""

    instance: Path
    method: str
    seed: int
    seconds: float

    @property
    def label(self) -> str:
        """What the run is called on the screen."""
        return f"{self.instance.stem} {self.method} seed {self.seed}, {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class BenchmarkInstance:
    """An instance of the benchmark: method, seconds and number of seeds of its runs in the core."""

    instance: str
    core: tuple[tuple[str, float, int], ...]
    longest: float


_S = (("search", 60.0, 3), ("exact", 60.0, 3), ("scip", 60.0, 3))
_BASELINES = (("exact", 60.0, 1), ("scip", 60.0, 1))
BENCHMARK_INSTANCES = (
    BenchmarkInstance("tiers/l-moon-seed1", (("search", 1800.0, 1),), 1800.0),
    BenchmarkInstance("tiers/xl-1-seed1", (("search", 1800.0, 1),), 1800.0),
    BenchmarkInstance("tiers/m-1-seed1", (("search", 600.0, 3), *_BASELINES), 600.0),
    BenchmarkInstance("tiers/m-moon-seed1", (("search", 600.0, 3), ("exact", 460.0, 1)), 600.0),
    BenchmarkInstance("tiers/m-10-seed1", (("search", 300.0, 3), *_BASELINES), 600.0),
    BenchmarkInstance("tiers/m-100-seed1", (("search", 300.0, 3), *_BASELINES), 600.0),
    BenchmarkInstance("reference/kardashev", (("search", 600.0, 1),), 600.0),
    BenchmarkInstance("reference/terawatt", (("search", 300.0, 1),), 600.0),
    BenchmarkInstance("tiers/s-1-seed1", _S, 600.0),
    BenchmarkInstance("tiers/s-10-seed1", _S, 600.0),
    BenchmarkInstance("tiers/s-100-seed1", _S, 600.0),
    BenchmarkInstance("tiers/xl-10-seed1", (), 1800.0),
    BenchmarkInstance("tiers/xl-100-seed1", (), 1800.0),
)
"""Long runs first, so that two at once end together; the rest runs every method and seed for ``longest``."""
_WITHOUT = {(f"tiers/{name}-seed1", "scip") for name in ("l-moon", "xl-1", "xl-10", "xl-100")}
"""Learned costs are read off a true curve that only our own searches know; 24 million nonzeros make too long a file."""


def core(instances: Path) -> list[BenchmarkRun]:
    """The runs that give the figures; of one instance and seed, a method and its baseline come one after the other."""
    return [
        BenchmarkRun(_path(instances, listed), method, seed, seconds)
        for listed in BENCHMARK_INSTANCES
        for seed in SEEDS
        for method, seconds, seeds in listed.core
        if seed < seeds
    ]


def rest(instances: Path) -> list[BenchmarkRun]:
    """Every instance, seed and method for the longest time that is looked at."""
    return [
        BenchmarkRun(_path(instances, listed), method, seed, listed.longest)
        for listed in BENCHMARK_INSTANCES
        for seed in SEEDS
        for method in METHODS
        if (listed.instance, method) not in _WITHOUT
    ]


def runs_of_files(
    files: Iterable[Path], methods: Iterable[str], seeds: Iterable[int], seconds: float
) -> list[BenchmarkRun]:
    """Runs of named files."""
    return [BenchmarkRun(file, method, seed, seconds) for file in files for seed in seeds for method in methods]


def _path(instances: Path, listed: BenchmarkInstance) -> Path:
    path = instances / f"{listed.instance}.yaml"
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name the folder that holds it with --instances DIR")
    return path
