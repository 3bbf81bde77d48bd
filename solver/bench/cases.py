"""Benchmark runs: instance, method, seed and time limit.

The core set gives the figures required of a release, in at most two hours of two cores (``--at-once 2``); the rest runs
all methods and seeds for the longest times. One run covers all shorter limits, because its trace is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.errors import UsageError
from solver.tiers.tight import names

METHODS = ("search", "exact", "scip")
"""Methods of the benchmark: the search, HiGHS alone, and another free solver on the same matrix."""
BASELINES = METHODS[1:]
SEEDS = (0, 1, 2)
TIGHT = names(seed=1)


@dataclass(frozen=True, slots=True)
class BenchmarkRun:
    """Benchmark run: instance file, method, seed, wall-clock time limit in ``seconds``, and the ``--set`` options."""

    instance: Path
    method: str
    seed: int
    seconds: float
    changes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Label of the run on the screen."""
        return f"{self.instance.stem} {self.method} seed {self.seed}, {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class BenchmarkInstance:
    """Benchmark instance: method, seconds and number of seeds of its core runs; ``longest`` time limit in seconds."""

    instance: str
    core: tuple[tuple[str, float, int], ...]
    longest: float


_S = (("search", 60.0, 3), ("exact", 60.0, 3), ("scip", 60.0, 3))
_BASELINES = (("exact", 60.0, 1), ("scip", 60.0, 1))
_T = (("search", 60.0, 1), ("exact", 60.0, 1))
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
    *(BenchmarkInstance(f"tiers/{name}", _T, 60.0) for name in TIGHT),
    BenchmarkInstance("tiers/xl-10-seed1", (), 1800.0),
    BenchmarkInstance("tiers/xl-100-seed1", (), 1800.0),
)
"""Instances of the benchmark, long runs first, so that two at a time end together."""
_WITHOUT = {(f"tiers/{name}-seed1", "scip") for name in ("l-moon", "xl-1", "xl-10", "xl-100")}
"""Excluded runs: costs on true learning curves are known to our own searches only; 24 million nonzeros make the file
too long."""


def core(instances: Path) -> list[BenchmarkRun]:
    """List the runs of the core set; methods of one instance and seed run one after the other."""
    return [
        BenchmarkRun(_path(instances, listed), method, seed, seconds)
        for listed in BENCHMARK_INSTANCES
        for seed in SEEDS
        for method, seconds, seeds in listed.core
        if seed < seeds
    ]


def rest(instances: Path) -> list[BenchmarkRun]:
    """List the runs of every instance, seed and method with the longest time limit of the instance."""
    return [
        BenchmarkRun(_path(instances, listed), method, seed, listed.longest)
        for listed in BENCHMARK_INSTANCES
        for seed in SEEDS
        for method in METHODS
        if (listed.instance, method) not in _WITHOUT
    ]


def runs_of_files(
    files: Iterable[Path], methods: Iterable[str], seeds: Iterable[int], seconds: float, changes: Iterable[str] = ()
) -> list[BenchmarkRun]:
    """List the runs of given files."""
    kept = tuple(changes)
    return [BenchmarkRun(file, method, seed, seconds, kept) for file in files for seed in seeds for method in methods]


def _path(instances: Path, listed: BenchmarkInstance) -> Path:
    path = instances / f"{listed.instance}.yaml"
    if not path.is_file():
        raise UsageError(f"{path}: no such file; name the folder that holds it with --instances DIR")
    return path
