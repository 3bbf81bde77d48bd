"""Small models with developments, orders and flights of two platforms over two periods, and every point of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
import scipy.sparse as sp

from solver.milp.highs import solve
from solver.milp.limits import Limits
from solver.milp.matrix import Floats, Matrix
from solver.milp.solution import Solution
from solver.search.core.state import SearchOptions, SearchState
from tests.named import named

PLATFORMS, PERIODS, MOST = ("a", "b"), (0, 1), 2
NAMES = named(
    f"{word}[{k},{t}]"
    for word in ("lines.development_started", "lines.ordered", "launch.flights")
    for k in PLATFORMS
    for t in PERIODS
)
FLIGHTS_PER_LINE = 1.3
OWN_ROWS = 10
"""Rows of developments, orders and flights, before those of the demand."""


def whole_model(
    rows: Sequence[Sequence[float]],
    low: Sequence[float],
    high: Sequence[float],
    cost: Sequence[float],
    names: Iterable[str] = ("a.x[0]", "b.y[0]"),
    most: float = 9.0,
) -> Matrix:
    """Return a model of whole columns from 0 to a bound, in the rows given."""
    return Matrix(
        a=sp.csc_matrix(np.array(rows)),
        row_lower=np.array(low),
        row_upper=np.array(high),
        cost=np.array(cost),
        cost_offset=0.0,
        sign=1,
        lower=np.zeros(len(cost)),
        upper=np.full(len(cost), most),
        integer=np.ones(len(cost), dtype=bool),
        row_names=named(f"r[{i}]" for i in range(len(rows))),
        column_names=named(names),
    )


def whole_only(side: float) -> Matrix:
    """Two whole columns within 0 to 50 with 2 x + 2 y = side, at cost 1 and 1; an odd side only fractions meet."""
    return whole_model([[2.0, 2.0]], [side], [side], [1.0, 1.0], most=50.0)


def far_apart() -> Matrix:
    """Two whole columns in two rows of which each counts fourteen decades less: no scaling brings them together."""
    return whole_model([[1e-14, 1.0], [1.0, 1e-14]], [1.0] * 2, [np.inf] * 2, [1.0] * 2)


def covering(
    opening: tuple[float, float],
    ordering: tuple[float, float],
    flying: tuple[float, float],
    demand: tuple[float, float],
) -> Matrix:
    """Costs by platform of opening, an order and a flight; flights over time meet a demand that grows.

    A path once open stays open, orders need it, and 1.3 flights a period each line.
    """
    rows, lower, upper = [], [], []

    def row(terms: dict[str, float], low: float, high: float) -> None:
        rows.append([terms.get(name, 0.0) for name in NAMES])
        lower.append(low)
        upper.append(high)

    for k in PLATFORMS:
        row({f"lines.development_started[{k},0]": 1.0, f"lines.development_started[{k},1]": -1.0}, -np.inf, 0.0)
        for t in PERIODS:
            row({f"lines.ordered[{k},{t}]": 1.0, f"lines.development_started[{k},{t}]": -float(MOST)}, -np.inf, 0.0)
            made = {f"lines.ordered[{k},{s}]": -FLIGHTS_PER_LINE for s in range(t + 1)}
            row({f"launch.flights[{k},{t}]": 1.0, **made}, -np.inf, 0.0)
    for t in PERIODS:
        row({f"launch.flights[{k},{s}]": 1.0 for k in PLATFORMS for s in range(t + 1)}, demand[t], np.inf)
    # Opening is paid by the period: earlier is dearer.
    cost = [opening[PLATFORMS.index(k)] / 2 for k in PLATFORMS for _ in PERIODS]
    cost += [ordering[PLATFORMS.index(k)] * (1 - 0.1 * t) for k in PLATFORMS for t in PERIODS]
    cost += [flying[PLATFORMS.index(k)] * (1 - 0.1 * t) for k in PLATFORMS for t in PERIODS]
    most = np.array([1.0] * 4 + [float(MOST)] * 8)
    return whole_model(rows, lower, upper, cost, NAMES).with_(upper=most, cost_offset=0.5)


def drawn(seed: int) -> Matrix:
    """A model of this kind with costs and demand drawn; every one has whole points."""
    rng = np.random.default_rng(seed)
    opening, ordering, flying = (tuple(rng.uniform(low, 10, 2)) for low in (1.0, 0.5, 0.1))
    first = float(rng.uniform(0.2, 3.9))
    return covering(opening, ordering, flying, (first, float(rng.uniform(first, 7.9))))


@cache
def _points() -> Floats:
    counts = [range(2)] * 4 + [range(MOST + 1)] * 8
    return np.array(list(itertools.product(*counts)), dtype=np.float64)


def whole_points(matrix: Matrix) -> Floats:
    """Every whole point that satisfies all rows, one in a line; the rows without demand are those of many models."""
    dense = matrix.a.toarray()
    shared = _keeping(*(part[:OWN_ROWS].tobytes() for part in (dense, matrix.row_lower, matrix.row_upper)))
    points = shared[np.all((shared >= matrix.lower) & (shared <= matrix.upper), axis=1)]
    return _kept(points, dense[OWN_ROWS:], matrix.row_lower[OWN_ROWS:], matrix.row_upper[OWN_ROWS:])


@lru_cache(maxsize=8)
def _keeping(rows: bytes, lower: bytes, upper: bytes) -> Floats:
    """Every point that keeps some rows."""
    low, high = np.frombuffer(lower), np.frombuffer(upper)
    return _kept(_points(), np.frombuffer(rows).reshape(len(low), -1), low, high)


def _kept(points: Floats, rows: Floats, lower: Floats, upper: Floats) -> Floats:
    for row, low, high in zip(rows, lower, upper, strict=True):
        activity = points @ row
        points = points[(activity >= low - 1e-9) & (activity <= high + 1e-9)]
    return points


def optimum(matrix: Matrix) -> float:
    """The least cost over whole points, by trying all."""
    return float((whole_points(matrix) @ matrix.cost).min() + matrix.cost_offset)


def begun(matrix: Matrix, gap: float = 0.0, **more: int) -> tuple[SearchState, Solution]:
    """A board that knows the LP bound, and the LP optimum."""
    state = SearchState(matrix, SearchOptions(Limits(gap=gap, **more)))
    lp = solve(matrix, Limits(), relax=True)
    state.raise_bound(lp.bound, lp.certificate, "LP")
    return state, lp
