"""Benchmark runs: instance, method, seed and time limit.

The core set compares the methods on several seeds of the generator, all on one commit, in an hour of two cores
(``--at-once 2``). The long set takes the largest tiers to half an hour each; its runs keep the commit that made them.
One run covers all shorter limits, because its trace is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from solver.bench.tier_files import tier_file
from solver.errors import UsageError
from solver.tiers.tight import names

METHODS = ("search", "exact", "scip")
"""Methods of the benchmark: the search, HiGHS alone, and another free solver on the same matrix."""
BASELINES = METHODS[1:]
SEEDS = (1, 2, 3)
"""Seeds of the generator, so that figures are not those of one draw."""
Timed = tuple[str, float]
"""Method and time limit in seconds."""


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


_S: tuple[Timed, ...] = (("search", 60.0), ("exact", 60.0), ("scip", 60.0))
_M: tuple[Timed, ...] = (("search", 120.0), ("exact", 120.0))
_SHORT: tuple[Timed, ...] = (("search", 60.0), ("exact", 60.0))
_LONG: tuple[Timed, ...] = (("search", 1800.0), ("exact", 1800.0))

CORE: tuple[tuple[str, tuple[Timed, ...]], ...] = (
    *((f"tiers/{family}-seed{s}", _M) for family in ("m-1", "m-10", "m-100", "m-moon") for s in SEEDS),
    *((f"tiers/{family}-seed{s}", _S) for family in ("s-1", "s-10", "s-100") for s in SEEDS),
    *((f"tiers/{name}", _SHORT) for name in names(seed=1)),
    *((f"reference/{name}", _SHORT) for name in ("kardashev", "terawatt", "gigawatt")),
)
"""Instances and timed methods of the core set, long runs first, so that two at a time end together."""
LONG: tuple[tuple[str, tuple[Timed, ...]], ...] = tuple(
    (f"tiers/{name}-seed1", _LONG) for name in ("xl-1", "xl-10", "xl-100", "l-moon")
)
"""Instances and timed methods of the long set. SCIP is not run there: the file is too long, and true costs on learning
curves are known to our own searches only."""
LONG_NAMES = frozenset(Path(name).name for name, _ in LONG)


def core(instances: Path, drawn: Path) -> list[BenchmarkRun]:
    """List the runs of the core set; tiers of a seed that is not shipped are generated into the folder ``drawn``."""
    return _runs(CORE, instances, drawn)


def long(instances: Path, drawn: Path) -> list[BenchmarkRun]:
    """List the runs of the long set."""
    return _runs(LONG, instances, drawn)


def runs_of_files(
    files: Iterable[Path], methods: Iterable[str], seeds: Iterable[int], seconds: float, changes: Iterable[str] = ()
) -> list[BenchmarkRun]:
    """List the runs of given files; the seeds are those of the solver."""
    kept = tuple(changes)
    return [BenchmarkRun(file, method, seed, seconds, kept) for file in files for seed in seeds for method in methods]


def _runs(listed: Iterable[tuple[str, tuple[Timed, ...]]], instances: Path, drawn: Path) -> list[BenchmarkRun]:
    """List the methods of one instance one after the other."""
    return [
        BenchmarkRun(_path(instances, name, drawn), method, 0, seconds)
        for name, methods in listed
        for method, seconds in methods
    ]


def _path(instances: Path, name: str, drawn: Path) -> Path:
    path = instances / f"{name}.yaml"
    if path.is_file():
        return path
    if not (instances / "catalogue").is_dir():
        raise UsageError(f"{path}: no such file; name the folder that holds it with --instances DIR")
    return tier_file(path.stem, instances, drawn)
