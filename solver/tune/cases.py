"""Instances of a tuning study, compiled and with their best known bounds, and the measures of a trial.

- ``integral``: gap of the plan to the best known bound, 1 without a plan, as a mean over the time of a run (the primal
  integral over that time; Berthold, Operations Research Letters 41, 2013).
- ``primal_dual``: gap of the run's own plan to its own bound, as a mean over the time. It is capped at 1 %, so that the
  time before the first plan does not outweigh all that comes after it.
- ``seconds``: share of the time limit until the plan is proven within the gap limit.
- ``gap``: gap of the plan at the time limit to the best known bound.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.bench.best import BestKnown
from solver.derive import derive
from solver.design.candidates import candidate_designs
from solver.errors import UsageError
from solver.instance.read import Loaded, read
from solver.instance.schema import Instance
from solver.milp.highs import solve
from solver.milp.limits import Limits, relative_gap
from solver.milp.matrix import Matrix
from solver.milp.solution import SearchEvent, Status
from solver.run.solve import build
from solver.search.core.settings import Settings
from solver.search.core.state import SearchOptions
from solver.search.core.tuned import class_of
from solver.search.engine.search import search

MAX_GAP = 0.01
"""Cap of the gap in ``primal_dual``, also its value before the first plan."""


ProgressPoint = tuple[float, float, float]
"""Seconds at which a plan or bound improved, objective of the plan, and bound."""


@dataclass(frozen=True, slots=True)
class TuningInstance:
    """Instance of a study with its class; ``bound`` is the best known bound, ``musd`` the objective unit in MUSD."""

    name: str
    hash: str
    matrix: Matrix
    interest_share: float
    musd: float
    bound: float
    of_class: str


def tuning_instance(
    path: Path, best: Mapping[str, BestKnown], gap: float, changes: Sequence[str] = ()
) -> TuningInstance:
    """Read and compile an instance for a gap limit.

    Its bound is that of its LP, or a higher known one for the same hash.
    """
    loaded = read_least_cost(path, changes)
    matrix, interest_share, musd = compile_instance(loaded.instance)
    lp = solve(matrix, Limits(), relax=True)
    if lp.x is None:
        raise UsageError(f"{path}: its LP relaxation has no optimum ({lp.termination}); tuning requires one")
    known = best.get(path.stem)
    bounds = [lp.bound]
    if known is not None and known.hash == loaded.hash[:12] and known.bound is not None:
        bounds.append(known.bound / musd)
    return TuningInstance(
        path.stem, loaded.hash[:12], matrix, interest_share, musd, max(bounds), class_of(matrix, lp.x, gap)
    )


def read_least_cost(path: Path, changes: Sequence[str] = ()) -> Loaded[Instance]:
    """Read an instance for tuning; UsageError unless its objective is least cost."""
    loaded = read(path, changes=changes)
    kind = loaded.instance.objective.kind
    if kind != "least_cost":
        raise UsageError(f"{path}: objective is {kind}; tuning requires least_cost")
    return loaded


def compile_instance(instance: Instance) -> tuple[Matrix, float, float]:
    """Compile an instance: its matrix, the interest share of its longest period, and the objective unit in MUSD."""
    derived = derive(instance, candidate_designs(instance))
    if derived.curves.curve:
        raise UsageError(f"{instance.name}: has learning curves; tuning requires constant prices")
    interest_share = 1 - derived.horizon.discount(max(derived.horizon.years(t) for t in derived.horizon.periods))
    return build(derived)[0], interest_share, 1.0 / derived.units.money_per_musd


def evaluate(case: TuningInstance, settings: Settings, limits: Limits, measure: str) -> float:
    """Evaluate settings on an instance by one of the measures above, as a share; less is better."""
    steps: list[ProgressPoint] = []
    began = time.monotonic()

    def record_event(event: SearchEvent) -> None:
        if event.improved and event.objective is not None:
            own = case.bound if event.bound is None or measure == "integral" else event.bound
            steps.append((time.monotonic() - began, event.objective, own))

    options = SearchOptions(
        limits, "search", interest_share=case.interest_share, on_event=record_event, settings=settings
    )  # fmt: skip
    result = search(case.matrix, options)
    if measure == "gap" or limits.seconds is None:
        return _share(result.objective, case.bound)
    if measure == "seconds":
        proven = result.status is Status.OPTIMAL
        return min(1.0, (time.monotonic() - began) / limits.seconds) if proven else 1.0
    return integral(steps, limits.seconds, MAX_GAP if measure == "primal_dual" else 1.0)


def integral(steps: Sequence[ProgressPoint], seconds: float, max_share: float = 1.0) -> float:
    """Compute the mean gap over ``seconds``, capped at ``max_share``, which also counts before the first plan."""
    total, time_now, share = 0.0, 0.0, max_share
    for seconds_at, objective, bound in steps:
        until = min(seconds_at, seconds)
        total, time_now, share = total + share * (until - time_now), until, min(share, _share(objective, bound))
    return (total + share * (seconds - time_now)) / seconds


def _share(objective: float | None, bound: float) -> float:
    return 1.0 if objective is None else min(1.0, relative_gap(objective, min(bound, objective)))
