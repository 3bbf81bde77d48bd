"""What a trial is measured on: compiled instances, each with the best bound known before the study."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from solver.bench.best import Best
from solver.derive import derive
from solver.errors import UsageError
from solver.highs import solve
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.limits import Limits, gap_share
from solver.matrix import Matrix
from solver.search.board import Mark
from solver.search.find import Request, find
from solver.search.settings import Settings
from solver.sizing import menu
from solver.solve import build


@dataclass(frozen=True, slots=True)
class Case:
    """One instance of a study; ``bound`` is the best bound known and ``musd`` the unit of the matrix in MUSD."""

    name: str
    hash: str
    matrix: Matrix
    interest_share: float
    musd: float
    bound: float


def case_of(path: Path, best: Mapping[str, Best]) -> Case:
    """Read and compile an instance; its bound is that of its LP, or a higher one known for the very same numbers."""
    loaded = readable(path)
    matrix, interest, musd = compiled_of(loaded.instance)
    lp = solve(matrix, Limits(), relax=True)
    if lp.x is None:
        raise UsageError(f"{path}: its LP has no optimum ({lp.reason}); there is nothing to tune")
    known = best.get(path.stem)
    bounds = [lp.bound]
    if known is not None and known.hash == loaded.hash[:12] and known.bound is not None:
        bounds.append(known.bound / musd)
    return Case(path.stem, loaded.hash[:12], matrix, interest, musd, max(bounds))


def readable(path: Path) -> Loaded[Instance]:
    """Read an instance that can be tuned on: one of least cost."""
    loaded = read(path)
    kind = loaded.instance.objective.kind
    if kind != "least_cost":
        raise UsageError(f"{path}: asks for {kind}; tuning compares least costs")
    return loaded


def compiled_of(instance: Instance) -> tuple[Matrix, float, float]:
    """The matrix of an instance, what money costs over its longest period, and the matrix's unit in MUSD."""
    derived = derive(instance, menu(instance))
    if derived.curves.curve:
        raise UsageError(
            f"{instance.name}: has learning curves, whose prices change while it is searched; tune without"
        )
    interest = 1 - derived.clock.discount(max(derived.clock.years(t) for t in derived.clock.periods))
    return build(derived)[0], interest, 1.0 / derived.units.money_per_musd


def measured(case: Case, settings: Settings, limits: Limits, measure: str) -> float:
    """How far the plans are from the best bound known, as a share: over the time, or at the limit; 1 without a plan."""
    steps: list[tuple[float, float]] = []
    began = time.monotonic()

    def told(mark: Mark) -> None:
        if mark.x is not None and mark.objective is not None:
            steps.append((time.monotonic() - began, mark.objective))

    request = Request(
        limits, "search", interest_share=case.interest_share, on_mark=told, settings=settings
    )  # fmt: skip
    found = find(case.matrix, request)
    if measure == "gap" or limits.seconds is None:
        return _share(found.objective, case.bound)
    return integral(steps, case.bound, limits.seconds)


def integral(steps: list[tuple[float, float]], bound: float, seconds: float) -> float:
    """Mean over a time of the share between the best plan so far and a bound; 1 before the first plan."""
    total, at, share = 0.0, 0.0, 1.0
    for when, objective in steps:
        until = min(when, seconds)
        total, at, share = total + share * (until - at), until, min(share, _share(objective, bound))
    return (total + share * (seconds - at)) / seconds


def _share(objective: float | None, bound: float) -> float:
    return 1.0 if objective is None else min(1.0, gap_share(objective, min(bound, objective)))
