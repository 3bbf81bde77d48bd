"""Comparison of the search with HiGHS alone on instances as planners make them: the same matrix, the same time.

    python -m results.tools.auto_against_exact --seeds 2 3 4 5 6 --seconds 60

Each seed draws twenty instances of tier T. A line tells the gap of either plan to the better bound; the last one, on
how many instances the search is within a tenth of a point of HiGHS or better.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from solver.bench.largest_target import tight_texts
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.milp.limits import Limits, relative_gap
from solver.milp.matrix import Matrix
from solver.run.solve import build
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search

INSTANCES = Path(__file__).parents[2] / "instances"
CLOSE = 0.001


@dataclass(frozen=True, slots=True)
class Pair:
    """Gaps of the search and of HiGHS alone to the better of their bounds; infinite without a plan."""

    auto: float
    exact: float

    @property
    def no_worse(self) -> bool:
        """Whether the search is within a tenth of a point of HiGHS, or better."""
        return self.auto <= self.exact + CLOSE


def compared(matrix: Matrix, seconds: float) -> Pair:
    """Return the gaps of both on one matrix."""
    limits = Limits(seconds=seconds, gap=1e-4)
    auto, exact = (search(matrix, SearchOptions(limits, method=method)) for method in ("auto", "exact"))
    bound = max(auto.bound, exact.bound)
    plans = [math.inf if found.objective is None else relative_gap(found.objective, bound) for found in (auto, exact)]
    return Pair(*plans)


def matrices(seed: int) -> Iterator[tuple[str, Matrix]]:
    """Yield the matrices of tier T of a seed by name."""
    with TemporaryDirectory() as folder:
        for name, text in tight_texts(seed, Path(folder), INSTANCES).items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            instance = read(path).instance
            yield path.stem, build(derive(instance, selected_designs(instance)[0]))[0]


def main() -> None:
    """Compare on all instances of some seeds."""
    parser = argparse.ArgumentParser(prog="python -m results.tools.auto_against_exact")
    parser.add_argument("--seeds", type=int, nargs="+", default=[2])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--most", type=int, default=20, help="instances of each seed, at most")
    options = parser.parse_args()
    pairs = []
    for seed in options.seeds:
        for name, matrix in list(matrices(seed))[: options.most]:
            pairs.append(pair := compared(matrix, options.seconds))
            print(
                f"{name}  auto {pair.auto:.3%}  exact {pair.exact:.3%}  {'ok' if pair.no_worse else 'worse'}",
                flush=True,
            )
    print(f"{sum(pair.no_worse for pair in pairs)} of {len(pairs)} within 0.1 points of HiGHS alone, or better")


if __name__ == "__main__":
    main()
