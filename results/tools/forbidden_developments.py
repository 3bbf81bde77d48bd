"""Comparison of instances with themselves where a development is forbidden: no plan should be dearer for the choice.

    python -m results.tools.forbidden_developments --seconds 20

Each instance of tier D is solved as it is, then with each of its developments forbidden. A plan that lies above one of
a smaller choice by more than the gap asked is dearer. Limits are seconds of the processor.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from results.tools.processor_clock import use_processor_clock
from solver.derive import derive
from solver.design.candidates import selected_designs
from solver.instance.read import read
from solver.milp.limits import Limits
from solver.milp.matrix import Matrix
from solver.run.solve import build
from solver.search.core.developments import Trial, paths
from solver.search.core.result import Search, SearchResult
from solver.search.core.state import SearchOptions
from solver.search.engine.search import search
from solver.search.variants.learning_curve_search import search_with_learning
from solver.tiers.structure import names

TIERS = Path(__file__).parents[2] / "instances/tiers"


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Plan of an instance, and the cheapest plan with one development forbidden; None where that has no plan."""

    plan: SearchResult
    without: str | None
    least: float | None

    @property
    def dearer(self) -> float:
        """Share by which the plan is dearer than the cheapest with a smaller choice; negative where it is cheaper."""
        if self.least is None:
            return 0.0
        return float("inf") if self.plan.objective is None else self.plan.objective / self.least - 1.0


def prepared(path: Path, gap: float) -> tuple[Matrix, Search]:
    """Return the matrix of an instance with the search of its kind."""
    instance = read(path).instance
    derived = derive(instance, selected_designs(instance)[0], gap=gap)
    matrix, learning = build(derived)[0], derived.coefficients.learning
    learns = bool(derived.curves.curve)
    return matrix, search_with_learning(learning, derived.curves, instance.objective.kind) if learns else search


def compared(matrix: Matrix, seek: Search, limits: Limits) -> Forbidden:
    """Return the plan of a matrix beside those with one development forbidden."""
    options = SearchOptions(limits)
    plan, without, least = seek(matrix, options), None, None
    for label, shut in _forbidden(matrix):
        found = seek(shut, options).objective
        if found is not None and (least is None or found < least):
            without, least = label, found
    return Forbidden(plan, without, least)


def _forbidden(matrix: Matrix) -> Iterator[tuple[str, Matrix]]:
    for columns in paths(matrix):
        first = int(columns[0])
        parts = [matrix.column_names.component(first), *matrix.column_names.indices[first][:-1]]
        yield " ".join(str(part) for part in parts), Trial(columns, begun=False).at_once(matrix)


def main() -> None:
    """Compare all instances of the tier."""
    parser = argparse.ArgumentParser(prog="python -m results.tools.forbidden_developments")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    use_processor_clock()
    limits, dearer = Limits(seconds=options.seconds, gap=options.gap), 0
    print("| instance | plan | gap | cheapest with one forbidden | forbidden | plan dearer by |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in names(options.seed):
        found = compared(*prepared(TIERS / f"{name}.yaml", options.gap), limits)
        dearer += found.dearer > options.gap
        figures = (found.plan.objective, found.plan.incumbent.gap, found.least, found.without, found.dearer)
        cells = ("none" if v is None else v if isinstance(v, str) else f"{v:.4g}" for v in figures)
        print(f"| {' | '.join([name, *cells])} |", flush=True)
    print(f"{dearer} of {len(names(options.seed))} dearer than with a development forbidden, by more than the gap")


if __name__ == "__main__":
    main()
