"""Indices of sensitivity over the unit cube: elementary effects after Morris, variance shares after Sobol (SALib)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from solver.errors import UsageError

Evaluate = Callable[[Sequence[Sequence[float]]], Sequence[float | None]]
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Indices:
    """Indices of one lever with the half width of their 95 % interval by resampling.

    Morris: ``main`` is mu star, the mean size of elementary effects in the unit of the objective, ``other`` their
    standard deviation. Sobol: first order and total share of the variance. ``without`` counts points without a plan,
    which take the worst value of all others.
    """

    path: str
    main: float
    main_confidence: float
    other: float
    other_confidence: float | None
    samples: int
    without: int


MODULES = ("SALib.sample.morris", "SALib.sample.sobol", "SALib.analyze.morris", "SALib.analyze.sobol")


def require_salib() -> None:
    """Load SALib; UsageError where it is not there."""
    # Building a model defers these packages, whose parts then cannot be imported before them.
    for package, part in (("scipy.spatial", "distance"), ("scipy.stats", "qmc")):
        getattr(import_module(package), part)
    try:
        for name in MODULES:
            import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError("Morris and Sobol need SALib: pip install kardashev-planner[ask]") from error


def morris_indices(paths: Sequence[str], trajectories: int, seed: int, evaluate: Evaluate) -> tuple[Indices, ...]:
    """Return the elementary effects of some levers over the unit cube."""
    require_salib()
    problem = _problem(paths)
    samples = import_module("SALib.sample.morris").sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    values, without = _filled(evaluate(samples.tolist()))
    found = import_module("SALib.analyze.morris").analyze(problem, samples, values, num_levels=LEVELS, seed=seed)
    return tuple(
        Indices(
            path, float(found["mu_star"][n]), float(found["mu_star_conf"][n]), float(found["sigma"][n]), None,
            len(values), without,
        )
        for n, path in enumerate(paths)
    )  # fmt: skip


def sobol_indices(paths: Sequence[str], count: int, seed: int, evaluate: Evaluate) -> tuple[Indices, ...]:
    """Return first-order and total shares of the variance of some levers over the unit cube."""
    require_salib()
    problem = _problem(paths)
    samples = import_module("SALib.sample.sobol").sample(problem, count, calc_second_order=False, seed=seed)
    values, without = _filled(evaluate(samples.tolist()))
    found = import_module("SALib.analyze.sobol").analyze(problem, values, calc_second_order=False, seed=seed)
    return tuple(
        Indices(
            path, float(found["S1"][n]), float(found["S1_conf"][n]), float(found["ST"][n]),
            float(found["ST_conf"][n]), len(values), without,
        )
        for n, path in enumerate(paths)
    )  # fmt: skip


def _problem(paths: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(paths), "names": list(paths), "bounds": [[0.0, 1.0]] * len(paths)}


def _filled(values: Sequence[float | None]) -> tuple[Any, int]:
    """Return values with the largest in place of those missing, and how many are missing."""
    known = [value for value in values if value is not None]
    if not known:
        raise UsageError("no sample has a plan: narrow the ranges")
    return np.array([max(known) if value is None else value for value in values]), len(values) - len(known)
